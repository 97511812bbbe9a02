"""Writes an event stream as a capture in the project's own format."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import msgspec

from engine.market.importers.events import (
    FINE,
    Changes,
    Level,
    MarketEvent,
    Mention,
    Snapshot,
    Stale,
    TapeBar,
    TapeTrade,
    Touch,
    Verdict,
)
from engine.market.importers.own import OwnLine, Pairs
from engine.model.number import to_text, trim


def write_capture(events: Iterable[MarketEvent], path: Path) -> int:
    """Write `events` to `path` (gzip where it ends in .gz, the same bytes every time); returns the lines written.

    Dropped updates, trades from before the recording, bars and verdicts are left out. Raises OSError.
    """
    last: dict[str, int] = {}
    lines = 0
    with path.open("wb") as raw:
        packed = gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) if path.suffix == ".gz" else None
        out = packed or raw
        for event in events:
            line = _line(event, last)
            if line is not None:
                out.write(msgspec.json.encode(line) + b"\n")
                lines += 1
        if packed is not None:
            packed.close()
    return lines


def _line(event: MarketEvent, last: dict[str, int]) -> OwnLine | None:
    at, symbol = event.at, event.symbol
    if isinstance(event, Stale | TapeBar | Verdict | Mention) or (isinstance(event, TapeTrade) and event.history):
        return None
    if isinstance(event, Snapshot):
        last[symbol] = event.seq
        return OwnLine(at, "snapshot", symbol, event.seq, -1, _pairs(event.bids), _pairs(event.asks))
    if isinstance(event, Changes):
        prev = last.get(symbol, -1) if event.seq else -1
        last[symbol] = event.seq
        return OwnLine(at, "changes", symbol, event.seq, prev, _pairs(event.bids), _pairs(event.asks))
    if isinstance(event, TapeTrade):
        price, size = _text(event.price), _text(event.size)
        return OwnLine(at, "trade", symbol, price=price, size=size, side="buy" if event.sign > 0 else "sell")
    if isinstance(event, Touch):
        return _touch(event)
    return OwnLine(at, "gap", symbol, expected=event.expected, found=event.found)


def _touch(event: Touch) -> OwnLine:
    return OwnLine(
        event.at,
        "touch",
        event.symbol,
        event.seq,
        bid=_text(event.bid),
        bid_size="" if event.bid_size is None else _text(event.bid_size),
        ask=_text(event.ask),
        ask_size="" if event.ask_size is None else _text(event.ask_size),
    )


def _text(value: int) -> str:
    return trim(to_text(value, FINE))


def _pairs(levels: Iterable[Level]) -> Pairs:
    return [(_text(price), _text(size)) for price, size in levels]
