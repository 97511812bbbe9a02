"""Changing an open order: what may still change, and when its place in the queue is kept.

As on real venues, only less of the same keeps a place: a new price or more lots join the end of the queue.
"""

from __future__ import annotations

import msgspec

from engine.model.command import Amend
from engine.model.ids import Lots
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest
from engine.model.refusal import Code, Refusal
from engine.risk.amend import Changes, changed


def amended(order: Order, command: Amend, instrument: Instrument) -> OrderRequest | Refusal:
    """The order's request with the command's changes, or why it cannot have them now."""
    request = changed(order.request, Changes(command.quantity, command.limit_price, command.stop_price))
    if command.stop_price is not None and order.released:
        return Refusal(
            Code.NOT_CANCELLABLE,
            f"the stop of {order.order_id} was touched already",
            fix="cancel the order, or change its quantity or limit",
            field="stop_price",
        )
    if request.quantity <= order.filled:
        filled = instrument.quantity_text(order.filled)
        return Refusal(
            Code.OUT_OF_RANGE,
            f"{order.order_id} has already traded {filled}",
            fix=f"a new quantity must be more than {filled}; cancel the order to end it",
            field="quantity",
        )
    return request


def left_of(request: OrderRequest, order: Order) -> OrderRequest:
    """The request for what is left of the order: what the gate has to judge."""
    return msgspec.structs.replace(request, quantity=Lots(request.quantity - order.filled))


def keeps_place(order: Order, request: OrderRequest) -> bool:
    """Whether an order keeps its place in time with its changed request."""
    same = request.limit_price == order.request.limit_price and request.stop_price == order.request.stop_price
    return same and request.quantity <= order.request.quantity
