"""How the instrument and its companions move together: a matrix with its numbers; the tint only repeats them."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, Span, clip, fit, on, places
from vterm.panes.research_pane import ResearchListPane
from vterm.state import units

CELL, NAMED = 6, 9
STRONG, SOME = 700, 400
"""Thousandths from which a cell is tinted strongly, and at all."""


def figure(text: str | None) -> str:
    """+0.73, -0.10 or the sign of nothing known."""
    if text is None:
        return UNKNOWN
    shown = places(text, 2)
    return shown if shown.startswith("-") else f"+{shown}"


def tint(text: str | None) -> str:
    """The background of a correlation; empty for a weak one."""
    value = units(text, 3)
    if abs(value) < SOME:
        return ""
    if abs(value) >= STRONG:
        return "flash-up" if value > 0 else "flash-down"
    return "book-bid" if value > 0 else "book-ask"


def brief(name: str) -> str:
    """A symbol for a narrow column: BTC for BTC-USD, USDJPY for USD-JPY."""
    return name.removesuffix("-USD").replace("-", "")


def matrix(doc: Document, width: int) -> tuple[Line, list[Line]]:
    """The head and a row an instrument, as many columns as there is room for; the rest is the rows'."""
    names = [safe(str(name)) for name in doc["symbols"]]
    count = max(1, min(len(names), (width - NAMED - 1) // CELL))
    head: list[Span] = [(" " * (NAMED + 1), "muted")]
    head += [(f"{clip(brief(name), CELL - 1).strip():>{CELL - 1}} ", "muted") for name in names[:count]]
    rows: list[Line] = []
    for place, name in enumerate(names):
        line: list[Span] = [(f" {clip(name, NAMED)}", "bold foreground" if place == 0 else "foreground")]
        for column in range(count):
            line += _cell(doc["matrix"][place][column], place == column)
        rows.append(fit(line, width))
    return fit(head, width), rows


def _cell(text: str | None, own: bool) -> Line:
    if own:
        return (("·".rjust(CELL - 1) + " ", "faint"),)
    back = tint(text)
    span: Line = ((figure(text).rjust(CELL - 1), "foreground" if back else "muted"),)
    return (*(on(span, back) if back else span), (" ", "muted"))


def blank(row: Line) -> Line:
    """The same tints without a number: a row of two lines is easier to follow."""
    return tuple((" " * cell_len(text), role) for text, role in row)


class TogetherPane(ResearchListPane):
    """The selected instrument first."""

    CONTEXT: ClassVar[str] = "together"
    NAME: ClassVar[str] = "Correlation"
    DOCUMENT: ClassVar[str] = "correlation"

    def paint(self, width: int, height: int) -> None:
        """The matrix, and how many days it is of."""
        doc, beside = self.document, self.choice.beside
        days = f"{doc['days']} days" if doc.get("days") else ""
        self.entitle(f"Correlation with {beside}", self.aged(days))
        if not self.choice.companions:
            self.keep([])
            words = {"held": "nothing else is held", "watchlist": "nothing else is on the watchlist",
                     "peers": "it has no peers"}[beside]  # fmt: skip
            key = self.keymap.hint("beside", "together")
            self.empty(f"{words} · {key} compares with others", height, width)
            return
        if not doc or not doc["symbols"]:
            self.keep([])
            why = safe(str(doc.get("reason") or "")) if doc else ""
            if why:
                self.empty(why, height, width)
            else:
                self.waiting(height, width)
            return
        head, rows = matrix(doc, width)
        left = safe(", ".join(doc["left_out"]))
        foot = (fit(((f" too little history: {left}", "muted"),), width),) if left else ()
        keys: list[str | None] = [str(name) for name in doc["symbols"]]
        if height >= 2 * len(rows) + 1 + len(foot):
            keys = [key for name in keys for key in (name, None)]
            rows = [line for row in rows for line in (row, blank(row))]
        self.keep(keys)
        self.show([self.mark(i, line) for i, line in enumerate(rows)], head=(head,), foot=foot)
