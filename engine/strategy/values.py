"""What a strategy sees: small frozen values with exact decimals, made of the desk's documents.

Prices, quantities and money are `Decimal`, times are `datetime` in UTC (to the microsecond), sides are "buy" and
"sell". A value never changes: what it says is how things stood when it was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

import msgspec

from engine.model.ids import TimeNs

Document = Mapping[str, Any]
Amount = Decimal | int | float | str
"""What may be given as a price or a quantity; a float is read as the decimal that it prints as."""

UNKNOWN, REJECTED = "unknown", "rejected"
_OPEN = frozenset({"accepted", "queued", "working", "partially_filled", UNKNOWN})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: TimeNs | int) -> datetime:
    """A market time as a datetime."""
    return _EPOCH + timedelta(microseconds=at // 1000)


def decimal(value: Amount) -> Decimal:
    """An amount as an exact decimal. Raises ValueError or TypeError for what is none."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"{value!r} is not an amount: give a Decimal, an int or decimal text")
    try:
        return Decimal(str(value))
    except ArithmeticError:
        raise ValueError(f"{value!r} is not a decimal number") from None


class Instrument(msgspec.Struct, frozen=True):
    """A tradable thing. `tick` and `lot` are the steps of its prices and quantities; one unit at a price of 1 is
    worth `multiplier` in its currency."""

    symbol: str
    name: str
    asset_class: str
    currency: str
    tick: Decimal
    lot: Decimal
    multiplier: Decimal

    def price(self, value: Amount) -> Decimal:
        """The price of the grid nearest to a value."""
        return (decimal(value) / self.tick).to_integral_value(ROUND_HALF_EVEN) * self.tick

    def quantity(self, value: Amount) -> Decimal:
        """A quantity rounded toward zero to whole lots."""
        return (decimal(value) / self.lot).to_integral_value(ROUND_DOWN) * self.lot


class Level(NamedTuple):
    """One price of a book and what is shown there."""

    price: Decimal
    size: Decimal


class Quote(msgspec.Struct, frozen=True):
    """Best bid and ask. An empty side is None with size 0; `session` is regular, pre, post, break, closed or halted."""

    symbol: str
    at: datetime
    bid: Decimal | None
    ask: Decimal | None
    bid_size: Decimal
    ask_size: Decimal
    mid: Decimal
    last: Decimal
    session: str

    @property
    def spread(self) -> Decimal | None:
        """Ask less bid; None where a side is empty."""
        return None if self.bid is None or self.ask is None else self.ask - self.bid


class Book(msgspec.Struct, frozen=True):
    """The shown ladder, best first."""

    symbol: str
    at: datetime
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    @property
    def mid(self) -> Decimal | None:
        """Half way between the best prices; None where a side is empty."""
        return (self.bids[0].price + self.asks[0].price) / 2 if self.bids and self.asks else None

    def imbalance(self, levels: int = 1) -> Decimal:
        """(bid size - ask size) / (both) over so many levels: -1 to 1, 0 for an empty book."""
        bids = sum((level.size for level in self.bids[:levels]), Decimal(0))
        asks = sum((level.size for level in self.asks[:levels]), Decimal(0))
        return (bids - asks) / (bids + asks) if bids + asks else Decimal(0)


class Trade(msgspec.Struct, frozen=True):
    """A print on the tape; `side` is the taker's."""

    symbol: str
    at: datetime
    price: Decimal
    size: Decimal
    side: str


class Bar(msgspec.Struct, frozen=True):
    """A completed bar of length `every` that began at `at`."""

    symbol: str
    at: datetime
    every: str
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class Refusal(msgspec.Struct, frozen=True):
    """Why the desk said no: a code of the exit-code table, the reason, what to do, the quantity that passes."""

    code: str
    message: str
    fix: str = ""
    max_quantity: Decimal | None = None


class Order(msgspec.Struct, frozen=True):
    """An order as it stood when it was told. `event` is what happened (order.filled, ...), "" where it was asked for.

    `status` is a word of the contract, or "unknown" while a live desk that was lost has not said what became of it.
    `refusal` says why it was rejected, or why a cancel did nothing. `origin` is strategy, bracket, liquidation...
    """

    id: str
    client_order_id: str
    symbol: str
    side: str
    type: str
    quantity: Decimal
    status: str
    filled: Decimal = Decimal(0)
    limit: Decimal | None = None
    stop: Decimal | None = None
    average_price: Decimal | None = None
    reason: str = ""
    refusal: Refusal | None = None
    event: str = ""
    parent: str = ""
    origin: str = "strategy"
    updated_at: datetime = _EPOCH

    @property
    def open(self) -> bool:
        """Whether it can still trade."""
        return self.status in _OPEN

    @property
    def rejected(self) -> bool:
        """Whether the desk refused it."""
        return self.status == REJECTED

    @property
    def remaining(self) -> Decimal:
        """Quantity not yet filled."""
        return self.quantity - self.filled


