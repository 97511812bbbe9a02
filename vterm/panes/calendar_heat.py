"""Days as a grid, a column a week: the return with its sign on a tint that only repeats it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from textual import events

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import Line, Span, arrow, direction, fit, grouped, on, percent, places
from vterm.panes.portfolio_pane import PortfolioPane
from vterm.state import DeskState, units

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CELL, LEAD = 6, 5
STRONG = 5_000
"""Millionths of return from which a day is tinted strongly."""


def tint(fraction: str) -> str:
    """The background of a day's return."""
    value = units(fraction, 6)
    if not value:
        return "cursor"
    if abs(value) >= STRONG:
        return "flash-up" if value > 0 else "flash-down"
    return "book-bid" if value > 0 else "book-ask"


def figure(fraction: str | None) -> str:
    """A day's return in five cells, with its sign: +0.17, -1.20, +12.4, -150."""
    if fraction is None:
        return "    —"
    text = next((t for t in (percent(fraction, d) for d in (2, 1, 0)) if len(t.lstrip("-")) <= 4), "++++")
    return (f"+{text}" if direction(text) == "up" else text).rjust(5)


class CalendarPane(PortfolioPane):
    """The newest weeks that fit; the cursor reads a day out."""

    CONTEXT: ClassVar[str] = "calendar"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"figures", "clock"})
    NAME: ClassVar[str] = "Calendar"
    DOCUMENT: ClassVar[str] = "calendar"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "calendar")
        self.day: date | None = None
        """The day that is read out; None is the newest."""
        self._first = date(1970, 1, 5)

    @property
    def entries(self) -> dict[date, Document]:
        """Days by their date."""
        return {date.fromisoformat(str(row["label"])): row for row in self.document.get("entries", [])}

    def paint(self, width: int, height: int) -> None:
        """Months, seven rows of days, the day under the cursor."""
        days = self.entries
        self.entitle(self.NAME, self.aged("return a day, %, UTC"))
        if not days:
            self.waiting(height, width)
            return
        last = max(days)
        here = self.day if self.day in days else last
        weeks = max(1, (width - LEAD) // CELL)
        monday = last - timedelta(days=last.weekday())
        self._first = monday - timedelta(weeks=weeks - 1)
        if here < self._first:
            self._first = here - timedelta(days=here.weekday())
        lines = [self._months(weeks, width)]
        lines += [self._row(row, weeks, days, here, width) for row in range(7)]
        told = self._told(days[here], width)
        self.show(lines[: max(1, height - len(told))], foot=told if height >= 6 else ())

    def _months(self, weeks: int, width: int) -> Line:
        cells, before = [" " * LEAD], 0
        for week in range(weeks):
            day = self._first + timedelta(weeks=week)
            cells.append((f"{day:%b}" if day.month != before else f"{day.day}").rjust(CELL))
            before = day.month
        return fit((("".join(cells), "muted"),), width)

    def _row(self, row: int, weeks: int, days: dict[date, Document], here: date, width: int) -> Line:
        line: list[Span] = [(f" {DAYS[row]} ", "muted")]
        for week in range(weeks):
            day = self._first + timedelta(weeks=week, days=row)
            entry = days.get(day)
            chosen = day == here and self.has_focus
            if entry is None:
                line.append(("     ·", "faint"))
                continue
            fraction = str(entry["return"]) if entry.get("return") is not None else None
            style = "bold foreground" if chosen else "foreground"
            line.append(("▸" if chosen else " ", "bold accent"))
            line += on(((figure(fraction), style),), tint(fraction or "0"))
        return fit(line, width)

    def _told(self, entry: Document, width: int) -> tuple[Line, ...]:
        day, gain = date.fromisoformat(str(entry["label"])), places(str(entry["pnl"]), 2)
        gain = f"+{gain}" if direction(gain) == "up" else gain
        first: list[Span] = [(f" {day:%a} {day.day} {day:%b}  ", "muted"), (f"{arrow(gain)} {grouped(gain)}",
                             direction(gain))]  # fmt: skip
        fills = int(entry.get("fills") or 0)
        first.append((f"  {fills} fill{'' if fills == 1 else 's'}" if fills else "", "muted"))
        for key in ("best", "worst"):
            row = entry.get(key)
            if fills and isinstance(row, dict):
                first.append((f"  {key} {safe(str(row.get('symbol', '')))}", "muted"))
        summary = self.document.get("summary", {})
        second = f" {summary.get('gains', 0)} days up, {summary.get('losses', 0)} down, {summary.get('flat', 0)} flat"
        return fit(first, width), fit(((second, "muted"),), width)

    def _go(self, by: int) -> None:
        days = self.entries
        if not days:
            return
        here = (self.day if self.day in days else max(days)) + timedelta(days=by)
        if min(days) <= here <= max(days):
            self.day = None if here == max(days) else here
            self.repaint()

    def do_row_down(self) -> None:
        """A day later."""
        self._go(1)

    def do_row_up(self) -> None:
        """A day earlier."""
        self._go(-1)

    def do_row_page_down(self) -> None:
        """Four weeks later."""
        self._go(28)

    def do_row_page_up(self) -> None:
        """Four weeks earlier."""
        self._go(-28)

    def do_week_before(self) -> None:
        """A week earlier."""
        self._go(-7)

    def do_week_after(self) -> None:
        """A week later."""
        self._go(7)

    def on_click(self, event: events.Click) -> None:
        """A click reads a day out."""
        offset = event.get_content_offset(self)
        if offset is None or not 1 <= offset.y <= 7 or offset.x < LEAD:
            return
        day = self._first + timedelta(weeks=(offset.x - LEAD) // CELL, days=offset.y - 1)
        if day in self.entries:
            self.day = day
            self.repaint()
