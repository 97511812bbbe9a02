"""The events of a file, in order, as a stream that never holds more than a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from engine.market.contracts import contract_spellings
from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile, SymbolAbsent, SymbolNeeded
from engine.market.importers.formats import find_format
from engine.market.importers.reading import Format, Lines, Messages
from engine.market.importers.source import read_lines

PROBED_ROWS = 5_000
"""Lines looked at to learn which instruments a file holds, before any is played or printed."""

_UNREADABLE = (ValueError, msgspec.MsgspecError, RecursionError)
_LONGEST_SYMBOL = 40
_MOST_SYMBOLS = 5_000


def read_messages(path: Path, fmt: str | Format) -> Messages:
    """(row, events) of every message of a file; times never fall.

    Raises UnknownFormat at once and BadDataFile at the damage, after everything before it was given.
    """
    return _messages(path, find_format(fmt))


def _messages(path: Path, form: Format) -> Messages:
    latest = 0
    named: set[str] = set()
    reads = form.reads
    for row, events in _each_line(path, form.name, reads) if isinstance(reads, Lines) else _opened(path, form, reads):
        for place, event in enumerate(events):
            if event.symbol not in named:
                try:
                    _admit(event.symbol, named)
                except BadLine as error:
                    raise _bad_line(path, form.name, row, error) from None
            if event.at < latest:
                events[place] = msgspec.structs.replace(event, at=latest)
            else:
                latest = event.at
        yield row, events


def _each_line(path: Path, name: str, lines: Lines) -> Messages:
    read = lines.make().read
    for row, line in read_lines(path):
        try:
            events = read(row, line)
        except _UNREADABLE as error:
            raise _bad_line(path, name, row, error) from None
        yield row, events


def _opened(path: Path, form: Format, reads: Callable[[Path], Messages]) -> Messages:
    row = 0
    try:
        for row, events in reads(path):
            yield row, events
    except _UNREADABLE as error:
        raise _bad_line(path, form.name, row + 1, error) from None


def _bad_line(path: Path, name: str, row: int, error: Exception) -> BadDataFile:
    cause = f"not a line of {name}: {str(error)[:160]}"
    return BadDataFile(str(path), cause, "check --format, or cut the file before this line", row)


def _admit(symbol: str, named: set[str]) -> None:
    if not symbol.isprintable() or " " in symbol or not 0 < len(symbol) <= _LONGEST_SYMBOL:
        raise BadLine(f"not a symbol: {symbol!r:.60}")
    if len(named) >= _MOST_SYMBOLS:
        raise BadLine(f"more than {_MOST_SYMBOLS} instruments")
    named.add(symbol)


def symbols_of(path: Path, fmt: str | Format, wanted: str = "", rows: int = PROBED_ROWS) -> list[str]:
    """Instruments that the file is known to hold, or those named in its first `rows` messages, in order of appearance.

    The look goes on while `wanted` was not seen. Damage ends it, if any was seen.
    """
    form = find_format(fmt)
    said = form.habits(path).symbols
    if said:
        return list(said)
    seen: dict[str, None] = {}
    awaited = wanted
    try:
        for looked, (_, events) in enumerate(read_messages(path, fmt), 1):
            for event in events:
                if event.symbol not in seen:
                    seen[event.symbol] = None
                    awaited = "" if awaited and same_symbol(event.symbol, awaited) else awaited
            if looked >= rows and seen and not awaited:
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


@lru_cache(maxsize=4096)
def same_symbol(one: str, other: str) -> bool:
    """Whether two spellings name one instrument: ETH/CHF, eth-chf, ETHCHF; GCZ13, GCZ3, GC201312, 201312."""
    mine, yours = plain_symbol(one), plain_symbol(other)
    return mine == yours or mine in contract_spellings(yours) or yours in contract_spellings(mine)


def plain_symbol(symbol: str) -> str:
    """A symbol without case and separators."""
    return symbol.upper().replace("/", "").replace("-", "").replace("_", "")
