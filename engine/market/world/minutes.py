"""Minute level: any day's minutes of any columns, bridged exactly to the day's return.

A Gaussian path with the minutes' variances is bent by its missing end, each minute taking its share of the
variance. That is a Brownian bridge, so nothing in the path tells where the day will close.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import ALONE, FASTEST, MINUTE_PERSISTENCE, SHARED, Columns
from engine.market.world.days import Days
from engine.market.world.halts import Rules
from engine.market.world.scenario import Effects
from engine.market.world.season import season
from engine.market.world.tables import F32, F64, column_sum, exp, exp32, mixing, normal, powers
from engine.market.world.timeline import Day, Layout
from engine.rng import halves, keys, stable_hash, stream_key, words, words_at

EXTENDED_VOLUME = 0.03
LUNCH_WEIGHT = 8.0
"""Variance of a lunch break in ordinary minutes."""

FLOOR = 3.0
"""Lowest efficient price in ticks: a world price never reaches zero."""

FIELDS = ("start", "end", "sd", "jump", "mood", "rate", "z", "volume", "halt")
_SHARED, _ALONE = np.float32(SHARED), np.float32(ALONE)


@dataclass(frozen=True)
class MinuteTable:
    """Trading minutes of one day of each column: arrays (minutes, n).

    start, end: efficient price in ticks; sd: standard deviation of the minute's diffusive move in ticks;
    jump: its jump in ticks; mood: relative volatility of the hour; rate: expected trades a tick of 100 ms;
    z: the diffusive move in standard deviations; volume: lots traded in the day up to the minute's start,
    with the day's total in the last row, hence (minutes + 1, n); halt: 0 or the code of a halt (halts.py).
    """

    start: F64
    end: F64
    sd: F64
    jump: F64
    mood: F64
    rate: F64
    z: F64
    volume: F64
    halt: NDArray[np.int32]


@cache
def _season(kind: str, clock: int, minutes: int) -> F64:
    return season(kind, clock, minutes)


def activity(layout: Layout, kind: str) -> tuple[F64, F64]:
    """(variance weight, volume weight) of each row of a layout, both 1 on average over the regular session."""
    lo, hi = layout.bounds[1]
    variance = np.ones(len(layout.minute))
    volume = np.full(len(layout.minute), EXTENDED_VOLUME)
    regular = np.flatnonzero(~layout.is_gap[lo:hi]) + lo
    shape = _season(kind, (layout.clock + int(layout.minute[lo])) % 1440, len(regular))
    variance[regular] = shape
    volume[regular] = shape
    variance[layout.is_gap], volume[layout.is_gap] = LUNCH_WEIGHT, 0.0
    return variance, volume


class _Moves(NamedTuple):
    """Prices at the edges of a day's rows, and each row's deviation, diffusive log move and jump."""

    price: F64
    sd: F64
    moves: F64
    jump: F64 | None


class MinuteSource:
    """Draws minute tables. Every column of one call shares a layout; days may differ."""

    def __init__(self, seed: int, columns: Columns, days: Days, rules: Rules, effects: Effects | None) -> None:
        self._columns = columns
        self._days = days
        self._rules = rules
        self._effects = effects
        self._own = stream_key(seed, "minute")
        self._shared = stream_key(seed, "minute-shared")
        self._factor = np.array([stable_hash(f"factor {name}") for name in columns.factors], np.uint64)
        self._shared_mood = np.array([stable_hash(f"mood {name}") for name in columns.factors], np.uint64)
        keep = np.array(MINUTE_PERSISTENCE)
        self._keep, self._shock = keep, np.sqrt(1 - keep * keep)
        self._square = column_sum(columns.minute_sd**2)

    def _common(self, subjects: NDArray[np.uint64], starts: NDArray[np.int64], layout: Layout) -> F32:
        """Draws of factors or their moods by UTC minute, (rows, n, 4): one set for all columns that share them."""
        pairs = np.stack([subjects, starts.astype(np.uint64)])
        unique, inverse = np.unique(pairs, axis=1, return_inverse=True)
        key = keys(self._shared, np.ascontiguousarray(unique[0]), np.zeros(1, np.int64))
        drawn = normal(halves(words_at(key, unique[1].astype(np.int64) + layout.minute[:, None])))
        return drawn[:, inverse.ravel()]

    def _mood(self, ix: NDArray[np.int64], own: F32, common: F32, first: F32) -> F32:
        """Log-volatility within the day, clipped and centred, (rows, n)."""
        sd = self._columns.minute_sd[:, ix]
        total = np.zeros(own.shape[:2])
        for part in range(3):
            decay = _decay(self._keep[part], own.shape[0])
            noise = (own[:, :, part] * _ALONE + common[:, :, part] * _SHARED).astype(np.float64)
            noise *= self._shock[part] / decay
            path = np.add.accumulate(noise, axis=0)
            path += first[:, part]
            path *= decay
            path *= sd[part]
            total += path
        clipped = np.minimum(np.maximum(total, -1.4), 1.25)
        return (clipped - self._square[ix]).astype(np.float32)

    def draw(self, ix: NDArray[np.int64], days: list[Day]) -> MinuteTable:
        """Minutes of column `ix[k]` on `days[k]`. All days must share one layout object's shape."""
        layout, columns = days[0].layout, self._columns
        starts = np.array([day.start for day in days], np.int64)
        labels = np.array([day.label for day in days], np.int64)
        first = normal(halves(words(keys(self._own, columns.driver[ix], labels), 0, 1)[0]))
        key = keys(self._own, columns.driver[ix], np.zeros(1, np.int64))
        minute = 2 * (starts + layout.minute[:, None])
        own = normal(halves(words_at(key, minute)))
        rest = normal(halves(words_at(key, minute + 1))[:, :, :2])
        common = self._common(self._shared_mood[ix], starts, layout)
        factor = self._common(self._factor[ix], starts, layout)[:, :, 0]
        level = self._mood(ix, own, common, first)
        mood = exp32(level)
        q = mixing(columns.minute_mixing[ix], rest[:, :, 0] * _ALONE + common[:, :, 3] * _SHARED)
        z = columns.minute_rho[ix] * factor + columns.minute_own[ix] * own[:, :, 3]
        variance, traded = self._weights(ix, layout)
        weight = variance * (mood * mood * q * q)
        busy = traded * exp32(np.float32(0.9) * level + np.float32(0.35) * rest[:, :, 1])
        table = self._bridge(ix, days, weight, z, mood, busy)
        if self._effects is not None:
            table = self._effects.bend(ix, days, table)
        return self._rules.freeze(ix, days, table)

    def _weights(self, ix: NDArray[np.int64], layout: Layout) -> tuple[F64, F64]:
        kinds = [self._columns.shape[i].season for i in ix]
        names = list(dict.fromkeys(kinds))
        pairs = [activity(layout, name) for name in names]
        if len(names) == 1:
            return pairs[0][0][:, None], pairs[0][1][:, None]
        which = [names.index(kind) for kind in kinds]
        variance, volume = (np.stack([pair[k] for pair in pairs], axis=1)[:, which] for k in range(2))
        return variance, volume

    def _bridge(self, ix: NDArray[np.int64], days: list[Day], weight: F64, z: F64, mood: F32, busy: F64) -> MinuteTable:
        layout = days[0].layout
        rows = np.array([day.row for day in days], np.int64)
        self._days.need(int(rows.max()))
        here = rows - self._days.first
        table = self._days.table
        ends = {
            0: (table["pre"][here, ix], table["pre_sd"][here, ix]),
            1: (table["diffusive"][here, ix], table["inner"][here, ix]),
            2: (table["after"][here + 1, ix], table["after_sd"][here + 1, ix]),
        }
        sd, moves = np.empty_like(weight), np.empty_like(weight)
        for part, (lo, hi) in enumerate(layout.bounds):
            if hi > lo:
                end, spread = ends[part]
                share = weight[lo:hi] / column_sum(weight[lo:hi])
                sd[lo:hi] = spread * np.sqrt(share)
                steps = sd[lo:hi] * z[lo:hi]
                moves[lo:hi] = steps + share * (end - column_sum(steps))
        jump = self._jumps(ix, here, layout, moves.shape)
        path = np.empty((len(weight) + 1, len(ix)))
        path[0] = table["open"][here, ix] - (ends[0][0] if layout.bounds[0][1] else 0.0)
        path[1:] = moves
        if jump is not None:
            path[1:] += jump
        price = np.maximum(self._columns.price0[ix] * exp(np.add.accumulate(path, axis=0)), FLOOR)
        return self._finish(ix, here, layout, _Moves(price, sd, moves, jump), mood, busy)

    def _finish(
        self,
        ix: NDArray[np.int64],
        here: NDArray[np.int64],
        layout: Layout,
        path: _Moves,
        mood: F32,
        busy: F64,
    ) -> MinuteTable:
        real, columns = layout.real, self._columns
        lo, hi = layout.bounds[1]
        minutes = float(hi - lo - int(layout.is_gap[lo:hi].sum()))
        volume = np.zeros((len(real) + 1, len(ix)))
        np.add.accumulate(busy[real], axis=0, out=volume[1:])
        length = minutes / self._days.minutes[ix]
        volume *= self._days.table["volume"][here, ix] * length / volume[-1]
        start = path.price[:-1][real]
        usual = np.minimum(columns.trades[ix] * length / (600 * minutes), FASTEST)
        relative = np.minimum((volume[1:] - volume[:-1]) * (minutes / (length * columns.adv[ix])), 8.0)
        ticks = path.sd[real] * start
        shift = np.zeros_like(start) if path.jump is None else path.jump[real] * start
        z = path.moves[real] / np.maximum(path.sd[real], 1e-12)
        end, feel = path.price[1:][real], mood[real].astype(np.float64)
        free = np.zeros(start.shape, np.int32)
        return MinuteTable(start, end, ticks, shift, feel, usual * relative, z, volume, free)

    def _jumps(
        self, ix: NDArray[np.int64], here: NDArray[np.int64], layout: Layout, shape: tuple[int, ...]
    ) -> F64 | None:
        """Jumps of the day at their rows, or None where no column jumps."""
        lo, hi = layout.bounds[1]
        regular = layout.real[(layout.real >= lo) & (layout.real < hi)]
        out: F64 | None = None
        for name in ("1", "2"):
            size = self._days.table[f"jump_{name}"][here, ix]
            hit = np.flatnonzero(size)
            if len(hit):
                out = np.zeros(shape) if out is None else out
                place = self._days.table[f"place_{name}"][here, ix][hit]
                out[regular[(place * len(regular)).astype(np.int64)], hit] += size[hit]
        return out


@cache
def _decay(keep: float, rows: int) -> F64:
    return powers(np.array([keep]), rows)
