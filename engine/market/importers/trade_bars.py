"""`data bars`: open, high, low, close and volume of the trades (or bars) of one instrument of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from engine.market.importers.decimals import Fineness
from engine.market.importers.errors import BadDataFile, DataError, SymbolNeeded
from engine.market.importers.events import Mention, TapeBar, TapeTrade
from engine.market.importers.formats import find_format
from engine.market.importers.habits import Habits
from engine.market.importers.reading import Format
from engine.market.importers.stream import chosen_symbol, read_messages, symbols_of
from engine.model.format import time_text
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS
from engine.model.number import trim

_LOOKED_AT = 100
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

    def __init__(self, start: int, opened: int) -> None:
        self.start = start
        self.open = self.high = self.low = self.close = opened
        self.volume = 0

    def add(self, high: int, low: int, close: int, volume: int) -> None:
        self.high, self.low = max(self.high, high), min(self.low, low)
        self.close = close
        self.volume += volume


def bar_length(text: str) -> int:
    """Nanoseconds of 1s, 5m, 1h, 1d. Raises DataError (exit code 2)."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})([smhd])", text, re.ASCII)
    if match is None:
        raise DataError(f"{text[:20]!r} is not a length of bars", fix="--every 1m, 5m, 1h or 1d")
    return int(match[1]) * _UNITS[match[2]]


def length_text(length: int) -> str:
    """Nanoseconds as 1s, 5m, 1h or 1d: the largest unit that fits."""
    unit, size = next((unit, size) for unit, size in reversed(_UNITS.items()) if length % size == 0 or unit == "s")
    return f"{max(length // size, 1)}{unit}"


def usual_length(path: Path, fmt: str | Format) -> str:
    """A minute, or the length of the file's own bars where that is longer. Raises as reading the file does."""
    for row, events in read_messages(path, fmt):
        length = max((event.every for event in events if isinstance(event, TapeBar)), default=0)
        if length or row >= _LOOKED_AT:
            return length_text(max(length, MINUTE_NS))
    return "1m"


class NoTrades(BadDataFile):
    """A sound file has nothing that such bars could be made of."""


def cutter(habits: Habits, length: int) -> Callable[[int, int], int | None]:
    """(at, every) to the ns at which the bar of `length` begins that [at, at + every) belongs to, None for no bar."""
    if length % DAY_NS == 0 and habits.day_slot is not None:
        day_slot, days = habits.day_slot, length // DAY_NS
        return lambda at, every: day_slot(at, every, days)
    return lambda at, every: at // length * length


def fitting(path: Path, every: int, length: int) -> None:
    """Raises DataError where bars of `length` cannot be made of bars of `every`."""
    if every > length:
        raise DataError(f"{path} holds longer bars than that", fix=f"--every {length_text(every)}")
    if every and length % every:
        raise DataError(f"{path} holds bars of {length_text(every)}, which do not fill that", fix="--every a multiple")


def trade_bars(path: Path, fmt: str | Format, every: str, symbol: str = "") -> Iterator[TradeBar]:
    """Bars of one instrument, oldest first, by local receipt.

    Raises SymbolNeeded, SymbolAbsent, UnknownFormat, DataError, and BadDataFile at the damage after the bars
    before it, or where the file has no trades of the instrument.
    """
    length, form = bar_length(every), find_format(fmt)
    name = chosen_symbol(path, symbols_of(path, form, symbol), symbol)
    habits = form.habits(path)
    start_of = cutter(habits, length)
    prices, sizes, mentions = Fineness(), Fineness(), dict[str, int]()
    bar: _Growing | None = None
    try:
        for traded in _traded(path, form, name, mentions, alone=not symbol):
            if isinstance(traded, TapeTrade) and not traded.size and not habits.sizeless_trades:
                continue
            spanned = traded.every if isinstance(traded, TapeBar) else 0
            fitting(path, spanned, length)
            start = start_of(traded.at, spanned)
            if start is None:
                continue
            opened, high, low, close, volume = _span(traded)
            if bar is not None and start != bar.start:
                yield _text(bar, prices, sizes)
                bar = None
            for price in {opened: None, high: None, low: None, close: None}:
                prices.see(price)
            bar = bar or _Growing(start, opened)
            bar.add(high, low, close, volume)
    except BadDataFile:
        if bar is not None:
            yield _text(bar, prices, sizes)
        raise
    if bar is None:
        others = "".join(f", but {count} of {kind}" for kind, count in mentions.items())
        raise NoTrades(str(path), f"it holds no trades of {name}{others}", "record the trades with the book")
    yield _text(bar, prices, sizes)


def _traded(
    path: Path, form: Format, name: str, mentions: dict[str, int], alone: bool
) -> Iterator[TapeTrade | TapeBar]:
    for _, events in read_messages(path, form):
        for event in events:
            if event.symbol != name:
                if alone:
                    raise SymbolNeeded(str(path), (name, event.symbol))
            elif isinstance(event, TapeTrade):
                if not event.history:
                    yield event
            elif isinstance(event, TapeBar) and not event.side:
                yield event
            elif isinstance(event, Mention):
                mentions[event.kind] = mentions.get(event.kind, 0) + 1


def _span(traded: TapeTrade | TapeBar) -> tuple[int, int, int, int, int]:
    """Open, high, low, close and volume of one trade or bar."""
    if isinstance(traded, TapeTrade):
        return traded.price, traded.price, traded.price, traded.price, traded.size
    return traded.open, traded.high, traded.low, traded.close, traded.volume


def _text(bar: _Growing, prices: Fineness, sizes: Fineness) -> TradeBar:
    opened, high, low, close = (prices.text(price) for price in (bar.open, bar.high, bar.low, bar.close))
    return TradeBar(time_text(bar.start), opened, high, low, close, trim(sizes.text(bar.volume)))
