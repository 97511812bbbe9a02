"""A book from orders (Databento `mbo`): add, cancel, modify, clear; trades and fills change nothing by themselves.

A cancel carries the size that goes, a modify the order's new price and size. Where the publisher only has a best price
a side (F_TOB), an add replaces its side. Rules: databento.com, "MBO schema" and "limit order book" pages.
"""

from __future__ import annotations

from engine.market.importers.events import Level

UNDEFINED = (1 << 63) - 1
"""A price that is not there."""

Key = tuple[int, int]
"""(publisher, order id); (publisher, -1) and (publisher, -2) are the bid and the ask of a best-price-only one."""

Order = tuple[bool, int, int]
"""(is a bid, price, size) in the file's integers."""


class Orders:
    """Orders of one instrument, summed to levels. `whole` is true where everything that rests is known to be here."""

    def __init__(self) -> None:
        self.whole = False
        self._orders: dict[Key, Order] = {}
        self._levels: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._touched: tuple[set[int], set[int]] = (set(), set())

    def clear(self) -> None:
        """Nothing rests any more."""
        self._orders.clear()
        for levels, touched in zip(self._levels, self._touched, strict=True):
            touched.update(levels)
            levels.clear()

    def add(self, key: Key, bid: bool, price: int, size: int) -> bool:
        """An order joins; False where the id already rests."""
        fresh = key not in self._orders
        if not fresh:
            self._take(key)
        self._put(key, (bid, price, size))
        return fresh

    def best(self, publisher: int, bid: bool, price: int, size: int) -> None:
        """The one price of a publisher's side, or none (an undefined price)."""
        key = (publisher, -1 if bid else -2)
        if key in self._orders:
            self._take(key)
        if price != UNDEFINED and size:
            self._put(key, (bid, price, size))

    def cancel(self, key: Key, size: int) -> bool:
        """An order shrinks by `size` and leaves at 0; False where it does not rest or is smaller."""
        order = self._orders.get(key)
        if order is None:
            return False
        self._take(key)
        if order[2] > size:
            self._put(key, (order[0], order[1], order[2] - size))
        return order[2] >= size

    def modify(self, key: Key, bid: bool, price: int, size: int) -> bool:
        """An order's new price and size; one that was unknown joins, and False says so."""
        known = key in self._orders
        if known:
            self._take(key)
        if size:
            self._put(key, (bid, price, size))
        return known

    def all(self) -> tuple[list[Level], list[Level]]:
        """Every level, best first."""
        bids, asks = self._levels
        self.changed()
        return sorted(bids.items(), reverse=True), sorted(asks.items())

    def changed(self) -> tuple[list[Level], list[Level]]:
        """Levels touched since the last look, with their size now (0: gone)."""
        bids, asks = (
            [(price, levels.get(price, 0)) for price in sorted(touched)]
            for levels, touched in zip(self._levels, self._touched, strict=True)
        )
        for touched in self._touched:
            touched.clear()
        return bids, asks

    def _put(self, key: Key, order: Order) -> None:
        bid, price, size = order
        side = 0 if bid else 1
        self._orders[key] = order
        self._levels[side][price] = self._levels[side].get(price, 0) + size
        self._touched[side].add(price)

    def _take(self, key: Key) -> None:
        bid, price, size = self._orders.pop(key)
        side = 0 if bid else 1
        left = self._levels[side][price] - size
        if left:
            self._levels[side][price] = left
        else:
            del self._levels[side][price]
        self._touched[side].add(price)
