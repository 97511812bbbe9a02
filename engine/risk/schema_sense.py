"""Which fields an order of each type needs and which it cannot have, and how its prices must lie to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.model.instrument import Instrument
from engine.model.order import AUCTION_ONLY, NOW_OR_NEVER, OrderRequest, OrderType, TimeInForce, side_word
from engine.model.refusal import Code, Refused, refuse

NEEDS: dict[OrderType, tuple[str, ...]] = {
    OrderType.MARKET: (),
    OrderType.LIMIT: ("limit_price",),
    OrderType.STOP: ("stop_price",),
    OrderType.STOP_LIMIT: ("stop_price", "limit_price"),
    OrderType.TRAILING_STOP: (),
    OrderType.OCO: ("limit_price", "stop_price"),
}
"""Prices that a type cannot do without; a trailing stop needs one of its two distances."""

TAKES: dict[OrderType, frozenset[str]] = {
    OrderType.MARKET: frozenset({"take_profit", "stop_loss"}),
    OrderType.LIMIT: frozenset({"limit_price", "take_profit", "stop_loss", "display_quantity"}),
    OrderType.STOP: frozenset({"stop_price", "take_profit", "stop_loss"}),
    OrderType.STOP_LIMIT: frozenset({"stop_price", "limit_price", "take_profit", "stop_loss", "display_quantity"}),
    OrderType.TRAILING_STOP: frozenset({"stop_price", "trail_amount", "trail_percent", "take_profit", "stop_loss"}),
    OrderType.OCO: frozenset({"limit_price", "stop_price", "display_quantity"}),
}
"""Amounts beside the quantity that a type can have."""

TYPED = ("limit_price", "stop_price", "trail_amount", "trail_percent", "take_profit", "stop_loss", "display_quantity")
TRAILS = ("trail_amount", "trail_percent")
RESTING = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.OCO})
NO_AUCTION_CLASSES = frozenset({"crypto", "forex"})
NO_AUCTION_SESSIONS = frozenset({"24_7", "FX_24_5"})

_INSTEAD = {
    "limit_price": 'leave it out or send "type": "limit"',
    "stop_price": 'leave it out or send "type": "stop" or "stop_limit"',
    "trail_amount": 'leave it out or send "type": "trailing_stop"',
    "trail_percent": 'leave it out or send "type": "trailing_stop"',
}


def inconsistent(field: str, cause: str, fix: str) -> Refused:
    """The refusal of a field that contradicts another."""
    return refuse(
        Code.INCONSISTENT_FIELDS, f"{field} does not fit the rest of the order", cause=cause, fix=fix, field=field
    )


def missing(field: str, cause: str) -> Refused:
    """The refusal of an order that lacks a field."""
    return refuse(Code.MISSING_FIELD, f"{field} is missing", cause=cause, fix=f"add {field}", field=field)


def a(word: str) -> str:
    """The word of an order type with its article."""
    return f"{'an' if word[0] in 'aeio' else 'a'} {word.replace('_', ' ')}"


def check_fields(body: Mapping[str, Any], kind: OrderType, instrument: Instrument) -> None:
    """Refuse fields that the type forbids and ask for those it needs. `body` holds checked words.

    Raises Refused: INCONSISTENT_FIELDS, MISSING_FIELD.
    """
    name = a(kind.value)
    for field in TYPED:
        if field in body and field not in TAKES[kind]:
            fix = _INSTEAD.get(field, "leave it out")
            raise inconsistent(field, f"{name} order has no {field.replace('_', ' ')}", fix)
    for field in NEEDS[kind]:
        if field not in body:
            raise missing(field, f"{name} order names its price, a multiple of {instrument.price_text(1)}")
    if kind is OrderType.TRAILING_STOP:
        _check_trail(body)
    force = TimeInForce(body.get("time_in_force", TimeInForce.GTC))
    _check_force(body, kind, force, instrument)
    _check_resting(body, kind, force)
    for field in ("take_profit", "stop_loss"):
        if field in body and body.get("reduce_only"):
            raise inconsistent(field, "an order that only reduces opens nothing to protect", "leave one of them out")


def _check_trail(body: Mapping[str, Any]) -> None:
    given = [field for field in TRAILS if field in body]
    if not given:
        raise missing("trail_percent", "a trailing stop follows at trail_amount or trail_percent")
    if len(given) > 1:
        raise inconsistent("trail_percent", "trail_amount already says the distance", "send one of the two")


def _check_force(body: Mapping[str, Any], kind: OrderType, force: TimeInForce, instrument: Instrument) -> None:
    if force is TimeInForce.GTD and "expire_at" not in body:
        raise missing("expire_at", "GTD names the date or time until which it works")
    if force is not TimeInForce.GTD and "expire_at" in body:
        raise inconsistent("expire_at", f"{force.value} has its own end", 'leave it out or send "time_in_force": "GTD"')
    if kind is OrderType.OCO and force in NOW_OR_NEVER:
        raise inconsistent("time_in_force", f"an oco order waits, {force.value} never does", "use DAY, GTC or GTD")
    if force not in AUCTION_ONLY:
        return
    if kind not in (OrderType.MARKET, OrderType.LIMIT):
        raise inconsistent("time_in_force", f"{a(kind.value)} order cannot wait for an auction", "use DAY, GTC or GTD")
    if instrument.asset_class in NO_AUCTION_CLASSES or instrument.session in NO_AUCTION_SESSIONS:
        raise inconsistent("time_in_force", f"{instrument.symbol} trades without auctions", "use DAY, GTC or GTD")
    if body.get("session") == "extended":
        raise inconsistent("session", f"{force.value} trades in the regular session's auction", "send regular")
    if "when" in body:
        raise inconsistent("when", f"{force.value} already waits for its auction", "leave one of them out")


def _check_resting(body: Mapping[str, Any], kind: OrderType, force: TimeInForce) -> None:
    """Post-only and iceberg orders stand in the book, so they need a price and the time to stand there."""
    for field in ("post_only", "display_quantity"):
        if not body.get(field):
            continue
        if kind not in RESTING:
            raise inconsistent(
                field, f"{a(kind.value)} order always takes", 'send "type": "limit" or "stop_limit", or leave it out'
            )
        if force in NOW_OR_NEVER or force in AUCTION_ONLY:
            raise inconsistent(field, f"{force.value} never rests in the book", "use DAY, GTC or GTD")


def check_levels(request: OrderRequest, instrument: Instrument) -> None:
    """Refuse prices on the wrong sides of each other, and an iceberg that shows all of itself.

    Raises Refused: INCONSISTENT_FIELDS. Also for an order as it would be after a change.
    """
    side, limit, stop = request.side, request.limit_price, request.stop_price
    if request.type is OrderType.OCO and limit is not None and stop is not None and side * (limit - stop) >= 0:
        raise inconsistent(
            "stop_price",
            f"{a(side_word(side))} oco takes profit at {instrument.price_text(limit)} and stops"
            f" {'above' if side > 0 else 'below'} it",
            f"use a stop price {'above' if side > 0 else 'below'} the limit price",
        )
    if request.display is not None and request.display >= request.quantity:
        raise inconsistent(
            "display_quantity",
            "an iceberg shows less than all of itself",
            "show less than the quantity, or leave it out",
        )
    _check_bracket(request, instrument)


def _check_bracket(request: OrderRequest, instrument: Instrument) -> None:
    """Profit lies beyond the entry in the order's direction, loss on the other side of it."""
    side = request.side
    entry, entry_name = request.limit_price, "limit_price"
    if entry is None and request.type is OrderType.STOP:
        entry, entry_name = request.stop_price, "stop_price"
    levels = (("take_profit", request.take_profit, side), ("stop_loss", request.stop_loss, -side))
    for field, price, way in levels:
        if price is None or entry is None or way * (price - entry) > 0:
            continue
        raise inconsistent(
            field,
            f"{a(side_word(side))} with {entry_name} {instrument.price_text(entry)} has its {field.replace('_', ' ')}"
            f" {'above' if way > 0 else 'below'} that",
            f"use a price {'above' if way > 0 else 'below'} {instrument.price_text(entry)}",
        )
    profit, loss = request.take_profit, request.stop_loss
    if profit is not None and loss is not None and side * (profit - loss) <= 0:
        raise inconsistent(
            "take_profit",
            f"{a(side_word(side))} takes profit {'above' if side > 0 else 'below'} its stop loss",
            f"use a price {'above' if side > 0 else 'below'} {instrument.price_text(loss)}",
        )
