"""A call auction: all orders of one moment cross at one price.

What users want to buy and sell at the price offsets each other; the market takes the rest, at most what a cross trades,
at the price that the price law asks for that rest, never below the potential. Among those who would trade, market
orders come first, then better limits, then who came first. (Price that maximises the executed volume, as in the
opening crosses of the large venues; the market's own side is elastic here, so that the price is unique.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from engine.market.overlay import Displaced
from engine.market.shown import ShownMarket
from engine.model.instrument import Instrument
from engine.model.number import div_half_even
from engine.model.order import Order


class Bid(msgspec.Struct, frozen=True):
    """`lots` of an order that wants to take part."""

    order: Order
    lots: int


class Cross(msgspec.Struct, frozen=True):
    """The outcome: one price in ticks, lots for each bid, and what the market takes (signed: + it sells to users).

    `unmatched` are signed lots that found no other side (+ buyers are left over).
    """

    price: int
    lots: tuple[int, ...]
    net: int
    unmatched: int

    @property
    def traded(self) -> int:
        """Lots that change hands."""
        return (sum(self.lots) + abs(self.net)) // 2


def clear(shown: ShownMarket, instrument: Instrument, bids: Sequence[Bid], volume: int) -> Cross:
    """The cross of `bids` around the shown mid, of which the market takes at most `volume` lots. Changes nothing."""
    call = _Call(shown, instrument, bids)
    wanted = call.net(call.price(0, 0))
    side = 1 if wanted > 0 else -1
    low, high = 0, min(abs(wanted), volume)
    while low < high:
        middle = (low + high + 1) // 2
        if call.bears(side, middle):
            low = middle
        else:
            high = middle - 1
    price = call.price(side if low else 0, low)
    lots, unmatched = _ration(bids, side, price, low)
    return Cross(price, lots, side * low, unmatched)


def settle(shown: ShownMarket, instrument: Instrument, cross: Cross) -> None:
    """Move the displacement by what the market took, once the executions are posted."""
    if cross.net:
        shown.settle(instrument).traded(cross.net)
        shown.changed(instrument)


class _Call:
    """Demand, supply and the market's elasticity at one moment."""

    def __init__(self, shown: ShownMarket, instrument: Instrument, bids: Sequence[Bid]) -> None:
        self.bids, self.shape = bids, shown.shape(instrument)
        self.mid2 = shown.mid2(instrument)
        self.world = shown.world_mid2(instrument) / 2
        self.scale = self.shape.scale(self.world)
        self.band = shown.band(instrument)
        state = shown.peek(instrument)
        self.state = state if state is not None else Displaced(at=shown.now)
        self.start = self.state.potential(self.shape, 0)

    def price(self, side: int, lots: int) -> int:
        """The tick at which the market takes `lots`, on the side that costs the users."""
        if not lots:
            return div_half_even(self.mid2, 2)
        law = self.mid2 / 2 + side * self.shape.impact(lots, self.world)
        rise = self.state.potential(self.shape, side * lots) - self.start
        least = self.world + side * self.scale * rise / lots
        exact = max(law, least) if side > 0 else min(law, least)
        return math.ceil(exact - 1e-9) if side > 0 else math.floor(exact + 1e-9)

    def net(self, price: int) -> int:
        """Lots wanted at a price less lots offered."""
        return sum(b.order.request.side * b.lots for b in self.bids if _within(b.order, price))

    def bears(self, side: int, lots: int) -> bool:
        """Whether users still want `lots` from the market at what they cost."""
        price = self.price(side, lots)
        inside = self.band is None or self.band[0] <= price <= self.band[1]
        return inside and side * self.net(price) >= lots


def _within(order: Order, price: int) -> bool:
    limit = order.limit
    return limit is None or order.request.side * (price - limit) <= 0


def _ration(bids: Sequence[Bid], side: int, price: int, net: int) -> tuple[tuple[int, ...], int]:
    """Lots for each bid: all of the lighter side, and as much of the heavier side by its priority."""
    given = [0] * len(bids)
    light = 0
    for place, bid in enumerate(bids):
        if bid.order.request.side != side and _within(bid.order, price):
            given[place] = bid.lots
            light += bid.lots
    heavy = [i for i, b in enumerate(bids) if b.order.request.side == side and _within(b.order, price)]
    heavy.sort(key=lambda i: _priority(bids[i].order, side))
    left = light + net
    for place in heavy:
        given[place] = min(left, bids[place].lots)
        left -= given[place]
    if left > 0:
        given = _trim(bids, given, side, left)
    return tuple(given), side * sum(bids[i].lots - given[i] for i in heavy)


def _priority(order: Order, side: int) -> tuple[int, int, int]:
    limit = order.limit
    return (0, 0, order.rank) if limit is None else (1, -side * limit, order.rank)


def _trim(bids: Sequence[Bid], given: list[int], side: int, excess: int) -> list[int]:
    """Where the lighter side turns out heavier at the rounded price, its last in priority go without."""
    light = [i for i, b in enumerate(bids) if b.order.request.side != side and given[i]]
    light.sort(key=lambda i: _priority(bids[i].order, -side), reverse=True)
    for place in light:
        cut = min(excess, given[place])
        given[place] -= cut
        excess -= cut
    return given
