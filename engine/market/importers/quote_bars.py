"""`data bars --side`: bars of the best bid, the best ask or their middle, and which are meant if none is named."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from engine.market.importers.decimals import Fineness
from engine.market.importers.errors import BadDataFile, SymbolNeeded
from engine.market.importers.events import MarketEvent, TapeBar, Touch
from engine.market.importers.formats import find_format
from engine.market.importers.parquet import origin_of
from engine.market.importers.reading import Format
from engine.market.importers.rebuild import Rebuilt
from engine.market.importers.stream import chosen_symbol, read_messages, symbols_of
from engine.market.importers.trade_bars import NoTrades, TradeBar, bar_length, cutter, fitting, trade_bars
from engine.model.format import time_text

_QUOTING = ("lean", "databento", "csv")
"""Formats whose files are often of quotes alone, and meant so."""

Four = list[int]
"""Open, high, low, close."""


def bars_of(path: Path, fmt: str | Format, every: str, symbol: str = "", side: str = "") -> Iterator[TradeBar]:
    """Bars of the trades (`trade`), the best bid, the best ask, or the middle (`mid`).

    "" are the trades; of a LEAN or Databento file or a table that has none, the middle. Raises as `trade_bars` does.
    """
    if side in ("bid", "ask", "mid"):
        yield from _quote_bars(path, fmt, every, symbol, side)
        return
    traded = trade_bars(path, fmt, every, symbol)
    if side or origin_of(path, find_format(fmt)) not in _QUOTING:
        yield from traded
        return
    try:
        first = next(traded)
    except NoTrades as none:
        try:
            yield from _quote_bars(path, fmt, every, symbol, "mid")
        except NoTrades:
            raise none from None
        return
    yield from itertools.chain([first], traded)


class _Sides:
    """Both sides of the bar that is growing."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.bid: Four | None = None
        self.ask: Four | None = None

    def add(self, bid: bool, four: Four) -> None:
        held = self.bid if bid else self.ask
        if held is None:
            held = list(four)
        held[1], held[2], held[3] = max(held[1], four[1]), min(held[2], four[2]), four[3]
        if bid:
            self.bid = held
        else:
            self.ask = held

    def of(self, side: str) -> Four | None:
        if side != "mid":
            return self.bid if side == "bid" else self.ask
        if self.bid is None or self.ask is None:
            return None
        return [(bid + ask) // 2 for bid, ask in zip(self.bid, self.ask, strict=True)]


class _Quotes:
    """Turns events of one instrument into (time, length, is bid, prices) of its quotes."""

    def __init__(self) -> None:
        self.rebuilt = Rebuilt()
        self.has_bars = False

    def read(self, event: MarketEvent) -> Iterator[tuple[int, int, bool, Four]]:
        if isinstance(event, TapeBar):
            if event.side:
                self.has_bars = True
                yield event.at, event.every, event.side > 0, [event.open, event.high, event.low, event.close]
        elif not self.has_bars and self.rebuilt.apply(event) and self.rebuilt.valid:
            for bid, side in ((True, self.rebuilt.book.bids), (False, self.rebuilt.book.asks)):
                best = side.best()
                if best is not None:
                    yield event.at, 0, bid, [best[0]] * 4
        elif isinstance(event, Touch) and not self.has_bars and not self.rebuilt.valid:
            yield event.at, 0, True, [event.bid] * 4
            yield event.at, 0, False, [event.ask] * 4


def _quote_bars(path: Path, fmt: str | Format, every: str, symbol: str, side: str) -> Iterator[TradeBar]:
    form = find_format(fmt)
    length = bar_length(every)
    name = chosen_symbol(path, symbols_of(path, form, symbol), symbol)
    habits = form.habits(path)
    start_of, grid = cutter(habits, length), Fineness()
    growing: _Sides | None = None
    found = False
    try:
        for at, spanned, bid, four in _quotes(path, form, name, alone=not symbol):
            fitting(path, spanned, length)
            start = start_of(at, spanned)
            if start is None:
                continue
            if growing is None or start != growing.start:
                for bar in _said(growing, side, grid):
                    found = True
                    yield bar
                growing = _next(growing, start, habits.standing_quotes and not spanned)
            growing.add(bid, four)
    except BadDataFile:
        yield from _said(growing, side, grid)
        raise
    last = list(_said(growing, side, grid))
    if not found and not last:
        raise NoTrades(str(path), f"it holds no quotes of {name}", "--side trade, or another file")
    yield from last


def _quotes(path: Path, form: Format, name: str, alone: bool) -> Iterator[tuple[int, int, bool, Four]]:
    quotes = _Quotes()
    for _, events in read_messages(path, form):
        for event in events:
            if event.symbol == name:
                yield from quotes.read(event)
            elif alone:
                raise SymbolNeeded(str(path), (name, event.symbol))


def _next(before: _Sides | None, start: int, standing: bool) -> _Sides:
    """A bar that opens with the quote that stands, or with the first one in it."""
    following = _Sides(start)
    if before is not None and standing:
        following.bid = [before.bid[3]] * 4 if before.bid else None
        following.ask = [before.ask[3]] * 4 if before.ask else None
    return following


def _said(growing: _Sides | None, side: str, grid: Fineness) -> Iterator[TradeBar]:
    four = growing.of(side) if growing is not None else None
    if growing is not None and four is not None:
        for price in four:
            grid.see(price)
        opened, high, low, close = (grid.text(price) for price in four)
        yield TradeBar(time_text(growing.start), opened, high, low, close, "0")
