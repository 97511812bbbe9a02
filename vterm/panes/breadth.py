"""How many rose and how many fell, by class: two numbers and a bar between them."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.research.tally import breadth
from vterm.paint import DOWN, UP, Line, Span, arrow, clip, direction, fit
from vterm.panes.market_pane import Chosen, MarketListPane
from vterm.state import DeskState


def split_bar(up: int, down: int, whole: int, cells: int) -> Line:
    """Risers full from the left, fallers hatched from the right, the rest between them."""
    if whole <= 0 or cells <= 0:
        return ((" " * max(0, cells), "muted"),)
    left = (up * cells * 2 + whole) // (2 * whole)
    right = min(cells - left, (down * cells * 2 + whole) // (2 * whole))
    return (("█" * left, "up"), ("·" * (cells - left - right), "faint"), ("▒" * right, "down"))


def line(row: Document, width: int, chosen: bool, dull: bool) -> Line:
    """class, how many rose, the bar, how many fell, the mean."""
    text = str(row.get("change_pct") or "0.00")
    up, down = int(row["advancers"]), int(row["decliners"])
    spans: list[Span] = [(" " + clip(str(row["asset_class"]), 12), "bold accent" if chosen else "foreground")]
    spans += [(f"{UP}{up:>4} ", "muted" if dull else "up" if up else "flat")]
    spans += split_bar(up, down, int(row["count"]), max(2, width - 34))
    spans += [(f" {DOWN}{down:>4}", "muted" if dull else "down" if down else "flat")]
    spans += [(f" {arrow(text)}{text:>6} ", "muted" if dull else direction(text))]
    return fit(spans, width)


class BreadthPane(MarketListPane):
    """A row a class; enter lists that class only."""

    CONTEXT: ClassVar[str] = "breadth"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"markets", "link", "choice"})
    NAME: ClassVar[str] = "Breadth"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "breadth")

    def paint(self, width: int, height: int) -> None:
        """A row a class, the total last."""
        rows = breadth(list(self.state.market.values()))
        self.entitle("Breadth", "risen · fallen · mean %")
        if not rows:
            self.empty("opening the market", height, width)
            return
        keys: list[str | None] = [str(row["asset_class"]) for row in rows]
        self.keep(keys)
        kind = self.choice.kind or "all"
        lines = [line(row, width, row["asset_class"] == kind, self.dull) for row in rows]
        self.show([self.mark(i, text) for i, text in enumerate(lines)])

    def opened(self) -> None:
        """A double click."""
        self.do_breadth_class()

    def do_breadth_class(self) -> None:
        """List this class only."""
        if self.current:
            self.choice.choose_kind("" if self.current == "all" else self.current)
            self.post_message(Chosen(to_list=True))
