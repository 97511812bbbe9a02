"""A strategy inside a deterministic run: it acts through the same commands as everybody, at the run's own steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from engine.documents import exact_money, fill_document, order_document
from engine.model.account import START_CASH
from engine.model.command import Amend, Cancel, OpenAccount, Submit
from engine.model.event import Event, FillEvent, OrderEvent
from engine.model.ids import AccountId, TimeNs
from engine.model.order import Order as DeskOrder
from engine.model.refusal import Refusal as DeskRefusal
from engine.model.refusal import Refused
from engine.risk.amend import parse_changes
from engine.risk.schema import parse_order, request_document
from engine.simulate import Run
from engine.strategy.base import Strategy
from engine.strategy.host import Host, Market, News
from engine.strategy.values import (
    Bar,
    Book,
    Instrument,
    Order,
    Quote,
    Refusal,
    bar_of,
    book_of,
    fill_of,
    moment,
    never_was,
    order_of,
    quote_of,
    refusal_of,
    trade_of,
)

TAG = "strategy"


class SimulatedBroker:
    """Implements engine.strategy.host.Broker on the kernel of a run."""

    def __init__(self, run: Run, account: str) -> None:
        self._run, self._kernel, self._view = run, run.kernel, run.view
        self.account = AccountId(account)
        self._instruments: dict[str, Instrument] = {}

    def now(self) -> TimeNs:
        """The market's time."""
        return self._kernel.state.now

    def instrument(self, symbol: str) -> Instrument:
        """The instrument that a symbol or alias means."""
        found = self._instruments.get(symbol)
        if found is None:
            it = self._view.resolve(symbol)
            steps = Decimal(it.price_text(1)), Decimal(it.quantity_text(1)), Decimal(it.multiplier)
            found = Instrument(str(it.symbol), it.name, it.asset_class, it.currency, *steps)
            self._instruments[symbol] = found
        return found

    def quote(self, symbol: str) -> Quote:
        """The best prices."""
        return quote_of(self._view.quote(symbol))

    def book(self, symbol: str) -> Book:
        """The shown ladder."""
        return book_of(self._view.book(symbol), symbol, moment(self.now()))

    def bars(self, symbol: str, every: str, count: int) -> list[Bar]:
        """The newest bars."""
        return [bar_of(row, symbol, every) for row in self._view.bars(symbol, every, count)["bars"]]

    def position(self, symbol: str) -> Decimal:
        """Signed quantity held."""
        held = self._kernel.state.accounts[self.account].positions.get(symbol)
        return Decimal(self._kernel.catalogue[symbol].quantity_text(held.lots)) if held else Decimal(0)

    def cash(self) -> Decimal:
        """Cash, VCR."""
        return Decimal(exact_money(self._kernel.state.accounts[self.account].cash))

    def nav(self) -> Decimal:
        """Net asset value, VCR."""
        return Decimal(exact_money(self._kernel.valuer.worth(self._kernel.state.accounts[self.account]).nav))

    def submit(self, body: dict[str, Any]) -> Order:
        """Send an order."""
        try:
            request = parse_order(body, self._kernel.catalogue, self._view.today())
        except Refused as refused:
            return self._never_was(body, refused.refusal)
        command = Submit(at=self.now(), account=self.account, order=request, origin="strategy")
        _, answer = self._kernel.apply(command)
        if isinstance(answer, DeskOrder):
            return order_of(self._document(answer))
        assert isinstance(answer, DeskRefusal)
        return self._never_was(body, answer)

    def cancel(self, order_id: str) -> Order | Refusal:
        """Take an order back."""
        known = self._kernel.order_id(self.account, order_id)
        _, answer = self._kernel.apply(Cancel(at=self.now(), account=self.account, order_id=known))
        if isinstance(answer, DeskOrder):
            return order_of(self._document(answer))
        assert isinstance(answer, DeskRefusal)
        return refusal_of(answer.document()["error"])  # type: ignore[arg-type]

    def amend(self, order_id: str, changes: dict[str, Any]) -> Order | Refusal:
        """Change an open order."""
        try:
            order = self._view.find_order(self.account, order_id)
            parsed = parse_changes(changes, order.request, self._kernel.catalogue[order.request.symbol])
        except Refused as refused:
            return refusal_of(refused.refusal.document()["error"])  # type: ignore[arg-type]
        prices = parsed.limit_price, parsed.stop_price
        _, answer = self._kernel.apply(Amend(self.now(), self.account, order.order_id, parsed.quantity, *prices))
        if isinstance(answer, DeskOrder):
            return order_of(self._document(answer))
        assert isinstance(answer, DeskRefusal)
        return refusal_of(answer.document()["error"])  # type: ignore[arg-type]

    def news(self) -> list[News]:
        """What happened since the last call."""
        return self.told(self._run.settle())

    def told(self, events: Iterable[Event]) -> list[News]:
        """The events of this account's orders."""
        news: list[News] = []
        for event in events:
            if isinstance(event, OrderEvent) and event.order.account == self.account:
                news.append(order_of(self._document(event.order), event.type))
            elif isinstance(event, FillEvent) and event.fill.account == self.account:
                news.append(fill_of(fill_document(event.fill, self._kernel.catalogue[event.fill.symbol])))
        return news

    def _document(self, order: DeskOrder) -> dict[str, Any]:
        catalogue = self._kernel.catalogue
        instrument = catalogue[order.request.symbol]
        return order_document(order, instrument, request_document(order.request, instrument, catalogue.get))

    def _never_was(self, body: dict[str, Any], refusal: DeskRefusal) -> Order:
        """A refusal that left no order behind is a line of the run all the same."""
        error: Any = refusal.document()["error"]
        order = never_was(body, refusal_of(error))
        self._run.told_refusal(self.account, order.client_order_id, error)
        return order


