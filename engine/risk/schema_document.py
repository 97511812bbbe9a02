"""An order request as the payload that asks for it."""

from __future__ import annotations

from collections.abc import Callable

from engine.model.format import time_text
from engine.model.instrument import Instrument
from engine.model.number import to_text, trim
from engine.model.order import OrderRequest, side_word
from engine.risk.condition import when_text

SESSIONS = ("regular", "extended")
SESSION_CLASSES = ("equities", "etfs")


def request_document(
    request: OrderRequest, instrument: Instrument, find: Callable[[str], Instrument] | None = None
) -> dict[str, object]:
    """The payload that asks for `request`: the inverse of `parse_order`, amounts as decimal text.

    `find` gives the instruments of exact symbols that a `when` names beside the order's own.
    """
    document: dict[str, object] = {"symbol": str(request.symbol), "asset_class": instrument.asset_class}
    if instrument.asset_class in SESSION_CLASSES:
        document["session"] = SESSIONS[request.extended]
    document["side"] = side_word(request.side)
    document["type"] = request.type.value
    document["quantity"] = instrument.quantity_text(request.quantity)
    document.update(_prices(request, instrument))
    if request.display is not None:
        document["display_quantity"] = instrument.quantity_text(request.display)
    document["time_in_force"] = request.time_in_force.value
    if request.expire_at is not None:
        document["expire_at"] = time_text(request.expire_at)
    document["post_only"] = request.post_only
    document["reduce_only"] = request.reduce_only
    document["queue"] = request.queue
    if request.when:
        document["when"] = when_text(request.when, request.symbol, _within(instrument, find))
    if request.client_order_id:
        document["client_order_id"] = request.client_order_id
    return document


def _prices(request: OrderRequest, instrument: Instrument) -> dict[str, object]:
    named = {
        "limit_price": request.limit_price,
        "stop_price": request.stop_price,
        "trail_amount": request.trail_ticks,
        "take_profit": request.take_profit,
        "stop_loss": request.stop_loss,
    }
    document: dict[str, object] = {n: instrument.price_text(p) for n, p in named.items() if p is not None}
    if request.trail_ppm is not None:
        document["trail_percent"] = trim(to_text(request.trail_ppm, 4))
    return document


def _within(own: Instrument, find: Callable[[str], Instrument] | None) -> Callable[[str], Instrument]:
    """A lookup that knows the order's own instrument without asking."""

    def found(symbol: str) -> Instrument:
        if symbol == own.symbol:
            return own
        if find is None:
            raise KeyError(symbol)
        return find(symbol)

    return found
