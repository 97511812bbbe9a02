"""Waiting in the book: queue position, prints that reach an order, quotes that pass it.

A resting order is filled by the prints that trade at its price once the size displayed before it is gone,
by prints through its price at once, and by a quote that moves through it, always at its own price.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.market.shown import DEPTH, ShownMarket
from engine.model.ids import OrderId
from engine.model.instrument import Instrument
from engine.model.market import Trade
from engine.model.order import Order

COARSE_NS = 60_000_000_000
"""Steps from this length on have no prints: an order is reached when the step's range passes its price."""


def queue_ahead(shown: ShownMarket, instrument: Instrument, side: int, price: int) -> int:
    """Displayed lots that wait at `price` before a new order of `side`; beyond the ladder, the last level's."""
    bids, asks = shown.ladder(instrument, DEPTH)
    own = bids if side > 0 else asks
    for level, size in own:
        if level == price:
            return size
    if own and side * (own[-1][0] - price) > 0:
        return own[-1][1]
    return 0


def crossed(shown: ShownMarket, instrument: Instrument, order: Order) -> bool:
    """Whether the opposite touch stands at or through the order's limit."""
    limit = order.request.limit_price
    bid, ask = shown.touch(instrument)
    return limit is None or (ask <= limit if order.request.side > 0 else bid >= limit)


def reached(shown: ShownMarket, instrument: Instrument, orders: Iterable[Order]) -> list[tuple[Order, int]]:
    """(order, lots) filled as makers by the last step, best price first, then time. Shrinks queue positions."""
    waiting = [o for o in orders if not o.sweeping and o.request.limit_price is not None]
    waiting.sort(key=lambda o: (-o.request.side * int(o.request.limit_price or 0), o.submitted_at, o.order_id))
    left = {order.order_id: order.remaining for order in waiting}
    if shown.step_ns >= COARSE_NS:
        _by_range(shown, instrument, waiting, left)
    else:
        for trade in shown.prints(instrument):
            _by_print(trade, waiting, left)
        _shrink(shown, instrument, waiting)
    _by_quote(shown, instrument, waiting, left)
    return [(o, o.remaining - left[o.order_id]) for o in waiting if left[o.order_id] < o.remaining]


def _by_print(trade: Trade, waiting: list[Order], left: dict[OrderId, int]) -> None:
    size = int(trade.size)
    for order in waiting:
        side, limit = order.request.side, order.request.limit_price
        if side == trade.sign or size <= 0 or limit is None:
            continue
        beyond = side * (limit - trade.price)
        if beyond < 0:
            continue
        if beyond == 0:
            gone = min(order.ahead, size)
            order.ahead -= gone
            size -= gone
        lots = min(size, left[order.order_id])
        left[order.order_id] -= lots
        size -= lots


def _by_range(shown: ShownMarket, instrument: Instrument, waiting: list[Order], left: dict[OrderId, int]) -> None:
    low, high = shown.low_high(instrument)
    volume = int(shown.source.volume_rate(instrument.column) * shown.step_ns / 100_000_000) // 2
    for order in waiting:
        limit = int(order.request.limit_price or 0)
        if (low < limit) if order.request.side > 0 else (high > limit):
            lots = min(volume, left[order.order_id])
            left[order.order_id] -= lots
            volume -= lots


def _by_quote(shown: ShownMarket, instrument: Instrument, waiting: list[Order], left: dict[OrderId, int]) -> None:
    for order in waiting:
        wanted = left[order.order_id]
        if wanted <= 0 or not crossed(shown, instrument, order):
            continue
        bids, asks = shown.ladder(instrument, DEPTH)
        side, limit = order.request.side, int(order.request.limit_price or 0)
        for price, size in list(asks if side > 0 else bids):
            if wanted <= 0 or side * (price - limit) > 0:
                break
            lots = min(size, wanted)
            shown.settle(instrument)
            shown.consume(instrument, side, price, lots)
            wanted -= lots
        left[order.order_id] = wanted


def _shrink(shown: ShownMarket, instrument: Instrument, waiting: list[Order]) -> None:
    """Cancels ahead: nobody waits behind more than is displayed at the price."""
    bids, asks = shown.ladder(instrument, DEPTH)
    for order in waiting:
        if order.ahead:
            own = bids if order.request.side > 0 else asks
            limit = order.request.limit_price
            shows = next((size for price, size in own if price == limit), None)
            best = own[0][0] if own else None
            if shows is not None:
                order.ahead = min(order.ahead, shows)
            elif best is not None and order.request.side * (int(limit or 0) - best) > 0:
                order.ahead = 0
