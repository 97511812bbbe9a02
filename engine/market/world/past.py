"""The minutes of one instrument at any time: tables, slots to fill, and what can be said without filling."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import Columns
from engine.market.world.halts import first_minute
from engine.market.world.minutes import FIELDS, MinuteSource, MinuteTable
from engine.market.world.path import Keys, Slots
from engine.market.world.scenario import DEPTH, Effects
from engine.market.world.tables import F64, tables
from engine.market.world.timeline import Day, Timeline
from engine.market.world.venue import THIN_SIZE, spread_factors
from engine.model.session import MarketSession
from engine.rng import halves, keys, words

I64 = NDArray[np.int64]
KEPT = 300
Spot = tuple[int, int]
"""(row, trading minute) of an instrument."""

Ready = Callable[[int, int], MinuteTable | None]
"""A table of (column, row) that somebody has drawn already."""


class Past:
    """Minute tables and slots of any time of any column; remembers the tables of a few days."""

    def __init__(
        self,
        streams: Keys,
        columns: Columns,
        source: MinuteSource,
        timelines: list[Timeline],
        ready: Ready,
        effects: Effects | None,
    ) -> None:
        self._streams, self._columns, self._source, self._ready = streams, columns, source, ready
        self.timelines = timelines
        self.effects = effects
        self._tables: OrderedDict[tuple[int, int], MinuteTable] = OrderedDict()

    def load(self, ix: int, rows: list[int]) -> None:
        """Draw the missing minute tables of `rows`, days of one shape together."""
        line = self.timelines[ix]
        groups: dict[int, list[Day]] = {}
        for row in rows:
            if (ix, row) not in self._tables:
                ready = self._ready(ix, row)
                if ready is not None:
                    self._tables[ix, row] = ready
                    continue
                day = line.day(row)
                groups.setdefault(id(day.layout), []).append(day)
        for days in groups.values():
            drawn = self._source.draw(np.full(len(days), ix), days)
            for place, day in enumerate(days):
                part = [np.ascontiguousarray(getattr(drawn, name)[:, place]) for name in FIELDS]
                self._tables[ix, day.row] = MinuteTable(*part)
        while len(self._tables) > max(KEPT, 2 * len(rows)):
            self._tables.popitem(last=False)

    def table(self, ix: int, row: int) -> MinuteTable:
        """Minutes of one column on one day; arrays (minutes,)."""
        if (ix, row) not in self._tables:
            self.load(ix, [row])
        return self._tables[ix, row]

    def _spread(self, ix: int, day: Day) -> F64:
        usual = float(self._columns.spread[ix])
        spread = spread_factors(day.layout, self._columns.shape[ix].season) * usual
        if self.effects is None:
            return spread
        return self.effects.spread(np.array([ix]), day.minutes, spread, np.array([usual]))

    def _thin(self, ix: int, day: Day, index: int) -> float:
        thin = 1.0 if day.state[index] == MarketSession.REGULAR else THIN_SIZE
        if self.effects is None:
            return thin
        return thin * float(self.effects.factor(DEPTH, np.array([ix]), day.minutes[index])[0])

    def slots(self, ix: int, spots: list[Spot]) -> Slots:
        """Slots of any minutes of one column, side by side."""
        line = self.timelines[ix]
        self.load(ix, sorted({row for row, _ in spots}))
        out: list[tuple[float, ...]] = []
        spreads = {row: self._spread(ix, line.day(row)) for row in {row for row, _ in spots}}
        for row, index in spots:
            day, table, spread = line.day(row), self.table(ix, row), spreads[row]
            code = int(table.halt[index])
            began = first_minute(code) if code else index
            minute = int(day.minutes[began])
            last = index + 1 == len(day.minutes)
            after = index if last or int(day.minutes[index + 1]) != int(day.minutes[index]) + 1 else index + 1
            next_spread, next_sd = float(spread[after]), float(table.sd[after])
            if last and row < line.last and int(line.day(row + 1).minutes[0]) == minute + 1:
                next_spread = float(self._spread(ix, line.day(row + 1))[0])
                next_sd = float(self.table(ix, row + 1).sd[0])
            thin = self._thin(ix, day, began)
            out.append(
                (minute, table.start[index], table.end[index], table.sd[index], table.jump[index], table.mood[index],
                 table.rate[index], table.z[index - 1] if index else 0.0, spread[began], next_spread, next_sd, thin)
            )  # fmt: skip
        fields = np.array(out, np.float64).T.copy()
        return Slots(np.full(len(spots), ix), fields[0].astype(np.int64), *fields[1:])

    def spots(self, ix: int, start: int, stop: int) -> list[Spot]:
        """Trading minutes in [start, stop)."""
        line = self.timelines[ix]
        out: list[Spot] = []
        for row in range(line.row_at(start), line.row_at(stop) + 1):
            minutes = line.day(row).minutes
            low, high = np.searchsorted(minutes, (start, stop))
            out.extend((row, index) for index in range(int(low), int(high)))
        return out

    def volume_between(self, ix: int, row: int, low: float, high: float) -> int:
        """Lots of a day between two positions counted in trading minutes."""
        table = self.table(ix, row).volume
        return self._whole(table, high) - self._whole(table, low)

    @staticmethod
    def _whole(volume: F64, position: float) -> int:
        index = min(int(position), len(volume) - 1)
        step = float(volume[min(index + 1, len(volume) - 1)]) - float(volume[index])
        return int(float(volume[index]) + step * (position - index))

    def extremes(self, ix: int, row: int, low: int, high: int) -> tuple[F64, F64]:
        """Highest and lowest efficient price of trading minutes [low, high) of a day (exact Brownian law)."""
        table, minutes = self.table(ix, row), self.timelines[ix].day(row).minutes[low:high]
        driver = self._columns.driver[ix : ix + 1]
        u = halves(words(keys(self._streams.minute, driver, minutes), 7, 1)[0])
        drop = tables().minus_log.take(u[:, :2] >> 4)
        start, end, sd = table.start[low:high], table.end[low:high], table.sd[low:high]
        move = end - start
        up = np.sqrt(move * move + 2 * sd * sd * drop[:, 0])
        down = np.sqrt(move * move + 2 * sd * sd * drop[:, 1])
        return start + 0.5 * (move + up), start + 0.5 * (move - down)
