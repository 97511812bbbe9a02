"""Every change of an order's status, through the one table of transitions."""

from __future__ import annotations

from copy import copy

from engine.model.event import OrderEvent
from engine.model.ids import DAY_NS, TimeNs
from engine.model.order import TRANSITIONS, Order, Status, TimeInForce

GTC_DAYS = 90

EVENT_OF = {
    Status.ACCEPTED: "order.accepted",
    Status.QUEUED: "order.queued",
    Status.WORKING: "order.working",
    Status.PARTIALLY_FILLED: "order.partial_fill",
    Status.FILLED: "order.filled",
    Status.CANCELLED: "order.cancelled",
    Status.REJECTED: "order.rejected",
    Status.EXPIRED: "order.expired",
}


class TransitionError(Exception):
    """A change of status that the table does not know: a broken invariant, never a user's mistake."""


def move(order: Order, status: Status, at: TimeNs, reason: str = "") -> OrderEvent:
    """Change the order's status and return the event that says so."""
    if status not in TRANSITIONS[order.status]:
        raise TransitionError(f"{order.order_id}: {order.status} to {status}")
    order.status = status
    order.updated_at = at
    if reason:
        order.reason = reason
    return announce(order, at)


def announce(order: Order, at: TimeNs) -> OrderEvent:
    """The event of the order's present status, with a copy of the order as it stands."""
    return OrderEvent(EVENT_OF[order.status], at, copy(order))


def expiry(time_in_force: TimeInForce, submitted_at: TimeNs, day_end: TimeNs) -> TimeNs:
    """When an order stops working by itself (0: it does not wait at all)."""
    if time_in_force is TimeInForce.DAY:
        return day_end
    if time_in_force is TimeInForce.GTC:
        return TimeNs(submitted_at + GTC_DAYS * DAY_NS)
    return TimeNs(0)
