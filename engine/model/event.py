"""What has happened and never changes: the one stream that everybody reads."""

from __future__ import annotations

import msgspec

from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.model.ids import AccountId, Symbol, TimeNs
from engine.model.market import Ladder, Quote, Trade
from engine.model.order import Order


class OrderEvent(msgspec.Struct, frozen=True):
    """`type` is order.accepted, order.filled and so on; `order` is a copy of the order as it then was."""

    type: str
    at: TimeNs
    order: Order


class FillEvent(msgspec.Struct, frozen=True):
    """An execution."""

    at: TimeNs
    fill: Fill
    type: str = "fill"


class LedgerEntry(msgspec.Struct, frozen=True):
    """A transfer that was booked."""

    at: TimeNs
    transfer: Transfer
    type: str = "ledger.entry"


class AccountTouched(msgspec.Struct, frozen=True):
    """An account's money changed: whoever shows it reads it again."""

    at: TimeNs
    account: AccountId
    type: str = "portfolio"


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


Event = OrderEvent | FillEvent | LedgerEntry | AccountTouched | SystemStatus | QuoteEvent | BookEvent | TradeEvent
