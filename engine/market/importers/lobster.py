"""LOBSTER: the message file of one instrument and day, alone or with its `orderbook` file beside it.

A message is `time,type,order id,size,price x 10000,direction`, its time in seconds after midnight in New York. Types:
1 new, 2 partial cancel, 3 delete, 4 execution of a visible order, 5 of a hidden one, 6 cross, 7 halt (price -1),
quoting (0), trading again (1). The direction is that of the resting order. Rules: lobsterdata.com, "Output structure".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.book.levels import Book, BookSide
from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import FINE, Changes, Level, MarketEvent, Snapshot, TapeTrade, Verdict
from engine.market.importers.habits import Habits
from engine.market.importers.lobster_book import Row, Watch, read_row
from engine.market.importers.reading import Format, Messages
from engine.market.importers.source import read_lines
from engine.model.ids import SECOND_NS

_NAME = re.compile(r"([A-Za-z0-9.\-]{1,20})_(\d{4}-\d\d-\d\d)_")
_NEW, _CANCEL, _DELETE, _VISIBLE, _HIDDEN, _CROSS, _HALT = range(1, 8)
_PRICE: int = 10 ** (FINE - 4)
_SHARE: int = 10**FINE
_HALTED, _TRADING = -1, 1
_DAY = 86_400


class Message:
    """One line. `price` in 10**-4, `sign` +1 where the order buys."""

    __slots__ = ("kind", "ns", "price", "sign", "size")

    def __init__(self, line: bytes) -> None:
        words = line.strip().split(b",")
        if len(words) not in (6, 7):  # some files name the participant in a seventh column
            raise BadLine(f"a message is time,type,id,size,price,direction, not {len(words)} columns")
        try:
            kind, _, size, price, sign = (int(word) for word in words[1:6])
        except ValueError:
            raise BadLine(f"type, id, size, price and direction are whole numbers: {line[:60]!r}") from None
        known = _NEW <= kind <= _HALT and (sign in (-1, 1) or (sign == 0 and kind >= _HIDDEN))
        if not known or (kind < _HALT and (size < 0 or price < 0)):
            raise BadLine(f"no such type, size, price or direction: {line[:60]!r}")
        self.ns = _after_midnight(words[0])
        self.kind, self.size, self.price, self.sign = kind, size, price, sign


def _after_midnight(word: bytes) -> int:
    whole, _, fraction = word.partition(b".")
    if not whole.isdigit() or len(whole) > 6 or int(whole) > _DAY or (fraction and not fraction.isdigit()):
        raise BadLine(f"not a time in seconds after midnight: {word[:30]!r}")
    return int(whole) * SECOND_NS + int(fraction[:9].ljust(9, b"0") or 0)


def name_and_midnight(path: Path) -> tuple[str, int]:
    """(symbol, New York midnight in ns) from a name like AAPL_2012-06-21_34200000_57600000_message_10.csv.

    Another name gives its first word as the symbol, and 2 January 1970.
    """
    match = _NAME.match(path.name)
    symbol, day = (match[1], match[2]) if match else (re.split(r"[_. ]", path.name)[0] or "LOBSTER", "1970-01-02")
    try:
        midnight = datetime.combine(date.fromisoformat(day), time(), ZoneInfo("America/New_York"))
    except ValueError:
        raise BadDataFile(str(path), f"its name says {day}, which is no date", "rename it") from None
    return symbol.upper(), (midnight - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1) * SECOND_NS


class Tally:
    """The book as far as messages tell it: sums of sizes by price, in the file's own units.

    Events beyond the published depth are not in the file, so a level may be gone unseen. What proves it gone
    takes it away: trading never leaves a bid at or above a new offer, nor a better one than the bid that trades.
    """

    def __init__(self) -> None:
        self.book = Book()
        self.halted = False

    def follow(self, said: Message) -> tuple[list[Level], list[Level]]:
        """Apply a message; the changed (bids, asks) with their new sizes."""
        if said.kind == _HALT:
            self.halted = said.price == _HALTED or (self.halted and said.price != _TRADING)
        if said.kind in (_HIDDEN, _CROSS, _HALT) or not said.size:
            return [], []
        side, other = (self.book.bids, self.book.asks) if said.sign > 0 else (self.book.asks, self.book.bids)
        gone = _beyond(side, said.sign, said.price) if said.kind == _VISIBLE and not self.halted else []
        passed = _beyond(other, -said.sign, said.price, level=True) if said.kind == _NEW and not self.halted else []
        held = side.size(said.price)
        size = held + said.size if said.kind == _NEW else max(held - said.size, 0)
        if held or size:
            gone.append((said.price, size))
        side.apply(gone)
        other.apply(passed)
        return (gone, passed) if said.sign > 0 else (passed, gone)


def _beyond(side: BookSide, sign: int, price: int, level: bool = False) -> list[Level]:
    """Deletions of the levels of a side (+1 bids) better than `price`, or also `level` with it."""
    best = side.best()
    if best is None or sign * (best[0] - price) < (0 if level else 1):
        return []
    return [(each, 0) for each, _ in side.top(len(side)) if sign * (each - price) >= (0 if level else 1)]


def open_messages(path: Path, book: Path | None = None) -> Messages:
    """The events of a message file, its book rebuilt from them or, with `book`, as that file states it."""
    symbol, midnight = name_and_midnight(path)
    rows = None if book is None else _rows(book)
    tally, watch = Tally(), Watch()
    for place, (row, line) in enumerate(read_lines(path)):
        said = Message(line)
        at = midnight + said.ns
        if rows is None:
            bids, asks = _scaled(tally.follow(said))
            events: list[MarketEvent] = []
            if not place:
                events.append(Snapshot(at, row, symbol, 0, bids, asks))
            else:
                events.append(Changes(at, row, symbol, 0, bids, asks))
        else:
            events = _stated(next(rows, None), watch, said, (at, row, symbol), book)
        if said.kind in (_VISIBLE, _HIDDEN, _CROSS) and said.size and said.price:
            sign = -said.sign
            events.append(TapeTrade(at, row, symbol, said.price * _PRICE, said.size * _SHARE, sign))
        yield row, events
    if rows is not None and next(rows, None) is not None:
        raise BadDataFile(str(book), "it holds more rows than there are messages", "name the book of this file")


def _stated(
    row: Row | None, watch: Watch, said: Message, where: tuple[int, int, str], book: Path | None
) -> list[MarketEvent]:
    if row is None:
        raise BadDataFile(str(book), f"it holds no row for message {where[1]}", "name the book of this file")
    first = watch.row is None
    equal = watch.compare(row, said.kind if said.kind <= _VISIBLE else 0, said.size, said.price, said.sign)
    bids, asks = _scaled(watch.take(row))
    events: list[MarketEvent] = []
    if first:
        events.append(Snapshot(*where, 0, bids, asks))
    else:
        events.append(Changes(*where, 0, bids, asks))
    if equal is not None:
        events.append(Verdict(*where, equal))
    return events


def _rows(path: Path) -> Iterator[Row]:
    width = 0
    for number, line in read_lines(path):
        try:
            row = read_row(line)
        except BadLine as error:
            raise BadDataFile(str(path), str(error), "name the orderbook file with --book", number) from None
        width = width or row.width
        if row.width != width:
            raise BadDataFile(str(path), f"a row of {row.width} levels in a file of {width}", row=number)
        yield row


def _scaled(sides: tuple[list[Level], list[Level]]) -> tuple[list[Level], list[Level]]:
    bids, asks = ([(price * _PRICE, size * _SHARE) for price, size in side] for side in sides)
    return bids, asks


def with_book(form: Format, book: Path) -> Format:
    """The format `lobster` with its orderbook file: row k is the book after message k."""
    reads = partial(open_messages, book=book)
    return Format(form.name, reads, "each row of the book, from the messages", form.line, form.habits)


def shares(path: Path) -> Habits:
    """LOBSTER is Nasdaq's book of shares, whatever the file is called."""
    del path
    return Habits("equities", "US_EQUITY_TIERED")
