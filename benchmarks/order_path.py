"""One order through gate and matching, without the commit, beside a plain Python limit order book.

The living world of 235 instruments; six of several classes are traded: 20 orders a step of 100 ms (16 limits below
the touch, four market orders that fill), 16 cancels of the oldest. The account holds ten positions and about 50
working orders. The peer gets the same orders on the same levels and does nothing but keep a book: no gate, no
money, no queue of the market's own, no events. Both sides of one order are timed right after each other.
Nothing here waits, so times are the thread's own CPU time, less what reading the clock takes: other processes' turns
are not an order's cost. One JSON line: medians and 99th percentiles in microseconds, and a step's own cost with and
without orders waiting.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.bootstrap import living_market
from engine.kernel import Kernel
from engine.market.shown import ShownMarket
from engine.model.command import Cancel, OpenAccount, Submit
from engine.model.format import parse_time
from engine.model.ids import AccountId, Lots, Minor, Symbol, Ticks, TimeNs
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce

STEPS, WARM_UP, WORKING, STEP_NS = 150, 30, 50, 100_000_000
IDLE_STEPS = 600
START = parse_time("2026-11-23T15:35:00Z")
"""A Monday morning in New York: every venue but Asia's is open."""
OWNER = AccountId("main")
TRADED = ("AAPL", "SPY", "BTC-USD", "ETH-USD", "EUR-USD", "XAU-USD")
HELD = (*TRADED, "MSFT", "KO", "GBP-USD", "QQQ")
PER_STEP = ("limit",) * 4 + ("market",)
Timed = dict[str, list[float]]
T = TypeVar("T")


class PlainBook:
    """The peer: price levels of first-come queues, an index by id, best prices by min and max."""

    def __init__(self) -> None:
        self.bids: dict[int, deque[list[int]]] = {}
        self.asks: dict[int, deque[list[int]]] = {}
        self.orders: dict[int, tuple[int, int, list[int]]] = {}
        self.made = 0

    def limit(self, side: int, price: int, lots: int) -> int:
        """Rest `lots`; the id to cancel by."""
        self.made += 1
        entry = [self.made, lots]
        own = self.bids if side > 0 else self.asks
        own.setdefault(price, deque()).append(entry)
        self.orders[self.made] = side, price, entry
        return self.made

    def cancel(self, name: int) -> None:
        """Take an order back."""
        known = self.orders.pop(name, None)
        if known is None:
            return
        side, price, entry = known
        own = self.bids if side > 0 else self.asks
        own[price].remove(entry)
        if not own[price]:
            del own[price]

    def market(self, side: int, lots: int) -> list[tuple[int, int]]:
        """Take from the best price on: (price, lots) of every order met."""
        book, best = (self.asks, min) if side > 0 else (self.bids, max)
        fills = []
        while lots and book:
            price = best(book)
            queue = book[price]
            while lots and queue:
                entry = queue[0]
                part = min(lots, entry[1])
                fills.append((price, part))
                lots -= part
                entry[1] -= part
                if not entry[1]:
                    self.orders.pop(entry[0], None)
                    queue.popleft()
            if not queue:
                del book[price]
        return fills


class Desk:
    """The kernel with its account, and a plain book for each traded instrument."""

    def __init__(self) -> None:
        source, self.catalogue, calendars = living_market(7, START)
        self.kernel = Kernel(ShownMarket(source, calendars), self.catalogue, START)
        self.kernel.apply(OpenAccount(at=START, account=OWNER, cash=Minor(10**15)))
        self.random = random.Random(1)
        self.peers: dict[str, PlainBook] = {}
        self.waiting: deque[tuple[str, str, int]] = deque()

    def step(self) -> float:
        """Let 100 ms pass; the microseconds it took."""
        took, _ = timed(lambda: self.kernel.advance(TimeNs(self.kernel.state.now + STEP_NS)))
        self.kernel.take_events()
        return took

    def new_books(self) -> None:
        """Give the peer this step's levels, and the orders that wait already."""
        for symbol in TRADED:
            book = self.peers[symbol] = PlainBook()
            for side, levels in zip((1, -1), self.kernel.shown.ladder(self.catalogue[symbol]), strict=True):
                for price, size in levels:
                    book.limit(side, price, size)
        for place, (name, symbol, _) in enumerate(self.waiting):
            order = self.kernel.state.orders[name]
            again = self.peers[symbol].limit(order.request.side, int(order.request.limit_price or 0), order.remaining)
            self.waiting[place] = name, symbol, again

    def send(self, symbol: str, side: int, sizes: int, away: int | None) -> Order:
        """One order of so many usual trades, not timed."""
        _, answer = self.kernel.apply(self._submit(symbol, side, sizes, away))
        return accepted(answer, symbol)

    def _submit(self, symbol: str, side: int, sizes: int, away: int | None) -> Submit:
        """A limit `away` ticks behind the touch, or a market order."""
        instrument = self.catalogue[symbol]
        bid, ask = self.kernel.shown.touch(instrument)
        price = None if away is None else Ticks(bid - away if side > 0 else ask + away)
        kind, lots = OrderType.MARKET if away is None else OrderType.LIMIT, Lots(sizes * instrument.usual_lots())
        request = OrderRequest(Symbol(symbol), side, kind, lots, price, TimeInForce.GTC)
        return Submit(at=self.kernel.state.now, account=OWNER, order=request)

    def order(self, kind: str, ours: Timed, peer: Timed) -> None:
        """One order on both, timed."""
        symbol, side = self.random.choice(TRADED), self.random.choice((1, -1))
        command = self._submit(symbol, side, 1, self.random.randint(1, 8) if kind == "limit" else None)
        took, (_, answer) = timed(lambda: self.kernel.apply(command))
        order = accepted(answer, symbol)
        if kind == "market" and not order.filled:
            raise RuntimeError(f"a market order of {symbol} took nothing")
        book, lots = self.peers[symbol], int(command.order.quantity)
        if kind == "limit":
            price = int(command.order.limit_price or 0)
            beside, name = timed(lambda: book.limit(side, price, lots))
            self.waiting.append((order.order_id, symbol, name))
        else:
            beside, _ = timed(lambda: book.market(side, lots))
        ours[kind].append(took)
        peer[kind].append(beside)

    def cancel(self, ours: Timed, peer: Timed) -> None:
        """Take the oldest waiting order back on both, timed."""
        name, symbol, place = self.waiting.popleft()
        if not self.kernel.state.orders[name].open:
            return
        command = Cancel(at=self.kernel.state.now, account=OWNER, order_id=name)
        ours["cancel"].append(timed(lambda: self.kernel.apply(command))[0])
        peer["cancel"].append(timed(lambda: self.peers[symbol].cancel(place))[0])


