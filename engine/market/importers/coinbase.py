"""Coinbase `level2` (snapshot, l2update), `ticker` and `matches`, as JSON lines.

l2update carries no sequence number, so a lost update shows only where a ticker disagrees, an absent level
is deleted, or the book crosses. A match names the side of the resting order.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.market.importers.decimals import BadLine, Decimals
from engine.market.importers.events import Changes, MarketEvent, Snapshot, TapeTrade, Touch
from engine.market.importers.receipts import unwrap

_SideWord = Literal["buy", "sell"]


class _Message(msgspec.Struct):
    type: str = ""
    product_id: str = ""
    bids: list[tuple[str, str]] = []
    asks: list[tuple[str, str]] = []
    changes: list[tuple[_SideWord, str, str]] = []
    best_bid: str = ""
    best_ask: str = ""
    best_bid_size: str = ""
    best_ask_size: str = ""
    price: str = ""
    size: str = ""
    side: str = ""
    message: str = ""


class CoinbaseImporter:
    """Lines of one file to events."""

    def __init__(self) -> None:
        self._decimals = Decimals()
        self._decoder = msgspec.json.Decoder(_Message)

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line. Raises BadLine or msgspec's errors where it is not such a line."""
        at, raw = unwrap(line)
        said = self._decoder.decode(raw)
        if said.type == "l2update":
            return [self._on_update(at, row, said)]
        if said.type in ("match", "last_match"):
            return [self._on_match(at, row, said)]
        if said.type == "ticker":
            return self._on_ticker(at, row, said)
        if said.type == "snapshot":
            levels = self._decimals.levels
            return [Snapshot(at, row, _product(said), 0, levels(said.bids), levels(said.asks))]
        if said.type == "error":
            raise BadLine(f"the venue answered with an error: {said.message[:80]}")
        return []

    def _on_update(self, at: int, row: int, said: _Message) -> Changes:
        levels = self._decimals.levels
        bids = levels([change[1:] for change in said.changes if change[0] == "buy"])
        asks = levels([change[1:] for change in said.changes if change[0] == "sell"])
        return Changes(at, row, _product(said), 0, bids, asks)

    def _on_match(self, at: int, row: int, said: _Message) -> TapeTrade:
        value = self._decimals.value
        sign = 1 if said.side == "sell" else -1
        earlier = said.type == "last_match"
        return TapeTrade(at, row, _product(said), value(said.price), value(said.size), sign, earlier)

    def _on_ticker(self, at: int, row: int, said: _Message) -> list[MarketEvent]:
        if not said.best_bid or not said.best_ask:
            return []
        value = self._decimals.value
        bid_size = value(said.best_bid_size) if said.best_bid_size else None
        ask_size = value(said.best_ask_size) if said.best_ask_size else None
        touch = Touch(at, row, _product(said), 0, value(said.best_bid), value(said.best_ask), bid_size, ask_size)
        return [touch]


def _product(said: _Message) -> str:
    if not said.product_id:
        raise BadLine(f"a {said.type} message without product_id")
    return said.product_id
