"""What an account has and did, as documents."""

from __future__ import annotations

from engine.documents import (
    Document,
    exact_money,
    fill_document,
    order_document,
    ratio,
    signed,
)
from engine.kernel import Kernel
from engine.matching.resting import rests
from engine.model.account import Account
from engine.model.format import time_text
from engine.model.instrument import Instrument
from engine.model.number import div_half_even, to_text
from engine.model.order import Order, OrderType
from engine.model.refusal import Code, refuse
from engine.past import number_of
from engine.portfolio.valuation import LEVERAGE_LIMIT, Worth
from engine.risk.schema import request_document
from engine.views.market import MarketView

Rate = tuple[int, int]
_MOST_KEPT = 50_000


class _Kept:
    """A position's row at the prices that were last seen; only its weight is of another moment."""

    def __init__(self, instrument: Instrument, lots: int, cost: int) -> None:
        self.instrument, self.lots, self.cost = instrument, lots, cost
        self.seen: tuple[int, int | None, Rate] = 0, 0, (0, 1)
        self.value = 0
        n, d = instrument.value_ratio()
        self._paid, self._held = 10**4 * instrument.tick.units * cost * d, lots * n
        self.row: Document = {
            "symbol": instrument.symbol,
            "name": instrument.name,
            "asset_class": instrument.asset_class,
            "sector": instrument.sector,
            "side": "long" if lots > 0 else "short",
            "quantity": instrument.quantity_text(lots),
            "average_cost": "",
            "price": "",
            "value": "",
            "cost": exact_money(cost),
            "unrealised_pnl": "",
            "day_pnl": "",
            "unrealised_pct": "",
            "weight": "",
            "currency": instrument.currency,
        }

    def price(self, seen: tuple[int, int | None, Rate], value: int, day: int | None) -> None:
        """Fill in what follows from the mid, the close before and the exchange rate that are `seen`; `day` is the
        day's profit, None where that is all of it."""
        mid2, _, rate = seen
        row, gain = self.row, value - self.cost
        if rate != self.seen[2]:
            units = div_half_even(self._paid * rate[1], self._held * rate[0])
            row["average_cost"] = to_text(units, self.instrument.tick.decimals + 4)
        row["price"] = self.instrument.tick.half_text(mid2)
        row["value"] = exact_money(value)
        row["unrealised_pnl"] = exact_money(gain)
        row["day_pnl"] = row["unrealised_pnl"] if day is None else exact_money(day)
        row["unrealised_pct"] = signed(ratio(100 * gain, abs(self.cost), 2))
        self.seen, self.value = seen, value


def _size(row: tuple[int, Document]) -> int:
    return row[0]


