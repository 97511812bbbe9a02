"""What a scenario does to prices, spreads, sizes and volume, as a function of (column, time).

Nothing is carried: every effect is a curve over UTC minutes, read where it is needed. A price is multiplied by
exp(offset), so minutes stay joined and bars, quotes and trades go on agreeing. Formulas: docs/market-model.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.market.world.tables import F64, exp

if TYPE_CHECKING:
    from engine.market.world.minutes import MinuteTable
    from engine.market.world.timeline import Day

I64 = NDArray[np.int64]
SPREAD, DEPTH, VOLUME, UNREST = "spread", "depth", "volume", "unrest"
QUIET = 0.4
"""Share of its usual volatility that a calm market has."""

Z_LIMIT = 4.0
FLOOR = 3.0


class Curve(NamedTuple):
    """A function of time: straight between its points (UTC minutes), constant outside."""

    at: F64
    value: F64

    @classmethod
    def of(cls, *points: tuple[float, float]) -> Curve:
        """A curve through points given in time order."""
        times, values = np.array(points, np.float64).T
        return cls(times.copy(), values.copy())

    @classmethod
    def steps(cls, points: Sequence[tuple[float, float]]) -> Curve:
        """Constant from each point to the next; 1 before the first."""
        drawn: list[tuple[float, float]] = []
        before = 1.0
        for time, value in points:
            drawn += [(time, before), (time, value)]
            before = value
        return cls.of(*drawn)

    def read(self, minute: F64) -> F64:
        """Values at times; at a step the later value."""
        place = np.searchsorted(self.at, minute, "right")
        low = np.clip(place - 1, 0, len(self.at) - 1)
        high = np.clip(place, 0, len(self.at) - 1)
        span = self.at[high] - self.at[low]
        share = (minute - self.at[low]) / np.where(span > 0, span, 1.0)
        share = np.minimum(np.maximum(share, 0.0), 1.0)
        return np.asarray(self.value[low] + share * (self.value[high] - self.value[low]))


class Factor(NamedTuple):
    """A curve that multiplies one kind of thing of some columns."""

    kind: str
    who: NDArray[np.bool_]
    curve: Curve


class Effects:
    """All that a scenario does. Arrays over columns have shape (n,); times are UTC minutes.

    `begin` is the first minute that differs; `quiet` multiplies volatility from the anchor's session on and stops
    jumps; `narrow` shows the narrowest spreads.
    """

    def __init__(
        self, begin: int, moves: Sequence[tuple[F64, Curve]], factors: Sequence[Factor], *, quiet: bool = False
    ) -> None:
        self.begin = begin
        self.quiet = QUIET if quiet else 1.0
        self._narrow = quiet
        self._moves = tuple(moves)
        self._factors = tuple(factors)

    def offset(self, ix: I64, minute: I64) -> F64:
        """Log offset of the price of column `ix[k]` at the start of `minute[k]`."""
        out = np.zeros(np.broadcast_shapes(np.shape(ix), np.shape(minute)))
        for weight, curve in self._moves:
            out += weight[ix] * curve.read(np.asarray(minute, np.float64))
        return out

    def factor(self, kind: str, ix: I64, minute: I64) -> F64:
        """Product of the factors of a kind in the middle of minutes; `ix` and `minute` broadcast."""
        out = np.ones(np.broadcast_shapes(np.shape(ix), np.shape(minute)))
        for part in self._factors:
            if part.kind == kind:
                value = part.curve.read(np.asarray(minute, np.float64) + 0.5)
                out *= np.where(part.who[ix], value, 1.0)
        return out

    def spread(self, ix: I64, minute: I64, spread: F64, usual: F64) -> F64:
        """The mean spread with the scenario; `usual` is the column's over the regular session."""
        if self._narrow:
            least = np.maximum(spread / usual, 1.0)
            return np.where(minute >= self.begin, np.minimum(spread, least), spread)
        return np.asarray(spread * self.factor(SPREAD, ix, minute))

    def bend(self, ix: I64, days: Sequence[Day], table: MinuteTable) -> MinuteTable:
        """Write the scenario into the freshly drawn minutes of column `ix[k]` on `days[k]`, and return them."""
        for day in {day.row: day for day in days}.values():
            if day.end > self.begin and (self._moves or self._factors):
                places = np.array([k for k, other in enumerate(days) if other.row == day.row])
                self._bend_day(ix[places], places, day, table)
        return table

    def _bend_day(self, ix: I64, places: I64, day: Day, table: MinuteTable) -> None:
        minutes = day.minutes[:, None]
        if self._moves:
            low, high = self.offset(ix, minutes), self.offset(ix, minutes + 1)
            before, after = exp(low), exp(high)
            sd, jump = table.sd[:, places] * before, table.jump[:, places] * before
            start = np.maximum(table.start[:, places] * before, FLOOR)
            end = np.maximum(table.end[:, places] * after, FLOOR)
            table.sd[:, places], table.jump[:, places] = sd, jump
            table.start[:, places], table.end[:, places] = start, end
            pushed = table.z[:, places] + (high - low) * start / np.maximum(sd, 1e-12)
            table.z[:, places] = np.where(high == low, table.z[:, places], np.clip(pushed, -Z_LIMIT, Z_LIMIT))
        if self._factors:
            busy = self.factor(VOLUME, ix, minutes)
            table.sd[:, places] *= self.factor(UNREST, ix, minutes)
            table.rate[:, places] *= busy
            traded = np.diff(table.volume[:, places], axis=0) * busy
            table.volume[1:, places] = np.add.accumulate(traded, axis=0)
