"""Kraken WebSocket v1 `book` (any depth, with CRC32) and `trade`, as JSON lines.

Rules: docs.kraken.com, "WebSockets v1, book checksum": the checksum covers the ten best asks, then the ten
best bids, price and volume as sent without dot and leading zeros; levels beyond the depth are dropped.
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine.market.importers.decimals import BadLine, Decimals
from engine.market.importers.events import Changes, Level, MarketEvent, Snapshot, TapeTrade
from engine.market.importers.receipts import unwrap

_Side = tuple[list[Level], list[str]]


class KrakenImporter:
    """Lines of one file to events."""

    def __init__(self) -> None:
        self._decimals = Decimals()

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line. Raises BadLine or msgspec's errors where it is not such a line."""
        at, raw = unwrap(line)
        message = msgspec.json.decode(raw)
        if isinstance(message, dict):
            return []
        if not isinstance(message, list) or len(message) < 4:
            raise BadLine("a Kraken message is a list: channel id, data, channel name, pair")
        channel, pair = message[-2], message[-1]
        if not isinstance(channel, str) or not isinstance(pair, str):
            raise BadLine("a Kraken message ends with the channel's name and the pair")
        if channel.startswith("book"):
            return self._on_book(at, row, pair, channel, message[1:-2])
        if channel == "trade":
            return self._on_trades(at, row, pair, message[1])
        return []

    def _on_book(self, at: int, row: int, pair: str, channel: str, parts: list[Any]) -> list[MarketEvent]:
        sides: dict[str, Any] = {}
        for part in parts:
            if not isinstance(part, dict):
                raise BadLine("book data must be an object with a, b, as or bs")
            sides.update(part)
        if "as" in sides or "bs" in sides:
            bids, asks = self._side(sides.get("bs", [])), self._side(sides.get("as", []))
            depth = channel.partition("-")[2] or "10"
            if not depth.isdigit():
                raise BadLine(f"not a book depth: {channel!r:.40}")
            return [Snapshot(at, row, pair, 0, bids[0], asks[0], texts=(bids[1], asks[1]), depth=int(depth))]
        bids, asks = self._side(sides.get("b", [])), self._side(sides.get("a", []))
        stated = sides.get("c")
        if stated is not None and (not isinstance(stated, str) or not stated.isdigit()):
            raise BadLine(f"the checksum c is not a number: {stated!r:.40}")
        checksum = None if stated is None else int(stated)
        return [Changes(at, row, pair, 0, bids[0], asks[0], (bids[1], asks[1]), checksum)]

    def _side(self, entries: Any) -> _Side:
        if not _worded(entries, 3):
            raise BadLine("a level is [price, volume, time]")
        levels = self._decimals.levels(entries)
        return levels, [_fragment(entry[0]) + _fragment(entry[1]) for entry in entries]

    def _on_trades(self, at: int, row: int, pair: str, entries: Any) -> list[MarketEvent]:
        if not _worded(entries, 4):
            raise BadLine("a trade is [price, volume, time, side, ...]")
        value = self._decimals.value
        return [
            TapeTrade(at, row, pair, value(entry[0]), value(entry[1]), 1 if entry[3] == "b" else -1)
            for entry in entries
        ]


def _worded(entries: Any, words: int) -> bool:
    """Whether this is a list of lists of at least so many texts."""
    return isinstance(entries, list) and all(
        isinstance(entry, list) and len(entry) >= words and all(isinstance(word, str) for word in entry)
        for entry in entries
    )


def _fragment(text: str) -> str:
    return text.replace(".", "").lstrip("0")
