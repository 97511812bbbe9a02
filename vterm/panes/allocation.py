"""Where NAV is: cash and what is held, by class, sector or currency, as bars."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import DOWN, Line, bar, clip, fit, percent
from vterm.panes.cards import share
from vterm.panes.portfolio_pane import PortfolioPane
from vterm.portfolio_choice import SLICES
from vterm.state import DeskState, units

LIMIT = 250_000
"""A quarter of NAV in millionths: more of one name is not bought."""
MARGINED = frozenset({"commodities", "indices"})
"""Classes whose limit is on their margin and not on their worth."""


def over(position: Document) -> bool:
    """Whether a position stands at the single-name limit."""
    large = units(str(position.get("weight") or "0").lstrip("-"), 6) >= LIMIT
    return large and position.get("asset_class") not in MARGINED


def slice_line(name: str, weight: str, width: int, *, mark: bool = False) -> Line:
    """A name, its bar and its share of NAV in per cent; what is short is hatched and has its sign."""
    short = weight.startswith("-")
    room = max(4, width - 28)
    drawn = bar(units(weight.lstrip("-"), 6), 1_000_000, room)
    if short:
        drawn = ("▒" * len(drawn.rstrip())).ljust(room)
    return fit(((f" {clip(safe(name), 14)} ", "foreground"), (drawn, "down" if short else "muted"),
                (percent(weight, 1).rjust(7), "down" if short else "foreground"), (" %", "muted"),
                (" !" if mark else "  ", "warning"), (DOWN if short else " ", "down")), width)  # fmt: skip


class AllocationPane(PortfolioPane):
    """Cash first, then the largest."""

    CONTEXT: ClassVar[str] = "allocation"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"figures", "clock", "portfolio"})
    NAME: ClassVar[str] = "Allocation"
    DOCUMENT: ClassVar[str] = "analytics"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "allocation")

    def paint(self, width: int, height: int) -> None:
        """Bars; then the largest name and what its size forbids."""
        named = " ".join(f"[{name}]" if name == self.choice.slices else name for name in SLICES)
        self.entitle(self.NAME, f"{named} · of NAV")
        book = self.state.portfolio
        if not book or not self.document:
            self.waiting(height, width)
            return
        cash = share(str(book["cash"]), str(book["nav"]))
        lines = [slice_line("Cash", _thousandths(units(cash, 1)), width)]
        slices = self.document["allocation"].get(self.choice.slices, [])
        marked = self.choice.slices != "currency"
        notes = self._notes(width, marked and any(_beyond(row) for row in slices))
        room = height - 1 - len(notes) - (1 if notes else 0)
        for row in slices[: max(1, room)]:
            weight = str(row.get("weight") or "0")
            name = str(row["name"])
            lines.append(slice_line(name[:1].upper() + name[1:], weight, width, mark=marked and _beyond(row)))
        if len(slices) > max(1, room):
            lines[-1] = ((f" and {len(slices) - max(1, room) + 1} more", "muted"),)
        if not slices:
            lines.append(((" nothing held: all of it is cash", "muted"),))
        self.show([*lines, *(((), *notes) if notes else ())])

    def _notes(self, width: int, beyond: bool) -> list[Line]:
        rows = self.state.positions()
        if not rows:
            return []
        top = max(rows, key=lambda row: units(str(row.get("weight") or "0").lstrip("-"), 6))
        mark = " !" if over(top) else ""
        tail = f"{percent(str(top['weight']), 1).rjust(7)} %"
        lines = [fit(((" largest name  ", "muted"), (clip(str(top["symbol"]), max(1, width - 28)), "foreground"),
                      (tail, "foreground"), (mark, "warning")), width)]  # fmt: skip
        if mark:
            lines.append(fit(((" ! over the 25 % single-name limit:", "warning"),), width))
            lines.append(((f"   new {top['symbol']} {'buys' if top.get('side') != 'short' else 'sales'} are refused",
                           "muted"),))  # fmt: skip
        elif beyond:
            lines.append(fit(((" ! ", "warning"), ("over 25 %; the limit is by name", "muted")), width))
        return lines

    def do_slices_next(self) -> None:
        """By the next of class, sector, currency."""
        self._choose("slices", SLICES, 1)

    def do_slices_back(self) -> None:
        """By the one before."""
        self._choose("slices", SLICES, -1)


def _beyond(row: Document) -> bool:
    return units(str(row.get("weight") or "0").lstrip("-"), 6) >= LIMIT


def _thousandths(value: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 1000}.{abs(value) % 1000:03d}"
