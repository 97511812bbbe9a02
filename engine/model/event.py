"""What has happened and never changes: the one stream that everybody reads."""

from __future__ import annotations

import msgspec

from engine.model.account import Transfer
from engine.model.alert import Alert
from engine.model.algo import Algo
from engine.model.fill import Fill
from engine.model.ids import AccountId, Symbol, TimeNs
from engine.model.market import Ladder, Quote, Trade
from engine.model.order import Order
from engine.model.proposal import Proposal

# Orders, fills, transfers and what tells of them stay out of garbage collection (gc=False): none can be part of a
# cycle, and a day leaves so many that one collection would hold an order up for tens of milliseconds.


class OrderEvent(msgspec.Struct, frozen=True, gc=False):
    """`type` is order.accepted, order.filled and so on; `order` is a copy of the order as it then was."""

    type: str
    at: TimeNs
    order: Order


class FillEvent(msgspec.Struct, frozen=True, gc=False):
    """An execution."""

    at: TimeNs
    fill: Fill
    type: str = "fill"


class LedgerEntry(msgspec.Struct, frozen=True, gc=False):
    """A transfer that was booked."""

    at: TimeNs
    transfer: Transfer
    type: str = "ledger.entry"


class AccountTouched(msgspec.Struct, frozen=True, gc=False):
    """An account's money changed: whoever shows it reads it again."""

    at: TimeNs
    account: AccountId
    type: str = "portfolio"


class RiskEvent(msgspec.Struct, frozen=True):
    """An account came near a limit of its margin (risk.margin_warning), left it again (risk.margin_restored), has a
    position closed for it (risk.liquidation), or was locked (risk.locked). `use_ppm` is gross notional in
    millionths of the limit; `nav` and `gross` in Minor VCR."""

    type: str
    at: TimeNs
    account: AccountId
    use_ppm: int
    nav: int
    gross: int
    text: str
    order_id: str = ""
    symbol: str = ""


class AlgoEvent(msgspec.Struct, frozen=True):
    """`type` is algo.started, algo.slice, algo.paused, algo.resumed, algo.done or algo.cancelled; `algo` is a copy."""

    type: str
    at: TimeNs
    algo: Algo


class AlertEvent(msgspec.Struct, frozen=True):
    """`type` is alert.set, alert.fired or alert.dropped; `alert` is a copy of the alert as it then was."""

    type: str
    at: TimeNs
    alert: Alert


class ProposalEvent(msgspec.Struct, frozen=True):
    """`type` is proposal.made, presented, shelved, executed, declined, expired, rejected or repriced; `proposal` is a
    copy of it as it then was."""

    type: str
    at: TimeNs
    proposal: Proposal


class KeyEvent(msgspec.Struct, frozen=True):
    """`type` is key.enrolled, key.revoked or key.locked; `key` its fingerprint."""

    type: str
    at: TimeNs
    account: AccountId
    key: str
    owner: str


class SystemStatus(msgspec.Struct, frozen=True):
    """A venue or the desk itself changed state."""

    at: TimeNs
    scope: str
    status: str
    text: str
    type: str = "system.status"


class QuoteEvent(msgspec.Struct, frozen=True):
    """The shown touch of one instrument."""

    at: TimeNs
    symbol: Symbol
    quote: Quote
    type: str = "quote"


class BookEvent(msgspec.Struct, frozen=True):
    """The shown ladder of one instrument."""

    at: TimeNs
    symbol: Symbol
    ladder: Ladder
    type: str = "book"


class TradeEvent(msgspec.Struct, frozen=True):
    """A print on the tape."""

    at: TimeNs
    symbol: Symbol
    trade: Trade
    type: str = "trade"


Event = (
    OrderEvent
    | FillEvent
    | LedgerEntry
    | AccountTouched
    | RiskEvent
    | AlgoEvent
    | AlertEvent
    | ProposalEvent
    | KeyEvent
    | SystemStatus
    | QuoteEvent
    | BookEvent
    | TradeEvent
)
