"""Values as the documents of docs/documents.md: decimal text, RFC 3339 times, the contract's names."""

from __future__ import annotations

from typing import Any

from engine.model.alert import Alert, AlertKind, AlertState
from engine.model.alert_text import described, direction_text, half_ticks_text, over_text, value_text
from engine.model.algo import Algo, AlgoKind
from engine.model.event import (
    AccountTouched,
    AlertEvent,
    AlgoEvent,
    BookEvent,
    Event,
    FillEvent,
    KeyEvent,
    LedgerEntry,
    OrderEvent,
    ProposalEvent,
    QuoteEvent,
    RiskEvent,
    SystemStatus,
    TradeEvent,
)
from engine.model.fill import Explain, Fill
from engine.model.format import time_text
from engine.model.ids import MINOR_PER_VCR
from engine.model.instrument import Instrument
from engine.model.market import Bar, Ladder, Trade
from engine.model.number import div_half_even, to_text, trim
from engine.model.order import AUCTION_ONLY, Order, Status, side_word
from engine.model.proposal import Proposal
from engine.model.text import safe

Document = dict[str, Any]
Lookup = Any
MONEY_DECIMALS = 2
_CENT = MINOR_PER_VCR // 100
_TENS = tuple(10**decimals for decimals in range(41))


def money(minor: int) -> str:
    """Money rounded half-even to cents."""
    return to_text(div_half_even(minor, _CENT), MONEY_DECIMALS)


def exact_money(minor: int) -> str:
    """Money with all six decimals that it has, at least two."""
    whole, fraction = divmod(abs(minor), MINOR_PER_VCR)
    cents, rest = divmod(fraction, _CENT)
    text = f"{whole}.{fraction:06d}".rstrip("0") if rest else f"{whole}.{cents:02d}"
    return f"-{text}" if minor < 0 else text


def ratio(numerator: int, denominator: int, decimals: int = 6) -> str:
    """A fraction as decimal text, half-even; zero where there is nothing to divide by."""
    if denominator == 0:
        return to_text(0, decimals)
    return to_text(div_half_even(numerator * _TENS[decimals], denominator), decimals)


def signed(text: str) -> str:
    """The text with a plus where it is above zero."""
    return text if text.startswith("-") or not text.strip("0.") else f"+{text}"


def order_document(order: Order, instrument: Instrument, request: Document, before: int | None = None) -> Document:
    """An order without its fills; `request` are its payload fields, `before` the lots of other orders that stand
    before it at its price (as it took its place where None)."""
    ahead = order.ahead + (order.before if before is None else before)
    average = None
    if order.filled:
        places = instrument.tick.decimals + 4
        units = order.filled_value * instrument.tick.units * 10**4
        average = trim(to_text(div_half_even(units, order.filled), places))
    document = {
        "order_id": order.order_id,
        "account": order.account,
        **request,
        "status": order.status.value,
        "filled_quantity": instrument.quantity_text(order.filled),
        "remaining_quantity": instrument.quantity_text(order.remaining),
        "average_price": average,
        "fee": exact_money(order.fee),
        "queue_ahead": instrument.quantity_text(ahead) if _waits(order) else None,
        "submitted_at": time_text(order.submitted_at),
        "updated_at": time_text(order.updated_at),
        **_waiting(order, instrument),
        **_made_by(order),
    }
    if order.reason:
        document["reason"] = order.reason
    if order.refusal is not None:
        document["refusal"] = order.refusal.document()["error"]
    return document


def _waits(order: Order) -> bool:
    """Whether the order stands in the book and has a place in a queue."""
    resting = order.status in (Status.WORKING, Status.PARTIALLY_FILLED) and order.limit is not None
    called = order.request.time_in_force in AUCTION_ONLY
    return resting and not order.sweeping and not order.dormant and not called


def _waiting(order: Order, instrument: Instrument) -> Document:
    """What the order waits for, and what an iceberg still shows."""
    request, document = order.request, Document()
    if request.triggered_by_price:
        trigger = order.trigger or request.stop_price
        armed = trigger and order.open and not order.released
        document["trigger_price"] = instrument.price_text(trigger) if armed and trigger else None
    if request.triggered_by_price or request.when:
        document["triggered"] = order.released
    if request.display is not None:
        document["display_remaining"] = instrument.quantity_text(order.slice_left)
    return document


