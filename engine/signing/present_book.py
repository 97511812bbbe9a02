"""Check 11: the present book, which may have moved since the card was shown."""

from __future__ import annotations

from engine.model.number import to_units
from engine.model.proposal import TRADES
from engine.model.refusal import Code, Refusal
from engine.signing.facts import Facts
from engine.signing.fields import Part
from engine.signing.ticket import Ticket

_AGAIN = "open the proposal again and sign its new card"
_REPRICE = "the proposal is priced anew; open it and sign its new card"


def check_present_book(ticket: Ticket, facts: Facts) -> Refusal | None:
    """Check 11: the act still passes the gate on the present book, within the signed price and cash.

    Codes of the gate, then STALE_MARKET, PRICE_BAND (`protect`), INSUFFICIENT_FUNDS (`max_cash`, `min_cash`).
    """
    market = facts.market
    if ticket.purpose not in TRADES:
        return market.gate if market is not None else None
    if market is None or not market.live or market.age_ms > facts.limits.book_ms:
        cause = "there is no live book to check the order on"
        return Refusal(Code.STALE_MARKET, "the market is not live", cause, "wait until it is, then sign again")
    if market.gate is not None:
        return market.gate
    orders = [part for part in (ticket.order, *ticket.legs) if part] or [ticket.act]
    if len(market.legs) != len(orders):
        return Refusal(Code.STALE_MARKET, "not every order was read on the book", f"{len(market.legs)} were", _AGAIN)
    for terms, reading in zip(orders, market.legs, strict=True):
        moved = _moved(terms, reading.price, reading.cash)
        if moved is not None:
            return moved
    return None


def _moved(terms: Part, price: str | None, cash: str) -> Refusal | None:
    """Why the present price or cash is beyond what was signed."""
    buys = terms["side"] == "buy"
    sign, bound = (1, "max_cash") if buys else (-1, "min_cash")
    worst = str(terms["protect"])
    if price is not None and sign * (_units(price) - _units(worst)) > 0:
        cause = f"{terms['symbol']} would trade at {price}, signed was {worst} at the worst"
        return Refusal(Code.PRICE_BAND, "the market moved beyond the signed price", cause, _REPRICE, field="protect")
    if sign * (_units(cash) - _units(str(terms[bound]))) > 0:
        verb = "take" if buys else "bring"
        cause = f"{terms['symbol']} would {verb} {cash} VCR, signed were {terms[bound]}"
        return Refusal(Code.INSUFFICIENT_FUNDS, "the cash is beyond what was signed", cause, _REPRICE, field=bound)
    return None


def _units(text: str) -> int:
    """A decimal with at most 12 places as a whole number. Raises ValueError for anything else."""
    units = to_units(text, 12)
    if units is None:
        raise ValueError(f"more than 12 decimals: {text}")
    return units