class AccountView(MarketView):
    """The accounts of one desk, valued at the market as shown."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self._unpriced: dict[tuple[str, str], _Kept] = {}

    def account(self, account: str) -> Account:
        """The account, which must exist."""
        found = self.kernel.state.accounts.get(account)
        if found is None:
            raise refuse(Code.FORBIDDEN, f"there is no account {account[:40]}", fix="use --account main")
        return found

    def order_document(self, order: Order) -> Document:
        """One order."""
        instrument = self.catalogue[order.request.symbol]
        request = request_document(order.request, instrument, self.catalogue.get)
        document = order_document(order, instrument, request, self.kernel.displayed.before(order))
        made = self.kernel.past.fills_of(order.order_id) if order.filled else ()
        document["fills"] = [fill_document(fill, instrument) for fill in made]
        return document

    def orders(self, account: str, open_only: bool = False, limit: int = 0) -> Document:
        """Orders, newest first."""
        self.account(account)
        mine = self.kernel.open_orders(account)
        if not open_only:
            mine += self.kernel.past.orders(account, limit)
        mine.sort(key=number_of, reverse=True)
        return {"orders": [self.order_document(o) for o in (mine[:limit] if limit else mine)]}

    def queue(self, account: str) -> list[Document]:
        """What moves of the account's open orders without an event of theirs: places in the queue, trailing stops."""
        rows, displayed = [], self.kernel.displayed
        mine = self.kernel.open_orders(account)
        places = {symbol: displayed.places(symbol) for symbol in {order.request.symbol for order in mine}}
        for order in mine:
            text = self.catalogue[order.request.symbol]
            row: Document = {}
            if rests(order):
                row["queue_ahead"] = text.quantity_text(order.ahead + places[order.request.symbol][order.order_id])
            if order.trigger and order.request.type is OrderType.TRAILING_STOP:
                row["trigger_price"] = text.price_text(order.trigger)
            if row:
                rows.append({"order_id": order.order_id, **row})
        return rows

    def find_order(self, account: str, order_id: str) -> Order:
        """The account's order by its own id or the client's. Raises Refused."""
        order = self.kernel.find_order(account, order_id)
        if order is None:
            raise refuse(Code.UNKNOWN_ORDER, f"there is no order {order_id[:64]}", fix="vterm orders lists them")
        return order

    def order(self, account: str, order_id: str) -> Document:
        """One order by its own id or the client's."""
        return self.order_document(self.find_order(account, order_id))

    def fills(self, account: str, limit: int = 0) -> Document:
        """Fills, newest first."""
        self.account(account)
        mine = self.kernel.past.fills(account, limit)
        return {"fills": [fill_document(f, self.catalogue[f.symbol]) for f in mine]}

    def positions(self, account: str) -> Document:
        """Positions, largest first."""
        return {"positions": self.portfolio(account)["positions"]}

    def portfolio(self, account: str) -> Document:
        """Cash, value, profit, limits and positions at the shown mids."""
        holder = self.account(account)
        worth = self.kernel.valuer.worth(holder)
        day = worth.nav - holder.day_nav
        return {
            "account": account,
            "at": time_text(self.now),
            "nav": exact_money(worth.nav),
            "cash": exact_money(holder.cash),
            "positions_value": exact_money(worth.positions_value),
            "unrealised_pnl": exact_money(worth.unrealised),
            "realised_pnl": exact_money(holder.realised),
            "fees": exact_money(holder.fees),
            "funding": exact_money(holder.funding),
            "dividends": exact_money(holder.dividends),
            "day_pnl": exact_money(day),
            "day_pnl_pct": signed(ratio(100 * day, holder.day_nav, 2)),
            "gross_exposure": exact_money(worth.gross),
            "leverage": ratio(worth.gross, worth.nav),
            "buying_power": exact_money(max(0, LEVERAGE_LIMIT * worth.nav - worth.gross)),
            "margin_used": exact_money(worth.margin),
            "working_orders": len(self.kernel.open_orders(account)),
            "positions": self._positions(holder, worth),
        }

    def _positions(self, holder: Account, worth: Worth) -> list[Document]:
        """Rows, largest first. A row is written again when its position or a price of it has changed."""
        rows: list[tuple[int, Document]] = []
        valuer, shown, nav = self.kernel.valuer, self.kernel.shown, worth.nav
        today, closes, rates = time_text(self.now)[:10], shown.source.prev_close, dict[str, Rate]()
        for symbol in sorted(holder.positions):
            position = holder.positions[symbol]
            kept = self._kept(holder.account_id, symbol, position.lots, position.cost)
            instrument = kept.instrument
            mid2, rate = shown.mid2(instrument), rates.get(instrument.currency)
            if rate is None:
                rate = rates[instrument.currency] = valuer.rate(instrument.currency)
            close2 = None  # opened today: all of its profit is the day's
            if position.day_label != today:
                close2 = 2 * (closes.item(instrument.column) + instrument.basis_ticks)
            seen = mid2, close2, rate
            if kept.seen != seen:
                day = None if close2 is None else valuer.value(instrument, position.lots, mid2 - close2)
                kept.price(seen, valuer.mark_of(symbol, position.lots), day)
            row = kept.row.copy()
            row["weight"] = ratio(kept.value, nav)
            rows.append((-abs(kept.value), row))
        rows.sort(key=_size)
        return [document for _, document in rows]

    def _kept(self, account: str, symbol: str, lots: int, cost: int) -> _Kept:
        known = self._unpriced.get((account, symbol))
        if known is None or known.lots != lots or known.cost != cost:
            if len(self._unpriced) >= _MOST_KEPT:
                self._unpriced.clear()
            known = self._unpriced[account, symbol] = _Kept(self.catalogue[symbol], lots, cost)
        return known

    def accounts(self) -> Document:
        """The end line's accounts: figures of everyone, money exact."""
        return {name: self.portfolio(name) for name in sorted(self.kernel.state.accounts)}
