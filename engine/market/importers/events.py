"""The one event stream that every recorded format becomes.

Prices and sizes are exact integers of 10**-12 (`FINE` decimals): finer than any venue's grid, so that no
file has to be read twice to learn its grid. `at` is the local receipt in nanoseconds, never falling.
`row` is the 1-based line of the file.
"""

from __future__ import annotations

import msgspec

FINE = 12
"""Decimals of every price and size in this stream."""

Level = tuple[int, int]
"""(price, size), both in 10**-FINE."""


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot"):
    """The whole book, replacing what was there. `seq` is the venue's update id (0: the venue has none).

    `counts` are orders per level, bids then asks, where the venue says; `texts` and `checksum` as in `Changes`;
    `depth` the levels a side to keep (0: all).
    """

    at: int
    row: int
    symbol: str
    seq: int
    bids: list[Level]
    asks: list[Level]
    counts: tuple[list[int], list[int]] | None = None
    texts: tuple[list[str], list[str]] | None = None
    depth: int = 0
    checksum: int | None = None


class Changes(msgspec.Struct, frozen=True, tag="changes"):
    """Absolute sizes of levels, applied in order; size 0 deletes. Its sequence was already verified.

    `texts` holds for each bid and each ask its fragment of the text that the checksum covers, made of price and
    size as sent. `checksum` is the venue's CRC32 of the book after these changes.
    """

    at: int
    row: int
    symbol: str
    seq: int
    bids: list[Level]
    asks: list[Level]
    texts: tuple[list[str], list[str]] | None = None
    checksum: int | None = None


class TapeTrade(msgspec.Struct, frozen=True, tag="trade"):
    """A print. `sign` +1: the buyer took, 0: not said. `history`: it happened before the recording began."""

    at: int
    row: int
    symbol: str
    price: int
    size: int
    sign: int
    history: bool = False


class Touch(msgspec.Struct, frozen=True, tag="touch"):
    """The venue's own statement of best bid and ask as of update `seq` (0: as of now); sizes may be unsaid."""

    at: int
    row: int
    symbol: str
    seq: int
    bid: int
    ask: int
    bid_size: int | None = None
    ask_size: int | None = None


class Gap(msgspec.Struct, frozen=True, tag="gap"):
    """Updates are missing before this row: the book is void until the next Snapshot."""

    at: int
    row: int
    symbol: str
    expected: int
    found: int


class Stale(msgspec.Struct, frozen=True, tag="stale"):
    """An update that a snapshot already contained, dropped as the venue's rules say."""

    at: int
    row: int
    symbol: str
    seq: int


class TapeBar(msgspec.Struct, frozen=True, tag="bar"):
    """A bar that the file itself holds, over [at, at + every) nanoseconds (`every` 0: the file does not say).

    Prices may be zero or negative. `side` 0: of trades, +1: of bids, -1: of asks.
    """

    at: int
    row: int
    symbol: str
    open: int
    high: int
    low: int
    close: int
    volume: int
    every: int = 0
    side: int = 0


class Verdict(msgspec.Struct, frozen=True, tag="verdict"):
    """The reader itself compared two statements of the file (LOBSTER: messages and book) and found them `equal`."""

    at: int
    row: int
    symbol: str
    equal: bool


class Mention(msgspec.Struct, frozen=True, tag="mention"):
    """A record of the file that has no part in a book, a tape or bars: a definition, a statistic, a status."""

    at: int
    row: int
    symbol: str
    kind: str


MarketEvent = Snapshot | Changes | TapeTrade | Touch | Gap | Stale | TapeBar | Verdict | Mention
