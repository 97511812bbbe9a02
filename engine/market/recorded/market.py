"""A recorded market: files played as a market that the exchange trades against (docs/recorded-markets.md)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from engine.market.actions import ActionTable, actions_path, read_actions
from engine.market.importers.errors import BadDataFile
from engine.market.importers.formats import find_format
from engine.market.importers.reading import Format, Lines
from engine.market.importers.source import read_lines
from engine.market.importers.stream import read_messages
from engine.market.recorded.column import Column
from engine.market.recorded.feed import Feed
from engine.market.recorded.probe import look
from engine.model.ids import DAY_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Bar, Trade
from engine.model.session import Halt, MarketSession

_RATES_A_DAY = DAY_NS // (SECOND_NS // 10)


class Position(msgspec.Struct, frozen=True):
    """Where a playback stands: the market time, the events played, and what tells the files from others."""

    at: TimeNs
    step_ns: int
    played: int
    files: tuple[tuple[str, int], ...]


class RecordedMarket:
    """A MarketSource played from captures. Arrays hold one value an instrument, in its own ticks and lots.

    `state` is REGULAR while there is a sound book, HALTED before the first one, after a gap and while the
    venue's book is crossed, CLOSED after the last event. `damage` says where a file broke, once played to there.
    """

    now: TimeNs
    actions: ActionTable
    _step_ns: int
    _closed: bool
    _index: dict[str, int]
    _feed: Feed
    _columns: list[Column]

    def __init__(self, files: Sequence[Path] | Path, fmt: str | Format, symbols: Sequence[str] = ()) -> None:
        """Take a bounded first look. Raises the errors of engine.market.importers.errors."""
        self._files = (files,) if isinstance(files, Path) else tuple(files)
        self._format = find_format(fmt)
        sights = look(self._files, self._format, symbols)
        venue, habits = self._format.name, self._format.habits(self._files[0])
        self.instruments: tuple[Instrument, ...] = tuple(
            sight.instrument(symbol, column, venue, habits) for column, (symbol, sight) in enumerate(sights.items())
        )
        self.start = TimeNs(min(sight.first_at for sight in sights.values()))
        self._first_mids = [sight.first_mid2 for sight in sights.values()]
        self._end: TimeNs | None = None
        self._lots_a_day = [one.adv_units * float(10**one.lot.decimals) for one in self.instruments]
        count = len(self.instruments)
        self.bid, self.ask, self.bid_size, self.ask_size, self.last, self.mid2, self.volume_day, self.prev_close = (
            np.zeros(count, np.int64) for _ in range(8)
        )
        self.state = np.zeros(count, np.uint8)
        self.actions = read_actions(actions_path(self._files[0]), self.instruments)
        self._rewind()

    @property
    def end(self) -> TimeNs:
        """Time of the last line that can be read. Asked for the first time, it runs through the files once."""
        if self._end is None:
            self._end = TimeNs(max(self._last_time(path) for path in self._files))
        return self._end

    @property
    def damage(self) -> BadDataFile | None:
        """Why a file ended before its end, once it was played to there."""
        return self._feed.damage

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """Apply all events with time <= at; an earlier `at` plays again from the start."""
        if at == self.now:
            return  # asked twice for one moment: its prints stay
        if at < self.now:
            self._rewind()
        for column in self._columns:
            column.prints.clear()
        kept_after, columns, index = at - step_ns, self._columns, self._index
        touched = set()
        for event in self._feed.until(at):
            ix = index[event.symbol]
            columns[ix].see(event, kept_after)
            touched.add(ix)
        self.now, self._step_ns = at, step_ns
        for ix in touched:
            self._show(ix)
        if self._feed.ended and at > self._feed.latest and not self._closed:
            self._closed = True
            for ix, column in enumerate(columns):
                column.state = MarketSession.CLOSED
                self._show(ix)
        for ix, column in enumerate(columns):
            if column.turn_day(at):
                self._show(ix)

    def ladder(self, ix: int, levels: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """(bids, asks), best first, as (price ticks, size lots); empty unless the state is REGULAR."""
        return self._columns[ix].ladder(levels)

    def prints(self, ix: int) -> list[Trade]:
        """Trades of the last step, in time order (none at 60 s steps)."""
        return [] if self._step_ns >= MINUTE_NS else list(self._columns[ix].prints)

    def any_prints(self) -> list[int]:
        """Columns that traded in the last step."""
        return [ix for ix, column in enumerate(self._columns) if column.prints]

    def low_high(self, ix: int) -> tuple[int, int]:
        """Lowest and highest traded price of the last step (ticks); the last price twice where none traded."""
        column = self._columns[ix]
        prices = [trade.price for trade in column.prints]
        return (min(prices), max(prices)) if prices else (column.last, column.last)

    def volume_rate(self, ix: int) -> float:
        """Lots expected to trade per 100 ms: the rate of the first look."""
        return self._lots_a_day[ix] / _RATES_A_DAY

    def day_volume_left(self, ix: int) -> float:
        """Lots expected to trade until the next midnight UTC at that rate."""
        return self._lots_a_day[ix] * ((DAY_NS - self.now % DAY_NS) / DAY_NS)

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """Bars of the mid over [start, end), oldest first, of what has been played."""
        return self._columns[ix].bars.between(every_ns, start, end)

    def recent_trades(self, ix: int, count: int) -> list[Trade]:
        """The newest `count` trades played (at most 1,000 are kept), oldest first."""
        recent = self._columns[ix].recent
        return list(recent)[-count:] if count > 0 else []

    def halt(self, ix: int) -> Halt | None:
        """None: a capture does not say why its book is lost."""
        return None

    def next_halt(self, ix: int, after: int) -> TimeNs | None:
        """None: a capture knows no halts."""
        return None

    def band(self, ix: int) -> tuple[int, int] | None:
        """None: a capture names no band."""
        return None

    def position(self) -> Position:
        """Where the playback stands, to be restored in any process that has the same files."""
        return Position(self.now, self._step_ns, self._feed.played, self._marks())

    def restore(self, position: Position) -> None:
        """Play again to `position`. Raises BadDataFile where the files are not those that were played."""
        if position.files != self._marks():
            raise BadDataFile(str(self._files[0]), "it is not the file that was played before", "name the same file")
        self._rewind()
        self.advance(position.at, position.step_ns)
        if self._feed.played != position.played:
            raise BadDataFile(str(self._files[0]), "its content changed since it was played", "start a new replay")

    def _marks(self) -> tuple[tuple[str, int], ...]:
        return tuple((path.name, os.stat(path).st_size) for path in self._files)

    def _rewind(self) -> None:
        self.now = TimeNs(0)
        self._step_ns = SECOND_NS // 10
        self._closed = False
        self._index = {str(one.symbol): one.column for one in self.instruments}
        self._feed = Feed(self._files, self._format, self._index)
        self._columns = [Column(one, mid2) for one, mid2 in zip(self.instruments, self._first_mids, strict=True)]
        for ix in range(len(self._columns)):
            self._show(ix)

    def _show(self, ix: int) -> None:
        column = self._columns[ix]
        self.bid[ix], self.ask[ix] = column.bid, column.ask
        self.bid_size[ix], self.ask_size[ix] = column.bid_size, column.ask_size
        if column.state is not MarketSession.REGULAR:
            self.bid_size[ix] = self.ask_size[ix] = 0
        self.last[ix], self.mid2[ix] = column.last, column.mid2
        self.state[ix], self.volume_day[ix], self.prev_close[ix] = column.state, column.volume_day, column.prev_close

    def _last_time(self, path: Path) -> int:
        reads = self._format.reads
        if not isinstance(reads, Lines):
            return self._last_event(path)
        last = b""
        try:
            for _, line in read_lines(path):
                last = line
        except BadDataFile:
            if not last:
                raise
        try:
            return reads.time(last) or self._last_event(path)
        except (ValueError, msgspec.MsgspecError):
            return self.start

    def _last_event(self, path: Path) -> int:
        last = 0
        try:
            for _, events in read_messages(path, self._format):
                last = events[-1].at if events else last
        except BadDataFile:
            if not last:
                raise
        return last or self.start
