"""Binance spot and USD-M: depth updates with ids, a REST snapshot in between, bookTicker, trades.

A line is `<ns local receipt> <json>`, the json a combined-stream frame, a bare message, or the answer of
the REST depth call. Rules: developers.binance.com, "How to manage a local order book correctly".
Spot drops updates with u <= lastUpdateId and then wants U = previous u + 1; futures drop u < lastUpdateId
and then want pu = previous u.
"""

from __future__ import annotations

from collections import deque

import msgspec

from engine.market.importers.decimals import BadLine, Decimals, whole_ns
from engine.market.importers.events import Changes, Gap, MarketEvent, Snapshot, Stale, TapeTrade, Touch

_WAITING = 10_000
"""Updates kept while a snapshot is awaited: at 100 ms that is a quarter of an hour."""


_Update = tuple[int, Changes]
"""What an update says it follows (U of spot, pu of futures), and the update."""


class _Frame(msgspec.Struct):
    stream: str = ""
    data: msgspec.Raw = msgspec.Raw(b"")
    e: str = ""
    s: str = ""
    symbol: str = ""
    u: int = -1
    lastUpdateId: int = -1
    bids: list[tuple[str, str]] = []
    asks: list[tuple[str, str]] = []


class _Depth(msgspec.Struct):
    s: str
    U: int
    u: int
    b: list[tuple[str, str]]
    a: list[tuple[str, str]]
    pu: int = -1


class _BookTicker(msgspec.Struct):
    s: str
    u: int
    b: str
    B: str
    a: str
    A: str


class _Trade(msgspec.Struct):
    s: str
    p: str
    q: str
    m: bool


class _Chain:
    """Where one symbol stands in its update ids. `last` is -1 while no snapshot was seen."""

    def __init__(self) -> None:
        self.last = -1
        self.fresh = False
        self.waiting: deque[_Update] = deque(maxlen=_WAITING)


class BinanceImporter:
    """Lines of one file to events; `futures` chooses the sequence rule."""

    def __init__(self, futures: bool) -> None:
        self._futures = futures
        self._decimals = Decimals()
        self._chains: dict[str, _Chain] = {}
        self._unnamed: tuple[int, int, _Frame] | None = None
        self._frame = msgspec.json.Decoder(_Frame)
        self._depth = msgspec.json.Decoder(_Depth)
        self._ticker = msgspec.json.Decoder(_BookTicker)
        self._trade = msgspec.json.Decoder(_Trade)

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line. Raises BadLine or msgspec's errors where it is not such a line."""
        stamp, _, body = line.partition(b" ")
        at = whole_ns(stamp)
        frame = self._frame.decode(body)
        if frame.lastUpdateId >= 0:
            return self._on_snapshot(at, row, frame)
        payload: bytes | msgspec.Raw = frame.data if frame.stream else body
        kind = frame.stream.partition("@")[2] or frame.e or ("bookTicker" if frame.u >= 0 else "")
        if kind.startswith("depth"):
            return self._on_depth(at, row, self._depth.decode(payload))
        if kind == "bookTicker":
            return [self._on_ticker(at, row, self._ticker.decode(payload))]
        if kind in ("trade", "aggTrade"):
            return [self._on_trade(at, row, self._trade.decode(payload))]
        return []

    def _on_ticker(self, at: int, row: int, said: _BookTicker) -> Touch:
        value = self._decimals.value
        return Touch(at, row, said.s, said.u, value(said.b), value(said.a), value(said.B), value(said.A))

    def _on_trade(self, at: int, row: int, said: _Trade) -> TapeTrade:
        value = self._decimals.value
        return TapeTrade(at, row, said.s, value(said.p), value(said.q), -1 if said.m else 1)

    def _on_snapshot(self, at: int, row: int, frame: _Frame) -> list[MarketEvent]:
        symbol = frame.s or frame.symbol
        if not symbol:
            awaiting = [name for name, chain in self._chains.items() if chain.last < 0]
            candidates = awaiting or list(self._chains)
            if not candidates:
                self._unnamed = (at, row, frame)
                return []
            if len(candidates) > 1:
                raise BadLine("a snapshot that does not name its symbol, in a file of several")
            symbol = candidates[0]
        return self._seed(at, row, symbol, frame)

    def _seed(self, at: int, row: int, symbol: str, frame: _Frame) -> list[MarketEvent]:
        chain = self._chains.setdefault(symbol, _Chain())
        if chain.last >= frame.lastUpdateId:
            return []  # a routine snapshot, already overtaken by the updates
        chain.last, chain.fresh = frame.lastUpdateId, True
        levels = self._decimals.levels
        events: list[MarketEvent] = [
            Snapshot(at, row, symbol, frame.lastUpdateId, levels(frame.bids), levels(frame.asks))
        ]
        waiting, chain.waiting = chain.waiting, deque(maxlen=_WAITING)
        for update in waiting:
            events += self._follow(chain, at, update)
        return events

    def _on_depth(self, at: int, row: int, said: _Depth) -> list[MarketEvent]:
        chain = self._chains.setdefault(said.s, _Chain())
        events: list[MarketEvent] = []
        if self._unnamed is not None:
            early, self._unnamed = self._unnamed, None
            events += self._seed(early[0], early[1], said.s, early[2])
        levels = self._decimals.levels
        changes = Changes(at, row, said.s, said.u, levels(said.b), levels(said.a))
        return events + self._follow(chain, at, (said.pu if self._futures else said.U, changes))

    def _follow(self, chain: _Chain, at: int, update: _Update) -> list[MarketEvent]:
        found, changes = update
        if chain.last < 0:
            chain.waiting.append(update)
            return []
        row, symbol, last = changes.row, changes.symbol, changes.seq
        if chain.fresh and (last < chain.last or (last == chain.last and not self._futures)):
            return [Stale(at, row, symbol, last)]
        expected = chain.last if self._futures else chain.last + 1
        joined = found <= expected if chain.fresh else found == expected
        if not joined:
            chain.last = -1
            chain.waiting.append(update)
            return [Gap(at, row, symbol, expected, found)]
        chain.last, chain.fresh = last, False
        return [changes if changes.at == at else msgspec.structs.replace(changes, at=at)]
