"""What a market shows: quotes, levels, prints, bars; and the events a recorded market is made of."""

from __future__ import annotations

import msgspec

from engine.model.ids import Lots, Ticks, TimeNs


class BookLevel(msgspec.Struct, frozen=True, array_like=True):
    """One price of one side: `size` in lots, `count` orders where the venue says (else 0)."""

    price: Ticks
    size: Lots
    count: int = 0


class Ladder(msgspec.Struct, frozen=True):
    """Best first on both sides. Either side may be empty."""

    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]


class Quote(msgspec.Struct, frozen=True):
    """Best bid and ask with their sizes; 0 size means that the side is empty."""

    bid: Ticks
    ask: Ticks
    bid_size: Lots
    ask_size: Lots


class Trade(msgspec.Struct, frozen=True, array_like=True):
    """A print on the tape; `sign` is +1 where the buyer took, -1 where the seller did."""

    at: TimeNs
    price: Ticks
    size: Lots
    sign: int


class Bar(msgspec.Struct, frozen=True, array_like=True):
    """Open, high, low, close in ticks over [at, at + step); volume in lots."""

    at: TimeNs
    open: Ticks
    high: Ticks
    low: Ticks
    close: Ticks
    volume: Lots
