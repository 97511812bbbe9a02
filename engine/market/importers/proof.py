"""What a file can prove about a rebuilt book, one kind of statement per class.

Each counts `checked` and `equal`; `finish` settles what waited for more of the file. Where a difference means
that the file is wrong, and not that two of its streams raced, `first_wrong` is its line (0: none).
"""

from __future__ import annotations

import zlib
from collections import deque
from itertools import pairwise, zip_longest
from typing import Protocol

from engine.book.levels import Book
from engine.market.importers.events import Changes, Gap, Level, MarketEvent, Snapshot, TapeBar, Touch, Verdict

Four = tuple[int, int, int, int]

_UNDECIDED = 20_000
"""Comparisons that may wait for a statement; more than that and the venue has stopped making any."""


class Proof(Protocol):
    """Compares statements of the file with the book after each event of one instrument."""

    checked: int
    equal: int
    first_wrong: int

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Take one event, already applied to `book`."""

    def finish(self, whole: bool) -> None:
        """The file has ended, `whole` or at a damage."""


class ChecksumProof:
    """CRC32 over the ten best asks, then the ten best bids, from the text as sent."""

    def __init__(self) -> None:
        self.checked = 0
        self.equal = 0
        self.first_wrong = 0
        self._bids: dict[int, str] = {}
        self._asks: dict[int, str] = {}

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Remember what was sent; recompute where the event states a checksum."""
        if isinstance(event, Snapshot | Changes) and event.texts is not None:
            if isinstance(event, Snapshot):
                self._bids, self._asks = {}, {}
            _remember(self._bids, event.bids, event.texts[0])
            _remember(self._asks, event.asks, event.texts[1])
            self._prune(book)
        if isinstance(event, Snapshot | Changes) and event.checksum is not None and valid:
            same = zlib.crc32(self._covered(book).encode()) == event.checksum & 0xFFFFFFFF
            self.checked += 1
            self.equal += same
            if not same and not self.first_wrong:
                self.first_wrong = event.row

    def finish(self, whole: bool) -> None:
        """Nothing waits."""

    def _covered(self, book: Book) -> str:
        bids, asks = book.top(10)
        return "".join(_fragments(self._asks, asks) + _fragments(self._bids, bids))

    def _prune(self, book: Book) -> None:
        if len(self._bids) > 2 * len(book.bids) + 2_000:
            kept = book.bids.prices()
            self._bids = {price: text for price, text in self._bids.items() if price in kept}
        if len(self._asks) > 2 * len(book.asks) + 2_000:
            kept = book.asks.prices()
            self._asks = {price: text for price, text in self._asks.items() if price in kept}


def _remember(sent: dict[int, str], levels: list[Level], texts: list[str]) -> None:
    for (price, _), text in zip(levels, texts, strict=True):
        sent[price] = text


def _fragments(sent: dict[int, str], levels: list[Level]) -> list[str]:
    return [sent.get(price, "") for price, _ in levels]


class InterleavedProof(ChecksumProof):
    """CRC32 over the 25 best levels, bid and ask in turn, the longer side going on alone (OKX, Bitget)."""

    def _covered(self, book: Book) -> str:
        bids, asks = book.top(25)
        pairs = zip_longest(_fragments(self._bids, bids), _fragments(self._asks, asks))
        return ":".join(text for pair in pairs for text in pair if text is not None)


