"""Sizes to take with one key or click: shares of what passes, and usual lots. Pure."""

from __future__ import annotations

from vterm.paint import Line, Span, fit, grouped, width
from vterm.panes.ticket_size import SHARES, TIMES, times, usual_lot
from vterm.panes.ticket_view import TicketView

Chip = tuple[str, str, str]
"""Key, what it offers, the action's name."""
SHARE_KEYS = dict(zip(SHARES, ("q", "w", "e"), strict=True))
LOT_KEYS = dict(zip(TIMES, ("u", "i", "y"), strict=True))


def share_chips() -> list[Chip]:
    """A quarter, half, all of what passes."""
    return [(SHARE_KEYS[s], f"{s}%" if s < 100 else "max", f"size_share_{s}") for s in SHARES]


def lot_chips(view: TicketView) -> list[Chip]:
    """One, five, ten usual lots."""
    lot = usual_lot(view.instrument, view.touch)
    return [(LOT_KEYS[n], grouped(times(lot, n)), f"size_lots_{n}") for n in TIMES]


def preset_lines(view: TicketView, cells: int) -> list[tuple[Line, list[tuple[int, int, str]]]]:
    """The chips in one line, or in two where they do not fit; with the cells of each for clicks."""
    both = [*share_chips(), *lot_chips(view)]
    for gap in (2, 1):
        if sum(len(key) + 1 + len(word) + gap for key, word, _ in both) <= cells:
            return [_line(both, cells, gap)]
    return [_line(share_chips(), cells, 2), _line(lot_chips(view), cells, 2)]


def _line(chips: list[Chip], cells: int, gap: int) -> tuple[Line, list[tuple[int, int, str]]]:
    spans: list[Span] = [(" ", "muted")]
    places: list[tuple[int, int, str]] = []
    for key, word, name in chips:
        start = width(spans)
        spans += [(key, "bold foreground"), (f" {word}", "muted")]
        places.append((start, width(spans), name))
        spans.append((" " * gap, "muted"))
    return fit(spans, cells), places
