"""What releases an order that waits: a stop touched, a trailing stop caught up with, a rule's conditions.

Stops look at trades, not at quotes: a wide quote in a thin hour releases nothing that nobody traded at. Where a
market has no trades yet, its mid stands in for them. A trailing stop follows the best trade since it was sent.
"""

from __future__ import annotations

from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Condition, Order, OrderType

MILLION = 1_000_000


def arm(shown: ShownMarket, instrument: Instrument, order: Order) -> None:
    """Set the first trigger of an order that has one, and hold it back until then."""
    request = order.request
    if request.type is OrderType.TRAILING_STOP:
        order.trigger = int(request.stop_price or _trailed(order, last_trade(shown, instrument)))
    elif request.stop_price is not None:
        order.trigger = int(request.stop_price)
    ruled_out = bool(request.when) and not order.ruled
    order.dormant = ruled_out or (order.trigger != 0 and request.type is not OrderType.OCO)


def last_trade(shown: ShownMarket, instrument: Instrument) -> int:
    """The last trade in ticks; the mid where nothing has traded yet."""
    return shown.last(instrument) if shown.source.last[instrument.column] > 0 else shown.mid2(instrument) // 2


def traded_range(shown: ShownMarket, instrument: Instrument) -> tuple[int, int]:
    """Lowest and highest trade of the last step in ticks; the mid where nothing has traded yet."""
    low, high = shown.low_high(instrument)
    if shown.source.last[instrument.column] <= 0:
        mid2 = shown.mid2(instrument)
        return mid2 // 2, -(-mid2 // 2)
    return low, high


def touched(shown: ShownMarket, instrument: Instrument, order: Order) -> bool:
    """Whether trades have reached the order's trigger. Moves a trailing trigger along first."""
    if not order.trigger:
        return True
    low, high = traded_range(shown, instrument)
    hit = high >= order.trigger if order.request.side > 0 else low <= order.trigger
    if order.request.type is OrderType.TRAILING_STOP and not hit:
        follow(order, low if order.request.side > 0 else high)
    return hit


def follow(order: Order, best: int) -> None:
    """Move a trailing stop behind a better trade; never away from the market."""
    candidate = _trailed(order, best)
    if order.request.side * (candidate - order.trigger) < 0:
        order.trigger = candidate


def _trailed(order: Order, best: int) -> int:
    request = order.request
    away = request.trail_ticks if request.trail_ticks is not None else _share(best, int(request.trail_ppm or 0))
    return max(1, best + request.side * away)


def _share(price: int, ppm: int) -> int:
    """The share of a price, at least a tick, rounded up: a trail is never tighter than asked."""
    return max(1, -(-price * ppm // MILLION))


def holds(shown: ShownMarket, catalogue: Catalogue, order: Order, at: TimeNs) -> bool:
    """Whether every condition of the order's rule holds now."""
    return all(_true(shown, catalogue, condition, at) for condition in order.request.when)


def _true(shown: ShownMarket, catalogue: Catalogue, condition: Condition, at: TimeNs) -> bool:
    now = subject(shown, catalogue[condition.symbol], condition.subject, at)
    if now is None:
        return False
    return now >= condition.value if condition.above else now <= condition.value


def subject(shown: ShownMarket, instrument: Instrument, name: str, at: TimeNs) -> int | None:
    """The present value of a condition's subject, in its unit; None where the book has no two sides."""
    if name == "time":
        return int(at)
    quote = shown.quote(instrument)
    if not quote.bid or not quote.ask:
        return None
    if name == "price":
        return shown.mid2(instrument)
    if name == "spread":
        return 2 * (quote.ask - quote.bid)
    both = quote.bid_size + quote.ask_size
    return MILLION * (quote.bid_size - quote.ask_size) // both if both else None
