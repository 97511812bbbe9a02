"""Accounts on a still market with the real calendars, on which time passes: only the overnight bookings act."""

from __future__ import annotations

import msgspec

from engine.ledger.position import apply_fill
from engine.ledger.postings import for_fill, opening
from engine.ledger.replay import Rebuilt, replay
from engine.market.calendar import load_calendar
from engine.market.catalogue import Catalogue, load
from engine.market.shown import ShownMarket
from engine.matching.state import State
from engine.model.account import START_CASH, Account, Transfer
from engine.model.event import AccountTouched, Event, SystemStatus
from engine.model.fill import Explain, Fill
from engine.model.ids import MINUTE_NS, AccountId, Lots, Minor, OrderId, Symbol, Ticks, TimeNs, fill_id
from engine.model.order import Order, OrderRequest, OrderType, Status, TimeInForce
from engine.portfolio.overnight import Overnight
from engine.portfolio.valuation import Valuer
from engine.ports import MarketSource
from tests.still_market import StillMarket


class Night:
    """A desk that trades at the mid without a fee, and whose time is moved by `until`."""

    def __init__(self, start: TimeNs, *names: str, source: MarketSource | None = None) -> None:
        self.catalogue: Catalogue = load()
        self.market = StillMarket(self.catalogue.columns)
        calendars = {i.session: load_calendar(i.session) for i in self.catalogue.columns}
        self.shown = ShownMarket(source or self.market, calendars)
        self.valuer = Valuer(self.shown, self.catalogue)
        self.state = State(now=start)
        self.transfers: list[Transfer] = []
        self.events: list[Event] = []
        self.open: list[Order] = []
        self.withdrawn: list[tuple[str, str]] = []
        self.shown.advance(start, self.state.step_ns)
        self.fills: list[Fill] = []
        self._traded: list[str] = []
        self.overnight = Overnight(self.state, self.valuer, self.catalogue, self.shown, self, self.take_traded)
        for name in names or ("main",):
            account = AccountId(name)
            self.state.accounts[account] = Account(account, start, START_CASH, {})
            self.book_transfers(opening(name, START_CASH, start, self.state.transfers_made + 1), start)

    def take_traded(self) -> list[str]:
        """Symbols traded since the last call."""
        traded, self._traded = self._traded, []
        return traded

    # --- what the bookings may do ---------------------------------------------------------------

    def place(self, account: str, request: OrderRequest, *, origin: str, parent: str = "") -> Order:
        """Time places no orders."""
        raise AssertionError(f"{account} would trade {request} for {origin}{parent}")

    def withdraw(self, order: Order, reason: str) -> None:
        """Take an order of the test back."""
        self.open.remove(order)
        self.withdrawn.append((order.order_id, reason))

    def open_orders(self, account: str) -> list[Order]:
        """Those of the test."""
        return [order for order in self.open if order.account == account]

    def happened(self, event: Event) -> None:
        """Keep it."""
        self.events.append(event)

    def book_transfers(self, transfers: tuple[Transfer, ...], at: TimeNs) -> None:
        """Keep them, numbered without a gap."""
        for transfer in transfers:
            self.state.transfers_made += 1
            assert (transfer.transfer_id, transfer.at) == (self.state.transfers_made, at)
        self.transfers.extend(transfers)

    # --- the test's words -----------------------------------------------------------------------

    def trade(self, side: int, symbol: str, lots: int, account: str = "main") -> Fill:
        """A fill at the mid, without a fee."""
        holder, instrument = self.state.accounts[AccountId(account)], self.catalogue[symbol]
        value = self.valuer.mark(instrument, lots)
        position, realised = apply_fill(holder.positions.get(symbol), symbol, side, lots, value)
        cash = -side * value if instrument.full_cash else realised
        number = fill_id(self.state.fills_made)
        mid2 = self.shown.mid2(instrument)
        fill = Fill(
            fill_id=number,
            order_id=OrderId("o1"),
            client_order_id="",
            account=AccountId(account),
            symbol=Symbol(symbol),
            side=side,
            quantity=Lots(lots),
            price=Ticks(mid2 // 2),
            value=Minor(value),
            cash=Minor(cash),
            fee=Minor(0),
            realised=Minor(realised),
            maker=False,
            at=self.state.now,
            explain=Explain(mid2, 0, 0, 0, 0),
        )
        if position is None:
            holder.positions.pop(symbol)
        else:
            holder.positions[symbol] = position
        holder.cash += cash
        holder.realised += realised
        self.fills.append(fill)
        self._traded.append(fill.symbol)
        self.state.fills_made += 1
        self.book_transfers(for_fill(fill, self.state.transfers_made + 1), self.state.now)
        return fill

    def rest(self, side: int, symbol: str, account: str = "main") -> Order:
        """An order that waits."""
        request = OrderRequest(Symbol(symbol), side, OrderType.LIMIT, Lots(1), Ticks(1), TimeInForce.GTC)
        order = Order(
            OrderId(f"o{len(self.open) + 2}"),
            AccountId(account),
            request,
            Status.WORKING,
            self.state.now,
            self.state.now,
        )
        self.open.append(order)
        return order

    def until(self, to: TimeNs, cut: int = 0) -> None:
        """Let time pass as the kernel does; `cut` ns cuts it into more steps than needed."""
        while self.state.now < to:
            stop = self.overnight.next_after(self.state.now)
            assert stop == 0 or stop > self.state.now
            ends = [to, stop or to, TimeNs(self.state.now + cut) if cut else to]
            at = min(ends)
            self.state.now = at
            self.shown.advance(TimeNs(at // MINUTE_NS * MINUTE_NS), self.state.step_ns)
            if at == stop:
                self.overnight.book(at)

    def account(self, name: str = "main") -> Account:
        """An account."""
        return self.state.accounts[AccountId(name)]

    def nav(self, name: str = "main") -> int:
        """What it is worth at the shown mids."""
        return self.valuer.worth(self.account(name)).nav

    def codes(self) -> list[str]:
        """Codes of what was booked after the start money and the fills."""
        return [t.code for t in self.transfers if t.code not in ("open", "lots", "cash", "settle")]

    def moved(self, code: str, account: str = "main") -> int:
        """Sum of the money that a code brought an account."""
        own = f"trader:{account}:cash"
        sums = [(t.credit == own) * t.amount - (t.debit == own) * t.amount for t in self.transfers if t.code == code]
        return sum(sums)

    def rebuilt(self) -> dict[str, Rebuilt]:
        """The accounts as an audit rebuilds them."""
        return replay(self.fills, {str(name): START_CASH for name in self.state.accounts}, self.transfers)

    def told(self) -> list[SystemStatus]:
        """Warnings given."""
        return [event for event in self.events if isinstance(event, SystemStatus)]

    def touched(self) -> list[tuple[TimeNs, str]]:
        """When whose money was said to have changed."""
        return [(event.at, event.account) for event in self.events if isinstance(event, AccountTouched)]

    def frozen(self) -> bytes:
        """The whole state as bytes."""
        return msgspec.msgpack.encode(self.state)
