"""`data book`: the book of one instrument after each message or each update of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.market.importers.errors import SymbolNeeded
from engine.market.importers.reading import Format
from engine.market.importers.rebuild import Rebuilt
from engine.market.importers.stream import chosen_symbol, read_messages, same_symbol, symbols_of
from engine.model.format import time_text


class BookRow(msgspec.Struct, omit_defaults=True):
    """A book after line `row` of the file. `seq` is the venue's update id where it has one,
    `at` the local receipt.

    Levels are [price, size] as decimal text, best first. Both sides are empty before the first snapshot and
    after a gap.
    """

    row: int
    at: str
    symbol: str
    bids: list[list[str]]
    asks: list[list[str]]
    seq: int = 0


def book_rows(path: Path, fmt: str | Format, levels: int, every: str = "update", symbol: str = "") -> Iterator[BookRow]:
    """The rows of one instrument: after each message that names it, or only after each that changed its book.

    Raises SymbolNeeded, SymbolAbsent, UnknownFormat, and BadDataFile at the damage after all rows before it.
    """
    name = chosen_symbol(path, symbols_of(path, fmt, symbol), symbol)
    rebuilt = Rebuilt()
    for row, events in read_messages(path, fmt):
        at = 0
        for event in events:
            if event.symbol != name:
                if not symbol and not same_symbol(event.symbol, name):
                    raise SymbolNeeded(str(path), (name, event.symbol))
                continue
            at = event.at
            rebuilt.learn(event)
            if rebuilt.apply(event) and every == "update":
                yield _row(rebuilt, event.row, at, name, levels)
        if at and every == "message":
            yield _row(rebuilt, row, at, name, levels)


def _row(rebuilt: Rebuilt, row: int, at: int, symbol: str, levels: int) -> BookRow:
    bids, asks = rebuilt.book.top(levels)
    return BookRow(row, time_text(at), symbol, rebuilt.text(bids), rebuilt.text(asks), rebuilt.seq)