def _made_by(order: Order) -> Document:
    """Where the order comes from and what protects it; an ordinary order says nothing of this."""
    named = {"parent": order.parent, "exits": order.exits, "origin": "" if order.origin == "person" else order.origin}
    return {name: text for name, text in named.items() if text}


def explain_document(parts: Explain, instrument: Instrument) -> dict[str, str]:
    """The five parts of a price, in price units; they sum exactly to the price."""
    names = ("mid", "half_spread", "depth", "impact", "timing")
    return {name: instrument.tick.half_text(getattr(parts, name)) for name in names}


def fill_document(fill: Fill, instrument: Instrument) -> Document:
    """An execution."""
    return {
        "fill_id": fill.fill_id,
        "order_id": fill.order_id,
        "client_order_id": fill.client_order_id,
        "account": fill.account,
        "symbol": fill.symbol,
        "side": side_word(fill.side),
        "quantity": instrument.quantity_text(fill.quantity),
        "price": instrument.price_text(fill.price),
        "value": exact_money(fill.value),
        "fee": exact_money(fill.fee),
        "fee_currency": "VCR",
        "realised_pnl": exact_money(fill.realised),
        "liquidity": "maker" if fill.maker else "taker",
        "at": time_text(fill.at),
        "explain": explain_document(fill.explain, instrument),
    }


def trade_document(trade: Trade, instrument: Instrument) -> Document:
    """A print."""
    return {
        "at": time_text(trade.at),
        "price": instrument.price_text(trade.price),
        "size": instrument.quantity_text(trade.size),
        "side": side_word(trade.sign),
    }


def bar_document(bar: Bar, instrument: Instrument) -> Document:
    """A bar."""
    text = instrument.price_text
    return {
        "at": time_text(bar.at),
        "open": text(bar.open),
        "high": text(bar.high),
        "low": text(bar.low),
        "close": text(bar.close),
        "volume": instrument.quantity_text(bar.volume),
    }


def ladder_document(ladder: Ladder, instrument: Instrument) -> Document:
    """Both sides as [price, size] text, best first."""

    def side(levels: Any) -> list[list[str]]:
        return [[instrument.price_text(p.price), instrument.quantity_text(p.size)] for p in levels]

    return {"bids": side(ladder.bids), "asks": side(ladder.asks)}


def event_document(event: Event, instrument_of: Lookup, request_of: Lookup) -> Document:
    """One event of the stream. `instrument_of(symbol)`, `request_of(order)` give what its numbers need."""
    document: Document = {"type": event.type, "at": time_text(event.at)}
    if isinstance(event, OrderEvent):
        instrument = instrument_of(event.order.request.symbol)
        document["order"] = order_document(event.order, instrument, request_of(event.order))
    elif isinstance(event, FillEvent):
        document.update(fill_document(event.fill, instrument_of(event.fill.symbol)))
    elif isinstance(event, LedgerEntry):
        transfer = event.transfer
        if transfer.asset == "VCR":
            amount = exact_money(transfer.amount)
        else:
            amount = instrument_of(transfer.asset).quantity_text(transfer.amount)
        document.update(
            transfer_id=transfer.transfer_id,
            debit=transfer.debit,
            credit=transfer.credit,
            asset=transfer.asset,
            amount=amount,
            code=transfer.code,
            reference=transfer.reference,
        )
    elif isinstance(event, AccountTouched):
        document["account"] = event.account
    elif isinstance(event, RiskEvent):
        document.update(_risk_document(event))
    elif isinstance(event, AlgoEvent):
        document["algo"] = algo_document(event.algo, instrument_of(event.algo.request.symbol))
    elif isinstance(event, AlertEvent):
        document["alert"] = alert_document(event.alert, instrument_of(event.alert.request.symbol))
    elif isinstance(event, ProposalEvent):
        document["proposal"] = proposal_head(event.proposal)
    elif isinstance(event, KeyEvent):
        document.update(account=event.account, key=event.key, owner=event.owner)
    elif isinstance(event, SystemStatus):
        document.update(scope=event.scope, status=event.status, text=event.text)
    else:
        document.update(_market_document(event, instrument_of(event.symbol)))
    return document


