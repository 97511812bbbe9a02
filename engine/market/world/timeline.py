"""A venue's days as the world sees them: trading minutes in a row, and where a time falls among them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.model.ids import MINUTE_NS, TimeNs
from engine.model.session import MarketSession, SessionDay

BACK = 735
"""Sessions of history before the anchor day."""

PARTS = (MarketSession.PRE, MarketSession.REGULAR, MarketSession.POST)


class CalendarLike(Protocol):
    """What the world asks of a calendar: its session days in time order and the ordinals of their labels."""

    @property
    def days(self) -> Sequence[SessionDay]: ...

    @property
    def ordinals(self) -> Sequence[int]: ...


@dataclass(frozen=True)
class Layout:
    """The shape of one kind of day: rows of (minute or lunch gap), relative to the day's first minute.

    `minute` is the row's minute offset, `is_gap` marks lunch breaks, `part` indexes PARTS, `real` lists the
    rows that are trading minutes, `bounds` gives [lo, hi) of each part's rows.
    """

    clock: int
    minute: NDArray[np.int64]
    is_gap: NDArray[np.bool_]
    part: NDArray[np.int64]
    real: NDArray[np.int64]
    bounds: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Day:
    """One session day: `row` counts sessions from the anchor's, minutes are absolute (since 1970 UTC)."""

    row: int
    label: int
    start: int
    end: int
    layout: Layout
    minutes: NDArray[np.int64]
    state: NDArray[np.int64]


def _layout(shape: tuple[tuple[int, int, int], ...], clock: int) -> Layout:
    minute: list[int] = []
    gap: list[bool] = []
    part: list[int] = []
    for index, state in enumerate(PARTS):
        spans = [(lo, hi) for lo, hi, kind in shape if kind == state]
        for order, (lo, hi) in enumerate(spans):
            if order and spans[order - 1][1] < lo:
                minute.append(spans[order - 1][1])
                gap.append(True)
                part.append(index)
            minute.extend(range(lo, hi))
            gap.extend([False] * (hi - lo))
            part.extend([index] * (hi - lo))
    parts = np.array(part, np.int64)
    edges = [(int(np.searchsorted(parts, p)), int(np.searchsorted(parts, p, "right"))) for p in range(3)]
    is_gap = np.array(gap, np.bool_)
    bounds = (edges[0], edges[1], edges[2])
    return Layout(clock, np.array(minute, np.int64), is_gap, parts, np.flatnonzero(~is_gap), bounds)


class Timeline:
    """Days of one calendar by row number; row 0 holds the anchor."""

    def __init__(self, calendar: CalendarLike, anchor: TimeNs) -> None:
        self._days = calendar.days
        self._ordinals = calendar.ordinals
        self._origin = max(0, bisect_right(self._days, anchor, key=_start) - 1)
        self._layouts: dict[tuple[object, int], Layout] = {}
        self._cache: dict[int, Day] = {}
        self._recent = 0
        self._placed = -(1 << 62), (0, 0, 0)
        self.first = max(-BACK, -self._origin)
        self.last = len(self._days) - 1 - self._origin
        segments = self._days[self._origin].segments
        self.trades_early = segments[0].state == MarketSession.PRE
        self.trades_late = segments[-1].state == MarketSession.POST
        self._opens: dict[int, int] = {}
        self._lengths: dict[int, int] = {}
        near = sorted(self._length(row) for row in range(max(self.first, -3), min(self.last, 3) + 1))
        self.regular_minutes = near[len(near) // 2]
        self.closes = self.regular_minutes < 720

    def label(self, row: int) -> int:
        """Date ordinal of a row's label; rows outside the calendar count on in days."""
        inside = min(max(row, self.first), self.last)
        return self._ordinals[self._origin + inside] + row - inside

    def pauses(self, row: int) -> bool:
        """Whether trading pauses between the previous row's end and this row's start."""
        index = self._origin + row
        if index < 1 or index >= len(self._days):
            return False
        return _start(self._days[index]) > _end(self._days[index - 1])

    def day(self, row: int) -> Day:
        """The day of a row in first .. last."""
        found = self._cache.get(row)
        if found is None:
            found = self._cache[row] = self._build(row)
        return found

    def _build(self, row: int) -> Day:
        source = self._days[self._origin + row]
        start = int(source.segments[0].start) // MINUTE_NS
        trading = [s for s in source.segments if s.state in PARTS]
        shape = tuple(
            (int(s.start) // MINUTE_NS - start, int(s.end) // MINUTE_NS - start, int(s.state)) for s in trading
        )
        clock = start % 1440
        layout = self._layouts.get((shape, clock))
        if layout is None:
            layout = self._layouts[shape, clock] = _layout(shape, clock)
        states = np.array([int(p) for p in PARTS], np.int64)[layout.part[layout.real]]
        minutes = layout.minute[layout.real] + start
        return Day(row, self.label(row), start, int(minutes[-1]) + 1, layout, minutes, states)

    def regular_open(self, row: int) -> int:
        """Time in ns at which a row's regular session opens."""
        found = self._opens.get(row)
        if found is None:
            segments = self._days[self._origin + row].segments
            found = self._opens[row] = next(int(s.start) for s in segments if s.state == MarketSession.REGULAR)
        return found

    def regular_close(self, row: int) -> int:
        """Time in ns at which a row's regular session closes."""
        segments = self._days[self._origin + max(row, self.first)].segments
        return max(int(s.end) for s in segments if s.state == MarketSession.REGULAR)

    def _length(self, row: int) -> int:
        found = self._lengths.get(row)
        if found is None:
            regular = [s for s in self._days[self._origin + row].segments if s.state == MarketSession.REGULAR]
            found = self._lengths[row] = sum(int(s.end) - int(s.start) for s in regular) // MINUTE_NS
        return found

    def length(self, row: int) -> float:
        """A row's regular minutes over the usual number: below 1 on half days, which trade that much less."""
        return self._length(min(max(row, self.first), self.last)) / self.regular_minutes

    def row_at(self, minute: int) -> int:
        """The row whose day has begun at `minute` (the first row where none has)."""
        row = self._recent
        if self.day(row).start <= minute and (row == self.last or minute < self.day(row + 1).start):
            return row
        found = bisect_right(self._days, TimeNs(minute * MINUTE_NS), key=_start) - 1 - self._origin
        self._recent = min(max(found, self.first), self.last)
        return self._recent

    def place(self, minute: int) -> tuple[int, int, int]:
        """(row, trading minute of that day, state) at a minute; when shut, the last minute that traded."""
        if self._placed[0] != minute:
            self._placed = minute, self._place(minute)
        return self._placed[1]

    def _place(self, minute: int) -> tuple[int, int, int]:
        row = self.row_at(minute)
        day = self.day(row)
        index = int(np.searchsorted(day.minutes, minute, "right")) - 1
        if index < 0:
            return row, 0, MarketSession.CLOSED
        if int(day.minutes[index]) == minute:
            return row, index, int(day.state[index])
        return row, index, MarketSession.BREAK if minute < day.end else MarketSession.CLOSED


def _start(day: SessionDay) -> TimeNs:
    return day.segments[0].start


def _end(day: SessionDay) -> TimeNs:
    return day.segments[-1].end
