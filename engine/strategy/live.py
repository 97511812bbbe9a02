"""A strategy on a live desk: the desk's client like any other, with the same limits and no rights of its own.

While the stream is not whole (a lost connection, a gap in a book) nothing is called and no order is sent; afterwards
what became of its orders is asked for, told, and the strategy goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec

from engine.desk import Desk, DeskUnreachable, Document
from engine.model.format import time_text
from engine.model.origin import from_outside
from engine.model.refusal import Code, Refused
from engine.strategy.base import Strategy
from engine.strategy.errors import StrategyError
from engine.strategy.host import Host
from engine.strategy.inbox import Inbox, MarketTime
from engine.strategy.live_broker import LiveBroker
from engine.strategy.values import Order, Refusal, fill_of, never_was, order_of
from engine.strategy.worker import Worker

PATIENCE_S = 5.0
"""How long a callback may go on after the run was told to stop, and the desk may take for the last cancels."""
RETRY_S, SOON_S, LAST_WORDS_S = 0.25, 0.02, 0.15
LIVE = "LIVE"
NEVER_CAME = Refusal("STALE_MARKET", "the desk was lost before the order reached it", "send it again")


class Options(msgspec.Struct, frozen=True):
    """`symbols` as the user names them; `tag` begins the client ids of its orders and must be new for each run."""

    symbols: tuple[str, ...]
    account: str = "main"
    tag: str = "strategy"
    leave_orders: bool = False
    cancel_when_lost: bool = False


class Ending(msgspec.Struct):
    """How a run ended: why, how much it did, which of its orders it took back and which it left."""

    reason: str
    sent: int
    fills: int
    cancelled: list[str]
    left: list[str]
    unknown: list[str]


class LiveRun:
    """One strategy on one desk, until `stop`. `tell` is given the news of its orders, `say` its talk."""

    def __init__(
        self,
        desk: Desk,
        strategy: Strategy,
        options: Options,
        tell: Callable[[Document], None],
        say: Callable[[str], None],
    ) -> None:
        self._desk, self._options, self._tell, self._say = desk, options, tell, say
        self._strategy = strategy
        self._time = MarketTime()
        self._inbox = Inbox(self._time, options.account)
        self._stopping = asyncio.Event()
        self._reason = ""
        self._state = ""
        self._lost = False
        self._warned = False
        self._channels: tuple[str, ...] = ()
        self._reader: asyncio.Task[None] | None = None
        self._shown: set[str] = set()
        self._known: set[str] = set()

    def stop(self, reason: str) -> None:
        """End the run; the first reason stands."""
        self._reason = self._reason or reason
        self._stopping.set()
        self._inbox.wake.set()

    async def run(self) -> Ending:
        """Run to the end. Raises Refused (an unknown symbol, a key that is not good) or DeskUnreachable before it
        began; and StrategyError after its orders were taken back, or Refused where its key ended meanwhile. However it
        ends, `tell` is given the end."""
        self._time.clock(await self._desk.clock())
        await self._open_account()
        self._broker = LiveBroker(self._desk, self._time, lambda: self._state == LIVE, self._stopping.is_set)
        await self._broker.load()
        names = dict.fromkeys([await self._broker.name(symbol) for symbol in self._options.symbols])
        self._host = Host(self._strategy, self._broker, tuple(names), self._options.tag, self._say)
        self._worker = Worker()
        try:
            await self._trade()
        except StrategyError as error:
            self._reason = "the strategy failed"
            await self._end()
            raise error
        except Refused as refused:
            self._reason = self._reason or f"the desk lets it in no more: {refused.refusal.message}"
            await self._end()
            raise refused
        return await self._end()

    async def _open_account(self) -> None:
        """An account begins with the first thing that it does, but a strategy may look at it before."""
        try:
            await self._desk.portfolio()
        except Refused:
            await self._desk.set_limits({})

    async def _trade(self) -> None:
        self._listen(tuple(f"ticker:{symbol}" for symbol in self._host.symbols))
        await self._until_live()
        if not self._stopping.is_set():
            await self._do(self._host.start)
        while not self._stopping.is_set():
            self._listen(self._wanted())
            await self._wait()
            if self._reader is not None and self._reader.done():
                self._reader.result()  # raises what ended it
            if self._stopping.is_set():
                return
            if self._state != LIVE:
                await self._until_live()
                continue
            if (self._lost or self._broker.doubtful) and not await self._find_out():
                continue
            news, market = self._inbox.take()
            self._host.hear(news)
            await self._do(lambda market=market: self._host.step(market))  # type: ignore[misc]

    async def _do(self, work: Callable[[], None]) -> None:
        """Let the strategy work, but not beyond the end of the run."""
        task = asyncio.ensure_future(self._worker.do(work))
        stop = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            await asyncio.wait((task,), timeout=PATIENCE_S)
        if not task.done():
            self._say("the strategy does not return from its callback; it is left behind")
            self._host.ended = self._host.over = True
            task.cancel()
            return
        task.result()
        if self._host.ended:
            self.stop(self._host.why or "stopped by itself")

    async def _wait(self) -> None:
        """Until the stream has news, or a bar or timer is due."""
        due = self._host.wishes.due()
        seconds = self._time.seconds_to(due) if due is not None else None
        try:
            await asyncio.wait_for(self._inbox.wake.wait(), None if seconds is None else max(seconds, SOON_S))
        except TimeoutError:
            if due is not None and self._time.seen < due:
                await self._ask_time()

    async def _ask_time(self) -> None:
        try:
            self._time.clock(await self._desk.clock())
        except DeskUnreachable:
            await asyncio.sleep(RETRY_S)

    # --- the stream ---------------------------------------------------------------------------

    def _wanted(self) -> tuple[str, ...]:
        """The channels that the wishes need; a ticker of each symbol also carries the time."""
        wishes = self._host.wishes
        symbols = dict.fromkeys([*self._host.symbols, *wishes.quotes, *(symbol for symbol, _ in wishes.bars)])
        return (
            *(f"ticker:{symbol}" for symbol in symbols),
            *(f"orderbook:{symbol}" for symbol in wishes.books),
            *(f"trades:{symbol}" for symbol in wishes.trades),
        )

    def _listen(self, channels: tuple[str, ...]) -> None:
        """Read these channels, and the account's own; a change of them begins the stream anew."""
        if channels == self._channels and self._reader is not None:
            return
        if self._reader is not None:
            self._reader.cancel()
            self._lost = True
        self._channels, self._state = channels, ""
        self._reader = asyncio.ensure_future(self._read(self._desk.stream(["system", "orders", *channels])))
        self._reader.add_done_callback(lambda _: self._inbox.wake.set())

    async def _read(self, frames: AsyncIterator[Document]) -> None:
        async for frame in frames:
            if frame["type"] == "state":
                self._turn(frame["state"])
            elif frame["type"] == "error":
                error = frame["error"]
                self._say(f"{frame.get('channel', 'the stream')} ended: {error['code']}: {error['message']}")
            else:
                if frame["type"] == "book" and frame["seq"] is None:
                    self._turn("SYNCING")
                self._show(frame)
                self._inbox.put(frame)

    def _turn(self, state: str) -> None:
        if state != LIVE and self._state == LIVE:
            self._lost = self._warned = True
            self._inbox.forget_market()
            self._say(f"the stream is {state}: no order is sent until it is whole again")
        elif state == LIVE and self._warned:
            self._warned = False
            self._say("the stream is LIVE again")
        self._state = state
        self._inbox.wake.set()

    async def _until_live(self) -> None:
        while self._state != LIVE and not self._stopping.is_set():
            self._inbox.wake.clear()
            if self._reader is not None and self._reader.done():
                self._reader.result()
            if self._state != LIVE and not self._stopping.is_set():
                await self._inbox.wake.wait()

    async def _find_out(self) -> bool:
        """After a loss: take back what rests if that is wanted, and tell what became of each order meanwhile."""
        try:
            if self._options.cancel_when_lost:
                await self._cancel_own()
            for order in self._host.open_orders():
                await self._find_order(order)
        except DeskUnreachable:
            await asyncio.sleep(RETRY_S)
            return False
        self._lost = self._broker.doubtful = False
        return True

    async def _find_order(self, order: Order) -> None:
        try:
            document = await self._desk.order(order.id or order.client_order_id)
        except Refused as refused:
            if refused.refusal.code is not Code.UNKNOWN_ORDER:
                raise
            body = {"symbol": order.symbol, "side": order.side, "type": order.type, "quantity": str(order.quantity)}
            self._host.settle(never_was({**body, "client_order_id": order.client_order_id}, NEVER_CAME))
            return
        now = order_of(document, f"order.{document['status']}")
        if not order.id or _standing(now) != _standing(order):
            self._host.settle(now)
            self._show({"type": "order", "event": now.event, "order": document})
        for fill in document["fills"]:
            self._show({**fill, "type": "fill"})
        self._host.hear([fill_of(fill) for fill in document["fills"]])

    def _show(self, frame: Document) -> None:
        """Hand the news of this run's orders to whoever prints them, in the form of a simulated run's lines."""
        if frame["type"] == "order":
            order = frame["order"]
            if self._is_own(order):
                self._known.add(order["order_id"])  # its exits may be told before its submit is answered
                self._tell({"type": frame["event"], "at": order["updated_at"], "order": order})
        elif frame["type"] == "fill" and self._is_own(frame) and frame["fill_id"] not in self._shown:
            self._shown.add(frame["fill_id"])
            self._tell({name: value for name, value in frame.items() if name not in ("channel", "seq")})

    # --- the end ------------------------------------------------------------------------------

    async def _end(self) -> Ending:
        """on_stop, then its orders back, then the end is told; nothing in here may hang."""
        host, failure = self._host, None
        self._stopping.set()
        try:
            await self._last_call()
        except StrategyError as error:
            failure = error
        ending = Ending(self._reason, host.sent, 0, [], [], [])
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._take_back(ending)
                await asyncio.sleep(LAST_WORDS_S)  # the stream still has to say what the last commands did
        except (DeskUnreachable, Refused, TimeoutError):
            gone = {*ending.cancelled, *ending.left}
            ending.unknown = [o.id or o.client_order_id for o in host.open_orders() if o.id not in gone]
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        ending.fills = len(self._shown)
        self._say(_words(ending))
        self._tell({"type": "end", "at": time_text(self._time.seen), **msgspec.to_builtins(ending)})
        if failure is not None:
            raise failure
        return ending

    async def _last_call(self) -> None:
        """Let the strategy say goodbye, unless it never began, failed, or does not come back."""
        if self._host.started and not self._host.over:
            self._broker.closing = True
            try:
                await asyncio.wait_for(self._worker.do(self._host.finish), PATIENCE_S)
            except TimeoutError:
                self._say("on_stop does not return; it is left behind")
        self._host.over = True
        self._worker.close()

    async def _take_back(self, ending: Ending) -> None:
        if not self._options.leave_orders:
            ending.cancelled = await self._cancel_own()
        ending.left = [order["order_id"] for order in await self._own()]

    async def _own(self) -> list[Document]:
        """The open orders of this run, oldest first; the desk knows them, whatever was heard of them."""
        documents = (await self._desk.orders(open_only=True))["orders"]
        return [document for document in reversed(documents) if self._is_own(document)]

    def _is_own(self, document: Document) -> bool:
        names = document["order_id"], document.get("client_order_id") or "", document.get("parent") or ""
        return not self._known.isdisjoint(names) or self._host.concerns(*names)

    async def _cancel_own(self) -> list[str]:
        """Take back what this run sent; exits that protect a position stay."""
        cancelled = []
        for order in await self._own():
            if not from_outside(order.get("origin", "person")):
                continue
            try:
                await self._desk.cancel(order["order_id"])
            except Refused:
                continue  # it was done before the cancel came
            cancelled.append(order["order_id"])
        return cancelled


def _standing(order: Order) -> tuple[object, ...]:
    """What of an order can have changed while nobody was told."""
    return order.status, order.filled, order.quantity, order.limit, order.stop


def _words(ending: Ending) -> str:
    """An ending as people read it."""
    parts = [f"{ending.reason or 'ended'}: {ending.sent} orders sent, {ending.fills} fills"]
    for word, names in (("taken back", ending.cancelled), ("left working", ending.left)):
        if names:
            parts.append(f"{word}: {' '.join(names)}")
    if ending.unknown:
        parts.append(f"the desk did not answer for: {' '.join(ending.unknown)} (see `vterm orders --open`)")
    return "; ".join(parts)
