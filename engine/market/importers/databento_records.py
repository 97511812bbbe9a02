"""Records of a DBN file as events, and what each of them proves.

Whole levels (`mbp-*`, `tbbo`, `bbo-*` and the consolidated ones) must be in order, uncrossed and sized; a trade must
lie within the levels it came with; sequence numbers of an instrument may not fall; an order that is cancelled or
modified must rest, where the book began whole; a bar holds its own prices and starts on its own beat.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from engine.market.importers.databento_names import Names
from engine.market.importers.databento_orders import UNDEFINED, Orders
from engine.market.importers.events import (
    Changes,
    Gap,
    Level,
    MarketEvent,
    Mention,
    Snapshot,
    TapeBar,
    TapeTrade,
    Verdict,
)
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS

_PRICE = 1_000
"""10**-9 to the stream's 10**-12."""

_SIZE = 10**12
_NO_TIME = (1 << 64) - 1
_LAST, _TOB, _SNAPSHOT, _MAYBE_BAD = 128, 64, 32, 4

_BARS = {"OHLCVMsg"}
_BAR_LENGTHS = {32: SECOND_NS, 33: MINUTE_NS, 34: HOUR_NS, 35: DAY_NS, 36: DAY_NS}
_LEVELS = {"MBP1Msg", "MBP10Msg", "CMBP1Msg"}
_TOUCHES = {"BBOMsg", "CBBOMsg"}
_SPEAKING = {"InstrumentDefMsg": "raw_symbol", "SymbolMappingMsg": "stype_out_symbol"}
_SILENT = {"SystemMsg", "SymbolMappingMsg"}

Sides = tuple[list[Level], list[Level]]


class _One:
    """What is remembered of one instrument between its records."""

    def __init__(self) -> None:
        self.orders = Orders()
        self.sides: dict[int, Sides] = {}
        self.sequence = 0
        self.begun = False
        self.snapping = False
        self.doubtful = False
        self.pending: tuple[int, int, int] | None = None