def proposal_head(proposal: Proposal) -> Document:
    """A proposal without its terms: what lists and counters show."""
    return {
        "proposal_id": proposal.proposal_id,
        "account": proposal.account,
        "purpose": proposal.purpose.value,
        "origin": proposal.origin,
        "taint": proposal.taint,
        "status": proposal.state.value,
        "created_at": time_text(proposal.created_at),
        "updated_at": time_text(proposal.updated_at),
        "expires_at": time_text(proposal.expires_at),
        "rationale": str(safe(proposal.rationale)),
        "reason": str(safe(proposal.reason)),
        "results": list(proposal.results),
        "replaced_by": proposal.replaced_by,
    }


def _risk_document(event: RiskEvent) -> Document:
    document: Document = {
        "account": event.account,
        "margin_use": ratio(event.use_ppm, 1_000_000, 4),
        "nav": exact_money(event.nav),
        "gross_exposure": exact_money(event.gross),
        "text": event.text,
    }
    if event.order_id:
        document["order_id"] = event.order_id
    if event.symbol:
        document["symbol"] = event.symbol
    return document


def algo_document(algo: Algo, instrument: Instrument) -> Document:
    """An execution algorithm without its fills."""
    request = algo.request
    document: Document = {
        "algo_id": algo.algo_id,
        "account": algo.account,
        "algo": request.kind.value,
        "symbol": instrument.symbol,
        "side": side_word(request.side),
        "quantity": instrument.quantity_text(request.quantity),
        "over_s": request.over_ns // 1_000_000_000,
    }
    if request.kind is AlgoKind.POV:
        document["rate"] = ratio(request.rate_ppm, 1_000_000, 4)
    else:
        document["slices"] = request.slices
    if request.limit_price is not None:
        document["limit_price"] = instrument.price_text(request.limit_price)
    if request.client_order_id:
        document["client_order_id"] = request.client_order_id
    document.update(
        status=algo.status.value,
        slices_sent=algo.sent,
        children=list(algo.children),
        arrival_mid=instrument.tick.half_text(algo.arrival_mid2),
        started_at=time_text(algo.started_at),
        updated_at=time_text(algo.updated_at),
        next_at=time_text(algo.next_at) if algo.next_at and algo.open else None,
    )
    if algo.reason:
        document["reason"] = algo.reason
    return document


def alert_document(alert: Alert, instrument: Instrument) -> Document:
    """An alert; `fired_value` is what made it fire, in the unit of its value, `fired_price` the mid then."""
    request, fired = alert.request, alert.state is AlertState.FIRED
    document: Document = {
        "alert_id": alert.alert_id,
        "account": alert.account,
        "symbol": instrument.symbol,
        "kind": request.kind.value,
        "direction": direction_text(request.way),
        "value": value_text(request, request.value, instrument),
        "session": "extended" if request.extended else "regular",
        "text": described(request, instrument),
        "state": alert.state.value,
        "created_at": time_text(alert.created_at),
        "fired_at": time_text(alert.ended_at) if fired else None,
        "fired_value": value_text(request, alert.measured, instrument) if fired else None,
        "fired_price": half_ticks_text(alert.mid2, instrument) if fired else None,
    }
    if request.kind is AlertKind.CHANGE:
        document["from"] = "set" if request.from_set else "close"
    if request.kind is AlertKind.VOLUME:
        document["over"] = over_text(request)
    if alert.base:
        document["reference_price"] = half_ticks_text(alert.base, instrument)
    said = {"note": request.note, "reason": alert.reason}
    return {**document, **{name: text for name, text in said.items() if text}}


def _market_document(event: QuoteEvent | BookEvent | TradeEvent, instrument: Instrument) -> Document:
    document: Document = {"symbol": instrument.symbol}
    if isinstance(event, QuoteEvent):
        quote = event.quote
        document.update(
            bid=instrument.price_text(quote.bid),
            ask=instrument.price_text(quote.ask),
            bid_size=instrument.quantity_text(quote.bid_size),
            ask_size=instrument.quantity_text(quote.ask_size),
        )
    elif isinstance(event, BookEvent):
        document.update(ladder_document(event.ladder, instrument))
    else:
        document.update(trade_document(event.trade, instrument))
    return document
