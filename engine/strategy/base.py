"""The class that people write: the same one on a simulated market, on a recording and on the live desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.model.origin import from_outside
from engine.strategy.errors import bad
from engine.strategy.values import Amount, Bar, Book, Fill, Instrument, Order, Quote, Trade

if TYPE_CHECKING:
    from engine.strategy.host import Host


class Strategy:
    """Override the callbacks you want; call the methods from inside them.

    What you override is what you get, for every symbol of the run: `on_bar` bars of one minute, `on_quote` quotes,
    and so on. `subscribe` in `on_start` chooses more closely. Callbacks come one at a time. `on_order` and `on_fill`
    tell of the orders that this strategy sent, of the exits the desk made for them, and of what the desk closed by
    force; what an order does at once is told right after the callback that sent it.
    """

    _host: Host | None = None

    # --- callbacks ----------------------------------------------------------------------------

    def on_start(self) -> None:
        """Once, before anything else; the market can be read and orders can be sent."""

    def on_bar(self, bar: Bar) -> None:
        """A bar is complete."""

    def on_quote(self, quote: Quote) -> None:
        """The best prices or their sizes changed."""

    def on_book(self, book: Book) -> None:
        """The shown ladder changed."""

    def on_trade(self, trade: Trade) -> None:
        """Something traded."""

    def on_fill(self, fill: Fill) -> None:
        """An order of yours traded."""

    def on_order(self, order: Order) -> None:
        """Something happened to an order of yours; `order.event` says what."""

    def on_timer(self, at: datetime) -> None:
        """A span of `every` is over; `at` is the moment at which it was."""

    def on_stop(self) -> None:
        """Once, at the end; orders can still be sent and taken back."""

    # --- doing --------------------------------------------------------------------------------

    def buy(
        self,
        symbol: str,
        quantity: Amount,
        limit: Amount | None = None,
        stop: Amount | None = None,
        tif: str = "GTC",
        **fields: object,
    ) -> Order:
        """Send an order to buy; `fields` are those of an order's payload (post_only=True, take_profit=...).

        The type follows from the prices: none is market, `limit`, `stop`, both a stop limit; trail_amount or
        trail_percent a trailing stop. Never raises for a refusal: the answer's `refusal` says why, and what passes.
        """
        return self._seat.send("buy", symbol, quantity, limit, stop, tif, fields)

    def sell(
        self,
        symbol: str,
        quantity: Amount,
        limit: Amount | None = None,
        stop: Amount | None = None,
        tif: str = "GTC",
        **fields: object,
    ) -> Order:
        """Send an order to sell; as `buy`. More than is held opens a short position."""
        return self._seat.send("sell", symbol, quantity, limit, stop, tif, fields)

    def cancel(self, order: Order | str) -> Order:
        """Take an order back, by itself, its id or its client id: the order after it, with `refusal` where that
        could not be (it was done already, or there is none)."""
        return self._seat.cancel(order)

    def amend(
        self,
        order: Order | str,
        *,
        quantity: Amount | None = None,
        limit: Amount | None = None,
        stop: Amount | None = None,
    ) -> Order:
        """Change an open order: the order after it, with `refusal` where that could not be. Less quantity at the same
        price keeps its place in the queue."""
        return self._seat.amend(order, {"quantity": quantity, "limit_price": limit, "stop_price": stop})

    def cancel_all(self) -> tuple[Order, ...]:
        """Take back every open order that this strategy sent; the orders after it. Exits that the desk made to
        protect what was filled stay."""
        return tuple(self.cancel(order) for order in self.orders if from_outside(order.origin))

    def subscribe(
        self,
        symbol: str,
        *,
        quotes: bool = False,
        books: bool = False,
        trades: bool = False,
        bars: str | Sequence[str] = (),
    ) -> None:
        """Ask for callbacks about a symbol; `bars` is 1m, 5m, 1h or 1d. With nothing named: what is overridden."""
        self._seat.subscribe(symbol, quotes=quotes, books=books, trades=trades, bars=bars)

    def every(self, span: str) -> None:
        """Call `on_timer` at each full span of market time: 1s, 30s, 1m, 2h. A strategy without an `on_timer` gets
        the bars it did not subscribe to in this length instead of one minute."""
        self._seat.every(span)

    def stop(self, why: str = "") -> None:
        """End: no callback but `on_stop` follows. A live run ends with it, a simulated market goes on."""
        self._seat.stop(why)

    def log(self, text: object) -> None:
        """Say something on stderr, with the market's time."""
        self._seat.log(str(text))

    # --- seeing -------------------------------------------------------------------------------

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the run, as the desk spells them (BTC is BTC-USD)."""
        return self._seat.symbols

    @property
    def now(self) -> datetime:
        """The market's time, UTC."""
        return self._seat.now

    @property
    def cash(self) -> Decimal:
        """Cash of the account, VCR."""
        return self._seat.broker.cash()

    @property
    def nav(self) -> Decimal:
        """What the account is worth at the shown mids, VCR."""
        return self._seat.broker.nav()

    @property
    def orders(self) -> tuple[Order, ...]:
        """This strategy's open orders, with the exits made for them, oldest first."""
        return self._seat.open_orders()

    def position(self, symbol: str) -> Decimal:
        """What the account holds of a symbol, whoever bought it; negative is short, 0 is nothing."""
        return self._seat.broker.position(self._seat.name(symbol))

    def quote(self, symbol: str) -> Quote:
        """The best prices now."""
        return self._seat.broker.quote(self._seat.name(symbol))

    def book(self, symbol: str) -> Book:
        """The shown ladder now, ten levels a side."""
        return self._seat.broker.book(self._seat.name(symbol))

    def bars(self, symbol: str, every: str = "1m", count: int = 100) -> tuple[Bar, ...]:
        """The newest completed bars, oldest first."""
        return self._seat.bars(symbol, every, count)

    def instrument(self, symbol: str) -> Instrument:
        """Tick, lot, multiplier and currency of a symbol."""
        return self._seat.broker.instrument(symbol)

    # --- inside -------------------------------------------------------------------------------

    @property
    def _seat(self) -> Host:
        if self._host is None:
            raise bad("a strategy acts only while it runs", "do it in on_start instead of in __init__")
        return self._host
