"""All holders of one instrument: a row of the reverse position index.

Longs come first, then shorts, both in the order of their accounts' numbers; behind them is room for more. Rows lie
one behind the other in the arrays of a `Pool`; what is in the room has no lots.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.catalogue import fx_pair
from engine.model.instrument import Instrument
from engine.portfolio.holders_value import Numbers, Share, ties
from engine.portfolio.valuation import Ratio

_LEAST_ROOM = 8


class Row:
    """Where one instrument's holders are, and at what one lot is valued: n/d Minor in lowest terms."""

    def __init__(self, instrument: Instrument, share: Ratio) -> None:
        self.instrument = instrument
        self.share = Share(*share)
        self.margined = not instrument.full_cash
        pair = fx_pair(instrument.currency)
        self.pair = pair[0] if pair else ""
        n, d = instrument.value_ratio()
        self.half_tick: Ratio = (n // 2, d) if n % 2 == 0 else (n, 2 * d)
        self.rate_at = 0
        """The pair's mid in half ticks at which `lot` was worked out."""
        self.lot = self.half_tick
        """What a half tick adds to the value of a lot at that rate, in Minor: n/d in lowest terms."""
        self.n, self.d = 0, 1
        self.step = self.half_tick[0] if self.half_tick[1] == 1 and not self.pair else 0
        """Minor that half a tick adds to the value of a lot, where that is always a whole number; else 0."""
        self.top = 0
        """Minor a lot up to which the bound holds."""
        self.moved = 0
        """By how much n changes, while many change together."""
        self.stale = False
        """Prices moved since shorts and margins were last added up."""
        self.turned = False
        """They were last added up at a price below zero."""
        self.start = self.room = self.longs = self.count = 0
        self.most = 0
        """No holder has more lots than this."""
        self.bound = 0
        """No position is worth more than this in Minor, whatever its sign, while no lot is worth more than `top`."""
        self._ties: dict[int, NDArray[np.intp]] = {}
        empty = np.zeros(0, dtype=np.int64)
        self.accounts: NDArray[np.int64] = empty
        self.lots: Numbers = empty
        self.values: Numbers = empty
        self.lows: Numbers = empty
        self.reliefs: Numbers = empty
        self.fresh: Numbers = empty
        self.change: Numbers = empty

    def look(self, pool: Pool) -> None:
        """Look at the pool's arrays anew: holders came, went or changed."""
        here = slice(self.start, self.start + self.count)
        self.accounts, self.lots, self.values = pool.accounts[here], pool.lots[here], pool.values[here]
        self.lows, self.reliefs = pool.lows[here], pool.reliefs[here]
        self.fresh, self.change = pool.fresh[: self.count], pool.change[: self.count]
        self._ties.clear()

    def halfway(self) -> NDArray[np.intp] | None:
        """Positions whose exact value may lie between two Minor, at the present d."""
        if self.d & 1 or self.d > 2 * self.most:
            return None
        known = self._ties.get(self.d)
        if known is None:
            known = self._ties[self.d] = ties(self.lots, self.d)
        return known


class Pool:
    """The arrays that all rows share: account number, lots and cost; the value where it is rounded; what was last added
    up of values below zero, and of margin that a position needs less than its notional."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.steps = self.steps_end = 0
        self._allot(0, np.dtype(np.int64))

    def _allot(self, size: int, dtype: np.dtype[Any]) -> None:
        self.accounts = np.zeros(size, dtype=np.int64)
        self.lots, self.costs, self.values, self.lows, self.reliefs = (np.zeros(size, dtype=dtype) for _ in range(5))
        # All rows work in the same two short arrays: what was just written is still in the processor's cache.
        room = max((row.room for row in self.rows), default=0)
        self.fresh, self.change = (np.zeros(room, dtype=dtype) for _ in range(2))

    @property
    def positions(self) -> int:
        """How many there are."""
        return sum(row.count for row in self.rows)

    @property
    def step_positions(self) -> int:
        """How many there are in the first `steps` rows, those with a `step`, which end at `steps_end`."""
        return sum(row.count for row in self.rows[: self.steps])

    def find(self, row: Row, account: int) -> int | None:
        """Place of an account's position in the arrays."""
        for first, last in ((0, row.longs), (row.longs, row.count)):
            at = first + int(row.accounts[first:last].searchsorted(account))
            if at < last and row.accounts[at] == account:
                return row.start + at
        return None

    def put(self, row: Row, account: int, lots: int, cost: int) -> int:
        """Add a holder; returns its place."""
        if row.count == row.room:
            self.lay({id(row): row.count + 1})
        first, last = (0, row.longs) if lots > 0 else (row.longs, row.count)
        at = row.start + first + int(row.accounts[first:last].searchsorted(account))
        end = row.start + row.count
        for array in self._kept():
            array[at + 1 : end + 1] = array[at:end].copy()
        row.count += 1
        row.longs += lots > 0
        self.accounts[at] = account
        self.lots[at], self.costs[at] = lots, cost
        row.most = max(row.most, abs(lots))
        row.look(self)
        return at

    def drop(self, row: Row, at: int) -> None:
        """Remove the holder at a place."""
        end = row.start + row.count
        row.longs -= at < row.start + row.longs
        for array in self._kept():
            array[at : end - 1] = array[at + 1 : end].copy()
            array[end - 1] = 0
        row.count -= 1
        row.look(self)

    def _kept(self) -> tuple[Numbers, ...]:
        return self.accounts, self.lots, self.costs, self.values, self.lows, self.reliefs

    def widen(self) -> None:
        """Python integers instead of int64 from here on. Every position keeps its place."""
        self.lots, self.costs, self.values, self.lows, self.reliefs, self.fresh, self.change = (
            array.astype(object)
            for array in (self.lots, self.costs, self.values, self.lows, self.reliefs, self.fresh, self.change)
        )
        for row in self.rows:
            row.look(self)

    def lay(self, wanted: dict[int, int]) -> None:
        """Lay all rows anew with room to grow; `wanted` holders in rows by id, else as many as they have."""
        self.rows.sort(key=lambda row: row.step == 0)
        self.steps = sum(row.step != 0 for row in self.rows)
        before, places = self._kept(), [(row.start, row.count) for row in self.rows]
        at = 0
        for row in self.rows:
            count = max(row.count, wanted.get(id(row), 0))
            row.start, row.room = at, count + max(_LEAST_ROOM, count // 4)
            at += row.room
            if row.step:
                self.steps_end = at
        self._allot(at, self.lots.dtype)
        for old, new in zip(before, self._kept(), strict=True):
            for row, (start, count) in zip(self.rows, places, strict=True):
                new[row.start : row.start + count] = old[start : start + count]
        for row in self.rows:
            row.look(self)
