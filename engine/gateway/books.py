"""Published versions of a book: what changed since the last one, for everybody at the same moment."""

from __future__ import annotations

from engine.checksum import checksum
from engine.gateway.served import Levels, ServedView
from engine.model.instrument import Instrument

DEPTH = 10


class BookState:
    """The newest published version of one instrument's shown book, and how it differs from the one before.

    Levels are (ticks, lots), best first. `seq` counts versions; `changed_*` are levels to set, 0 lots to remove.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.seq = 0
        self.bids: list[tuple[int, int]] = []
        self.asks: list[tuple[int, int]] = []
        self.changed_bids: list[tuple[int, int]] = []
        self.changed_asks: list[tuple[int, int]] = []
        self.checksum = 0

    def publish(self, view: ServedView) -> bool:
        """Read the book; True where it makes a new version."""
        bids, asks = (_pairs(side) for side in view.levels(self.instrument.symbol, DEPTH))
        if self.seq and bids == self.bids and asks == self.asks:
            return False
        self.changed_bids, self.changed_asks = _changes(self.bids, bids), _changes(self.asks, asks)
        self.bids, self.asks = bids, asks
        self.seq += 1
        self.checksum = checksum(self.text(bids), self.text(asks))
        return True

    def text(self, levels: Levels) -> list[tuple[str, str]]:
        """Levels as decimal text; no lots are "0"."""
        price, size = self.instrument.tick.text, self.instrument.lot.text
        return [(price(ticks), size(lots) if lots else "0") for ticks, lots in levels]


def _pairs(side: Levels) -> list[tuple[int, int]]:
    return [(int(ticks), int(lots)) for ticks, lots in side]


def _changes(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> list[tuple[int, int]]:
    before, after = dict(old), dict(new)
    changed = [(ticks, 0) for ticks in before if ticks not in after]
    return changed + [level for level in new if before.get(level[0]) != level[1]]
