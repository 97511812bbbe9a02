"""One venue's columns: its days' minute tables, and slots of any of its minutes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import Columns
from engine.market.world.halts import first_minute
from engine.market.world.minutes import FIELDS, MinuteSource, MinuteTable, activity
from engine.market.world.path import Slots
from engine.market.world.scenario import DEPTH, Effects
from engine.market.world.tables import F64
from engine.market.world.timeline import Day, Layout, Timeline
from engine.model.session import MarketSession

I64 = NDArray[np.int64]
OPEN_STATES = (MarketSession.PRE, MarketSession.REGULAR, MarketSession.POST)
CHUNK = 8
"""Columns drawn at once when the next day is prepared ahead, so that no step pays for a whole day."""

KEPT_DAYS = 3
THIN_SIZE = 0.1


def spread_factors(layout: Layout, kind: str) -> F64:
    """How much wider than its mean the spread is in each trading minute."""
    lo, hi = layout.bounds[1]
    out = np.full(len(layout.minute), 4.0)
    out[lo:hi] = 1.0
    if kind == "forex":
        out[lo : lo + 30] = 3.0
    elif kind != "crypto" and hi - lo < 720:
        out[lo : lo + 3] = 1.5
        out[hi - 2 : hi] = 1.25
    return out[layout.real]


class Venue:
    """Columns that share a calendar. `ix` are their places in the world. `resting` is what its columns show
    while it is shut, known for one (row, last minute)."""

    def __init__(
        self, timeline: Timeline, ix: I64, columns: Columns, source: MinuteSource, effects: Effects | None
    ) -> None:
        self.timeline = timeline
        self.ix = ix
        self._columns = columns
        self._source = source
        self._tables: dict[int, list[MinuteTable]] = {}
        self._spreads: dict[int, F64] = {}
        self._seasons: dict[tuple[int, str], tuple[F64, F64]] = {}
        self._kinds = [columns.shape[i].season for i in ix]
        self._spread = columns.spread[ix]
        self._effects = effects
        self.resting: tuple[tuple[int, int], Slots, list[I64]] | None = None

    def table(self, row: int) -> MinuteTable:
        """Minutes of all columns of the venue on the day of `row`."""
        parts = self._tables.setdefault(row, [])
        done = sum(part.start.shape[1] for part in parts)
        if done < len(self.ix):
            parts.append(self._draw(row, done, len(self.ix)))
        if len(parts) > 1:
            fields = [np.concatenate([getattr(p, name) for p in parts], axis=1) for name in FIELDS]
            parts[:] = [MinuteTable(*fields)]
        for old in [r for r in self._tables if abs(r - row) > KEPT_DAYS]:
            del self._tables[old]
        return parts[0]

    def column(self, row: int, place: int) -> MinuteTable | None:
        """One column's copy of a day that is already drawn as a whole, else None."""
        parts = self._tables.get(row, [])
        if len(parts) != 1 or parts[0].start.shape[1] < len(self.ix):
            return None
        return MinuteTable(*[np.ascontiguousarray(getattr(parts[0], name)[:, place]) for name in FIELDS])

    def _draw(self, row: int, first: int, stop: int) -> MinuteTable:
        ix = self.ix[first:stop]
        return self._source.draw(ix, [self.timeline.day(row)] * len(ix))

    def ends(self, row: int, first: int, stop: int) -> F64:
        """Efficient prices at the ends of a day's minutes, of the columns in [first, stop); nothing else of it is
        kept."""
        parts = self._tables.get(row, [])
        whole = len(parts) == 1 and parts[0].end.shape[1] == len(self.ix)
        table = parts[0].end[:, first:stop] if whole else self._draw(row, first, stop).end
        return np.ascontiguousarray(table)

    def prepare(self, minute: int, ahead: int) -> bool:
        """Draw a few columns of the next day if it starts within `ahead` minutes; whether anything was drawn."""
        row = self.timeline.row_at(minute) + 1
        if row > self.timeline.last or self.timeline.day(row).start - minute > ahead:
            return False
        parts = self._tables.setdefault(row, [])
        done = sum(part.start.shape[1] for part in parts)
        if done >= len(self.ix):
            return False
        parts.append(self._draw(row, done, min(done + CHUNK, len(self.ix))))
        return True

    def spread(self, day: Day, index: int) -> F64:
        """Mean spread of each column in a trading minute."""
        found = self._spreads.get(id(day.layout))
        if found is None:
            names = list(dict.fromkeys(self._kinds))
            factors = np.stack([spread_factors(day.layout, name) for name in names], axis=1)
            found = factors[:, [names.index(kind) for kind in self._kinds]] * self._spread
            self._spreads[id(day.layout)] = found
        if self._effects is not None:
            return self._effects.spread(self.ix, day.minutes[index], found[index], self._spread)
        return np.asarray(found[index])

    def thin(self, day: Day, index: int) -> F64:
        """Size factor of each column in a trading minute."""
        factor = np.full(len(self.ix), 1.0 if day.state[index] == MarketSession.REGULAR else THIN_SIZE)
        return factor if self._effects is None else factor * self._effects.factor(DEPTH, self.ix, day.minutes[index])

    def slots(self, row: int, index: int, shut: bool) -> Slots:
        """Slots of trading minute `index`; with `shut`, of the motionless minute after it."""
        day, table = self.timeline.day(row), self.table(row)
        minute = int(day.minutes[index])
        spread, sd = self.spread(day, index), table.sd[index]
        thin = self.thin(day, index)
        count = len(self.ix)
        nothing = np.zeros(count)
        if shut:
            end = table.end[index]
            fixed = np.full(count, minute + 1)
            return Slots(
                self.ix, fixed, end, end, sd, nothing, table.mood[index], nothing, nothing, spread, spread, sd,
                thin,
            )  # fmt: skip
        goes_on = index + 1 < len(day.minutes) and int(day.minutes[index + 1]) == minute + 1
        after = index + 1 if goes_on else index
        next_spread, next_sd = self.spread(day, after), table.sd[after]
        if after == index:
            next_spread, next_sd = self._over_midnight(row, minute, next_spread, next_sd)
        slots = Slots(
            self.ix, np.full(count, minute), table.start[index], table.end[index], sd, table.jump[index],
            table.mood[index], table.rate[index], table.z[index - 1] if index else nothing, spread,
            next_spread, next_sd, thin,
        )  # fmt: skip
        return self._held(day, table.halt[index], slots)

    def _held(self, day: Day, codes: NDArray[np.int32], slots: Slots) -> Slots:
        """The slots with halted columns in the minute in which their halt began."""
        if not codes.any():
            return slots
        minute, spread, thin = slots.minute, slots.spread.copy(), slots.thin
        for place in np.flatnonzero(codes).tolist():
            first = first_minute(int(codes[place]))
            minute[place], spread[place] = day.minutes[first], self.spread(day, first)[place]
            thin[place] = self.thin(day, first)[place]
        return replace(slots, spread=spread)

    def halted(self, row: int, index: int) -> NDArray[np.bool_]:
        """Which columns stand still in a trading minute, by their places in the venue."""
        stands: NDArray[np.bool_] = self.table(row).halt[index] != 0
        return stands

    def _over_midnight(self, row: int, minute: int, spread: F64, sd: F64) -> tuple[F64, F64]:
        """Spread and volatility of the next day's first minute where it follows without a pause."""
        if row + 1 > self.timeline.last:
            return spread, sd
        following = self.timeline.day(row + 1)
        if int(following.minutes[0]) != minute + 1:
            return spread, sd
        return self.spread(following, 0), self.table(row + 1).sd[0]

    def season(self, day: Day, place: int) -> tuple[F64, F64]:
        """Expected share of a usual day's volume in each trading minute for the column at `place` of the venue, and
        that of each minute with all the day's minutes after it."""
        kind = self._kinds[place]
        found = self._seasons.get((id(day.layout), kind))
        if found is None:
            volume = activity(day.layout, kind)[1][day.layout.real]
            volume *= self.timeline.length(day.row) / np.add.accumulate(volume)[-1]
            left = np.add.accumulate(volume[::-1])[::-1]
            found = self._seasons[id(day.layout), kind] = volume, left
        return found
