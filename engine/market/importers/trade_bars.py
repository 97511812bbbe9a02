"""`data bars`: open, high, low, close and volume of the trades of one instrument of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.market.importers.decimals import Fineness
from engine.market.importers.errors import BadDataFile, DataError, SymbolNeeded
from engine.market.importers.events import TapeTrade
from engine.market.importers.stream import chosen_symbol, read_messages, symbols_of
from engine.model.format import time_text
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from engine.model.number import trim

_UNITS = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}


class TradeBar(msgspec.Struct):
    """Trades of [at, at + every) as decimal text; `at` is RFC 3339. Stretches without trades have no bar."""

    at: str
    open: str
    high: str
    low: str
    close: str
    volume: str


class _Growing:
    """The bar that is still growing, in the stream's exact integers."""

    def __init__(self, slot: int, trade: TapeTrade) -> None:
        self.slot = slot
        self.open = self.high = self.low = self.close = trade.price
        self.volume = 0

    def add(self, trade: TapeTrade) -> None:
        self.high, self.low = max(self.high, trade.price), min(self.low, trade.price)
        self.close = trade.price
        self.volume += trade.size


def bar_length(text: str) -> int:
    """Nanoseconds of 1s, 5m, 1h, 1d. Raises DataError (exit code 2)."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})([smhd])", text, re.ASCII)
    if match is None:
        raise DataError(f"{text[:20]!r} is not a length of bars", fix="--every 1m, 5m, 1h or 1d")
    return int(match[1]) * _UNITS[match[2]]


def trade_bars(path: Path, fmt: str, every: str, symbol: str = "") -> Iterator[TradeBar]:
    """Bars of one instrument, oldest first, by local receipt.

    Raises SymbolNeeded, SymbolAbsent, UnknownFormat, DataError, and BadDataFile at the damage after the bars
    before it, or where the file has no trades of the instrument.
    """
    length = bar_length(every)
    name = chosen_symbol(path, symbols_of(path, fmt), symbol)
    prices, sizes = Fineness(), Fineness()
    bar: _Growing | None = None
    try:
        for trade in _trades(path, fmt, name, alone=not symbol):
            slot = trade.at // length
            if bar is not None and slot != bar.slot:
                yield _text(bar, length, prices, sizes)
                bar = None
            prices.see(trade.price)
            bar = bar or _Growing(slot, trade)
            bar.add(trade)
    except BadDataFile:
        if bar is not None:
            yield _text(bar, length, prices, sizes)
        raise
    if bar is None:
        raise BadDataFile(str(path), f"it holds no trades of {name}", "record the trades with the book")
    yield _text(bar, length, prices, sizes)


def _trades(path: Path, fmt: str, name: str, alone: bool) -> Iterator[TapeTrade]:
    for _, events in read_messages(path, fmt):
        for event in events:
            if event.symbol != name:
                if alone:
                    raise SymbolNeeded(str(path), (name, event.symbol))
            elif isinstance(event, TapeTrade) and not event.history and event.size:
                yield event


def _text(bar: _Growing, length: int, prices: Fineness, sizes: Fineness) -> TradeBar:
    opened, high, low, close = (prices.text(price) for price in (bar.open, bar.high, bar.low, bar.close))
    return TradeBar(time_text(bar.slot * length), opened, high, low, close, trim(sizes.text(bar.volume)))
