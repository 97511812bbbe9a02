"""What a strategy does and asks on a live desk: synchronous calls out of its own thread into the desk's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, TypeVar

from engine.desk import Desk, DeskUnreachable, Document
from engine.model.ids import TimeNs
from engine.model.refusal import Refused
from engine.strategy.errors import Ended
from engine.strategy.inbox import MarketTime
from engine.strategy.values import (
    UNKNOWN,
    Bar,
    Book,
    Instrument,
    Order,
    Quote,
    Refusal,
    bar_of,
    book_of,
    moment,
    never_was,
    order_of,
    quote_of,
    refusal_of,
)

T = TypeVar("T")
RETRY_S = 0.25
NOT_LIVE = Refusal(
    "STALE_MARKET", "the stream from the desk is not whole, so no order is sent", "it goes on by itself: wait for it"
)


class LiveBroker:
    """Implements engine.strategy.host.Broker. Reads wait for a desk that was lost; orders are refused meanwhile.
    `closing`: the run has ended, but on_stop may act; `doubtful`: an order was sent and not answered."""

    def __init__(self, desk: Desk, time: MarketTime, live: Callable[[], bool], stopping: Callable[[], bool]) -> None:
        self._desk, self._time, self._live, self._stopping = desk, time, live, stopping
        self._loop = asyncio.get_running_loop()
        self._documents: dict[str, Document] = {}
        self._instruments: dict[str, Instrument] = {}
        self.closing = False
        self.doubtful = False

    async def load(self) -> None:
        """Read what there is to trade."""
        for document in (await self._desk.instruments())["instruments"]:
            for name in (document["symbol"], *document["aliases"]):
                self._documents.setdefault(name, document)

    async def name(self, symbol: str) -> str:
        """A symbol as the desk spells it. Raises Refused."""
        return (await self._resolve(symbol)).symbol

    async def _resolve(self, symbol: str) -> Instrument:
        known = self._instruments.get(symbol)
        if known is None:
            quote = await self._desk.quote(symbol)
            name = quote["symbol"]
            document = self._documents.get(name) or self._root(name)
            steps = Decimal(document["tick_size"]), Decimal(document["lot_size"]), Decimal(document["multiplier"])
            known = Instrument(name, quote["name"], quote["asset_class"], document["currency"], *steps)
            self._instruments[symbol] = self._instruments[name] = known
        return known

    def _root(self, name: str) -> Document:
        """The document of a contract's root: it has the contract's tick, lot and multiplier."""
        return next(
            document
            for document in self._documents.values()
            if any(contract["symbol"] == name for contract in document.get("contracts", ()))
        )

    # --- reading ------------------------------------------------------------------------------

    def now(self) -> TimeNs:
        """The newest time that the desk told."""
        return self._time.seen

    def instrument(self, symbol: str) -> Instrument:
        """The instrument that a symbol or alias means."""
        return self._instruments.get(symbol) or self._ask(lambda: self._resolve(symbol))

    def quote(self, symbol: str) -> Quote:
        """The best prices."""
        return quote_of(self._ask(lambda: self._desk.quote(symbol)))

    def book(self, symbol: str) -> Book:
        """The shown ladder."""
        return book_of(self._ask(lambda: self._desk.book(symbol)), symbol, moment(self.now()))

    def bars(self, symbol: str, every: str, count: int) -> list[Bar]:
        """The newest bars."""
        rows = self._ask(lambda: self._desk.bars(symbol, every, count))["bars"]
        return [bar_of(row, symbol, every) for row in rows]

    def position(self, symbol: str) -> Decimal:
        """Signed quantity held."""
        held = self._ask(self._desk.portfolio)["positions"]
        return next((Decimal(row["quantity"]) for row in held if row["symbol"] == symbol), Decimal(0))

    def cash(self) -> Decimal:
        """Cash, VCR."""
        return Decimal(self._ask(self._desk.portfolio)["cash"])

    def nav(self) -> Decimal:
        """Net asset value, VCR."""
        return Decimal(self._ask(self._desk.portfolio)["nav"])

    def news(self) -> tuple[()]:
        """Nothing: on a live desk the stream tells it."""
        return ()

    # --- acting -------------------------------------------------------------------------------

    def submit(self, body: dict[str, Any]) -> Order:
        """Send an order; answers when it is durable."""
        if not self._live():
            return never_was(body, NOT_LIVE)
        self._still_running()
        try:
            return order_of(self._wait(self._desk.submit(body)))
        except Refused as refused:
            return never_was(body, refusal_of(refused.refusal.document()["error"]))  # type: ignore[arg-type]
        except DeskUnreachable as error:
            self.doubtful = True
            lost = Refusal("DESK_UNREACHABLE", str(error), "the desk is asked again when it is back")
            return never_was(body, lost, UNKNOWN)

    def cancel(self, order_id: str) -> Order | Refusal:
        """Take an order back."""
        try:
            return order_of(self._ask(lambda: self._desk.cancel(order_id)))
        except Refused as refused:
            return refusal_of(refused.refusal.document()["error"])  # type: ignore[arg-type]

    def amend(self, order_id: str, changes: dict[str, Any]) -> Order | Refusal:
        """Change an open order."""
        if not self._live():
            return NOT_LIVE
        self._still_running()
        try:
            return order_of(self._wait(self._desk.amend(order_id, changes)))
        except Refused as refused:
            return refusal_of(refused.refusal.document()["error"])  # type: ignore[arg-type]
        except DeskUnreachable as error:
            self.doubtful = True
            return Refusal("DESK_UNREACHABLE", str(error), "the desk is asked again when it is back")

    def _ask(self, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """An answer, as soon as the desk can give one. Raises Refused, and Ended where the run ends first."""
        while True:
            self._still_running()
            try:
                return self._wait(question())
            except DeskUnreachable:
                self._wait(asyncio.sleep(RETRY_S))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _still_running(self) -> None:
        """A callback that goes on after the end of its run is left at its next call; on_stop may still act."""
        if self._stopping() and not self.closing:
            raise Ended
