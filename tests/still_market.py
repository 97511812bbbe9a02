"""A market that moves only when a test says so, and a kernel on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from engine.kernel import Flattened, Kernel
from engine.market.catalogue import Catalogue, load
from engine.market.shown import ShownMarket
from engine.model.account import START_CASH
from engine.model.command import Amend, Cancel, Flatten, OpenAccount, Submit
from engine.model.ids import DAY_NS, SECOND_NS, AccountId, Lots, OrderId, Symbol, Ticks, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Bar, Trade
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Refusal
from engine.model.session import Halt, MarketSession, Segment, SessionDay
from engine.past import MemoryPast, number_of

START = TimeNs(1_790_000_000 // 86_400 * DAY_NS + 0 * SECOND_NS)
STEP = SECOND_NS // 10
OPEN_H, CLOSE_H = 2, 20


class PlainCalendar:
    """Open from 02:00 to 20:00 UTC on every day around START."""

    def __init__(self) -> None:
        self.days: Sequence[SessionDay] = [self._day(number) for number in range(-10, 200)]

    @staticmethod
    def _day(number: int) -> SessionDay:
        midnight = START + number * DAY_NS
        hour = 3600 * SECOND_NS
        label = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=midnight // DAY_NS)).date().isoformat()
        regular = Segment(TimeNs(midnight + OPEN_H * hour), TimeNs(midnight + CLOSE_H * hour), MarketSession.REGULAR)
        return SessionDay(label, (regular,))

    def day_index(self, at: int) -> int:
        """Index of the day that contains `at`, or of the next."""
        for number, day in enumerate(self.days):
            if day.segments[-1].end > at:
                return number
        return len(self.days) - 1


class StillMarket:
    """A MarketSource with one book a column, which only tests change."""

    def __init__(self, instruments: Sequence[Instrument], spread: int = 2, size: int = 100) -> None:
        self.instruments = tuple(instruments)
        n = len(self.instruments)
        mid = [int(i.tick.steps(i.price0) or 1) for i in self.instruments]
        self.bid = np.array([m - spread // 2 for m in mid], dtype=np.int64)
        self.ask = self.bid + spread
        self.bid_size, self.ask_size = np.full((2, n), size, dtype=np.int64)
        self.last = self.bid.copy()
        self.mid2 = self.bid + self.ask
        self.prev_close = self.bid.copy()
        self.volume_day = np.zeros(n, dtype=np.int64)
        self.state = np.full(n, MarketSession.REGULAR, dtype=np.uint8)
        self.levels = 10
        self.rate = 10.0
        self.left = 1e9
        self.traded: dict[int, list[Trade]] = {}
        self.halts: dict[int, Halt] = {}
        self.bands: dict[int, tuple[int, int]] = {}
        self.at = TimeNs(0)

    def move(self, ix: int, ticks: int) -> None:
        """Shift one column's whole book."""
        for array in (self.bid, self.ask, self.last):
            array[ix] += ticks
        self.mid2[ix] += 2 * ticks

    def halt_at(self, ix: int, since: TimeNs, until: TimeNs) -> None:
        """Halt a column until a time; a time of 0 ends the halt."""
        self.state[ix] = MarketSession.HALTED if until else MarketSession.REGULAR
        self.halts = {ix: Halt("news", since, until)} if until else {}

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """Time passes, nothing moves."""
        self.at = at

    def ladder(self, ix: int, levels: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Ten levels a tick apart, the touch's size at each."""
        count = min(levels, self.levels)
        bids = [(int(self.bid[ix]) - k, int(self.bid_size[ix])) for k in range(count)]
        return bids, [(int(self.ask[ix]) + k, int(self.ask_size[ix])) for k in range(count)]

    def prints(self, ix: int) -> list[Trade]:
        """What the test put there for the last step."""
        return self.traded.get(ix, [])

    def any_prints(self) -> list[int]:
        """Columns with prints."""
        return sorted(self.traded)

    def low_high(self, ix: int) -> tuple[int, int]:
        """The last price twice."""
        return int(self.last[ix]), int(self.last[ix])

    def volume_rate(self, ix: int) -> float:
        """Lots per 100 ms."""
        return self.rate

    def day_volume_left(self, ix: int) -> float:
        """Lots until the close."""
        return self.left

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """None: nothing has happened."""
        return []

    def recent_trades(self, ix: int, count: int) -> list[Trade]:
        """The last step's."""
        return self.prints(ix)[-count:]

    def halt(self, ix: int) -> Halt | None:
        """What the test set."""
        return self.halts.get(ix)

    def next_halt(self, ix: int, after: int) -> TimeNs | None:
        """None: what the test sets, it sets when it wants."""
        return None

    def band(self, ix: int) -> tuple[int, int] | None:
        """What the test set."""
        return self.bands.get(ix)


class Floor:
    """A kernel on a still market, spoken to in the units of the test."""

    def __init__(self, *, at_hour: float = 12.0, size: int = 100, spread: int = 2) -> None:
        self.catalogue: Catalogue = load()
        self.market = StillMarket(self.catalogue.columns, spread, size)
        calendar = PlainCalendar()
        calendars = {i.session: calendar for i in self.catalogue.columns}
        self.shown = ShownMarket(self.market, calendars)
        self.past = MemoryPast()
        start = TimeNs(START + int(at_hour * 3600) * SECOND_NS)
        self.kernel = Kernel(self.shown, self.catalogue, start, past=self.past)
        for name in ("main", "other"):
            self.kernel.apply(OpenAccount(at=self.now, account=AccountId(name), cash=START_CASH))
        self.kernel.take_events()

    @property
    def now(self) -> TimeNs:
        """Market time."""
        return self.kernel.state.now

    def instrument(self, symbol: str) -> Instrument:
        """By exact symbol."""
        return self.catalogue[symbol]

    def ix(self, symbol: str) -> int:
        """The symbol's column."""
        return self.instrument(symbol).column

    def send(
        self,
        side: int,
        symbol: str,
        lots: int,
        limit: int | None = None,
        *,
        account: str = "main",
        tif: TimeInForce = TimeInForce.GTC,
        **more: object,
    ) -> Order:
        """Submit; the answer must be an order (possibly a rejected one)."""
        kind = more.pop("kind", OrderType.MARKET if limit is None else OrderType.LIMIT)
        price = None if limit is None else Ticks(limit)
        request = OrderRequest(Symbol(symbol), side, kind, Lots(lots), price, tif, **more)  # type: ignore[arg-type]
        _, answer = self.kernel.apply(Submit(at=self.now, account=AccountId(account), order=request))
        assert isinstance(answer, Order), answer
        return answer

    def refused(self, side: int, symbol: str, lots: int, limit: int | None = None, **more: object) -> Refusal:
        """Submit; the order must be rejected."""
        order = self.send(side, symbol, lots, limit, **more)  # type: ignore[arg-type]
        assert order.refusal is not None, order
        return order.refusal

    def amend(self, order_id: str, *, account: str = "main", **changes: int) -> Order | Refusal:
        """Amend; the answer as it is."""
        command = Amend(at=self.now, account=AccountId(account), order_id=order_id, **changes)  # type: ignore[arg-type]
        _, answer = self.kernel.apply(command)
        assert isinstance(answer, Order | Refusal)
        return answer

    def flatten(self, account: str = "main") -> tuple[list[str], list[Order]]:
        """The kill switch: (cancelled ids, closing orders)."""
        _, answer = self.kernel.apply(Flatten(at=self.now, account=AccountId(account)))
        assert isinstance(answer, Flattened)
        return answer.cancelled, answer.closing

    def trade(self, symbol: str, price: int) -> None:
        """One average print at a price in the next step; stops look at it."""
        ix = self.ix(symbol)
        self.market.last[ix] = price
        self.step(1, {symbol: [(price, 1, 1)]})

    def position(self, symbol: str, account: str = "main") -> int:
        """Signed lots held."""
        held = self.kernel.state.accounts[account].positions.get(symbol)
        return held.lots if held else 0

    def cancel(self, order_id: str, account: str = "main") -> Order | Refusal:
        """Cancel; the answer as it is."""
        _, answer = self.kernel.apply(Cancel(at=self.now, account=AccountId(account), order_id=order_id))
        assert isinstance(answer, Order | Refusal)
        return answer

    def step(self, count: int = 1, prints: dict[str, list[tuple[int, int, int]]] | None = None) -> None:
        """Let `count` steps of 100 ms pass; `prints` (price, size, sign) happen in each."""
        for _ in range(count):
            at = TimeNs((self.now // STEP + 1) * STEP)
            self.market.traded = {
                self.ix(symbol): [Trade(at, Ticks(p), Lots(s), sign) for p, s, sign in trades]
                for symbol, trades in (prints or {}).items()
            }
            self.kernel.advance(at)
        self.market.traded = {}

    def fills(self, order: Order) -> list[tuple[int, int]]:
        """(price, lots) of the order's fills."""
        return [(f.price, f.quantity) for f in self.past.fills_of(order.order_id)]

    def order(self, order_id: str) -> Order:
        """An order, open or over, as it stands."""
        found = self.kernel.state.orders.get(OrderId(order_id)) or self.past.done.get(order_id)
        assert found is not None, order_id
        return found

    def orders(self) -> list[Order]:
        """All orders ever, in the order of their making."""
        return sorted([*self.past.done.values(), *self.kernel.state.orders.values()], key=number_of)