class Actor:
    """Implements engine.simulate.Player: one strategy in one run, for one account. Raises StrategyError."""

    def __init__(
        self, run: Run, strategy: Strategy, symbols: Sequence[str], account: str, say: Callable[[str], None]
    ) -> None:
        self._run = run
        self.broker = SimulatedBroker(run, account)
        names = dict.fromkeys(self.broker.instrument(symbol).symbol for symbol in symbols)
        self.host = Host(strategy, self.broker, tuple(names), TAG, say)
        self._quotes: dict[str, Quote] = {}
        self._books: dict[str, Book] = {}

    def start(self) -> None:
        """Open the account and begin."""
        if self.broker.account not in self._run.kernel.state.accounts:
            self._run.kernel.apply(OpenAccount(at=self.broker.now(), account=self.broker.account, cash=START_CASH))
        self.host.start()

    def next_at(self) -> TimeNs | None:
        """When it must be called next at the latest; None is never."""
        if self.host.ended:
            return None
        now = self.broker.now()
        if self.host.wishes.ticks or self._run.kernel.working:
            return TimeNs(now + 1)
        due = self.host.wishes.due()
        return None if due is None else TimeNs(due)

    def hear(self, events: Iterable[Event]) -> None:
        """What has happened."""
        self.host.hear(self.broker.told(events))

    def step(self) -> None:
        """The market has moved."""
        if not self.host.ended:
            self.host.step(self._market())

    def stop(self) -> None:
        """The run ends."""
        self.host.finish()

    def _market(self) -> Iterator[Market]:
        """What changed of what is wanted: prints, then quotes, then books."""
        wishes, view = self.host.wishes, self._run.view
        for symbol in list(wishes.trades):
            for row in view.prints(symbol):
                yield trade_of(row, symbol)
        for symbol in list(wishes.quotes):
            document = view.quote(symbol)
            quote = quote_of({**document, "at": "1970-01-01T00:00:00Z"})
            if quote != self._quotes.get(symbol):
                self._quotes[symbol] = quote
                yield quote_of(document)
        for symbol in list(wishes.books):
            ladder = view.book(symbol)
            book = book_of(ladder, symbol, moment(0))
            if book != self._books.get(symbol):
                self._books[symbol] = book
                yield Book(symbol, moment(self.broker.now()), book.bids, book.asks)
