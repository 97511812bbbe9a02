"""Bitget WebSocket v2 (and the renamed fields of v3): `books`, `books1/5/15`, `trade`, `ticker`.

Rules: bitget.com/api-doc, "Depth channel": `books` is one snapshot, then updates; `seq` grows with each; `pseq`, where
it is sent, is the number before. The signed CRC32 covers the 25 best levels. One instId may be a coin pair and a
future: the kind seen first has the plain name, another gets its kind behind a dot.
"""

from __future__ import annotations

import msgspec

from engine.market.importers.decimals import BadLine, Decimals
from engine.market.importers.events import Changes, Gap, MarketEvent, Snapshot, TapeTrade, Touch
from engine.market.importers.pushes import Arg, as_sent, open_push, touch, venue_ns, whole_levels

_SHALLOW = ("books1", "books5", "books15", "books50")


class _Depth(msgspec.Struct):
    ts: str | int = ""
    asks: list[list[str]] = []
    bids: list[list[str]] = []
    a: list[list[str]] = []
    b: list[list[str]] = []
    checksum: int | None = None
    seq: int | None = None
    pseq: int | None = None


class _Trade(msgspec.Struct):
    ts: str | int = ""
    price: str = ""
    size: str = ""
    side: str = ""
    T: str = ""
    p: str = ""
    v: str = ""
    S: str = ""


class _Ticker(msgspec.Struct):
    ts: str | int = ""
    bidPr: str = ""
    bidSz: str = ""
    askPr: str = ""
    askSz: str = ""


class BitgetImporter:
    """Lines of one file to events."""

    def __init__(self) -> None:
        self._decimals = Decimals()
        self._kinds: dict[str, str] = {}
        self._last: dict[str, int | None] = {}
        self._began: dict[str, int] = {}
        self._depths = msgspec.json.Decoder(list[_Depth], strict=False)
        self._trades = msgspec.json.Decoder(list[_Trade])
        self._tickers = msgspec.json.Decoder(list[_Ticker])

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line. Raises BadLine or msgspec's errors where it is not such a line."""
        at, push = open_push(line)
        if push is None or push.arg is None:
            return []
        channel, symbol = push.arg.channel or push.arg.topic, self._named(push.arg)
        events: list[MarketEvent] = []
        if channel == "books":
            for depth in self._depths.decode(push.data):
                events += self._on_depth(at or venue_ns(depth.ts), row, symbol, push.action, depth)
        elif channel in _SHALLOW:
            if symbol not in self._began:
                events += [self._snapshot(at, row, symbol, depth) for depth in self._depths.decode(push.data)]
        elif channel in ("trade", "publicTrade"):
            events += self._on_trades(at, row, symbol, push.action, self._trades.decode(push.data))
        elif channel == "ticker":
            events += [self._on_ticker(at, row, symbol, said) for said in self._tickers.decode(push.data) if said.bidPr]
        return events

    def _named(self, arg: Arg) -> str:
        name = arg.instId or arg.symbol
        kind = arg.instType.upper()
        return name if self._kinds.setdefault(name, kind) == kind else f"{name}.{kind}"

    def _on_depth(self, at: int, row: int, symbol: str, action: str, said: _Depth) -> list[MarketEvent]:
        if action == "snapshot":
            self._began.setdefault(symbol, venue_ns(said.ts))
            self._last[symbol] = said.seq
            return [self._snapshot(at, row, symbol, said)]
        if action != "update":
            raise BadLine(f"the action of a book is snapshot or update, not {action!r:.20}")
        last = self._last.get(symbol)
        if last is not None:
            if said.pseq and said.pseq != last:
                self._last[symbol] = None
                return [Gap(at, row, symbol, last, said.pseq)]
            if said.seq is not None and said.seq < last:
                self._last[symbol] = None
                return [Gap(at, row, symbol, last, said.seq)]
            self._last[symbol] = said.seq if said.seq is not None else last
        bids, asks = whole_levels(said.bids or said.b), whole_levels(said.asks or said.a)
        levels = self._decimals.levels
        texts = (as_sent(bids), as_sent(asks))
        return [Changes(at, row, symbol, said.seq or 0, levels(bids), levels(asks), texts, said.checksum or None)]

    def _snapshot(self, at: int, row: int, symbol: str, said: _Depth) -> Snapshot:
        bids, asks = whole_levels(said.bids or said.b), whole_levels(said.asks or said.a)
        return Snapshot(
            at or venue_ns(said.ts),
            row,
            symbol,
            said.seq or 0,
            self._decimals.levels(bids),
            self._decimals.levels(asks),
            texts=(as_sent(bids), as_sent(asks)),
            checksum=said.checksum or None,
        )

    def _on_trades(self, at: int, row: int, symbol: str, action: str, said: list[_Trade]) -> list[MarketEvent]:
        value = self._decimals.value
        timed = [(venue_ns(trade.ts or trade.T), trade) for trade in said]
        if timed and timed[0][0] > timed[-1][0]:
            timed.reverse()  # the venue lists the newest first
        events: list[MarketEvent] = []
        for sent, trade in timed:
            side = (trade.side or trade.S).lower()
            if side not in ("buy", "sell"):
                raise BadLine(f"a trade's side is buy or sell, not {side!r:.20}")
            price, size = value(trade.price or trade.p), value(trade.size or trade.v)
            earlier = action == "snapshot" and sent < self._began.get(symbol, 0)
            events.append(TapeTrade(at or sent, row, symbol, price, size, 1 if side == "buy" else -1, earlier))
        return events

    def _on_ticker(self, at: int, row: int, symbol: str, said: _Ticker) -> Touch:
        value = self._decimals.value
        bid, ask = [value(said.bidPr), value(said.bidSz)], [value(said.askPr), value(said.askSz)]
        return touch(at or venue_ns(said.ts), row, symbol, bid, ask)
