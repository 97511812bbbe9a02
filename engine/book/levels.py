"""A price-level book rebuilt from a feed: size by price, with the best price always at hand.

Integers on any grid; the caller's unit. Each side is a dictionary plus its prices sorted so that the best
is last: the touch, where most changes are, costs no moving of memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

Level = tuple[int, int]


class BookSide:
    """One side. `sign` +1 for bids (higher is better), -1 for asks."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._sizes: dict[int, int] = {}
        self._keys: list[int] = []

    def __len__(self) -> int:
        return len(self._keys)

    def size(self, price: int) -> int:
        """Size at a price; 0 where there is none."""
        return self._sizes.get(price, 0)

    def replace(self, levels: Iterable[Level]) -> None:
        """Forget everything and hold `levels` (size 0 is no level; of a repeated price the last counts)."""
        self._sizes = {price: size for price, size in levels if size}
        self._keys = sorted(price * self._sign for price in self._sizes)

    def apply(self, levels: Iterable[Level]) -> int:
        """Set absolute sizes in order, 0 deleting. Returns how many deletes named an absent level."""
        sizes, keys, sign = self._sizes, self._keys, self._sign
        absent = 0
        for price, size in levels:
            if size:
                if price not in sizes:
                    key = price * sign
                    if not keys or key > keys[-1]:
                        keys.append(key)
                    else:
                        keys.insert(bisect_left(keys, key), key)
                sizes[price] = size
            elif sizes.pop(price, 0):
                key = price * sign
                if keys[-1] == key:
                    keys.pop()
                else:
                    del keys[bisect_left(keys, key)]
            else:
                absent += 1
        return absent

    def keep(self, depth: int) -> None:
        """Drop the worst levels beyond `depth`."""
        extra = len(self._keys) - depth
        if extra > 0:
            for key in self._keys[:extra]:
                del self._sizes[key * self._sign]
            del self._keys[:extra]

    def best(self) -> Level | None:
        """Best price and its size."""
        if not self._keys:
            return None
        price = self._keys[-1] * self._sign
        return price, self._sizes[price]

    def top(self, count: int) -> list[Level]:
        """Up to `count` levels, best first."""
        sizes, sign = self._sizes, self._sign
        prices = [key * sign for key in self._keys[: -count - 1 : -1]] if count > 0 else []
        return [(price, sizes[price]) for price in prices]

    def prices(self) -> set[int]:
        """All prices that have a size."""
        return set(self._sizes)


class Book:
    """Two sides and how many levels of each are kept (0: all)."""

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.bids = BookSide(1)
        self.asks = BookSide(-1)

    def replace(self, bids: Iterable[Level], asks: Iterable[Level], depth: int = 0) -> None:
        """Start anew from a snapshot."""
        self.depth = depth
        self.bids.replace(bids)
        self.asks.replace(asks)
        self._trim()

    def apply(self, bids: Iterable[Level], asks: Iterable[Level]) -> int:
        """Set absolute sizes; returns how many deletes named an absent level."""
        absent = self.bids.apply(bids) + self.asks.apply(asks)
        self._trim()
        return absent

    def clear(self) -> None:
        """Hold nothing."""
        self.replace((), ())

    def crossed(self) -> bool:
        """Whether the best bid is at or above the best ask."""
        bid, ask = self.bids.best(), self.asks.best()
        return bid is not None and ask is not None and bid[0] >= ask[0]

    def top(self, count: int) -> tuple[list[Level], list[Level]]:
        """(bids, asks), best first, up to `count` levels each."""
        return self.bids.top(count), self.asks.top(count)

    def _trim(self) -> None:
        if self.depth:
            self.bids.keep(self.depth)
            self.asks.keep(self.depth)