def accepted(answer: object, symbol: str) -> Order:
    """The order that the kernel took. Raises RuntimeError where it took none."""
    if not isinstance(answer, Order) or answer.refusal is not None:
        raise RuntimeError(f"{symbol} was refused: {answer}")
    return answer


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """(microseconds, answer) of a call."""
    begun = time.thread_time_ns()
    answer = call()
    return (time.thread_time_ns() - begun) / 1e3, answer


def burst(desk: Desk) -> tuple[Timed, Timed]:
    """Orders in bursts of 20 a step: (ours, the peer's), microseconds of every call by kind."""
    ours: Timed = {"limit": [], "market": [], "cancel": []}
    peer: Timed = {"limit": [], "market": [], "cancel": []}
    for step in range(WARM_UP + STEPS):
        desk.step()
        desk.new_books()
        if step == WARM_UP:
            for taken in (*ours.values(), *peer.values()):
                taken.clear()
        for kind in PER_STEP * 4:
            desk.order(kind, ours, peer)
            if len(desk.waiting) > WORKING:
                desk.cancel(ours, peer)
        desk.kernel.take_events()
    return ours, peer


def idle(desk: Desk, orders: int) -> float:
    """Median microseconds of a step with `orders` working far from the touch, so that nothing trades."""
    for name, _, _ in desk.waiting:
        if desk.kernel.state.orders[name].open:
            desk.kernel.apply(Cancel(at=desk.kernel.state.now, account=OWNER, order_id=name))
    desk.waiting.clear()
    for number in range(orders):
        symbol, side = TRADED[number % len(TRADED)], 1 - 2 * (number // len(TRADED) % 2)
        far = desk.kernel.shown.touch(desk.catalogue[symbol])[0] // 50
        order = desk.send(symbol, side, 1, far + number)
        desk.waiting.append((order.order_id, symbol, 0))
    return statistics.median(desk.step() for _ in range(IDLE_STEPS))


def figures(taken: Timed, clock: float) -> Timed:
    """Samples by kind, less the clock; `mix` is every order sent, four limits to one market order, without cancels."""
    net = {kind: [took - clock for took in samples] for kind, samples in taken.items()}
    return {**net, "mix": net["limit"] + net["market"]}


def p99(samples: list[float]) -> float:
    """The 99th percentile."""
    return sorted(samples)[len(samples) * 99 // 100]


def main() -> None:
    """Measure and print."""
    desk = Desk()
    for _ in range(600):
        desk.step()
    empty = statistics.median(desk.step() for _ in range(IDLE_STEPS))
    for symbol in HELD:
        desk.send(symbol, 1, 5, None)
    gc.collect()
    gc.freeze()
    clock = statistics.median(timed(lambda: None)[0] for _ in range(1000))
    ours, peer = (figures(taken, clock) for taken in burst(desk))
    waiting, held = idle(desk, WORKING), idle(desk, 0)
    line: dict[str, object] = {"benchmark": "order_path", "orders": len(ours["mix"]), "limit_us": 60}
    for kind, samples in ours.items():
        line[f"{kind}_us"] = round(statistics.median(samples), 1)
        line[f"{kind}_p99_us"] = round(p99(samples), 1)
        beside = statistics.median(peer[kind])
        line[f"peer_{kind}_us"] = round(beside, 2)
        line[f"{kind}_over_peer"] = round(statistics.median(samples) / beside, 1)
    line |= {
        "step_nothing_us": round(empty, 1),
        "step_holding_us": round(held, 1),
        f"step_{WORKING}_working_us": round(waiting, 1),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
