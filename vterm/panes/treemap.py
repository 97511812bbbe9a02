"""Holdings as areas: as large as they weigh, tinted by profit; sign and arrow say the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from engine.desk import Document
from vterm.paint import DOWN, Line, Span, arrow, clip, fit, on, percent, places
from vterm.panes.portfolio_pane import PortfolioPane
from vterm.state import DeskState, units

Box = tuple[int, int, int, int]
"""Left, top, width, height in cells."""


def boxes(weights: Sequence[int], area: Box) -> list[Box]:
    """Areas in the order of the weights (largest first): halves of like weight, cut across the longer side."""
    if len(weights) <= 1:
        return [area] if weights else []
    whole, left, at = sum(weights), 0, 0
    while at < len(weights) - 1 and (at == 0 or (left + weights[at]) * 2 <= whole + weights[at]):
        left += weights[at]
        at += 1
    x, y, wide, tall = area
    if wide >= 2 * tall:
        cut = max(1, min(wide - 1, (wide * left * 2 + whole) // (2 * whole))) if wide > 1 else wide
        return boxes(weights[:at], (x, y, cut, tall)) + boxes(weights[at:], (x + cut, y, wide - cut, tall))
    cut = max(1, min(tall - 1, (tall * left * 2 + whole) // (2 * whole))) if tall > 1 else tall
    return boxes(weights[:at], (x, y, wide, cut)) + boxes(weights[at:], (x, y + cut, wide, tall - cut))


def words(row: Document, wide: int) -> list[str]:
    """What a box says, a line each."""
    profit = str(row.get("unrealised_pct") or "0")
    short = DOWN if row.get("side") == "short" else ""
    text = places(profit, 2)
    return [clip(f" {row['symbol']}{short}", wide), clip(f" {percent(row.get('weight'))} %", wide),
            clip(f" {arrow(profit)} {text} %", wide)]  # fmt: skip


def tint(row: Document) -> str:
    """The background of a box."""
    value = units(str(row.get("unrealised_pct") or "0"), 2)
    if not value:
        return "cursor"
    if abs(value) >= 300:
        return "flash-up" if value > 0 else "flash-down"
    return "book-bid" if value > 0 else "book-ask"


class TreemapPane(PortfolioPane):
    """Only looked at."""

    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio"})
    NAME: ClassVar[str] = "Holdings"
    can_focus = False

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "treemap")

    def paint(self, width: int, height: int) -> None:
        """Boxes with a blank column and line between them."""
        rows = [r for r in self.state.positions() if units(str(r.get("weight") or "0").lstrip("-"), 6)]
        self.entitle(self.NAME, "as large as the weight · % since bought")
        if not rows:
            self.empty("nothing held yet" if self.state.portfolio else "opening the market", height, width)
            return
        found = boxes([units(str(r["weight"]).lstrip("-"), 6) for r in rows], (0, 0, width, height))
        grid: list[list[tuple[int, Line]]] = [[] for _ in range(height)]
        for row, (x, y, wide, tall) in zip(rows, found, strict=True):
            if wide < 2 or tall < 1:
                continue
            text = words(row, wide - 1)
            for line in range(tall - 1 if tall > 1 else 1):
                part: Span = (text[line] if line < len(text) else " " * (wide - 1), "foreground")
                grid[y + line].append((x, on((part,), tint(row))))
        self.show([_placed(parts, width) for parts in grid])


def _placed(parts: list[tuple[int, Line]], width: int) -> Line:
    line: list[Span] = []
    at = 0
    for x, spans in sorted(parts, key=lambda part: part[0]):
        line.append((" " * (x - at), "foreground"))
        line += spans
        at = x + sum(len(text) for text, _ in spans)
    return fit(line, width)
