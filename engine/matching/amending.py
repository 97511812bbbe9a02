"""Changing an open order: what may change, and when its place in the queue is kept.

As on real venues, only less of the same keeps a place: a new price or more lots join the end of the queue.
"""

from __future__ import annotations

import msgspec

from engine.model.command import Amend
from engine.model.ids import Lots
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest, OrderType
from engine.model.refusal import Code, Refusal


class Amended(msgspec.Struct, frozen=True):
    """The request after the change."""

    request: OrderRequest

    def of(self, order: Order) -> OrderRequest:
        """The request for what is left: what the gate has to judge."""
        return msgspec.structs.replace(self.request, quantity=Lots(self.request.quantity - order.filled))


def amended(order: Order, command: Amend, instrument: Instrument) -> Amended | Refusal:
    """The order's request with the command's changes, or why it cannot have them."""
    request = order.request
    if command.quantity is None and command.limit_price is None and command.stop_price is None:
        return Refusal(
            Code.MISSING_FIELD, "nothing to change was said", fix="name a quantity, limit_price or stop_price"
        )
    if command.limit_price is not None and request.limit_price is None:
        return _no_price("limit_price", request)
    if command.stop_price is not None and (not request.triggered_by_price or order.released):
        return _no_price("stop_price", request)
    quantity = request.quantity if command.quantity is None else command.quantity
    if quantity <= order.filled:
        filled = instrument.quantity_text(order.filled)
        return Refusal(
            Code.OUT_OF_RANGE,
            f"{order.order_id} has already traded {filled}",
            fix=f"a new quantity must be more than {filled}; cancel the order to end it",
            field="quantity",
        )
    changed = msgspec.structs.replace(
        request,
        quantity=quantity,
        limit_price=request.limit_price if command.limit_price is None else command.limit_price,
        stop_price=request.stop_price if command.stop_price is None else command.stop_price,
    )
    if (
        changed.type is OrderType.OCO
        and changed.side * (int(changed.limit_price or 0) - int(changed.stop_price or 0)) >= 0
    ):
        return Refusal(
            Code.INCONSISTENT_FIELDS,
            "the two prices of an OCO stand on either side of the market",
            fix="a sell takes profit above its stop, a buy below it",
            field="limit_price" if command.limit_price is not None else "stop_price",
        )
    return Amended(changed)


def _no_price(field: str, request: OrderRequest) -> Refusal:
    word = request.type.value.replace("_", " ")
    return Refusal(
        Code.INCONSISTENT_FIELDS,
        f"this {word} order has no {field} to change",
        fix="change its quantity, or cancel it and send another",
        field=field,
    )


def keeps_place(order: Order, changed: OrderRequest) -> bool:
    """Whether an order keeps its place in time with its changed request."""
    same = changed.limit_price == order.request.limit_price and changed.stop_price == order.request.stop_price
    return same and changed.quantity <= order.request.quantity
