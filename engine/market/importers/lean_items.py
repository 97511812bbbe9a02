"""Rows of one LEAN CSV as events, and what each of them proves.

Times may not fall and bars start on their own beat; a bar holds its own prices; a bid bar closes at or below its ask
bar; a book of ticks is not crossed. A side that is 0 or empty keeps its last value. Ticks marked suspicious are
counted as such and kept out of books and bars.
"""

from __future__ import annotations

from datetime import date

from engine.market.importers.decimals import BadLine
from engine.market.importers.events import FINE, Level, MarketEvent, Mention, Snapshot, TapeBar, TapeTrade, Verdict
from engine.market.importers.lean_hours import clock_of
from engine.market.importers.lean_names import Part
from engine.market.importers.lean_rows import Numbers, day_and_time, since_midnight
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS

Item = tuple[int, int, list[MarketEvent]]
"""(time it belongs to, 1 where it begins a row, events)."""

Four = tuple[int, int, int, int]

_LENGTHS = {"tick": 0, "second": SECOND_NS, "minute": MINUTE_NS, "hour": HOUR_NS, "daily": DAY_NS}
_UNSAID_SIZE = {"forex": 1_000_000, "cfd": 1_000}
"""Units a side that a book of a class shows whose files say no sizes."""


class Rows:
    """Reads the rows of one CSV in order."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._symbol = part.symbol
        self._clock = clock_of(part.asset, part.market, part.ticker)
        self._prices = Numbers(4 if part.asset == "equity" else 0)
        self._sizes = Numbers(0)
        self._every = _LENGTHS[part.resolution]
        self._latest = 0
        self._unsaid = _UNSAID_SIZE.get(part.asset, 0) * 10**FINE
        self._bid: Level = (0, 0)
        self._ask: Level = (0, 0)
        self._bars: tuple[int, int] = (0, 0)

    def read(self, row: int, line: str) -> list[Item]:
        """Items of one row. Raises BadLine."""
        cells = [cell.strip() for cell in line.split(",")]
        at = self._time(cells[0])
        ordered = at >= self._latest
        self._latest = at
        kind, ticks = self._part.kind, self._part.resolution == "tick"
        if kind == "openinterest":
            _counted(cells, 2, 2)
            self._sizes.read(cells[1])
            return [(at, 1, [Verdict(at, row, self._symbol, ordered), Mention(at, row, self._symbol, "open interest")])]
        if kind == "trade":
            return self._trade(at, row, cells, ordered) if ticks else self._trade_bar(at, row, cells, ordered)
        return self._quote(at, row, cells, ordered) if ticks else self._quote_bar(at, row, cells, ordered)

    def _time(self, text: str) -> int:
        day: date | None = self._part.date
        if day is not None:
            return self._clock.utc(day, since_midnight(text))
        when, since = day_and_time(text)
        if since and self._every == DAY_NS:
            self._every = HOUR_NS
        return self._clock.utc(when, since)

    def _trade(self, at: int, row: int, cells: list[str], ordered: bool) -> list[Item]:
        _counted(cells, 3, 6)
        price, size = self._prices.read(cells[1]), self._sizes.read(cells[2])
        symbol = self._symbol
        if _suspicious(cells, 5 if len(cells) == 6 else 3):
            return [(at, 1, [Mention(at, row, symbol, "suspicious tick")])]
        verdict = Verdict(at, row, symbol, ordered and size >= 0)
        return [(at, 1, [verdict, TapeTrade(at, row, symbol, price, max(size, 0), 1)])]

    def _trade_bar(self, at: int, row: int, cells: list[str], ordered: bool) -> list[Item]:
        _counted(cells, 5, 6)
        four = self._four(cells[1:5])
        volume = self._sizes.read(cells[5]) if len(cells) == 6 else 0
        if four is None:
            raise BadLine("a bar without a price")
        sound = ordered and _holds(four) and volume >= 0 and self._on_beat(at)
        bar = TapeBar(at, row, self._symbol, *four, volume, self._every)
        return [(at, 1, [Verdict(at, row, self._symbol, sound), bar])]

    def _quote(self, at: int, row: int, cells: list[str], ordered: bool) -> list[Item]:
        symbol = self._symbol
        if len(cells) == 3:
            said = ((cells[1], ""), (cells[2], ""))
        else:
            _counted(cells, 5, 8)
            said = ((cells[1], cells[2]), (cells[3], cells[4]))
        if _suspicious(cells, 7 if len(cells) == 8 else 5):
            return [(at, 1, [Mention(at, row, symbol, "suspicious tick")])]
        self._bid = self._side(said[0], self._bid)
        self._ask = self._side(said[1], self._ask)
        book = self._book(at, row)
        return [(at, 1, [Verdict(at, row, symbol, ordered and not self._crossed()), *book])]

    def _quote_bar(self, at: int, row: int, cells: list[str], ordered: bool) -> list[Item]:
        if len(cells) == 9:  # older forex and CFD files have no sizes
            cells = [*cells[:5], "", *cells[5:], ""]
        _counted(cells, 11, 11)
        bid, ask = self._four(cells[1:5]), self._four(cells[6:10])
        sound = ordered and self._on_beat(at)
        events: list[MarketEvent] = []
        for four, side in ((bid, 1), (ask, -1)):
            held = self._bars[side < 0]
            if four is not None:
                sound = sound and _holds(four)
            elif held:
                four = held, held, held, held
            if four is not None:
                events.append(TapeBar(at, row, self._symbol, *four, 0, self._every, side))
        self._bars = bid[3] if bid else self._bars[0], ask[3] if ask else self._bars[1]
        self._bid = self._side((cells[4], cells[5]), self._bid)
        self._ask = self._side((cells[9], cells[10]), self._ask)
        end = at + self._every
        sound = sound and not self._crossed()
        return [(at, 1, [Verdict(at, row, self._symbol, sound), *events]), (end, 0, self._book(end, row))]

    def _side(self, said: tuple[str, str], before: Level) -> Level:
        price, size = self._prices.read(said[0]), self._sizes.read(said[1])
        if not price:
            return before
        return price, size if size > 0 else self._unsaid or before[1]

    def _book(self, at: int, row: int) -> list[MarketEvent]:
        bids, asks = ([level] if level[0] and level[1] else [] for level in (self._bid, self._ask))
        return [Snapshot(at, row, self._symbol, 0, bids, asks)] if bids or asks else []

    def _crossed(self) -> bool:
        return bool(self._bid[0] and self._ask[0]) and self._bid[0] > self._ask[0]

    def _four(self, cells: list[str]) -> Four | None:
        """Open, high, low, close, or None for an empty side."""
        opened, high, low, close = (self._prices.read(cell) for cell in cells)
        return (opened, high, low, close) if opened or high or low or close else None

    def _on_beat(self, at: int) -> bool:
        beat = 30 * MINUTE_NS if self._every == HOUR_NS else self._every  # some zones stand half an hour apart
        return beat in (0, DAY_NS) or at % beat == 0


def _holds(four: Four) -> bool:
    opened, high, low, close = four
    return low <= min(opened, close) and max(opened, close) <= high


def _counted(cells: list[str], least: int, most: int) -> None:
    if not least <= len(cells) <= most:
        raise BadLine(f"a row of {len(cells)} columns, not {least}" + (f" to {most}" if most > least else ""))


def _suspicious(cells: list[str], column: int) -> bool:
    return len(cells) > column and cells[column].lower() in ("1", "true")