class Records:
    """Turns the records of one file, in order, into events."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._ones: dict[str, _One] = {}

    def events(self, row: int, record: Any) -> list[MarketEvent]:
        """Events of one record. A record without part in book, tape or bars is a Mention of its kind."""
        kind = type(record).__name__.removesuffix("V1").removesuffix("V2")
        if kind in _SPEAKING:
            self._names.say(record.instrument_id, getattr(record, _SPEAKING[kind]))
        at = _time(record)
        symbol = self._names.of(record.instrument_id, at)
        if kind in _BARS:
            return _bar(at, row, symbol, record)
        if kind in _SILENT or kind == "ErrorMsg":
            return []
        one = self._ones.setdefault(symbol, _One())
        if kind == "MBOMsg":
            return [*self._doubt(one, at, row, symbol, record), *_order(one, at, row, symbol, record)]
        if kind in _LEVELS or kind in _TOUCHES:
            return [*self._doubt(one, at, row, symbol, record), *_levels(one, at, row, symbol, record, kind)]
        if kind == "TradeMsg":
            return [_in_sequence(one, at, row, symbol, record), _trade(at, row, symbol, record)]
        return [Mention(at, row, symbol, _word(kind))]

    def finish(self) -> list[MarketEvent]:
        """Changes that the file did not close with F_LAST: a file that was cut by a record count ends so."""
        events: list[MarketEvent] = []
        for symbol, one in self._ones.items():
            if one.pending is not None:
                events.extend(_book(one, symbol))
        return events

    def _doubt(self, one: _One, at: int, row: int, symbol: str, record: Any) -> list[MarketEvent]:
        doubtful = bool(int(record.flags) & _MAYBE_BAD)
        began = doubtful and not one.doubtful
        one.doubtful = doubtful
        if not began:
            return []
        one.orders = Orders()
        one.pending, one.begun = None, False
        return [Gap(at, row, symbol, one.sequence + 1, int(getattr(record, "sequence", 0)))]


def _time(record: Any) -> int:
    at = int(getattr(record, "ts_recv", _NO_TIME))
    if at == _NO_TIME:
        at = int(record.ts_event)
    return 0 if at == _NO_TIME else at


def _word(kind: str) -> str:
    words = {"InstrumentDefMsg": "definition", "StatMsg": "statistic", "StatusMsg": "status"}
    return words.get(kind, kind.removesuffix("Msg").lower())


def _bar(at: int, row: int, symbol: str, record: Any) -> list[MarketEvent]:
    every = _BAR_LENGTHS.get(int(record.rtype.value) if hasattr(record.rtype, "value") else int(record.rtype), 0)
    prices = [int(price) for price in (record.open, record.high, record.low, record.close)]
    if UNDEFINED in prices:
        return [Verdict(at, row, symbol, equal=False)]
    opened, high, low, close = prices
    sound = low <= min(opened, close) and max(opened, close) <= high and not (every and at % every)
    four = opened * _PRICE, high * _PRICE, low * _PRICE, close * _PRICE
    return [Verdict(at, row, symbol, sound), TapeBar(at, row, symbol, *four, int(record.volume) * _SIZE, every)]


def _trade(at: int, row: int, symbol: str, record: Any) -> MarketEvent:
    if int(record.price) == UNDEFINED or not int(record.size):
        return Verdict(at, row, symbol, equal=False)
    sign = -1 if str(record.side) == "A" else 1
    return TapeTrade(at, row, symbol, int(record.price) * _PRICE, int(record.size) * _SIZE, sign)


def _in_sequence(one: _One, at: int, row: int, symbol: str, record: Any) -> Verdict:
    sequence = int(getattr(record, "sequence", 0))
    equal = sequence >= one.sequence or not sequence
    one.sequence = sequence or one.sequence
    return Verdict(at, row, symbol, equal)


def _levels(one: _One, at: int, row: int, symbol: str, record: Any, kind: str) -> list[MarketEvent]:
    bids, asks, paired = _sides(record)
    one.sides[int(record.publisher_id)] = bids, asks
    events: list[MarketEvent] = [Verdict(at, row, symbol, paired and _sound(bids, asks))]
    if kind in _LEVELS and not int(record.flags) & _SNAPSHOT:
        events.append(_in_sequence(one, at, row, symbol, record))
    all_bids, all_asks = (bids, asks) if len(one.sides) == 1 else _summed(one.sides)
    events.append(Snapshot(at, row, symbol, int(getattr(record, "sequence", 0)), all_bids, all_asks))
    if kind in _LEVELS and str(record.action) == "T":
        trade = _trade(at, row, symbol, record)
        if isinstance(trade, TapeTrade):
            low, high = bids[-1][0] if bids else None, asks[-1][0] if asks else None
            within = (low is None or low <= trade.price) and (high is None or trade.price <= high)
            events.append(Verdict(at, row, symbol, within))
        events.append(trade)
    return events


def _sides(record: Any) -> tuple[list[Level], list[Level], bool]:
    """(bids, asks, whether every price has a size and the other way round)."""
    bids: list[Level] = []
    asks: list[Level] = []
    paired = True
    for level in record.levels:
        for side, price, size in ((bids, level.bid_px, level.bid_sz), (asks, level.ask_px, level.ask_sz)):
            if price != UNDEFINED and size:
                side.append((int(price) * _PRICE, int(size) * _SIZE))
            elif price != UNDEFINED or size:
                paired = False
    return bids, asks, paired


def _sound(bids: list[Level], asks: list[Level]) -> bool:
    ordered = all(a[0] > b[0] for a, b in pairwise(bids)) and all(a[0] < b[0] for a, b in pairwise(asks))
    return ordered and not (bids and asks and bids[0][0] >= asks[0][0])


def _summed(books: dict[int, Sides]) -> Sides:
    """Books of several publishers as one, sizes added up."""
    totals: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for sides in books.values():
        for total, levels in zip(totals, sides, strict=True):
            for price, size in levels:
                total[price] = total.get(price, 0) + size
    return sorted(totals[0].items(), reverse=True), sorted(totals[1].items())


def _order(one: _One, at: int, row: int, symbol: str, record: Any) -> list[MarketEvent]:
    flags, action = int(record.flags), str(record.action)
    events: list[MarketEvent] = []
    snapping = bool(flags & _SNAPSHOT)
    if one.pending is not None and one.snapping and not snapping:
        events.extend(_book(one, symbol))
    one.snapping = snapping
    if not snapping:
        if action == "R":
            one.sequence = 0
        events.append(_in_sequence(one, at, row, symbol, record))
    if action == "T":
        events.append(_trade(at, row, symbol, record))
    elif action in "ACMR":
        rested = _apply(one, record, action, flags)
        if rested is not None:
            events.append(Verdict(at, row, symbol, rested))
        one.pending = at, row, int(record.sequence)
    if flags & _LAST and one.pending is not None:
        events.extend(_book(one, symbol))
    return events


def _apply(one: _One, record: Any, action: str, flags: int) -> bool | None:
    """Change the orders; whether what it says of a resting order is so (None: it says nothing that can be known)."""
    orders, publisher = one.orders, int(record.publisher_id)
    if action == "R":
        orders.clear()
        orders.whole, one.begun = True, False
        return None
    if flags & _SNAPSHOT and not one.begun:
        orders.whole = True
    side, price, size = str(record.side), int(record.price), int(record.size)
    if side not in "AB":
        return False
    bid = side == "B"
    if flags & _TOB:
        orders.best(publisher, bid, price, size if action in "AM" else 0)
        return None
    key = publisher, int(record.order_id)
    if action == "C":
        done = orders.cancel(key, size)
    elif price == UNDEFINED:
        return False
    elif action == "A":
        done = orders.add(key, bid, price, size)
    else:
        done = orders.modify(key, bid, price, size)
    return done if orders.whole or action == "A" else None


def _book(one: _One, symbol: str) -> list[MarketEvent]:
    """The book after an event of the venue is complete: whole the first time, its changes later."""
    at, row, sequence = one.pending or (0, 0, 0)
    one.pending = None
    if not one.begun:
        one.begun = True
        bids, asks = (_fine(levels) for levels in one.orders.all())
        return [Snapshot(at, row, symbol, sequence, bids, asks)]
    bids, asks = (_fine(levels) for levels in one.orders.changed())
    return [Changes(at, row, symbol, sequence, bids, asks)] if bids or asks else []


def _fine(levels: list[Level]) -> list[Level]:
    return [(price * _PRICE, size * _SIZE) for price, size in levels]
