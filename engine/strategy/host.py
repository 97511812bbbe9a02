"""What stands between a strategy and a desk: who is called when, whose order it is, and what becomes of errors.

The same host works on a simulated run and on a live desk; a `Broker` is what differs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from msgspec.structs import replace

from engine.model.ids import TimeNs
from engine.strategy.base import Strategy
from engine.strategy.errors import Ended, StrategyError, failed, placed
from engine.strategy.values import (
    UNKNOWN,
    Bar,
    Book,
    Fill,
    Instrument,
    Order,
    Quote,
    Refusal,
    Trade,
    moment,
    never_was,
)
from engine.strategy.wishes import BARS, BarWish, Timer, Wishes, span_ns

MOST_AT_ONCE = 256
"""Order and fill callbacks a step: a strategy that answers its own fills for ever goes on at the next one."""
FORCED = frozenset({"liquidation", "flatten"})
OVER = Refusal("FORBIDDEN", "this run is over", "send orders while the strategy runs")

News = Order | Fill
Market = Quote | Book | Trade


class Broker(Protocol):
    """What a host can see and do, synchronously. Symbols are names of the catalogue, except where they are resolved."""

    def now(self) -> TimeNs:
        """The market's time."""

    def instrument(self, symbol: str) -> Instrument:
        """The instrument that a symbol or alias means. Raises Refused."""

    def quote(self, symbol: str) -> Quote:
        """The best prices."""

    def book(self, symbol: str) -> Book:
        """The shown ladder."""

    def bars(self, symbol: str, every: str, count: int) -> list[Bar]:
        """The newest bars, oldest first; the last may still grow."""

    def position(self, symbol: str) -> Decimal:
        """Signed quantity held."""

    def cash(self) -> Decimal:
        """Cash, VCR."""

    def nav(self) -> Decimal:
        """Net asset value, VCR."""

    def submit(self, body: dict[str, Any]) -> Order:
        """Send an order; refusals are in the answer."""

    def cancel(self, order_id: str) -> Order | Refusal:
        """Take an order back."""

    def amend(self, order_id: str, changes: dict[str, Any]) -> Order | Refusal:
        """Change an open order's `quantity`, `limit_price` or `stop_price`."""

    def news(self) -> Iterable[News]:
        """What has happened to the account's orders since the last call, where that is known at once."""


