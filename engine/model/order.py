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
    """What an order does when it meets the market, and what it waits for before that.

    A stop waits for its price and then takes; a stop limit then rests at its limit; a trailing stop's price
    follows the market. OCO is one order with two prices: it rests at its limit, and where the stop is touched
    first the limit is withdrawn and the rest taken, so that one cancels the other and nothing is sold twice.
    """

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"
    OCO = "oco"


class TimeInForce(enum.StrEnum):
    """How long an order works: day (until its market closes), 90 days, now, now and whole, until a date,
    in the opening auction only, in the closing auction only."""

    DAY = "DAY"
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTD = "GTD"
    OPG = "OPG"
    CLS = "CLS"


NOW_OR_NEVER = frozenset({TimeInForce.IOC, TimeInForce.FOK})
AUCTION_ONLY = frozenset({TimeInForce.OPG, TimeInForce.CLS})


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
    Status.QUEUED: frozenset(
        {Status.WORKING, Status.PARTIALLY_FILLED, Status.FILLED, Status.CANCELLED, Status.EXPIRED, Status.REJECTED}
    ),
    Status.WORKING: frozenset(
        {Status.QUEUED, Status.PARTIALLY_FILLED, Status.FILLED, Status.CANCELLED, Status.EXPIRED, Status.REJECTED}
    ),
    Status.PARTIALLY_FILLED: frozenset({Status.PARTIALLY_FILLED, Status.FILLED, Status.CANCELLED, Status.EXPIRED}),
    Status.FILLED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.REJECTED: frozenset(),
    Status.EXPIRED: frozenset(),
}
"""The whole state machine: every change of status goes through this table."""


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One term of a price rule: `subject` of `symbol` compared with `value`.

    Subjects and units: price (shown mid) and spread in half ticks, imbalance of the touch in millionths (-1e6 to
    1e6), time in ns. `above` means at least `value`, else at most. Terms of an order must all hold.
    """

    subject: str
    symbol: Symbol
    above: bool
    value: int


class OrderRequest(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A well-formed wish on the instrument's own lattice: `quantity` and `display` lots, prices in ticks.

    `trail_ticks` or `trail_ppm` (millionths of the price) is a trailing stop's distance. `take_profit` and
    `stop_loss` make it a bracket: what fills is protected by an exit order. `expire_at` goes with GTD. `when`
    holds the order back until all its conditions hold.
    """

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
    stop_price: Ticks | None = None
    trail_ticks: int | None = None
    trail_ppm: int | None = None
    take_profit: Ticks | None = None
    stop_loss: Ticks | None = None
    display: Lots | None = None
    expire_at: TimeNs | None = None
    when: tuple[Condition, ...] = ()

    @property
    def triggered_by_price(self) -> bool:
        """Whether a stop price must be touched before it trades or changes."""
        return self.stop_price is not None or self.type is OrderType.TRAILING_STOP


class Order(msgspec.Struct, omit_defaults=True, gc=False):
    """An order of one account. Only the kernel changes it.

    `filled_value` is the sum of ticks x lots of its fills (average price = filled_value / filled);
    `arrival_mid2` the shown mid at arrival in half ticks, `arrival_shift2` the displacement in it; `ahead` the
    displayed lots that wait before it at its price, `before` those of other orders when it took its place there;
    while `sweeping` it takes liquidity as it returns, at most
    `allowance` lots now. `rank` is its place in time among the desk's orders; a new one is given when it loses
    its place. `dormant` orders wait for their trigger, at `trigger` ticks (0: conditions only), and are `released` by
    it; `ruled` ones had a rule and it held. `slice_left` is what an iceberg still shows. `parent` names the order or
    algorithm it was made by, `exits` the order that protects its fills, `origin` who made it: person, bracket, algo,
    strategy, liquidation, flatten. `sent` is the request as it first came, where it was amended.
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
    before: int = 0
    sweeping: bool = False
    allowance: float = 0.0
    expires_at: TimeNs = TimeNs(0)
    refusal: Refusal | None = None
    reason: str = ""
    rank: int = 0
    dormant: bool = False
    released: bool = False
    ruled: bool = False
    trigger: int = 0
    slice_left: int = 0
    parent: str = ""
    exits: str = ""
    origin: str = "person"
    sent: OrderRequest | None = None

    @property
    def remaining(self) -> int:
        """Lots not yet filled."""
        return self.request.quantity - self.filled

    @property
    def limit(self) -> Ticks | None:
        """The price beyond which it does not trade; None for market orders and for an OCO whose stop was touched."""
        if self.released and self.request.type is OrderType.OCO:
            return None
        return self.request.limit_price

    @property
    def open(self) -> bool:
        """Whether the order can still trade."""
        return self.status in OPEN


class Sent(msgspec.Struct, frozen=True, gc=False):
    """A hand-made order that an account's limits still look back at."""

    at: TimeNs
    order_id: OrderId
    request: OrderRequest
    rejected: bool
