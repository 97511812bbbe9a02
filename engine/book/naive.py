"""The book again, written so plainly that it can hardly be wrong: the twin that tests compare with."""

from __future__ import annotations

from collections.abc import Iterable

Level = tuple[int, int]


class NaiveBook:
    """Two dictionaries, sorted whenever somebody looks."""

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> int:
        """Set absolute sizes, 0 deleting; returns how many deletes named an absent level."""
        absent = 0
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            for price, size in levels:
                if size:
                    side[price] = size
                elif price in side:
                    del side[price]
                else:
                    absent += 1
        if self.depth:
            kept_bids, kept_asks = self.top(self.depth)
            self.bids, self.asks = dict(kept_bids), dict(kept_asks)
        return absent

    def top(self, count: int) -> tuple[list[Level], list[Level]]:
        """(bids, asks), best first, up to `count` levels each."""
        bids = sorted(self.bids.items(), reverse=True)[:count]
        asks = sorted(self.asks.items())[:count]
        return bids, asks