class Fill(msgspec.Struct, frozen=True):
    """An execution. `value`, `fee` and `realised` are VCR; `liquidity` is maker or taker."""

    id: str
    order_id: str
    client_order_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    value: Decimal
    fee: Decimal
    realised: Decimal
    liquidity: str
    at: datetime


# --- from documents -----------------------------------------------------------------------------


def _maybe(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def quote_of(document: Document) -> Quote:
    """A quote document."""
    return Quote(
        document["symbol"],
        datetime.fromisoformat(document["at"]),
        _maybe(document["bid"]),
        _maybe(document["ask"]),
        Decimal(document["bid_size"]),
        Decimal(document["ask_size"]),
        Decimal(document["mid"]),
        Decimal(document["last"]),
        document["session"],
    )


def book_of(document: Document, symbol: str, at: datetime) -> Book:
    """The `bids` and `asks` of a book document or frame."""
    return Book(symbol, at, _levels(document["bids"]), _levels(document["asks"]))


def _levels(rows: Sequence[Sequence[str]]) -> tuple[Level, ...]:
    return tuple(Level(Decimal(price), Decimal(size)) for price, size in rows)


def trade_of(document: Document, symbol: str) -> Trade:
    """A print."""
    price, size = Decimal(document["price"]), Decimal(document["size"])
    return Trade(symbol, datetime.fromisoformat(document["at"]), price, size, document["side"])


def bar_of(document: Document, symbol: str, every: str) -> Bar:
    """A row of a bars document."""
    prices = (Decimal(document[name]) for name in ("open", "high", "low", "close", "volume"))
    return Bar(symbol, datetime.fromisoformat(document["at"]), every, *prices)


def refusal_of(error: Document) -> Refusal:
    """The inside of an error document."""
    return Refusal(error["code"], error["message"], error.get("fix", ""), _maybe(error.get("max_quantity")))


def order_of(document: Document, event: str = "") -> Order:
    """An order document."""
    refusal = document.get("refusal")
    return Order(
        id=document["order_id"],
        client_order_id=document.get("client_order_id") or "",
        symbol=document["symbol"],
        side=document["side"],
        type=document["type"],
        quantity=Decimal(document["quantity"]),
        status=document["status"],
        filled=Decimal(document["filled_quantity"]),
        limit=_maybe(document.get("limit_price")),
        stop=_maybe(document.get("stop_price")),
        average_price=_maybe(document.get("average_price")),
        reason=document.get("reason") or "",
        refusal=refusal_of(refusal) if refusal else None,
        event=event,
        parent=document.get("parent") or "",
        origin=document.get("origin") or "person",
        updated_at=datetime.fromisoformat(document["updated_at"]),
    )


def fill_of(document: Document) -> Fill:
    """A fill document."""
    return Fill(
        id=document["fill_id"],
        order_id=document["order_id"],
        client_order_id=document.get("client_order_id") or "",
        symbol=document["symbol"],
        side=document["side"],
        quantity=Decimal(document["quantity"]),
        price=Decimal(document["price"]),
        value=Decimal(document["value"]),
        fee=Decimal(document["fee"]),
        realised=Decimal(document["realised_pnl"]),
        liquidity=document["liquidity"],
        at=datetime.fromisoformat(document["at"]),
    )


def never_was(body: Document, refusal: Refusal, status: str = REJECTED) -> Order:
    """The order of a payload that the desk did not take: no id, and why."""

    def amount(field: str) -> Decimal | None:
        try:
            return Decimal(str(body[field])) if field in body else None
        except ArithmeticError:
            return None

    return Order(
        id="",
        client_order_id=str(body.get("client_order_id", "")),
        symbol=str(body.get("symbol", "")),
        side=str(body.get("side", "")),
        type=str(body.get("type", "")),
        quantity=amount("quantity") or Decimal(0),
        status=status,
        limit=amount("limit_price"),
        stop=amount("stop_price"),
        reason=refusal.message,
        refusal=refusal,
        event="order.rejected" if status == REJECTED else "",
    )
