"""Taking liquidity: the displayed levels at their own prices, then the price law, never below the potential.

One instant has one price: everything taken on a side within a step is charged along the same path, so
splitting an order inside an instant never costs less than the block (rounding goes against the user).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from engine.market.overlay import DUST, Displaced
from engine.market.shown import Level, ShownMarket
from engine.model.instrument import Instrument

PARTICIPATION = 0.15
"""Share of the market's volume that the rest of an oversized order may take while it works on."""


class Slice(msgspec.Struct, frozen=True):
    """`lots` at `price`; `displayed` is the level they came from (beyond the book, the last one walked)."""

    price: int
    lots: int
    displayed: int
    beyond: bool = False


class Sweep(msgspec.Struct, frozen=True):
    """What an order would take now, cheapest first, `beyond` lots of it from beyond the book.

    `charged` is what the instant's lots of this side cost after it, in half ticks x lots above the world's mid.
    """

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
    return math.floor(PARTICIPATION * shown.volume(instrument)[0] * steps)


def plan(shown: ShownMarket, instrument: Instrument, side: int, lots: int, limit: int | None, beyond: int) -> Sweep:
    """What `lots` of an aggressive order take at this instant, within `limit` ticks; changes nothing.

    `beyond` is how many lots may be taken beyond the displayed ladder. A side without a quote gives nothing.
    """
    touch = shown.touch(instrument)[side > 0]
    if lots <= 0 or touch <= 0:
        return Sweep((), 0, 0.0)
    state = shown.peek(instrument)
    if state is None:
        state = Displaced(at=shown.now, instant=shown.now)
    levels = _walk(shown.side(instrument, side, 1), side, lots, limit)
    extra = 0
    if not levels or levels[0][1] < lots:
        book = shown.side(instrument, side)
        levels = _walk(book, side, lots, limit)
        if len(levels) == len(book):
            used = state.bought.beyond + state.sold.beyond
            extra = max(0, min(lots - sum(size for _, size in levels), beyond - used))
    pricing = _Pricing(shown, instrument, side, limit, state, touch)
    sweep = pricing.price(levels, extra)
    if sweep is None and extra:
        sweep = pricing.price(levels, pricing.largest(lambda some: pricing.price(levels, some), extra))
    while sweep is None:
        price, size = levels.pop()
        fits = pricing.largest(lambda some, p=price: pricing.price([*levels, (p, some)], 0), size)  # type: ignore[misc]
        sweep = pricing.price([*levels, (price, fits)] if fits else levels, 0)
    return sweep


def take(shown: ShownMarket, instrument: Instrument, side: int, sweep: Sweep) -> None:
    """Make a planned sweep happen: sizes are consumed, the displacement moves by every lot."""
    if not sweep.slices:
        return
    state = shown.settle(instrument)
    for part in sweep.slices:
        if not part.beyond:
            shown.consume(instrument, side, part.displayed, part.lots)
    leg = state.leg(side)
    leg.lots += sweep.lots
    leg.beyond += sweep.beyond
    leg.charged, leg.last = sweep.charged, sweep.slices[-1].displayed
    for part in sweep.slices:
        if not part.beyond:
            leg.walked[part.displayed] = leg.walked.get(part.displayed, 0) + part.lots
    state.traded(side * sweep.lots)
    shown.emptied(instrument)


def _walk(book: list[Level], side: int, lots: int, limit: int | None) -> list[Level]:
    """Displayed (price, lots taken) within the limit, best first."""
    found = []
    for price, size in book:
        if lots <= 0 or (limit is not None and side * (price - limit) > 0):
            break
        found.append((price, min(size, lots)))
        lots -= size
    return found


class _Pricing:
    """The charge of one order within one instant: T(A + q) - T(A) of docs/market-model.md.

    Everything is measured from the world's mid, which no rounding has touched, so that the floor is exact.
    """

    def __init__(
        self, shown: ShownMarket, instrument: Instrument, side: int, limit: int | None, state: Displaced, touch: int
    ) -> None:
        self.side, self.limit, self.state, self.touch = side, limit, state, touch
        self.leg = state.leg(side)
        self.mid, self.world2 = shown.mid2(instrument) / 2, shown.world_mid2(instrument)
        self.world = self.world2 / 2
        self.shape = shown.shape(instrument)
        self.scale = self.shape.scale(self.world)
        self.walked2 = sum(self._cost2(price, lots) for price, lots in self.leg.walked.items())

    def price(self, levels: list[Level], extra: int) -> Sweep | None:
        """The slices of these levels plus `extra` lots beyond them, or None where that breaks the limit."""
        leg, side = self.leg, self.side
        if not levels and not extra:
            return Sweep((), 0, leg.charged)
        displayed2 = sum(self._cost2(price, size) for price, size in levels)
        last = levels[-1][0] if levels else (self.touch if leg.last is None else leg.last)
        beyond = leg.beyond + extra
        total2 = self._total2(displayed2, last, beyond, leg.lots + sum(size for _, size in levels) + extra)
        owed2 = int(total2) - int(leg.charged) - displayed2
        slices = [Slice(price, size, price) for price, size in levels]
        if extra:
            slices += _spread(side, last, extra, owed2 - self._cost2(last, extra), beyond=True)
        elif owed2 > 0:
            slices[-1:] = _spread(side, last, levels[-1][1], owed2, beyond=False)
        if self.limit is not None and side * (slices[-1].price - self.limit) > 0:
            return None
        return Sweep(tuple(slices), extra, total2)

    def _cost2(self, price: int, lots: int) -> int:
        """Half ticks x lots above the world's mid."""
        return self.side * (2 * price - self.world2) * lots

    def _total2(self, displayed2: int, last: int, beyond: int, quantity: int) -> float:
        """T: what everything this side gave in the instant costs, rounded up to a whole number.

        It depends on what was taken and not on how that was cut, so an order in pieces pays it, too.
        """
        walk2 = self.walked2 + displayed2
        if beyond:
            walk2 += math.ceil(2 * beyond * self._law(quantity, last) - DUST)
        return self.state.charge2(self.shape, self.scale, self.side * quantity, walk2)

    def _law(self, quantity: int, last: int) -> float:
        """Ticks from the world's mid at which the price law sells the lots beyond the book."""
        law = max(0.0, self.side * (self.touch - self.mid)) + self.shape.impact(quantity, self.mid)
        return max(law + self.side * (self.mid - self.world), self.side * (last - self.world))

    @staticmethod
    def largest(priced: Callable[[int], Sweep | None], lots: int) -> int:
        """Most lots below `lots` that stay within the limit (0 where none do)."""
        low, high = 0, lots - 1
        while low < high:
            middle = (low + high + 1) // 2
            if priced(middle) is None:
                high = middle - 1
            else:
                low = middle
        return low


def _spread(side: int, price: int, lots: int, owed2: int, *, beyond: bool) -> list[Slice]:
    """`lots` at the two ticks around their exact price: together they pay `owed2` half ticks x lots over `price`.

    One tick for all would charge up to a tick too much, and splitting the order would save it.
    """
    ticks, more = divmod(max(0, -(-owed2 // 2)), lots)
    near, far = price + side * ticks, price + side * (ticks + 1)
    parts = [Slice(near, lots - more, price, beyond)]
    if more:
        parts.append(Slice(far, more, price, beyond))
    return parts
