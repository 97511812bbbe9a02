"""What an account began and ended a span of time with, and all that changed it in between."""

from __future__ import annotations

import msgspec

from engine.documents import Document, exact_money, fill_document
from engine.model.account import Account, EquityPoint, Position
from engine.model.fill import Fill
from engine.model.format import time_text
from engine.model.ids import DAY_NS, HOUR_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.span import Span
from engine.past import Booked
from engine.portfolio.books import Books, Tally
from engine.views.marks import PastMarks
from engine.views.wallet import WalletView, movement_document, movements

_POINTS_BACK = 7 * DAY_NS


class Worth(msgspec.Struct, frozen=True):
    """An account at one end of a span, in Minor. `unallocated` is what the noted value of all positions is above the
    sum of theirs."""

    at: TimeNs
    cash: int
    value: int
    unrealised: int
    nav: int
    unallocated: int
    positions: list[Document]


class StatementView(WalletView):
    """The statements of one desk."""

    def statement(self, account: str, span: Span = Span()) -> Document:
        """Opening and closing worth, what lies between them under each word, and every fill and movement.

        Sums are exact: opening and `changes` make closing, opening cash and `cash_changes` closing cash.
        """
        holder = self.account(account)
        booked = self.kernel.past.booked(account)
        begins = span.since or (min((item.at for item in booked), default=holder.opened_at))
        ends = min(span.until or self.now, self.now)
        books = Books(account)
        books.take_all(item for item in booked if item.at < begins)
        first = books.copy()
        live = not span.until or span.until > self.now
        inside = [item for item in booked if item.at >= begins and (live or item.at < span.until)]
        books.take_all(inside)
        opening = self._past_worth(account, first, booked, TimeNs(begins))
        closing = self._now_worth(holder) if live else self._past_worth(account, books, booked, TimeNs(ends))
        moved = [m for m in movements(account, booked) if m.at >= begins and (live or m.at < span.until)]
        by_kind: dict[str, int] = {}
        for movement in moved:
            by_kind[movement.kind] = by_kind.get(movement.kind, 0) + movement.amount
        return {
            "account": account,
            "from": time_text(begins),
            "to": time_text(ends),
            "currency": "VCR",
            "opening": _worth_document(opening),
            "changes": _changes(books.all.less(first.all), opening, closing),
            "closing": _worth_document(closing),
            "cash_changes": {kind: exact_money(amount) for kind, amount in sorted(by_kind.items())},
            "by_symbol": _by_symbol(first, books),
            "fills": [fill_document(f, self.catalogue[f.symbol]) for f in inside if isinstance(f, Fill)],
            "movements": [movement_document(movement) for movement in moved],
        }

    def _now_worth(self, holder: Account) -> Worth:
        worth = self.kernel.valuer.worth(holder)
        rows = []
        for symbol, position in sorted(holder.positions.items()):
            instrument = self.catalogue[symbol]
            price = instrument.tick.half_text(self.kernel.shown.mid2(instrument))
            rows.append(_row(instrument, position, price, self.kernel.valuer.mark(instrument, position.lots)))
        return Worth(TimeNs(self.now), holder.cash, worth.positions_value, worth.unrealised, worth.nav, 0, rows)

    def _past_worth(self, account: str, books: Books, booked: list[Booked], at: TimeNs) -> Worth:
        """The books' worth at a moment that has passed: as noted then where it was, else by the market's bars."""
        marks, held = PastMarks(self.kernel, at), books.held
        rows, value, unrealised, paid = [], 0, 0, 0
        for symbol, position in sorted(held.positions.items()):
            instrument = self.catalogue[symbol]
            known = marks.value(instrument, position.lots)
            worth = position.cost if known is None else known
            rows.append(_row(instrument, position, marks.price_text(instrument), worth))
            value, unrealised = value + worth, unrealised + worth - position.cost
            paid += position.cost if instrument.full_cash else 0
        point = self._noted(account, books, booked, at) if rows else None
        if point is None:
            return Worth(at, held.cash, value, unrealised, held.cash + paid + unrealised, 0, rows)
        gained = point.nav - held.cash - paid
        return Worth(at, held.cash, point.net, gained, point.nav, point.net - value, rows)

    def _noted(self, account: str, books: Books, booked: list[Booked], at: TimeNs) -> EquityPoint | None:
        """The equity point that holds at a whole hour: the newest one, where nothing was booked after it."""
        if at % HOUR_NS:
            return None
        points = [p for p in self.kernel.past.points(account, at - _POINTS_BACK) if p.at <= at]
        if not points or points[-1].cash != books.held.cash or not points[-1].gross:
            return None
        return None if any(points[-1].at < item.at < at for item in booked) else points[-1]


def _row(instrument: Instrument, position: Position, price: str | None, value: int) -> Document:
    return {
        "symbol": instrument.symbol,
        "side": "long" if position.lots > 0 else "short",
        "quantity": instrument.quantity_text(position.lots),
        "cost": exact_money(position.cost),
        "price": price,
        "value": exact_money(value),
        "unrealised_pnl": exact_money(value - position.cost),
    }


def _worth_document(worth: Worth) -> Document:
    return {
        "at": time_text(worth.at),
        "nav": exact_money(worth.nav),
        "cash": exact_money(worth.cash),
        "positions_value": exact_money(worth.value),
        "unrealised_pnl": exact_money(worth.unrealised),
        "unallocated": exact_money(worth.unallocated),
        "positions": worth.positions,
    }


def _changes(tally: Tally, opening: Worth, closing: Worth) -> Document:
    """What made opening NAV closing NAV; every amount as it changed it."""
    unrealised = closing.unrealised - opening.unrealised
    return {
        "deposits": exact_money(tally.deposits),
        "realised_pnl": exact_money(tally.realised),
        "unrealised_pnl": exact_money(unrealised),
        "fees": exact_money(tally.fees),
        "funding": exact_money(tally.funding),
        "dividends": exact_money(tally.dividends),
        "nav": exact_money(tally.gained + unrealised),
    }


def _by_symbol(first: Books, last: Books) -> list[Document]:
    """What each symbol brought in the span; "cash" is interest on borrowed money."""
    rows = []
    for symbol in sorted(last.of):
        tally = last.of[symbol].less(first.of.get(symbol) or Tally())
        if tally == Tally():
            continue
        rows.append(
            {
                "symbol": symbol,
                "fills": tally.fills,
                "bought": exact_money(tally.bought),
                "sold": exact_money(tally.sold),
                "realised_pnl": exact_money(tally.realised),
                "fees": exact_money(tally.fees),
                "funding": exact_money(tally.funding),
                "dividends": exact_money(tally.dividends),
            }
        )
    return rows
