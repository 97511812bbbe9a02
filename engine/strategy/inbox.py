"""What the stream of a live desk has told and the strategy has not yet heard: newest quotes and books, all the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from engine.model.format import parse_time
from engine.model.ids import SECOND_NS, TimeNs
from engine.strategy.host import Market, News
from engine.strategy.values import Book, Quote, Trade, book_of, fill_of, moment, order_of, quote_of, trade_of

MOST_TRADES = 10_000
_NEVER = moment(0)


class MarketTime:
    """The market's time as the desk last told it, and when it will have gone on by how much."""

    def __init__(self) -> None:
        self.seen = TimeNs(0)
        self._at, self._speed, self._paused = 0.0, 1, False

    def tell(self, text: str) -> None:
        """A document carried the market's time."""
        at = parse_time(text)
        if at > self.seen:
            self.seen, self._at = at, asyncio.get_running_loop().time()

    def clock(self, document: Mapping[str, Any]) -> None:
        """The clock's own document."""
        self._speed, self._paused = int(document["speed"]), bool(document["paused"])
        self.tell(document["now"])

    def seconds_to(self, due: int) -> float | None:
        """Seconds until the market may have reached a time; None while it stands still."""
        if self._paused:
            return None
        left = (due - self.seen) / SECOND_NS / self._speed
        return max(0.0, left - (asyncio.get_running_loop().time() - self._at))


class Inbox:
    """Filled by the stream, emptied before each round of callbacks. Lives in the event loop's thread."""

    def __init__(self, time: MarketTime, account: str) -> None:
        self.wake = asyncio.Event()
        self._time, self._account = time, account
        self._news: list[News] = []
        self._trades: list[Trade] = []
        self._quotes: dict[str, Quote] = {}
        self._books: dict[str, Book] = {}
        self._told: dict[str, Quote] = {}

    def put(self, frame: Mapping[str, Any]) -> None:
        """A frame of the stream."""
        kind, symbol = frame.get("type"), str(frame.get("channel", "")).partition(":")[2]
        if kind == "order":
            self._news.append(order_of(frame["order"], frame["event"]))
        elif kind == "fill":
            self._news.append(fill_of(frame))
        elif kind == "trade":
            self._trades.append(trade_of(frame, symbol))
            del self._trades[:-MOST_TRADES]
        elif kind == "ticker":
            self._time.tell(frame["at"])
            self._quotes[symbol] = quote_of(frame)
        elif kind == "book" and frame["seq"] is not None:
            self._books[symbol] = book_of(frame, symbol, self._now())
        elif kind == "system":
            self._time.clock(frame["clock"])
        self.wake.set()

    def _now(self) -> datetime:
        return moment(self._time.seen)

    def forget_market(self) -> None:
        """The stream was lost: what it said of the market is old."""
        self._trades.clear()
        self._quotes.clear()
        self._books.clear()
        self._told.clear()

    def take(self) -> tuple[list[News], list[Market]]:
        """(what happened to orders, what changed in the market) since the last call."""
        news, self._news = self._news, []
        quotes = [quote for quote in self._quotes.values() if self._differs(quote)]
        market: list[Market] = [*self._trades, *quotes, *self._books.values()]
        self._trades, self._quotes, self._books = [], {}, {}
        self.wake.clear()
        return news, market

    def _differs(self, quote: Quote) -> bool:
        """A ticker also says that volume or change moved; a strategy hears of prices and sizes."""
        bare = replace(quote, at=_NEVER)
        if self._told.get(quote.symbol) == bare:
            return False
        self._told[quote.symbol] = bare
        return True
