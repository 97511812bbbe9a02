"""Hyperliquid `l2Book` (whole books of up to 20 levels with order counts) and `trades`.

A line is `<ns local receipt> <json>`. A subscription answers with trades of the past first: what is older
than the first book is marked as history.
"""

from __future__ import annotations

import msgspec

from engine.market.importers.decimals import BadLine, Decimals, whole_ns
from engine.market.importers.events import MarketEvent, Snapshot, TapeTrade


class _Frame(msgspec.Struct):
    channel: str
    data: msgspec.Raw = msgspec.Raw(b"")


class _Level(msgspec.Struct):
    px: str
    sz: str
    n: int


class _Book(msgspec.Struct):
    coin: str
    levels: tuple[list[_Level], list[_Level]]
    time: int


class _Trade(msgspec.Struct):
    coin: str
    px: str
    sz: str
    side: str
    time: int


class HyperliquidImporter:
    """Lines of one file to events."""

    def __init__(self) -> None:
        self._decimals = Decimals()
        self._began: dict[str, int] = {}
        self._frame = msgspec.json.Decoder(_Frame)
        self._book = msgspec.json.Decoder(_Book)
        self._trades = msgspec.json.Decoder(list[_Trade])

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line. Raises BadLine or msgspec's errors where it is not such a line."""
        stamp, _, body = line.partition(b" ")
        at = whole_ns(stamp)
        frame = self._frame.decode(body)
        if frame.channel == "l2Book":
            return [self._on_book(at, row, self._book.decode(frame.data))]
        if frame.channel == "trades":
            return [self._on_trade(at, row, said) for said in self._trades.decode(frame.data)]
        return []

    def _on_book(self, at: int, row: int, said: _Book) -> Snapshot:
        self._began.setdefault(said.coin, said.time)
        bids, asks = said.levels
        levels = self._decimals.levels
        counts = ([level.n for level in bids], [level.n for level in asks])
        return Snapshot(
            at, row, said.coin, 0, levels((x.px, x.sz) for x in bids), levels((x.px, x.sz) for x in asks), counts
        )

    def _on_trade(self, at: int, row: int, said: _Trade) -> TapeTrade:
        if said.side not in ("A", "B"):
            raise BadLine(f"a trade's side is A or B, not {said.side!r:.20}")
        value = self._decimals.value
        earlier = said.time < self._began.get(said.coin, 0)
        sign = 1 if said.side == "B" else -1
        return TapeTrade(at, row, said.coin, value(said.px), value(said.sz), sign, earlier)
