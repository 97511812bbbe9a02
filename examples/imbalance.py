"""Mean reversion on the book's imbalance: buy when sellers crowd the book, sell when buyers do, out after a while.

Shows books, timers and how little a visible imbalance is worth to somebody who pays the spread both ways: it has
no edge, and loses more than its fees. One run of one seed:

    vterm simulate --seed 7 --start 2026-11-23T15:00:00Z --end 2026-11-23T15:30:00Z --strategy examples/imbalance.py --symbols AAPL --events fill --json
    fills 62, realised -241.28, fees 54.12, NAV at the end 999704.60
"""  # noqa: E501 - a command is one line

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from vterm.sdk import Book, Strategy


class Imbalance(Strategy):
    """Holds `size` against an imbalance of `edge` over three levels for `hold`, then waits as long."""

    size, edge, hold = 100, Decimal("0.3"), timedelta(seconds=30)

    def on_start(self) -> None:
        """Nothing is held yet."""
        self.since: dict[str, datetime] = {}
        for symbol in self.symbols:
            self.subscribe(symbol, books=True)
        self.every("1s")

    def on_book(self, book: Book) -> None:
        """Enter against a crowded side."""
        last = self.since.get(book.symbol)
        if self.position(book.symbol) or (last is not None and self.now - last < 2 * self.hold):
            return
        crowd = book.imbalance(levels=3)
        if abs(crowd) < self.edge:
            return
        order = (self.sell if crowd > 0 else self.buy)(book.symbol, self.size, tif="IOC")
        if not order.rejected:
            self.since[book.symbol] = self.now

    def on_timer(self, at: datetime) -> None:
        """Leave what was held long enough."""
        for symbol, since in self.since.items():
            held = self.position(symbol)
            if held and self.now - since >= self.hold:
                (self.sell if held > 0 else self.buy)(symbol, abs(held), reduce_only=True)

    def on_stop(self) -> None:
        """Go home flat."""
        for symbol in self.symbols:
            held = self.position(symbol)
            if held:
                (self.sell if held > 0 else self.buy)(symbol, abs(held), reduce_only=True)
