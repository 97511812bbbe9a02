"""OKX WebSocket v5: `books` (and its tick-by-tick kin), `books5`, `bbo-tbt`, `trades`, `tickers`.

Rules: okx.com/docs-v5, "Order book channel": an update follows the message whose seqId is its prevSeqId, -1 marks
a snapshot, a heartbeat repeats its own number, maintenance may reset to a lower one. The signed CRC32 covers the
25 best levels. From June 2026 the venue sends 0 in its place: that is no checksum.
"""

from __future__ import annotations

import msgspec

from engine.market.importers.decimals import BadLine, Decimals
from engine.market.importers.events import Changes, Gap, MarketEvent, Snapshot, TapeTrade, Touch
from engine.market.importers.pushes import as_sent, open_push, touch, venue_ns, whole_levels

_DEEP = ("books", "books-l2-tbt", "books50-l2-tbt", "books-rpi", "sprd-books-l2-tbt")
_TRADES = ("trades", "trades-all")


class _Depth(msgspec.Struct):
    asks: list[list[str]]
    bids: list[list[str]]
    ts: str | int = ""
    checksum: int = 0
    prevSeqId: int | None = None
    seqId: int | None = None


class _Trade(msgspec.Struct):
    px: str
    sz: str
    side: str
    ts: str | int = ""
    instId: str = ""


class _Ticker(msgspec.Struct):
    bidPx: str
    bidSz: str
    askPx: str
    askSz: str
    ts: str | int = ""


class OkxImporter:
    """Lines of one file to events."""

    def __init__(self) -> None:
        self._decimals = Decimals()
        self._last: dict[str, int | None] = {}
        self._deep: dict[str, str] = {}
        self._depths = msgspec.json.Decoder(list[_Depth])
        self._trades = msgspec.json.Decoder(list[_Trade])
        self._tickers = msgspec.json.Decoder(list[_Ticker])

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line. Raises BadLine or msgspec's errors where it is not such a line."""
        at, push = open_push(line)
        if push is None or push.arg is None:
            return []
        channel, symbol = push.arg.channel, push.arg.instId
        events: list[MarketEvent] = []
        if channel in _DEEP:
            if self._deep.setdefault(symbol, channel) == channel:
                for depth in self._depths.decode(push.data):
                    events += self._on_depth(at or venue_ns(depth.ts), row, symbol, push.action, depth)
        elif channel == "books5":
            if symbol not in self._deep:
                events += [self._snapshot(at, row, symbol, depth) for depth in self._depths.decode(push.data)]
        elif channel == "bbo-tbt":
            for depth in self._depths.decode(push.data):
                events += self._on_best(at or venue_ns(depth.ts), row, symbol, depth)
        elif channel in _TRADES:
            events += [self._on_trade(at, row, symbol, trade) for trade in self._trades.decode(push.data)]
        elif channel == "tickers":
            events += [self._on_ticker(at, row, symbol, said) for said in self._tickers.decode(push.data) if said.bidPx]
        return events

    def _on_depth(self, at: int, row: int, symbol: str, action: str, said: _Depth) -> list[MarketEvent]:
        if action == "snapshot":
            self._last[symbol] = said.seqId
            return [self._snapshot(at, row, symbol, said)]
        if action != "update":
            raise BadLine(f"the action of a book is snapshot or update, not {action!r:.20}")
        last, follows = self._last.get(symbol), said.prevSeqId
        if last is not None and follows is not None and follows != last:
            self._last[symbol] = None
            return [Gap(at, row, symbol, last, follows)]
        if last is not None:
            self._last[symbol] = said.seqId
        bids, asks = whole_levels(said.bids), whole_levels(said.asks)
        levels = self._decimals.levels
        texts = (as_sent(bids), as_sent(asks))
        return [Changes(at, row, symbol, said.seqId or 0, levels(bids), levels(asks), texts, said.checksum or None)]

    def _snapshot(self, at: int, row: int, symbol: str, said: _Depth) -> Snapshot:
        bids, asks = whole_levels(said.bids), whole_levels(said.asks)
        return Snapshot(
            at or venue_ns(said.ts),
            row,
            symbol,
            said.seqId or 0,
            self._decimals.levels(bids),
            self._decimals.levels(asks),
            texts=(as_sent(bids), as_sent(asks)),
            checksum=said.checksum or None,
        )

    def _on_best(self, at: int, row: int, symbol: str, said: _Depth) -> list[MarketEvent]:
        if not said.bids or not said.asks:
            return []
        value = self._decimals.value
        bid, ask = whole_levels(said.bids)[0], whole_levels(said.asks)[0]
        return [touch(at, row, symbol, [value(bid[0]), value(bid[1])], [value(ask[0]), value(ask[1])])]

    def _on_trade(self, at: int, row: int, symbol: str, said: _Trade) -> TapeTrade:
        if said.side not in ("buy", "sell"):
            raise BadLine(f"a trade's side is buy or sell, not {said.side!r:.20}")
        value = self._decimals.value
        sign = 1 if said.side == "buy" else -1
        return TapeTrade(at or venue_ns(said.ts), row, said.instId or symbol, value(said.px), value(said.sz), sign)

    def _on_ticker(self, at: int, row: int, symbol: str, said: _Ticker) -> Touch:
        value = self._decimals.value
        bid, ask = [value(said.bidPx), value(said.bidSz)], [value(said.askPx), value(said.askSz)]
        return touch(at or venue_ns(said.ts), row, symbol, bid, ask)
