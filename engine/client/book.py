"""A reader's copy of a book: right, or known to be not there. Never wrong and shown as live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.checksum import checksum
from engine.model.instrument import Grid

DEPTH = 10
Changes = Sequence[Sequence[int]]


class OutOfStep(Exception):
    """A delta that does not belong on this copy: `reason` is SEQ_GAP, CHECKSUM, CROSSED_BOOK or INVALID_FRAME."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SyncedBook:
    """Levels by price in ticks, from one snapshot and all deltas since; verified after each."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        """From a snapshot frame of the MessagePack stream. Raises OutOfStep where it contradicts itself."""
        self.channel = str(snapshot["channel"])
        self.epoch = snapshot.get("epoch")
        self.seq = int(snapshot["seq"])
        self.own: list[dict[str, Any]] = list(snapshot.get("own", ()))
        self._price, self._size = Grid(*snapshot["tick"]), Grid(*snapshot["lot"])
        self._bids = self._ints(snapshot["bids"])
        self._asks = self._ints(snapshot["asks"])
        self._verify(snapshot.get("checksum"))

    def apply(self, seq: int, prev: int, crc: int | None, bids: Changes, asks: Changes) -> bool:
        """Apply a delta whole; False where it was applied before. Raises OutOfStep, and then the copy is void."""
        if seq <= self.seq:
            return False
        if prev != self.seq:
            raise OutOfStep("SEQ_GAP")
        for side, changes in ((self._bids, bids), (self._asks, asks)):
            for ticks, lots in changes:
                if lots < 0:
                    raise OutOfStep("INVALID_FRAME")
                if lots:
                    side[ticks] = lots
                else:
                    side.pop(ticks, None)
        self.seq = seq
        self._verify(crc)
        return True

    def frame(self) -> dict[str, Any]:
        """The whole book as a frame: best first, decimal text."""
        bids, asks = self._text()
        return {
            "type": "book",
            "channel": self.channel,
            "seq": self.seq,
            "state": "LIVE",
            "bids": bids,
            "asks": asks,
            "own": self.own,
        }

    def _ints(self, levels: Sequence[Sequence[str]]) -> dict[int, int]:
        side = {self._price.steps(price): self._size.steps(size) for price, size in levels}
        if any(ticks is None or not lots for ticks, lots in side.items()):
            raise OutOfStep("INVALID_FRAME")
        return side  # type: ignore[return-value]

    def _text(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        price, size = self._price.text, self._size.text
        bids = [(price(ticks), size(self._bids[ticks])) for ticks in sorted(self._bids, reverse=True)[:DEPTH]]
        asks = [(price(ticks), size(self._asks[ticks])) for ticks in sorted(self._asks)[:DEPTH]]
        return bids, asks

    def _verify(self, crc: int | None) -> None:
        if self._bids and self._asks and max(self._bids) >= min(self._asks):
            raise OutOfStep("CROSSED_BOOK")
        if crc is not None and checksum(*self._text()) != crc:
            raise OutOfStep("CHECKSUM")
