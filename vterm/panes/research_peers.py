"""Instruments of the same class and sector: the cursor's row is the desk's instrument."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, arrow, clip, direction, fit, number, sparkline
from vterm.panes.market_rows import millions
from vterm.panes.research_pane import ResearchListPane
from vterm.research_choice import peers_of


def peer(symbol: str, row: Document, spark: list[int], width: int, here: bool, dull: bool = False) -> Line:
    """Symbol, with room its name and line, last, change, with room turnover."""
    text = row.get("change_pct")
    moved = (
        (UNKNOWN.rjust(9), "faint")
        if text is None
        else (f" {arrow(text)} {text:>6}", "muted" if dull else direction(text))
    )
    line: list[Span] = [
        ("▸" if here else " ", "accent"),
        (clip(symbol, 9), "bold foreground" if here else "foreground"),
    ]
    extra = width - 33
    if extra >= 18:
        name = min(26, extra - 10)
        line.append((f" {clip(safe(str(row.get('name') or '')), name - 1)}", "muted"))
        extra -= name
    if extra >= 9:
        line += number(millions(row.get("turnover")), 9, "muted")
        extra -= 9
    if extra >= 6:
        cells = min(24, extra)
        line.append((f" {sparkline(spark, cells - 1)}", "muted"))
    return fit(
        (*line, *number(row.get("last"), 13, "muted" if dull else "foreground"), *((moved, (" ", "muted")))), width
    )


class PeersPane(ResearchListPane):
    """j and k walk from one to the next."""

    CONTEXT: ClassVar[str] = "peers"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"markets", "instruments", "symbol", "link"})
    NAME: ClassVar[str] = "Peers"

    def paint(self, width: int, height: int) -> None:
        """A row an instrument, in the desk's own order, which prices do not change."""
        state = self.state
        names = peers_of(state) if state.symbol else []
        if not names:
            self.entitle(self.NAME)
            self.empty("opening the market", height, width)
            return
        own = state.instrument()
        self.entitle(f"Peers · {len(names)}", safe(str(own.get("sector", ""))))
        self.keep([*names])
        if state.symbol in names and self.current != state.symbol:
            self.cursor = names.index(state.symbol)
            self.reveal(self.cursor)
        dull = state.link in ("stale", "down")
        lines = [self.mark(i, peer(name, state.market.get(name, {}), state.sparks.get(name, []), width,
                                   name == state.symbol, dull)) for i, name in enumerate(names)]  # fmt: skip
        self.show(lines)

    def moved(self) -> None:
        """The cursor's row becomes the desk's instrument."""
        screen: Any = self.screen
        if self.current:
            # Not by a message: the next key may come before it, and would start from the row of before.
            screen.choose(self.current)
        super().moved()

    def on_resize(self, event: events.Resize) -> None:
        """The row of the desk's instrument stays in sight."""
        super().on_resize(event)
        self.call_after_refresh(self.reveal, self.cursor)
