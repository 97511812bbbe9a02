"""Books of the instruments of a stream, kept current event by event."""

from __future__ import annotations

from engine.book.levels import Book
from engine.market.importers.decimals import Fineness
from engine.market.importers.events import Changes, Gap, Level, MarketEvent, Snapshot
from engine.model.number import trim


class Rebuilt:
    """One instrument's book and the grid its numbers lie on. `valid` is false before the first snapshot and
    after a gap, until the next snapshot."""

    def __init__(self) -> None:
        self.book = Book()
        self.valid = False
        self.absent = 0
        self.seq = 0
        self.price_grid = Fineness()
        self.size_grid = Fineness()

    def apply(self, event: MarketEvent) -> bool:
        """Follow one event; True where the book may have changed."""
        if isinstance(event, Changes):
            if not self.valid:
                return False
            self.absent += self.book.apply(event.bids, event.asks)
        elif isinstance(event, Snapshot):
            self.book.replace(event.bids, event.asks, event.depth)
            self.valid = True
        elif isinstance(event, Gap):
            self.book.clear()
            self.valid = False
            return True
        else:
            return False
        self.seq = event.seq
        return True

    def learn(self, event: MarketEvent) -> None:
        """Take note of how fine the numbers of a book event are."""
        if isinstance(event, Changes | Snapshot):
            for levels in (event.bids, event.asks):
                for price, size in levels:
                    self.price_grid.see(price)
                    self.size_grid.see(size)

    def text(self, levels: list[Level]) -> list[list[str]]:
        """Levels as decimal text: prices with the grid's decimals, sizes with as many as they need."""
        return [[self.price_grid.text(price), trim(self.size_grid.text(size))] for price, size in levels]
