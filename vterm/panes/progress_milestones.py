"""Counts beside the next number that each is held against. Plain counts: nothing is given for them."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from vterm.paint import Line, Span, clip, fit, grouped
from vterm.panes.missions_pane import CountsPane
from vterm.panes.several_pane import meter

WORDS = {
    "classes": ("asset classes traded", "shares, funds, crypto, currencies, commodities, indices"),
    "symbols": ("instruments traded", "screen Markets lists all of them"),
    "order_types": ("order types used", "market, limit, stop, stop limit, trailing stop, OCO"),
    "days": ("days with a trade", "days of the market's clock"),
    "days_in_a_row": ("days in a row", "the longest row; a weekend breaks none"),
    "closed_trades": ("trades closed", "from flat to flat, won or lost"),
    "stops": ("stops set", "a stop loss in the ticket, or a stop order"),
    "waited": ("fills that waited", "a limit order that rests and is taken"),
}
NAMED, OF = 22, 10
WIDE = 48
"""Cells from which the bar stands beside its count."""


class MilestonesPane(CountsPane):
    """Two lines a count where there is room: the count, and what it counts."""

    CONTEXT: ClassVar[str] = "milestones"
    NAME: ClassVar[str] = "Milestones"

    def foot_of(self, doc: Document) -> str:
        """That these are counts."""
        return self.aged("counts, no rewards")

    def lines_of(self, doc: Document, width: int) -> list[Line]:
        """A count a line, with room a word below it."""
        rows = [row for row in doc["milestones"] if row["name"] in WORDS]
        lines: list[Line] = []
        for row in rows:
            lines.append(count(row, width))
            if self.size.height >= 2 * len(rows):
                lines.append(below(row, width))
            if self.size.height >= 3 * len(rows):
                lines.append(())
        return lines


def below(row: Document, width: int) -> Line:
    """What is counted, in a few words; where there is no room for them beside the bar, the bar."""
    if width >= WIDE:
        words = clip(WORDS[row["name"]][1], width - OF - 5)
        return fit(((f" {'':>{OF}}  ", "bold muted"), (words, "muted")), width)
    return fit(((f" {'':>{OF}}  ", "bold muted"), *_bar(row, min(40, width - OF - 5))), width)


def _bar(row: Document, cells: int) -> Line:
    return meter(int(row["have"]), int(row["next"] or 0), cells)


def count(row: Document, width: int) -> Line:
    """`3 of 6 asset classes traded`, and how far that is."""
    have, following = int(row["have"]), row["next"]
    words = WORDS[row["name"]][0]
    of = f"{grouped(str(have))} of {grouped(str(following))}" if following is not None else f"{grouped(str(have))}  all"
    line: list[Span] = [(f" {of:>{OF}}  ", "bold foreground" if have else "muted"), (f"{words:<{NAMED}}", "foreground")]
    room = width - OF - NAMED - 5
    if width >= WIDE:
        line += _bar(row, min(40, room))
    return fit(line, width)
