"""The events of a file, in order, as a stream that never holds more than a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile, SymbolAbsent, SymbolNeeded
from engine.market.importers.events import MarketEvent
from engine.market.importers.formats import Importer, find_format
from engine.market.importers.source import read_lines

PROBED_ROWS = 5_000
"""Lines looked at to learn which instruments a file holds, before any is played or printed."""

_LONGEST_SYMBOL = 40
_MOST_SYMBOLS = 5_000


def read_messages(path: Path, fmt: str) -> Iterator[tuple[int, list[MarketEvent]]]:
    """(row, events) of every line; times never fall.

    Raises UnknownFormat at once and BadDataFile at the damage, after everything before it was given.
    """
    return _messages(path, fmt, find_format(fmt).make())


def _messages(path: Path, fmt: str, importer: Importer) -> Iterator[tuple[int, list[MarketEvent]]]:
    latest = 0
    named: set[str] = set()
    read = importer.read
    for row, line in read_lines(path):
        try:
            events = read(row, line)
            for event in events:
                if event.symbol not in named:
                    _admit(event.symbol, named)
        except (ValueError, msgspec.MsgspecError, RecursionError) as error:
            cause = f"not a line of {fmt}: {str(error)[:160]}"
            raise BadDataFile(str(path), cause, "check --format, or cut the file before this line", row) from None
        for place, event in enumerate(events):
            if event.at < latest:
                events[place] = msgspec.structs.replace(event, at=latest)
            else:
                latest = event.at
        yield row, events


def _admit(symbol: str, named: set[str]) -> None:
    if not symbol.isprintable() or " " in symbol or not 0 < len(symbol) <= _LONGEST_SYMBOL:
        raise BadLine(f"not a symbol: {symbol!r:.60}")
    if len(named) >= _MOST_SYMBOLS:
        raise BadLine(f"more than {_MOST_SYMBOLS} instruments")
    named.add(symbol)


def symbols_of(path: Path, fmt: str, rows: int = PROBED_ROWS) -> list[str]:
    """Instruments named in the first `rows` lines, in order of appearance. Damage ends the look, if any was seen."""
    seen: dict[str, None] = {}
    try:
        for row, events in read_messages(path, fmt):
            for event in events:
                seen[event.symbol] = None
            if row >= rows and seen:
                break
    except BadDataFile:
        if not seen:
            raise
    return list(seen)


def chosen_symbol(path: Path, symbols: Sequence[str], wanted: str) -> str:
    """The instrument meant by `wanted` ("" : the only one; case and separators do not matter).

    Raises SymbolNeeded where there are several, SymbolAbsent where there is none such.
    """
    if not wanted:
        if len(symbols) > 1:
            raise SymbolNeeded(str(path), symbols)
        if not symbols:
            raise BadDataFile(str(path), "it holds no market data of this format", "check --format")
        return symbols[0]
    found = next((symbol for symbol in symbols if same_symbol(symbol, wanted)), None)
    if found is None:
        raise SymbolAbsent(str(path), wanted, symbols)
    return found


def same_symbol(one: str, other: str) -> bool:
    """Whether two spellings name one instrument: ETH/CHF, eth-chf, ETHCHF."""
    return plain_symbol(one) == plain_symbol(other)


def plain_symbol(symbol: str) -> str:
    """A symbol without case and separators."""
    return symbol.upper().replace("/", "").replace("-", "").replace("_", "")
