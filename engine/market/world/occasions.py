"""What a chronicler of the world asks: where sessions opened and closed, when prices jumped, who was halted for news.

All of it is read off the day level and off hashes, so years of one name cost little. Unlike bars it may look ahead:
whoever asks must not show what has not happened (engine/research/practice/stage.py keeps that promise).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.market.world.halts import runs
from engine.market.world.tables import exp
from engine.model.ids import MINUTE_NS

if TYPE_CHECKING:
    from engine.market.world.classes import Columns
    from engine.market.world.days import Days
    from engine.market.world.halts import Rules
    from engine.market.world.scenario import Effects
    from engine.market.world.timeline import Day, Timeline

I64 = NDArray[np.int64]
_EPOCH = 719_163
"""1970-01-01 as a date ordinal."""


class Session(NamedTuple):
    """A regular session: its date ordinal, times in ns, prices in ticks, the close before it, and from when on the
    gap between the two can be known (the opening; earlier where a scenario moves the price after the close)."""

    day: int
    opens: int
    closes: int
    open: int
    close: int
    before: int
    known: int


class Occasions:
    """Past and future of a world's columns at the level of sessions."""

    def __init__(
        self, columns: Columns, days: Days, lines: list[Timeline], rules: Rules, effects: Effects | None
    ) -> None:
        self._columns, self._days, self._lines, self._rules, self._effects = columns, days, lines, rules, effects

    def sessions(self, ix: int, first: int, last: int) -> list[Session]:
        """Sessions whose dates (ordinals) lie in [first, last], oldest first; those that the world knows whole."""
        rows = [row for row in self._rows(ix, first, last) if row > self._lines[ix].first]
        if not rows:
            return []
        line = self._lines[ix]
        self._days.need(rows[-1])
        here, table = np.array(rows) - self._days.first, self._days.table
        ends = [(line.regular_close(row - 1), line.regular_open(row), line.regular_close(row)) for row in rows]
        logs = np.stack([table["close"][here - 1, ix], table["open"][here, ix], table["close"][here, ix]], axis=1)
        known = [opens for _, opens, _ in ends]
        if self._effects is not None:
            logs = logs + self._effects.offset(np.full(logs.shape, ix), np.array(ends) // MINUTE_NS)
            known = [self._first_move(ix, closed // MINUTE_NS, opens // MINUTE_NS) for closed, opens, _ in ends]
        prices = np.maximum(np.rint(self._columns.price0[ix] * exp(logs)), 1).astype(np.int64).tolist()
        return [
            Session(line.label(row), opens, closes, opened, close, before, first_known)
            for row, (_, opens, closes), (before, opened, close), first_known in zip(
                rows, ends, prices, known, strict=True
            )
        ]

    def jumps(self, ix: int, start: int, end: int) -> list[tuple[int, float]]:
        """(minute in ns, log size) of the jumps of a column whose minutes begin in [start, end)."""
        found: list[tuple[int, float]] = []
        for row in self._rows(ix, start // (1440 * MINUTE_NS) + _EPOCH - 1, end // (1440 * MINUTE_NS) + _EPOCH + 1):
            self._days.need(row)
            here = row - self._days.first
            for number in ("1", "2"):
                size = float(self._days.table[f"jump_{number}"][here, ix])
                if size:
                    place = float(self._days.table[f"place_{number}"][here, ix])
                    found.append((_minute(self._lines[ix].day(row), place), size))
        return sorted(jump for jump in found if start <= jump[0] < end)

    def news_halts(self, ix: int, start: int, end: int) -> list[tuple[int, int]]:
        """(since, until) in ns of the halts for news of a column that begin in [start, end)."""
        found, line = [], self._lines[ix]
        rows = self._rows(ix, start // (1440 * MINUTE_NS) + _EPOCH - 1, end // (1440 * MINUTE_NS) + _EPOCH + 1)
        for place in self._rules.news_days(ix, [line.label(row) for row in rows]):
            day = line.day(rows[place])
            spell = self._rules.news_halt(ix, day, runs(day))
            if spell is not None:
                since, until = (int(day.minutes[index]) * MINUTE_NS for index in spell[:2])
                found.append((since, until))
        return sorted(halt for halt in found if start <= halt[0] < end)

    def scenario_from(self) -> int | None:
        """When a scenario's first effect begins, in ns; None without one."""
        return None if self._effects is None else self._effects.begin * MINUTE_NS

    def _rows(self, ix: int, first: int, last: int) -> range:
        line = self._lines[ix]
        start = line.row_at((first - _EPOCH) * 1440)
        while start > line.first and line.label(start - 1) >= first:
            start -= 1
        while start <= line.last and line.label(start) < first:
            start += 1
        stop = start
        while stop <= line.last and line.label(stop) <= last:
            stop += 1
        return range(start, stop)

    def _first_move(self, ix: int, closed: int, opens: int) -> int:
        """From when on (ns) a scenario has moved the price after a close; the opening where none does."""
        assert self._effects is not None
        late = np.arange(closed, min(opens, closed + 240) + 1)
        moved = self._effects.offset(np.full(late.shape, ix), late)
        hits = np.flatnonzero(moved[1:] != moved[0])
        return (int(late[hits[0] + 1]) if len(hits) else opens) * MINUTE_NS


def _minute(day: Day, place: float) -> int:
    """The minute in ns at a share of a day's regular minutes, as the minute level places jumps."""
    low, high = day.layout.bounds[1]
    regular = day.layout.real[(day.layout.real >= low) & (day.layout.real < high)]
    return (day.start + int(day.layout.minute[regular[int(place * len(regular))]])) * MINUTE_NS
