"""What a trader asks for, and what has become of it."""

from __future__ import annotations

import enum

import msgspec

from engine.model.ids import AccountId, Lots, OrderId, Symbol, Ticks, TimeNs
from engine.model.refusal import Refusal

BUY, SELL = 1, -1


def side_word(side: int) -> str:
    """The word of a signed side."""
    return "buy" if side > 0 else "sell"


class OrderType(enum.StrEnum):
    """Order types that the exchange executes today."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(enum.StrEnum):
    """How long an order works: day (until its market closes), 90 days, now, or now and whole."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class Status(enum.StrEnum):
    """States of an order."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"


OPEN = frozenset({Status.ACCEPTED, Status.QUEUED, Status.WORKING, Status.PARTIALLY_FILLED})

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.ACCEPTED: frozenset(
        {Status.QUEUED, Status.WORKING, Status.PARTIALLY_FILLED, Status.FILLED, Status.CANCELLED, Status.REJECTED}
    ),
    Status.QUEUED: frozenset({Status.WORKING, Status.CANCELLED, Status.EXPIRED, Status.REJECTED}),
    Status.WORKING: frozenset({Status.PARTIALLY_FILLED, Status.FILLED, Status.CANCELLED, Status.EXPIRED}),
    Status.PARTIALLY_FILLED: frozenset({Status.PARTIALLY_FILLED, Status.FILLED, Status.CANCELLED, Status.EXPIRED}),
    Status.FILLED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.REJECTED: frozenset(),
    Status.EXPIRED: frozenset(),
}
"""The whole state machine: every change of status goes through this table."""


class OrderRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A well-formed wish on the instrument's own lattice: `quantity` lots, `limit_price` ticks."""

    symbol: Symbol
    side: int
    type: OrderType
    quantity: Lots
    limit_price: Ticks | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    extended: bool = False
    post_only: bool = False
    reduce_only: bool = False
    queue: bool = True
    client_order_id: str = ""


class Order(msgspec.Struct, omit_defaults=True):
    """An order of one account. Only the kernel changes it.

    `filled_value` is the sum of ticks x lots of its fills (average price = filled_value / filled);
    `arrival_mid2` the shown mid at arrival in half ticks; `ahead` the displayed lots that
    wait before it at its price; while `sweeping` it takes liquidity as it returns, at most `allowance` lots now.
    `arrival_shift2` is the displacement, in half ticks, that the market already had when the order arrived.
    """

    order_id: OrderId
    account: AccountId
    request: OrderRequest
    status: Status
    submitted_at: TimeNs
    updated_at: TimeNs
    filled: Lots = Lots(0)
    filled_value: int = 0
    fee: int = 0
    arrival_mid2: int = 0
    arrival_shift2: int = 0
    ahead: int = 0
    sweeping: bool = False
    allowance: float = 0.0
    expires_at: TimeNs = TimeNs(0)
    fills: list[str] = msgspec.field(default_factory=list)
    refusal: Refusal | None = None
    reason: str = ""

    @property
    def remaining(self) -> int:
        """Lots not yet filled."""
        return self.request.quantity - self.filled

    @property
    def open(self) -> bool:
        """Whether the order can still trade."""
        return self.status in OPEN
