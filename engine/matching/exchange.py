"""Taking liquidity: the displayed levels at their own prices, then the price law, never below the potential.

One instant has one price: everything taken on a side within a step is charged along the same path, so
splitting an order inside an instant costs exactly what the block costs (rounding goes against the user).
"""

from __future__ import annotations

import math

import msgspec

from engine.market.overlay import Displaced
from engine.market.shown import DEPTH, ShownMarket
from engine.model.instrument import Instrument

PARTICIPATION = 0.15
"""Share of the market's volume that the rest of an oversized order may take while it works on."""


class Slice(msgspec.Struct, frozen=True):
    """`lots` at `price`; `displayed` is the level they came from (beyond the book, the last one walked)."""

    price: int
    lots: int
    displayed: int


class Sweep(msgspec.Struct, frozen=True):
    """What an order would take now, cheapest first, and the charge of the instant after it (ticks x lots above mid)."""

    slices: tuple[Slice, ...]
    beyond: int
    charged: float

    @property
    def lots(self) -> int:
        """Lots taken in all."""
        return sum(s.lots for s in self.slices)


def beyond_cap(shown: ShownMarket, instrument: Instrument) -> int:
    """Lots that may trade beyond the displayed ladder in one step: a share of the step's expected volume."""
    steps = shown.step_ns / 100_000_000
    return math.floor(PARTICIPATION * shown.source.volume_rate(instrument.column) * steps)


def plan(shown: ShownMarket, instrument: Instrument, side: int, lots: int, limit: int | None, beyond: int) -> Sweep:
    """What `lots` of an aggressive order take at this instant, within `limit` ticks; changes nothing.

    `beyond` is how many lots may be taken beyond the displayed ladder.
    """
    state = shown.displaced.get(instrument.symbol)
    fresh = state is None or state.instant != shown.now
    spent = 0.0 if fresh or state is None else _charged(state, side)
    taken = 0 if fresh or state is None else _taken(state, side)
    used = 0 if fresh or state is None else state.beyond
    levels = _walk(shown, instrument, side, lots, limit)
    walked = sum(size for _, size in levels)
    extra = max(0, min(lots - walked, beyond - used)) if _exhausted(shown, instrument, side, levels) else 0
    pricing = _Pricing(shown, instrument, side, limit, taken, spent)
    while True:
        sweep = pricing.price(levels, extra)
        if sweep is not None:
            return sweep
        if extra:
            extra = pricing.largest_extra(levels, extra)
        else:
            levels.pop()


def take(shown: ShownMarket, instrument: Instrument, side: int, sweep: Sweep) -> None:
    """Make a planned sweep happen: sizes are consumed, the displacement moves by every lot."""
    if not sweep.slices:
        return
    state = shown.settle(instrument)
    displayed = sweep.slices if not sweep.beyond else sweep.slices[:-1]
    for part in displayed:
        shown.consume(instrument, side, part.displayed, part.lots)
    state.beyond += sweep.beyond
    if side > 0:
        state.taken_buy += sweep.lots
        state.charged_buy = sweep.charged
    else:
        state.taken_sell += sweep.lots
        state.charged_sell = sweep.charged
    state.traded(side * sweep.lots)
    shown.changed(instrument)


def _charged(state: Displaced, side: int) -> float:
    return state.charged_buy if side > 0 else state.charged_sell


def _taken(state: Displaced, side: int) -> int:
    return state.taken_buy if side > 0 else state.taken_sell


def _walk(shown: ShownMarket, instrument: Instrument, side: int, lots: int, limit: int | None) -> list[tuple[int, int]]:
    """Displayed (price, lots taken) within the limit, best first."""
    bids, asks = shown.ladder(instrument, DEPTH)
    found = []
    for price, size in asks if side > 0 else bids:
        if lots <= 0 or (limit is not None and side * (price - limit) > 0):
            break
        found.append((price, min(size, lots)))
        lots -= size
    return found


def _exhausted(shown: ShownMarket, instrument: Instrument, side: int, levels: list[tuple[int, int]]) -> bool:
    """Whether the walk ended because the ladder did, and not at the limit."""
    bids, asks = shown.ladder(instrument, DEPTH)
    return len(levels) == len(asks if side > 0 else bids)


class _Pricing:
    """The charge of one order within one instant: T(A + q) - T(A) of docs/market-model.md."""

    def __init__(
        self, shown: ShownMarket, instrument: Instrument, side: int, limit: int | None, taken: int, spent: float
    ) -> None:
        self.side, self.limit, self.taken, self.spent = side, limit, taken, spent
        self.mid = shown.mid2(instrument) / 2
        bid, ask = shown.touch(instrument)
        self.touch = ask if side > 0 else bid
        self.half_spread = (ask - bid) / 2
        self.shape = shown.shape(instrument)
        state = shown.displaced.get(instrument.symbol)
        self.state = Displaced(at=shown.now)
        if state is not None:
            if state.instant == shown.now:
                self.state = state
            else:
                peeked = shown.peek(instrument)
                self.state = peeked if peeked is not None else self.state

    def price(self, levels: list[tuple[int, int]], extra: int) -> Sweep | None:
        """The slices of these levels plus `extra` lots beyond them, or None where that breaks the limit."""
        if not levels and not extra:
            return Sweep((), 0, self.spent)
        slices = [Slice(price, lots, price) for price, lots in levels]
        walked = sum(self.side * (price - self.mid) * lots for price, lots in levels)
        quantity = self.taken + sum(lots for _, lots in levels) + extra
        last = levels[-1][0] if levels else self.touch
        least = self.state.floor(self.shape, self.side, quantity) - self.spent
        if extra:
            distance = max(self.half_spread + self.shape.impact(quantity), self.side * (last - self.mid))
            cost = max(walked + extra * distance, least)
            price = self._tick((cost - walked) / extra)
            slices.append(Slice(price, extra, last))
        elif least > walked + 1e-6:
            tail = slices[-1]
            price = self._tick(self.side * (tail.price - self.mid) + (least - walked) / tail.lots)
            slices[-1] = Slice(price, tail.lots, tail.displayed)
        if self.limit is not None and self.side * (slices[-1].price - self.limit) > 0:
            return None
        total = sum(self.side * (s.price - self.mid) * s.lots for s in slices)
        return Sweep(tuple(slices), extra, self.spent + total)

    def largest_extra(self, levels: list[tuple[int, int]], extra: int) -> int:
        """Most lots beyond the book that stay within the limit (0 where none do)."""
        low, high = 0, extra - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.price(levels, middle) is None:
                high = middle - 1
            else:
                low = middle
        return low

    def _tick(self, distance: float) -> int:
        """The tick at least `distance` from the mid, on the expensive side."""
        exact = self.mid + self.side * distance
        return math.ceil(exact - 1e-9) if self.side > 0 else math.floor(exact + 1e-9)
