"""Which of an account's orders or fills somebody wants to see, and in what order."""

from __future__ import annotations

import msgspec

from engine.model.fill import Fill
from engine.model.order import Order

SORTS = ("newest", "oldest", "value", "pnl", "symbol")
"""Newest first, oldest first, largest value first, best profit first, by symbol; what is equal then newest first."""


class Wanted(msgspec.Struct, frozen=True):
    """A question about the past; what is left at its default does not narrow it.

    `symbols` None means any, `side` 0 both. `since` <= time < `until` in ns (`until` 0: no end), of orders the time at
    which they were sent. `statuses` are words of Status (orders only), `origin` is whole or, for "api", any key's.
    `least` is the smallest value in Minor, of an order that of all its fills. `limit` 0 means all.
    """

    symbols: tuple[str, ...] | None = None
    side: int = 0
    since: int = 0
    until: int = 0
    statuses: tuple[str, ...] = ()
    origin: str = ""
    least: int = 0
    sort: str = SORTS[0]
    limit: int = 0

    def takes_order(self, order: Order, value: int) -> bool:
        """Whether an order is wanted whose fills are worth `value` Minor."""
        return (
            self._takes(order.request.symbol, order.request.side, order.submitted_at, order.origin)
            and (not self.statuses or order.status.value in self.statuses)
            and value >= self.least
        )

    def takes_fill(self, fill: Fill, origin: str) -> bool:
        """Whether a fill is wanted whose order has this origin."""
        return self._takes(fill.symbol, fill.side, fill.at, origin) and fill.value >= self.least

    def _takes(self, symbol: str, side: int, at: int, origin: str) -> bool:
        return (
            (self.symbols is None or symbol in self.symbols)
            and (not self.side or side == self.side)
            and at >= self.since
            and (not self.until or at < self.until)
            and (not self.origin or origin == self.origin or origin.partition(":")[0] == self.origin)
        )


class Found(msgspec.Struct, frozen=True):
    """What a found thing is sorted by: its place in the order of making, its symbol, value and profit in Minor."""

    place: int
    symbol: str
    value: int
    pnl: int

    def key(self, sort: str) -> tuple[int | str, ...]:
        """Ascending key for one of SORTS."""
        if sort == "oldest":
            return (self.place,)
        if sort == "value":
            return -self.value, -self.place
        if sort == "pnl":
            return -self.pnl, -self.place
        if sort == "symbol":
            return self.symbol, -self.place
        return (-self.place,)
