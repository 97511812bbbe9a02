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
from engine.matching.resting import rests
from engine.model.account import Account, Position
from engine.model.format import time_text
from engine.model.instrument import Instrument
from engine.model.number import div_half_even, to_text
from engine.model.order import Order, OrderType
from engine.model.refusal import Code, refuse
from engine.past import number_of
from engine.portfolio.valuation import LEVERAGE_LIMIT, Worth
from engine.risk.schema import request_document
from engine.views.market import MarketView


class AccountView(MarketView):
    """The accounts of one desk, valued at the market as shown."""

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
        rows: list[tuple[int, Document]] = []
        for symbol in sorted(holder.positions):
            position = holder.positions[symbol]
            instrument = self.catalogue[symbol]
            value = self.kernel.valuer.mark(instrument, position.lots)
            gain = value - position.cost
            rows.append(
                (
                    abs(value),
                    {
                        "symbol": symbol,
                        "name": instrument.name,
                        "asset_class": instrument.asset_class,
                        "sector": instrument.sector,
                        "side": "long" if position.lots > 0 else "short",
                        "quantity": instrument.quantity_text(position.lots),
                        "average_cost": self._average_cost(instrument, position.lots, position.cost),
                        "price": instrument.tick.half_text(self.kernel.shown.mid2(instrument)),
                        "value": exact_money(value),
                        "cost": exact_money(position.cost),
                        "unrealised_pnl": exact_money(gain),
                        "day_pnl": exact_money(self._day_gain(instrument, position, gain)),
                        "unrealised_pct": signed(ratio(100 * gain, abs(position.cost), 2)),
                        "weight": ratio(value, worth.nav),
                        "currency": instrument.currency,
                    },
                )
            )
        rows.sort(key=lambda row: -row[0])
        return [document for _, document in rows]

    def _day_gain(self, instrument: Instrument, position: Position, gain: int) -> int:
        """Profit of the day on what is held: since it was opened, or since the previous close."""
        if position.day_label == time_text(self.now)[:10]:
            return gain
        shown = self.kernel.shown
        close2 = 2 * (int(shown.source.prev_close[instrument.column]) + instrument.basis_ticks)
        return self.kernel.valuer.value(instrument, position.lots, shown.mid2(instrument) - close2)

    def _average_cost(self, instrument: Instrument, lots: int, cost: int) -> str:
        """Cost a unit in the instrument's own price units at today's exchange rate."""
        n, d = instrument.value_ratio()
        rate_n, rate_d = self.kernel.valuer.rate(instrument.currency)
        units = 10**4 * instrument.tick.units * cost * d * rate_d
        return to_text(div_half_even(units, lots * n * rate_n), instrument.tick.decimals + 4)

    def accounts(self) -> Document:
        """The end line's accounts: figures of everyone, money exact."""
        return {name: self.portfolio(name) for name in sorted(self.kernel.state.accounts)}