class NumberedTouchProof:
    """After update u the touch must equal the venue's last statement with an id <= u (Binance bookTicker).

    The two streams race: a statement may come before or after its update, and several with higher ids before
    it. So statements are kept until a later update passes them, and an update waits for an id that reaches its own.
    """

    def __init__(self) -> None:
        self.checked = 0
        self.equal = 0
        self.first_wrong = 0
        self._waiting: deque[tuple[int, Four]] = deque(maxlen=_UNDECIDED)
        self._said: deque[tuple[int, Four]] = deque(maxlen=_UNDECIDED)

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Queue statements and books; settle what is decided."""
        if isinstance(event, Changes) and valid:
            self._waiting.append((event.seq, _touch(book)))
        elif isinstance(event, Touch) and (not self._said or event.seq > self._said[-1][0]):
            self._said.append((event.seq, (event.bid, event.bid_size or 0, event.ask, event.ask_size or 0)))
        else:
            return
        while self._waiting and self._said and self._waiting[0][0] <= self._said[-1][0]:
            self._settle(*self._waiting.popleft())

    def finish(self, whole: bool) -> None:
        """No newer statement will come: in a whole file the last one decides, in a damaged one it may be lost."""
        while whole and self._waiting:
            self._settle(*self._waiting.popleft())

    def _settle(self, seq: int, built: Four) -> None:
        said = self._said
        while len(said) > 1 and said[1][0] <= seq:
            said.popleft()
        if said and said[0][0] <= seq:
            self.checked += 1
            self.equal += built == said[0][1]


class TouchProof:
    """Each statement of best bid and ask must equal the book at that line (Coinbase ticker)."""

    def __init__(self) -> None:
        self.checked = 0
        self.equal = 0
        self.first_wrong = 0

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Compare a statement with the book as it stands."""
        if isinstance(event, Touch) and valid:
            bid, bid_size, ask, ask_size = _touch(book)
            said_bid = bid_size if event.bid_size is None else event.bid_size
            said_ask = ask_size if event.ask_size is None else event.ask_size
            self.checked += 1
            self.equal += (bid, bid_size, ask, ask_size) == (event.bid, said_bid, event.ask, said_ask)

    def finish(self, whole: bool) -> None:
        """Nothing waits."""


class SnapshotProof:
    """Each whole book must be in order, uncrossed, with positive sizes and counts (Hyperliquid)."""

    def __init__(self) -> None:
        self.checked = 0
        self.equal = 0
        self.first_wrong = 0

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Judge a snapshot by itself."""
        if isinstance(event, Snapshot):
            self.checked += 1
            self.equal += _sound(event)

    def finish(self, whole: bool) -> None:
        """Nothing waits."""


def _sound(event: Snapshot) -> bool:
    bids, asks = event.bids, event.asks
    ordered = all(a[0] > b[0] for a, b in pairwise(bids))
    ordered &= all(a[0] < b[0] for a, b in pairwise(asks))
    positive = all(size > 0 and price > 0 for side in (bids, asks) for price, size in side)
    counted = event.counts is None or all(count > 0 for side in event.counts for count in side)
    crossed = bool(bids and asks) and bids[0][0] >= asks[0][0]
    return ordered and positive and counted and not crossed


def _touch(book: Book) -> Four:
    bid, ask = book.bids.best() or (0, 0), book.asks.best() or (0, 0)
    return (*bid, *ask)


class OwnProof(TouchProof):
    """The project's own captures: a touch with a number is a numbered statement, one without is as of now."""

    def __init__(self) -> None:
        super().__init__()
        self._numbered = NumberedTouchProof()

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Hand each statement to the rule it follows."""
        if isinstance(event, Touch) and not event.seq:
            super().see(event, book, valid)
        elif not isinstance(event, Gap):
            self._numbered.see(event, book, valid)

    def finish(self, whole: bool) -> None:
        """Add up both rules."""
        self._numbered.finish(whole)
        self.checked += self._numbered.checked
        self.equal += self._numbered.equal


class VerdictProof:
    """What the reader compared itself."""

    def __init__(self) -> None:
        self.checked = 0
        self.equal = 0
        self.first_wrong = 0

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Count one comparison."""
        if isinstance(event, Verdict):
            self.checked += 1
            self.equal += event.equal

    def finish(self, whole: bool) -> None:
        """Nothing waits."""


class SoundProof(SnapshotProof):
    """Tables: each bar has low <= open, close <= high and a volume of 0 or more; each book is in order."""

    def see(self, event: MarketEvent, book: Book, valid: bool) -> None:
        """Judge a bar or a whole book by itself."""
        super().see(event, book, valid)
        if isinstance(event, TapeBar):
            self.checked += 1
            low, high = min(event.open, event.close), max(event.open, event.close)
            self.equal += event.low <= low and high <= event.high and event.volume >= 0


PROOFS: dict[str, type[Proof]] = {
    "kraken": ChecksumProof,
    "coinbase": TouchProof,
    "binance-spot": NumberedTouchProof,
    "binance-usdm": NumberedTouchProof,
    "hyperliquid": SnapshotProof,
    "vterm": OwnProof,
    "okx": InterleavedProof,
    "bitget": InterleavedProof,
    "lobster": VerdictProof,
    "csv": SoundProof,
    "databento": VerdictProof,
    "lean": VerdictProof,
}
