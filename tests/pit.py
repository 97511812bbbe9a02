"""An order desk that fills at the touch at once, for parts that only need a desk to send orders to."""

from __future__ import annotations

from engine.ledger.position import apply_fill
from engine.market.catalogue import load
from engine.market.shown import ShownMarket
from engine.matching.state import State
from engine.model.account import START_CASH, Account, Transfer
from engine.model.event import Event, RiskEvent
from engine.model.ids import DAY_NS, SECOND_NS, AccountId, Lots, OrderId, Symbol, Ticks, TimeNs
from engine.model.order import Order, OrderRequest, OrderType, Status
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from engine.portfolio.valuation import Valuer
from engine.risk.margin import MarginWatch
from tests.still_market import START, PlainCalendar, StillMarket


class Pit:
    """Implements OrderDesk on a still market: market orders fill whole at the touch, or queue at a closed venue.

    `dry` symbols refuse any size, `thin` ones more than so many lots, as LIQUIDITY_HALT would.
    """

    def __init__(self, *, at_hour: float = 12.0, cash: int = START_CASH) -> None:
        self.catalogue = load()
        self.market = StillMarket(self.catalogue.columns)
        calendar = PlainCalendar()
        self.shown = ShownMarket(self.market, {i.session: calendar for i in self.catalogue.columns})
        self.valuer = Valuer(self.shown, self.catalogue)
        self.state = State(now=TimeNs(START + int(at_hour * 3600) * SECOND_NS))
        self.shown.advance(self.state.now, self.state.step_ns)
        self.account = self.open_account("main", cash)
        self.events: list[Event] = []
        self.dry: set[str] = set()
        self.thin: dict[str, int] = {}
        self.slow: set[str] = set()
        self.withdrawn: list[tuple[str, str]] = []
        self.watch = MarginWatch(self.state, self.valuer, self)

    def open_account(self, name: str, cash: int = START_CASH) -> Account:
        """A new account, its day begun with `cash`."""
        day = self.state.now // DAY_NS
        account = Account(AccountId(name), self.state.now, cash, {}, day=day, day_nav=cash)
        self.state.accounts[name] = account
        return account

    # --- OrderDesk ----------------------------------------------------------------------------

    def place(self, account: str, request: OrderRequest, *, origin: str, parent: str = "") -> Order:
        """Send an order."""
        self.state.orders_made += 1
        now = self.state.now
        name = OrderId(f"o{self.state.orders_made:06d}")
        order = Order(name, AccountId(account), request, Status.ACCEPTED, now, now, origin=origin, parent=parent)
        self.state.orders[name] = order
        instrument = self.catalogue[request.symbol]
        most = 0 if request.symbol in self.dry else self.thin.get(request.symbol, request.quantity)
        if request.quantity > most:
            text = instrument.quantity_text(most) if most else None
            order.refusal = Refusal(Code.LIQUIDITY_HALT, "the market cannot give that much", max_quantity=text)
            order.status = Status.REJECTED
        elif self.shown.state(instrument) is not MarketSession.REGULAR:
            order.status = Status.QUEUED
        elif request.type is OrderType.MARKET and request.symbol not in self.slow:
            self.fill(order)
        else:
            order.status = Status.WORKING
        return order

    def withdraw(self, order: Order, reason: str) -> None:
        """Cancel an open order."""
        assert order.open
        order.status, order.reason = Status.CANCELLED, reason
        self.withdrawn.append((order.order_id, reason))

    def open_orders(self, account: str) -> list[Order]:
        """Oldest first."""
        return [o for o in self.state.orders.values() if o.open and o.account == account]

    def happened(self, event: Event) -> None:
        """Keep it."""
        self.events.append(event)

    def book_transfers(self, transfers: tuple[Transfer, ...], at: TimeNs) -> None:
        """Nothing here books."""

    # --- the test's own words -----------------------------------------------------------------

    def fill(self, order: Order) -> None:
        """All of an order's rest at the touch."""
        request, account = order.request, self.state.accounts[order.account]
        instrument = self.catalogue[request.symbol]
        bid, ask = self.shown.touch(instrument)
        price = ask if request.side > 0 else bid
        lots = order.remaining
        value = self.valuer.value(instrument, lots, 2 * price)
        position, realised = apply_fill(
            account.positions.get(request.symbol), request.symbol, request.side, lots, value
        )
        if position is None:
            del account.positions[request.symbol]
        else:
            account.positions[request.symbol] = position
        account.cash += -request.side * value if instrument.full_cash else realised
        order.filled, order.status = request.quantity, Status.FILLED
        self.watch.touched(order.account, self.state.now)

    def order(self, side: int, symbol: str, lots: int, limit: int | None = None, **more: object) -> Order:
        """An order of the person."""
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        price = None if limit is None else Ticks(limit)
        account = str(more.pop("account", "main"))
        request = OrderRequest(Symbol(symbol), side, kind, Lots(lots), price, **more)  # type: ignore[arg-type]
        return self.place(account, request, origin="person")

    def hold(self, symbol: str, vcr: int, *, account: str = "main") -> int:
        """Buy (or sell) about so many VCR worth; returns the signed lots."""
        instrument = self.catalogue[symbol]
        bid, ask = self.shown.touch(instrument)
        price = ask if vcr > 0 else bid
        lots = self.valuer.most_lots(instrument, 2 * price, abs(vcr) * 1_000_000)
        side = 1 if vcr > 0 else -1
        self.order(side, symbol, lots, account=account)
        return side * lots

    def move(self, symbol: str, percent: float) -> None:
        """Shift the market by a share of its present price."""
        ix = self.catalogue[symbol].column
        self.market.move(ix, round(int(self.market.bid[ix]) * percent / 100))

    def close_venue(self, symbol: str) -> None:
        """Its column is closed."""
        self.market.state[self.catalogue[symbol].column] = MarketSession.CLOSED

    def open_venue(self, symbol: str) -> None:
        """Its column trades; what is queued fills."""
        self.market.state[self.catalogue[symbol].column] = MarketSession.REGULAR
        for order in self.open_orders("main"):
            if order.request.symbol == symbol and order.status is Status.QUEUED:
                self.fill(order)

    def until(self, at: int) -> list[TimeNs]:
        """Let time pass; the times at which margins were looked at."""
        looks = []
        while self.state.now < at:
            due = self.watch.next_check(self.state.now)
            now = TimeNs(min(at, due) if due else at)
            self.state.now = now
            step = self.state.step_ns
            self.shown.advance(TimeNs(now // step * step), step)
            if due and now >= due:
                looks.append(now)
                self.watch.check(now)
        return looks

    def seconds(self, count: float) -> list[TimeNs]:
        """Let so many seconds pass."""
        return self.until(self.state.now + int(count * SECOND_NS))

    def risks(self) -> list[str]:
        """Types of the risk events so far."""
        return [e.type.removeprefix("risk.") for e in self.events if isinstance(e, RiskEvent)]

    def use(self) -> float:
        """Use of the limit, for people."""
        worth = self.valuer.worth(self.account)
        return worth.gross / (2 * worth.nav)
