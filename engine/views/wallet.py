"""Every movement of an account's cash, with the balance after it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.documents import Document, exact_money
from engine.ledger.chart import VCR
from engine.ledger.passage import owner
from engine.ledger.postings import for_fill
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.model.refusal import Code, refuse
from engine.model.span import Span
from engine.past import Booked
from engine.portfolio.analytics.cashflow import signed, word_of
from engine.portfolio.analytics.history import CASH
from engine.views.account import AccountView

_SPARE = 20
"""Things booked that are read beyond a page, since some move no cash."""


class Movement(msgspec.Struct, frozen=True, gc=False):
    """`amount` Minor came (above 0) or went, which left `balance`. `name` is the movement's own: the fill's, with
    `-fee` where it is its fee, or `t` and the transfer's number. `symbol`, `fill_id` and `order_id` are "" where it has
    none."""

    name: str
    at: TimeNs
    kind: str
    amount: int
    balance: int
    symbol: str = ""
    fill_id: str = ""
    order_id: str = ""


def movements(account: str, booked: Iterable[Booked], balance: int = 0) -> list[Movement]:
    """All movements of cash of an account, oldest first, from what was booked, oldest first. `balance` is its cash
    before them."""
    found = list[Movement]()
    for item in booked:
        for transfer in _transfers(item):
            amount = signed(account, transfer)
            if amount:
                balance += amount
                found.append(_movement(item, transfer, amount, balance))
    return found


def _transfers(item: Booked) -> Iterable[Transfer]:
    """The transfers of money of a fill, or the transfer itself."""
    if isinstance(item, Transfer):
        return (item,) if item.asset == VCR else ()
    return [transfer for transfer in for_fill(item, 0) if transfer.asset == VCR]


def _movement(item: Booked, transfer: Transfer, amount: int, balance: int) -> Movement:
    kind = word_of(transfer, amount)
    if isinstance(item, Fill):
        name = f"{item.fill_id}-fee" if kind in ("fee", "rebate") else str(item.fill_id)
        return Movement(name, item.at, kind, amount, balance, item.symbol, item.fill_id, item.order_id)
    symbol = item.reference if owner(item) is not None and item.reference != CASH else ""
    return Movement(f"t{item.transfer_id}", item.at, kind, amount, balance, symbol)


def movement_document(movement: Movement) -> Document:
    """One movement; what it has no reference to is left out."""
    document: Document = {
        "movement_id": movement.name,
        "at": time_text(movement.at),
        "kind": movement.kind,
        "amount": exact_money(movement.amount),
        "balance": exact_money(movement.balance),
    }
    named = {"symbol": movement.symbol, "order_id": movement.order_id, "fill_id": movement.fill_id}
    return document | {name: text for name, text in named.items() if text}


class WalletView(AccountView):
    """The wallets of one desk."""

    def _newest(self, account: str, count: int, cash: int) -> list[Movement]:
        """Movements of the newest things booked, which end at the cash."""
        booked = self.kernel.past.booked(account, count)
        moved = movements(account, booked)
        return movements(account, booked, cash - (moved[-1].balance if moved else 0))

    def wallet(self, account: str, span: Span = Span(), limit: int = 0, before: str = "") -> Document:
        """Movements of cash in a span, newest first; `before` goes on after the movement of that name.

        `opening_balance` is the balance before the oldest one shown, `closing_balance` that after the newest; `next`
        names where the next page goes on, null on the last one.
        """
        holder = self.account(account)
        newest = limit + _SPARE if limit and not before and span == Span() else 0
        whole = self._newest(account, newest, holder.cash) if newest else None
        if whole is None or len(whole) <= limit:
            whole = movements(account, self.kernel.past.booked(account))
        places = [place for place, movement in enumerate(whole) if span.holds(movement.at)]
        if before:
            end = next((place for place, movement in enumerate(whole) if movement.name == before), None)
            if end is None:
                fix = "use the `next` of the page before"
                raise refuse(Code.OUT_OF_RANGE, "there is no such movement", fix=fix, field="before")
            places = [place for place in places if place < end]
        shown = places[-limit:] if limit else places
        rows = [whole[place] for place in reversed(shown)]
        earlier = [movement.balance for movement in whole if span.until and movement.at < span.until]
        calm = earlier[-1] if earlier else 0 if span.until else holder.cash
        return {
            "account": account,
            "at": time_text(self.now),
            "cash": exact_money(holder.cash),
            "opening_balance": exact_money(rows[-1].balance - rows[-1].amount if rows else calm),
            "closing_balance": exact_money(rows[0].balance if rows else calm),
            "movements": [movement_document(row) for row in rows],
            "next": rows[-1].name if len(shown) < len(places) else None,
        }
