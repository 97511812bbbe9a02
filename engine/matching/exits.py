"""Brackets: what fills is protected at once, by one exit order that takes the profit or stops the loss.

The exit is an order of its own, reduce-only, that grows with the entry's fills and ends when the position does,
whoever closed it. With both prices it is an OCO: one order, so its two sides can never both fill.
"""

from __future__ import annotations

import msgspec

from engine.model.ids import Lots
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce


def protected(order: Order) -> bool:
    """Whether the order's fills want an exit."""
    return order.request.take_profit is not None or order.request.stop_loss is not None


def exit_request(entry: Order, lots: int) -> OrderRequest:
    """The order that protects `lots` of an entry."""
    request = entry.request
    profit, loss = request.take_profit, request.stop_loss
    both = profit is not None and loss is not None
    kind = OrderType.OCO if both else OrderType.LIMIT if profit is not None else OrderType.STOP
    return OrderRequest(
        symbol=request.symbol,
        side=-request.side,
        type=kind,
        quantity=Lots(lots),
        limit_price=profit,
        stop_price=loss,
        time_in_force=TimeInForce.GTC,
        extended=request.extended,
        reduce_only=True,
    )


def grown(exit_order: Order, lots: int) -> OrderRequest:
    """The exit's request after `lots` more of its entry filled."""
    request = exit_order.request
    return msgspec.structs.replace(request, quantity=Lots(request.quantity + lots))
