"""The project's own capture: one event per line, JSON, named `vterm` (docs/recorded-markets.md)."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.market.importers.decimals import BadLine, Decimals
from engine.market.importers.events import Changes, Gap, MarketEvent, Snapshot, TapeTrade, Touch

Pairs = list[tuple[str, str]]


class OwnLine(msgspec.Struct, omit_defaults=True):
    """One line of a `vterm` capture. Prices and sizes are decimal text, `at` whole nanoseconds.

    `prev` on changes is the `seq` they build on; it is checked wherever it is there (-1: not said).
    """

    at: int
    type: Literal["snapshot", "changes", "trade", "touch", "gap"]
    symbol: str
    seq: int = 0
    prev: int = -1
    bids: Pairs = []
    asks: Pairs = []
    price: str = ""
    size: str = ""
    side: Literal["", "buy", "sell"] = ""
    bid: str = ""
    bid_size: str = ""
    ask: str = ""
    ask_size: str = ""
    expected: int = 0
    found: int = 0


_decoder = msgspec.json.Decoder(OwnLine)


def own_time(line: bytes) -> int:
    """The time of one line. Raises BadLine or msgspec's errors."""
    return _decoder.decode(line).at


class OwnImporter:
    """Lines of one capture to events."""

    def __init__(self) -> None:
        self._decimals = Decimals()
        self._last: dict[str, int | None] = {}

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line. Raises BadLine or msgspec's errors where it is not such a line."""
        said = _decoder.decode(line)
        if not 0 < said.at < 1 << 63 or not said.symbol:
            raise BadLine("an event has a time `at` in nanoseconds and a symbol")
        if said.type == "changes":
            return self._on_changes(row, said)
        if said.type == "snapshot":
            self._last[said.symbol] = said.seq
            levels = self._decimals.levels
            return [Snapshot(said.at, row, said.symbol, said.seq, levels(said.bids), levels(said.asks))]
        if said.type == "gap":
            self._last[said.symbol] = None
            return [Gap(said.at, row, said.symbol, said.expected, said.found)]
        return [self._on_statement(row, said)]

    def _on_changes(self, row: int, said: OwnLine) -> list[MarketEvent]:
        last = self._last.get(said.symbol)
        if last is None:
            return []
        if said.prev >= 0 and said.prev != last:
            self._last[said.symbol] = None
            return [Gap(said.at, row, said.symbol, last, said.prev)]
        self._last[said.symbol] = said.seq
        levels = self._decimals.levels
        return [Changes(said.at, row, said.symbol, said.seq, levels(said.bids), levels(said.asks))]

    def _on_statement(self, row: int, said: OwnLine) -> MarketEvent:
        value = self._decimals.value
        if said.type == "trade":
            sign = -1 if said.side == "sell" else 1
            return TapeTrade(said.at, row, said.symbol, value(said.price), value(said.size), sign)
        bid_size = value(said.bid_size) if said.bid_size else None
        ask_size = value(said.ask_size) if said.ask_size else None
        return Touch(said.at, row, said.symbol, said.seq, value(said.bid), value(said.ask), bid_size, ask_size)