class Host:
    """Runs one strategy for one account. `tag` begins the client ids of its orders."""

    def __init__(
        self, strategy: Strategy, broker: Broker, symbols: Sequence[str], tag: str, say: Callable[[str], None]
    ) -> None:
        self.strategy, self.broker, self.symbols = strategy, broker, tuple(symbols)
        self.wishes = Wishes()
        self.started, self.ended, self.over, self.why = False, False, False, ""
        self.sent = self.fills = 0
        self._tag, self._say = tag, say
        self._ids: set[str] = set()
        self._clients: set[str] = set()
        self._refused: set[str] = set()
        self._open: dict[str, Order] = {}
        self._seen: set[str] = set()
        self._pending: deque[News] = deque()
        self._budget = MOST_AT_ONCE
        self._bar_length = "1m"
        strategy._host = self

    # --- running ------------------------------------------------------------------------------

    def start(self) -> None:
        """Call on_start; then see what it wants. Raises StrategyError, as all calls here."""
        self.started = True
        self._call(self.strategy.on_start)
        if self.wishes.empty:
            for symbol in self.symbols:
                self.subscribe(symbol, quotes=False, books=False, trades=False, bars=())
        self._deliver()

    def step(self, market: Iterable[Market] = ()) -> None:
        """The market has moved: tell of orders, then of the market, then of bars, then of timers."""
        self._budget = MOST_AT_ONCE
        self._deliver()
        for value in market:
            if self.ended:
                return
            self._call(self._callback(value), value)
            self._deliver()
        self._give_bars()
        for timer in list(self.wishes.timers):
            if not self.ended and self.broker.now() >= timer.due:
                self._call(self.strategy.on_timer, moment(timer.ring(self.broker.now())))
                self._deliver()

    def finish(self) -> None:
        """Call on_stop; after it nothing is called and nothing can be sent."""
        self.ended = True
        try:
            self._call(self.strategy.on_stop)
        finally:
            self.over = True

    def hear(self, news: Iterable[News]) -> None:
        """Something happened to orders of the account; told at the next step."""
        for item in news:
            if isinstance(item, Order):
                self._hear_order(item)
            elif item.id not in self._seen and (item.order_id in self._ids or item.client_order_id in self._clients):
                self._seen.add(item.id)
                self.fills += 1
                self._pending.append(item)

    def _hear_order(self, order: Order) -> None:
        if not self._mine(order):
            return
        if order.event == "order.rejected" and order.client_order_id in self._refused:
            self._refused.discard(order.client_order_id)
            return
        finished = order.id in self._ids and order.id not in self._open
        self._ids.add(order.id)
        known = self._open.get(order.id)
        if not finished and (known is None or known.updated_at <= order.updated_at):
            self._keep(order)
        self._pending.append(order)

    def _mine(self, order: Order) -> bool:
        return self.concerns(order.id, order.client_order_id, order.parent) or order.origin in FORCED

    def _keep(self, order: Order) -> None:
        if order.open:
            self._open[order.id or order.client_order_id] = order
        else:
            self._open.pop(order.id, None)

    def _deliver(self) -> None:
        self.hear(self.broker.news())
        while self._pending and self._budget and not self.ended:
            self._budget -= 1
            item = self._pending.popleft()
            self._call(self.strategy.on_order if isinstance(item, Order) else self.strategy.on_fill, item)
            self.hear(self.broker.news())

    def _callback(self, value: Market) -> Callable[[Any], None]:
        if isinstance(value, Quote):
            return self.strategy.on_quote
        return self.strategy.on_book if isinstance(value, Book) else self.strategy.on_trade

    def _call(self, callback: Callable[..., None], *values: object) -> None:
        try:
            callback(*values)
        except Ended:
            self.ended = True
        except StrategyError as error:
            self.ended = self.over = True
            raise placed(error) from error
        except (Exception, SystemExit) as error:  # whatever somebody's code raises is told as theirs
            self.ended = self.over = True
            raise failed(error) from error

    def _give_bars(self) -> None:
        now = self.broker.now()
        for (symbol, every), wish in list(self.wishes.bars.items()):
            if now < wish.due:
                continue
            for bar in self._completed(self.broker.bars(symbol, every, wish.look(now)), now):
                if bar.at > wish.last and not self.ended:
                    wish.last = bar.at
                    self._call(self.strategy.on_bar, bar)
                    self._deliver()

    @staticmethod
    def _completed(bars: Iterable[Bar], now: TimeNs) -> list[Bar]:
        return [bar for bar in bars if bar.at + timedelta(microseconds=BARS[bar.every] // 1000) <= moment(now)]

    # --- for the strategy ---------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The market's time."""
        return moment(self.broker.now())

    def name(self, symbol: str) -> str:
        """A symbol as the desk spells it."""
        return symbol if symbol in self.symbols else self.broker.instrument(symbol).symbol

    def send(
        self, side: str, symbol: str, quantity: object, limit: object, stop: object, tif: str, fields: dict[str, object]
    ) -> Order:
        """Send an order."""
        prices = {name: value for name, value in (("limit_price", limit), ("stop_price", stop)) if value is not None}
        body = {"symbol": symbol, "side": side, "type": _type(prices, fields), "quantity": quantity, **prices}
        body |= {"time_in_force": tif, **{name: value for name, value in fields.items() if value is not None}}
        self.sent += 1
        body.setdefault("client_order_id", f"{self._tag}-{self.sent}")
        plain = {name: _plain(value) for name, value in body.items()}
        if self.over:
            return never_was(plain, OVER)
        self._clients.add(str(plain["client_order_id"]))
        order = self.broker.submit(plain)
        if order.id:
            self._ids.add(order.id)
        if order.rejected:
            self._refused.add(order.client_order_id)
            self._pending.append(replace(order, event="order.rejected"))
        else:
            self._keep(order)
        return order

    def cancel(self, wanted: Order | str) -> Order:
        """Take an order back."""
        return self._change(wanted, self.broker.cancel)

    def amend(self, wanted: Order | str, changes: dict[str, object]) -> Order:
        """Change an open order."""
        plain = {name: _plain(value) for name, value in changes.items() if value is not None}
        return self._change(wanted, lambda name: self.broker.amend(name, plain))

    def _change(self, wanted: Order | str, act: Callable[[str], Order | Refusal]) -> Order:
        """Do something to an order that is named in any way; a refusal comes with the order as it was."""
        name = (wanted.id or wanted.client_order_id) if isinstance(wanted, Order) else str(wanted)
        known = wanted if isinstance(wanted, Order) else self._open.get(name)
        if known is None:
            known = next((order for order in self._open.values() if order.client_order_id == name), None)
        answer = OVER if self.over else act(known.id or name if known else name)
        if isinstance(answer, Order):
            self._keep(answer)
            return answer
        return replace(known or never_was({"client_order_id": name}, answer, UNKNOWN), refusal=answer)

    def concerns(self, order_id: str, client_order_id: str, parent: str = "") -> bool:
        """Whether an order was sent from here, or made by the desk for one that was."""
        return order_id in self._ids or client_order_id in self._clients or parent in self._ids

    def open_orders(self) -> tuple[Order, ...]:
        """This strategy's open orders."""
        return tuple(self._open.values())

    def settle(self, order: Order) -> None:
        """What became of an order that a lost desk could not tell of, or of one whose news were missed."""
        if order.id:
            self._open.pop(order.client_order_id, None)
        elif not order.open:
            self._open.pop(order.client_order_id, None)
            self._pending.append(order)
            return
        self._hear_order(order)

    def subscribe(self, symbol: str, *, quotes: bool, books: bool, trades: bool, bars: str | Sequence[str]) -> None:
        """Ask for market data of a symbol; with nothing named, for what the strategy overrides."""
        name, wishes = self.name(symbol), self.wishes
        lengths = (bars,) if isinstance(bars, str) else tuple(bars)
        if not (quotes or books or trades or lengths):
            quotes, books, trades = (self._overrides(f"on_{kind}") for kind in ("quote", "book", "trade"))
            lengths = (self._bar_length,) if self._overrides("on_bar") else ()
        for wanted, chosen in ((quotes, wishes.quotes), (books, wishes.books), (trades, wishes.trades)):
            if wanted:
                chosen[name] = None
        now = self.broker.now()
        for every in lengths:
            if (name, every) not in wishes.bars:
                wishes.bars[name, every] = BarWish(every, moment(0), now)
                done = self._completed(self.broker.bars(name, every, 3), now)
                wishes.bars[name, every].last = done[-1].at if done else moment(0)

    def every(self, span: str) -> None:
        """Ask for a timer."""
        wanted = span_ns(span)
        if not self._overrides("on_timer"):
            if span in BARS:
                self._bar_length = span
            return
        if all(timer.span != wanted for timer in self.wishes.timers):
            self.wishes.timers.append(Timer(wanted, self.broker.now()))

    def _overrides(self, callback: str) -> bool:
        return getattr(type(self.strategy), callback) is not getattr(Strategy, callback)

    def bars(self, symbol: str, every: str, count: int) -> tuple[Bar, ...]:
        """The newest completed bars."""
        BarWish(every, moment(0), 0)  # refuses a length that there is not
        found = self.broker.bars(self.name(symbol), every, count + 1)
        return tuple(self._completed(found, self.broker.now())[-count:]) if count > 0 else ()

    def stop(self, why: str) -> None:
        """End the run."""
        self.ended, self.why = True, str(why)

    def log(self, text: str) -> None:
        """Say something to whoever watches."""
        self._say(f"{self.now:%Y-%m-%dT%H:%M:%S}Z {text}")


def _type(prices: dict[str, object], fields: dict[str, object]) -> object:
    """The order's type: the one that is named, or the one that follows from its prices."""
    if "type" in fields:
        return fields["type"]
    if fields.get("trail_amount") is not None or fields.get("trail_percent") is not None:
        return "trailing_stop"
    if "stop_price" in prices:
        return "stop_limit" if "limit_price" in prices else "stop"
    return "limit" if "limit_price" in prices else "market"


def _plain(value: object) -> object:
    """A value as JSON has it; numbers as the decimals that they are."""
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)
