"""Waiting in the book: queue position, prints that reach an order, quotes that pass it.

A resting order is filled by the prints that trade at its price once the size displayed before it is gone,
by prints through its price at once, and by a quote that moves through it, always at its own price. Orders of
all accounts wait in one queue: better prices first, then who came first.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.market.shown import DEPTH, ShownMarket
from engine.model.ids import SECOND_NS, OrderId
from engine.model.instrument import Instrument
from engine.model.market import Trade
from engine.model.order import AUCTION_ONLY, Order, Status

DEEP = 100
"""Levels that are looked at for the place of an order behind the displayed ladder."""
COARSE_NS = 60_000_000_000
"""Steps from this length on have no prints: an order is reached when the step's range passes its price."""

_FAR = 1 << 62
_IN_THE_BOOK = frozenset({Status.WORKING, Status.PARTIALLY_FILLED})
Left = dict[OrderId, int]
"""Lots that each order may still trade in this step."""


def rests(order: Order) -> bool:
    """Whether the order stands in the book at its limit; one for an auction only waits elsewhere."""
    return (
        not order.dormant
        and not order.sweeping
        and order.status in _IN_THE_BOOK
        and order.limit is not None
        and order.request.time_in_force not in AUCTION_ONLY
    )


def queue_ahead(shown: ShownMarket, instrument: Instrument, side: int, price: int) -> int:
    """Displayed lots that wait at `price` before a new order of `side`; behind the deep ladder, the last level's."""
    own = shown.side(instrument, -side)
    if own and side * (own[-1][0] - price) > 0:
        own = shown.side(instrument, -side, DEEP)
    for level, size in own:
        if level == price:
            return size
    return own[-1][1] if own and side * (own[-1][0] - price) > 0 else 0


def crossed(shown: ShownMarket, instrument: Instrument, order: Order) -> bool:
    """Whether the opposite touch stands at or through the order's limit."""
    limit = order.limit
    bid, ask = shown.touch(instrument)
    return limit is None or (ask <= limit if order.request.side > 0 else bid >= limit)


def untouched(shown: ShownMarket, instrument: Instrument, resting: list[Order]) -> bool:
    """Whether the last step did nothing to any resting order: no print and no quote came to the best of them, and
    none may lose somebody ahead of it. Most steps are like that, and most orders wait behind the touch."""
    if shown.step_ns >= COARSE_NS or shown.now % SECOND_NS == 0:
        return False
    buys = [int(o.limit or 0) for o in resting if o.request.side > 0]
    sells = [int(o.limit or 0) for o in resting if o.request.side < 0]
    bid, ask = shown.touch(instrument)
    highest, lowest = max(buys, default=-_FAR), min(sells, default=_FAR)
    if highest >= min(bid, ask) or lowest <= max(bid, ask):
        return False
    return all((t.sign > 0 or highest < t.price) and (t.sign < 0 or lowest > t.price) for t in shown.prints(instrument))


def reached(
    shown: ShownMarket, instrument: Instrument, orders: Iterable[Order], rooms: Left
) -> list[tuple[Order, int]]:
    """(order, lots) filled as makers by the last step, best price first, then time. Shrinks queue positions.

    `rooms` are the lots that each order may trade at most.
    """
    waiting = [o for o in orders if rests(o)]
    waiting.sort(key=lambda o: (-o.request.side * int(o.limit or 0), o.rank))
    left = {order.order_id: rooms[order.order_id] for order in waiting}
    if shown.step_ns >= COARSE_NS:
        _by_range(shown, instrument, waiting, left)
    else:
        for trade in shown.prints(instrument):
            _by_print(trade, waiting, left)
        _shrink(shown, instrument, waiting)
    _by_quote(shown, instrument, waiting, left)
    found = ((o, rooms[o.order_id] - left[o.order_id]) for o in waiting)
    return [(order, lots) for order, lots in found if lots > 0]


def _by_print(trade: Trade, waiting: list[Order], left: Left) -> None:
    """One print meets the queue: who stands at a better price trades whole, at the print's price in turn.
    What it takes of the market's lots ahead, everybody behind them has no longer before him."""
    size, eaten, price = int(trade.size), 0, None
    for order in waiting:
        side, limit = order.request.side, int(order.limit or 0)
        here = limit == trade.price
        if side == trade.sign or side * (limit - trade.price) < 0 or (size <= 0 and not here):
            continue
        if limit != price:
            eaten, price = 0, limit
        if here:
            between = min(max(0, order.ahead - eaten), size)
            eaten += between
            size -= between
            order.ahead = max(0, order.ahead - eaten)
        size -= _fill_slice(order, size, left)


def _fill_slice(order: Order, size: int, left: Left) -> int:
    """Lots of a print that an order takes: an iceberg only what it shows (the next slice comes after the step)."""
    lots = min(size, left[order.order_id])
    if order.request.display is not None:
        lots = min(lots, order.slice_left)
        order.slice_left -= lots
    left[order.order_id] -= lots
    return lots


def _by_range(shown: ShownMarket, instrument: Instrument, waiting: list[Order], left: Left) -> None:
    low, high = shown.low_high(instrument)
    volume = int(shown.source.volume_rate(instrument.column) * shown.step_ns / 100_000_000) // 2
    given = {+1: 0, -1: 0}
    for order in waiting:
        side, limit = order.request.side, int(order.limit or 0)
        through = limit - low if side > 0 else high - limit
        if through > 0:
            most = shown.waited(instrument, side, through, volume + given[side]) - given[side]
            lots = max(0, min(volume, most, left[order.order_id]))
            left[order.order_id] -= lots
            given[side] += lots
            volume -= lots


def _by_quote(shown: ShownMarket, instrument: Instrument, waiting: list[Order], left: Left) -> None:
    for order in waiting:
        wanted = left[order.order_id]
        if wanted <= 0 or not crossed(shown, instrument, order):
            continue
        bids, asks = shown.ladder(instrument, DEPTH)
        side, limit = order.request.side, int(order.limit or 0)
        for price, size in list(asks if side > 0 else bids):
            if wanted <= 0 or side * (price - limit) > 0:
                break
            lots = min(size, wanted)
            shown.settle(instrument)
            shown.consume(instrument, side, price, lots)
            wanted -= lots
        left[order.order_id] = wanted


def _shrink(shown: ShownMarket, instrument: Instrument, waiting: list[Order]) -> None:
    """Cancels ahead: nobody waits behind more than is displayed at the price.

    Looked at in every step where the order stands at the touch or before it, once a second behind that: what is
    cancelled deep in the book moves nobody for long.
    """
    touch = shown.touch(instrument)
    second = shown.now % SECOND_NS == 0
    for order in waiting:
        limit, side = int(order.limit or 0), order.request.side
        if order.ahead and (second or side * (limit - touch[side < 0]) >= 0):
            own = shown.side(instrument, -side)
            shows = next((size for price, size in own if price == limit), None)
            best = own[0][0] if own else None
            if shows is not None:
                order.ahead = min(order.ahead, shows)
            elif best is not None and side * (limit - best) > 0:
                order.ahead = 0
