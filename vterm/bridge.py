"""Between the desk and the screen: takes frames as they come, hands on the newest of each twenty times a second.

Quotes, books and the portfolio are replaced by their successors while they wait; trades, orders and fills are kept,
all of them. Nothing else changes what the panes show. A desk that stops answering is asked again, ever more slowly,
and the screen says so meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from engine.desk import DeskUnreachable, Document
from engine.model.refusal import Refused
from vterm.panes.chart_feed import ChartFeed
from vterm.stale import differs, judge, status_key
from vterm.state import DeskState

if TYPE_CHECKING:
    from engine.desk import Desk
    from vterm.asked import Asked

FRAME_SECONDS = 1 / 20
POLL_SECONDS = 1.0
MARKET_SECONDS = 0.5
SPARK_POINTS = 24
GRACE_SECONDS = 0.25
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
DEFAULT_SYMBOL = "BTC-USD"
DEFAULT_WATCH = ("AAPL", "MSFT", "NVDA", "SPY", "QQQ", "BTC-USD", "ETH-USD", "SOL-USD", "EUR-USD", "USD-JPY", "NDX")
LOST = (DeskUnreachable, OSError, EOFError)
_KEPT = frozenset({"trade", "order", "queue", "fill", "alert", "alerts", "error", "system", "proposal", "proposals"})
FIRST_ORDERS = 200
ACCOUNT_CHANNELS = ("orders", "portfolio", "alerts", "proposals", "system")


class Bridge:
    """Owns the connection and every task that listens to it."""

    def __init__(
        self, state: DeskState, connect: Callable[[], Awaitable[Desk]], paint: Callable[[set[str]], None]
    ) -> None:
        self.state = state
        self.desk: Desk | None = None
        self.charts = ChartFeed(state, self.need, self.touch)
        self._connect = connect
        self._paint = paint
        self._newest: dict[str, Document] = {}
        self._kept: list[Document] = []
        self._topics: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lost = asyncio.Event()
        self.first_symbol = ""
        self._status = ""
        self._whole_market = False
        self._figures_wanted = False
        self._asked: Asked | None = None
        self._journal_wanted = False

    # -- life -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, listen, and connect again whenever the desk is lost; ends only by cancellation."""
        attempt = 0
        while True:
            try:
                self.desk = await self._connect()
                await self._open()
                attempt = 0
                self._lost.clear()
                self._set_link("live")
                await self._lost.wait()
            except LOST as error:
                self.state.note = str(error)
            except Refused as no:
                self.state.note = no.refusal.message
            self._set_link("down")
            self._stop_listening()
            wait = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]
            self.state.contact.retry_at = self.state.now() + wait
            await asyncio.sleep(wait)
            self.state.contact.retry_at = 0.0
            attempt += 1

    async def close(self) -> None:
        """Stop listening and let go of the desk."""
        self._stop_listening()
        close = getattr(self.desk, "close", None)
        if close is not None:
            answer = close()
            if asyncio.iscoroutine(answer):
                await answer

    async def _open(self) -> None:
        desk, state = self.need(), self.state
        listed, watch = await desk.instruments(), await desk.watchlist()
        state.load_instruments(listed["instruments"])
        state.watch = list(watch["symbols"]) or [s for s in DEFAULT_WATCH if s in state.instruments]
        await self._load_past()
        state.portfolio = await desk.portfolio()
        state.account = str(state.portfolio.get("account", state.account))
        state.clock, state.sessions = await desk.clock(), (await desk.sessions())["sessions"]
        state.at = str(state.clock.get("now", ""))
        state.heard_at = state.now()
        self.touch({"instruments", "watch", "orders", "portfolio", "clock", "symbol", "fills"})
        if not state.symbol:
            state.select(self._first())
        self._listen("account", ACCOUNT_CHANNELS)
        self.listen_list()
        await self.look_at(state.symbol)
        self._task("poll", self._poll())
        self._task("notices", self._notices())
        self.follow_market(self._whole_market)
        self.follow_portfolio(self._figures_wanted)
        self.follow_asked(self._asked)
        self.follow_activity(self._journal_wanted)

    async def _load_past(self) -> None:
        """The newest orders, all that work, the newest fills."""
        desk, state = self.need(), self.state
        newest, working = await desk.orders(limit=FIRST_ORDERS), await desk.orders(open_only=True)
        known = {str(order["order_id"]) for order in newest["orders"]}
        rest = [order for order in working["orders"] if str(order["order_id"]) not in known]
        state.load_orders([*newest["orders"], *rest])
        state.load_fills((await desk.fills(500))["fills"])
        self.touch({"orders", "fills"})

    def _first(self) -> str:
        state = self.state
        for symbol in (self.first_symbol, DEFAULT_SYMBOL, *state.watch, *state.instruments):
            if symbol in state.instruments:
                return symbol
        return ""

    def need(self) -> Desk:
        """The desk, or DeskUnreachable while there is none."""
        if self.desk is None:
            raise DeskUnreachable("the market is still opening")
        return self.desk

    # -- listening ------------------------------------------------------------------------------------------

    def listen_list(self) -> None:
        """Quotes of everything in sight: the watchlist, what is held, the selected one."""
        state = self.state
        wanted = dict.fromkeys([*state.watch, *(str(p["symbol"]) for p in state.positions()), state.symbol])
        self._listen("list", [f"ticker:{symbol}" for symbol in wanted if symbol in state.instruments])

    async def look_at(self, symbol: str) -> None:
        """Book, trades and bars of one instrument, its past first."""
        state = self.state
        if symbol != state.symbol:
            state.select(symbol)
        self._newest = {k: v for k, v in self._newest.items() if not k.startswith(("orderbook:", "trades:"))}
        self._kept = [frame for frame in self._kept if frame.get("type") != "trade"]
        self.touch({"symbol", "book", "trades", "bars"})
        self.flush()  # who chose it sees it at once, not at the next beat
        if not symbol:
            return
        self._listen("focus", [f"orderbook:{symbol}", f"trades:{symbol}"])
        if symbol not in state.quotes:
            self.listen_list()
        desk = self.need()
        trades = await desk.trades(symbol, 60)
        if symbol == state.symbol:
            known = {(t.get("at"), t.get("price"), t.get("size")) for t in state.trades}
            fresh = [t for t in trades["trades"] if (t["at"], t["price"], t["size"]) not in known]
            later = list(state.trades)
            state.trades.clear()
            state.trades.extend([*fresh, *later])
            self.touch({"trades"})
            await self.charts.first()

    async def quotes(self, symbols: Sequence[str]) -> None:
        """Quotes of instruments that no stream follows, one by one."""
        desk, streamed = self.need(), {*self.state.watch, self.state.symbol}
        for symbol in symbols:
            if symbol not in streamed:
                self.take({"type": "ticker", "channel": f"ticker:{symbol}", **await desk.quote(symbol)})

    async def period(self, every: str) -> None:
        """Bars of another period."""
        await self.charts.period(every)

    def follow_market(self, wanted: bool) -> None:
        """The whole market twice a second, while somebody looks at it; asked for as one document."""
        self._whole_market = wanted
        if not wanted:
            old = self._tasks.pop("market", None)
            if old is not None:
                old.cancel()
        elif self.desk is not None:
            self._task("market", self._market())

    async def _market(self) -> None:
        minute = ""
        try:
            while True:
                newer = self.state.at[:16] != minute
                answer = await self.need().markets("", SPARK_POINTS if newer else 0)
                minute = str(answer["at"])[:16] if newer else minute
                self.touch(self.state.apply({"type": "markets", **answer}))
                await asyncio.sleep(MARKET_SECONDS)
        except LOST as error:
            self.state.note = str(error)
            self._lost.set()
        except Refused as no:
            self.state.note = no.refusal.message

    def follow_activity(self, wanted: bool) -> None:
        """The journal, while somebody looks at it."""
        self._journal_wanted = wanted
        old = self._tasks.pop("journal", None)
        if old is not None:
            old.cancel()
        if wanted and self.desk is not None:
            self._task("journal", self._journal())

    async def _journal(self) -> None:
        from vterm.panes.activity_past import follow

        try:
            await follow(self.need(), self.state, self.touch)
        except LOST as error:
            self.state.note = str(error)
            self._lost.set()

    async def _notices(self, healed: bool = False) -> None:
        """What was missed, then what the stream leaves out."""
        from vterm.notices_past import Watch, guarded

        since = self.state.left_at
        try:
            if healed:
                await self._load_past()
            await guarded(Watch(self.state), self.need(), since, self.touch)
        except LOST as error:
            self.state.note = str(error)
            self._lost.set()

    def follow_portfolio(self, wanted: bool) -> None:
        """The account's heavy figures, while somebody looks at them: what is not known at once, the rest as it ages."""
        self._figures_wanted = wanted
        old = self._tasks.pop("figures", None)
        if old is not None:
            old.cancel()
        if wanted and self.desk is not None:
            self._task("figures", self._figures())

    async def _figures(self) -> None:
        from vterm.portfolio_choice import BENCHMARKS, PortfolioChoice

        state = self.state
        choice = state.portfolio_choice = state.portfolio_choice or PortfolioChoice()
        try:
            while True:
                choice.benchmark = next((name for name in BENCHMARKS if name in state.instruments), "")
                mark = (state.at[:13], len(state.fills))
                for call in choice.due(state.now(), mark):
                    try:
                        answer: Document = await getattr(self.need(), call[0])(*call[1])
                        choice.take(call, answer, state.now(), mark)
                    except Refused as no:
                        choice.refuse(call, no.refusal.message, state.now(), mark)
                    self.touch({"figures"})
                await asyncio.sleep(POLL_SECONDS)
        except LOST as error:
            state.note = str(error)
            self._lost.set()

    def follow_asked(self, asked: Asked | None) -> None:
        """The documents that a screen wants, while somebody looks at it (None: nobody does): what is not known at once,
        the rest as it ages."""
        self._asked = asked
        old = self._tasks.pop("asked", None)
        if old is not None:
            old.cancel()
        if asked is not None and self.desk is not None:
            self._task("asked", self._ask(asked))

    async def _ask(self, asked: Asked) -> None:
        state = self.state
        try:
            while True:
                asked.look(state)
                mark = (state.at[:13], len(state.fills))
                # One at a time: what is wanted next may follow from what was answered.
                while due := asked.due(state.now(), mark):
                    call = due[0]
                    try:
                        asked.take(call, await asked.ask(self.need(), call), state.now(), mark)
                    except Refused as no:
                        asked.refuse(call, no.refusal.message, state.now(), mark)
                    self.touch({"asked"})
                await asyncio.sleep(POLL_SECONDS)
        except LOST as error:
            state.note = str(error)
            self._lost.set()

    def _listen(self, name: str, channels: Sequence[str]) -> None:
        self._task(name, self._follow(name, list(channels)))

    def _task(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        old = self._tasks.pop(name, None)
        if old is not None:
            old.cancel()
        self._tasks[name] = asyncio.create_task(work)

    def _stop_listening(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()

    async def _follow(self, name: str, channels: list[str]) -> None:
        if not channels:
            return
        try:
            async for frame in self.need().stream(channels):
                if name == "list":
                    self.state.contact.spoke(self.state.now())
                self.take(frame)
        except LOST as error:
            self.state.note = str(error)
        except Refused as no:
            self.state.note = no.refusal.message
            return
        self._lost.set()

    async def _poll(self) -> None:
        state = self.state
        try:
            while True:
                await asyncio.sleep(POLL_SECONDS)
                desk = self.need()
                state.clock = await desk.clock()
                state.at = max(state.at, str(state.clock.get("now", "")))
                state.heard_at = state.now()
                await self._keeps_up()
                await self.charts.renew()
                state.sessions = (await desk.sessions())["sessions"]
                self.touch({"clock"})
        except LOST as error:
            state.note = str(error)
            self._lost.set()
        except Refused as no:
            state.note = no.refusal.message

    async def _keeps_up(self) -> None:
        """A market may be quiet, or its stream may be stuck: what the desk answers tells which."""
        state, contact = self.state, self.state.contact
        symbol, now = state.symbol, state.now()
        if not contact.silent(now) or state.clock.get("paused") or symbol not in state.quotes:
            return
        asked = await self.need().quote(symbol)
        if differs(asked, state.quote(symbol)):
            await asyncio.sleep(GRACE_SECONDS)  # the frame that says so may be on its way
            contact.missed = contact.missed or (contact.silent(state.now()) and symbol == state.symbol)

    # -- handing on -----------------------------------------------------------------------------------------

    def take(self, frame: Document) -> None:
        """One frame from the stream; painted at the next beat."""
        if frame.get("type") == "state":
            self._set_link("down" if frame.get("state") == "RECONNECTING" else "live")
        elif frame.get("type") in _KEPT:
            self._kept.append(frame)
        else:
            self._newest[str(frame.get("channel", frame.get("type", "")))] = frame

    def touch(self, topics: set[str]) -> None:
        """These topics changed by other ways than a frame."""
        self._topics |= topics

    def flush(self) -> None:
        """Twenty times a second: apply what waited, paint what it changed."""
        frames = [*self._kept, *self._newest.values()]
        self._kept, self._newest = [], {}
        topics, self._topics = self._topics, set()
        for frame in frames:
            topics |= self.state.apply(frame)
        topics |= {f"flash-{place}" for place in self.state.flashes.places()}
        if judge(self.state):
            topics.add("link")
        status = status_key(self.state)
        if status != self._status:
            self._status = status
            topics.add("status")
        if topics:
            self._paint(topics)

    def _set_link(self, link: str) -> None:
        before = self.state.link
        if before == link:
            return
        self.state.link = link
        self.touch({"link"} | self.state.tell_link(before))
        if link == "live" and before == "down" and "notices" in self._tasks:
            # The stream has healed itself; what it would have said meanwhile is asked for.
            self._task("notices", self._notices(healed=True))
