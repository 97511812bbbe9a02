"""Events as flat rows and back: what `data import` writes. A book event has a row for each of its levels.

One place says which field of an event is in which column; the Parquet modules only move columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.market.importers.decimals import BadLine
from engine.market.importers.events import (
    Changes,
    Gap,
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

COLUMNS = (
    "message",
    "line",
    "event",
    "at",
    "row",
    "type",
    "symbol",
    "side",
    "price",
    "size",
    "sign",
    "seq",
    "prev",
    "open",
    "high",
    "low",
    "every",
    "orders",
    "depth",
    "text",
    "checksum",
    "history",
    "equal",
)
"""docs/recorded-markets.md says what they hold."""

DECIMALS = ("price", "size", "open", "high", "low")

_BASE = dict.fromkeys(COLUMNS)


def rows_of(number: int, message: int, line: int, event: MarketEvent) -> Iterator[dict[str, Any]]:
    """The rows of one event, the `number`-th of its stream, given by its `message`-th message, line `line` of the file.

    A book event without levels is one row without a side.
    """
    head = _BASE | {"event": number, "message": message, "line": line}
    head |= {"at": event.at, "row": event.row, "symbol": event.symbol}
    if isinstance(event, Snapshot | Changes):
        yield from _levels(head, event)
    elif isinstance(event, Touch):
        head |= {"type": "touch", "seq": event.seq}
        yield head | {"side": "bid", "price": event.bid, "size": event.bid_size}
        yield head | {"side": "ask", "price": event.ask, "size": event.ask_size}
    else:
        yield head | _single(event)


def _single(event: TapeTrade | TapeBar | Gap | Stale | Verdict | Mention) -> dict[str, Any]:
    if isinstance(event, TapeTrade):
        said = {"type": "trade", "price": event.price, "size": event.size, "sign": event.sign}
        return said | {"history": event.history or None}
    if isinstance(event, TapeBar):
        bar = {"type": "bar", "open": event.open, "high": event.high, "low": event.low, "price": event.close}
        return bar | {"size": event.volume, "every": event.every, "sign": event.side}
    if isinstance(event, Gap):
        return {"type": "gap", "prev": event.expected, "seq": event.found}
    if isinstance(event, Stale):
        return {"type": "stale", "seq": event.seq}
    if isinstance(event, Mention):
        return {"type": "mention", "text": event.kind}
    return {"type": "verdict", "equal": event.equal}


def _levels(head: dict[str, Any], event: Snapshot | Changes) -> Iterator[dict[str, Any]]:
    head |= {"type": "changes", "seq": event.seq, "checksum": event.checksum}
    counts: Sequence[Sequence[int | None]] = ((), ())
    if isinstance(event, Snapshot):
        head |= {"type": "snapshot", "depth": event.depth}
        counts = event.counts or counts
    texts: Sequence[Sequence[str]] = event.texts or ((), ())
    if not event.bids and not event.asks:
        yield head
    for place, (side, levels) in enumerate((("bid", event.bids), ("ask", event.asks))):
        for at, (price, size) in enumerate(levels):
            text = texts[place][at] if texts[place] else None
            count = counts[place][at] if counts[place] else None
            yield head | {"side": side, "price": price, "size": size, "text": text, "orders": count}


def event_of(rows: Sequence[dict[str, Any]]) -> MarketEvent:
    """The event of its rows. Raises BadLine where they are not those of one."""
    first = rows[0]
    kind, at, row, symbol = first["type"], first["at"], first["row"], first["symbol"]
    if not isinstance(at, int) or not isinstance(row, int) or not isinstance(symbol, str):
        raise BadLine("an event needs at, row and symbol")
    try:
        if kind in ("snapshot", "changes"):
            return _book(kind, (at, row, symbol), rows)
        if kind == "touch":
            bid, ask = rows
            prices = (whole(bid["price"]), whole(ask["price"]), bid["size"], ask["size"])
            return Touch(at, row, symbol, whole(first["seq"]), *prices)
        (only,) = rows
    except ValueError as error:
        raise BadLine(f"rows that make no {kind}: {error}") from None
    if kind == "trade":
        price, size = whole(only["price"]), whole(only["size"])
        return TapeTrade(at, row, symbol, price, size, whole(only["sign"]), bool(only["history"]))
    if kind == "bar":
        prices = (whole(only["open"]), whole(only["high"]), whole(only["low"]), whole(only["price"]))
        return TapeBar(at, row, symbol, *prices, whole(only["size"]), whole(only["every"]), whole(only["sign"]))
    if kind == "gap":
        return Gap(at, row, symbol, whole(only["prev"]), whole(only["seq"]))
    if kind == "stale":
        return Stale(at, row, symbol, whole(only["seq"]))
    if kind == "verdict":
        return Verdict(at, row, symbol, bool(only["equal"]))
    if kind == "mention":
        return Mention(at, row, symbol, str(only["text"] or ""))
    raise BadLine(f"no such type of event: {kind!r:.30}")


def whole(value: Any) -> int:
    """A number that must be there. Raises BadLine."""
    if not isinstance(value, int):
        raise BadLine("a number is missing")
    return value


def _book(kind: str, where: tuple[int, int, str], rows: Sequence[dict[str, Any]]) -> Snapshot | Changes:
    sides: dict[str, tuple[list[Level], list[str], list[int]]] = {"bid": ([], [], []), "ask": ([], [], [])}
    for each in rows:
        if each["side"] is None and len(rows) == 1:
            continue
        if each["side"] not in sides:
            raise BadLine(f"a level's side is bid or ask, not {each['side']!r:.20}")
        levels, texts, orders = sides[each["side"]]
        levels.append((whole(each["price"]), whole(each["size"])))
        if each["text"] is not None:
            texts.append(each["text"])
        if each["orders"] is not None:
            orders.append(each["orders"])
    bids, asks = sides["bid"], sides["ask"]
    seq, checksum, depth = whole(rows[0]["seq"]), rows[0]["checksum"], rows[0]["depth"] or 0
    told = None if not (bids[1] or asks[1]) else (bids[1], asks[1])
    if told and any(len(side[0]) != len(side[1]) for side in (bids, asks)):
        raise BadLine("texts for some levels and not for others")
    if kind == "changes":
        return Changes(*where, seq, bids[0], asks[0], told, checksum)
    counts = None if not (bids[2] or asks[2]) else (bids[2], asks[2])
    return Snapshot(*where, seq, bids[0], asks[0], counts, told, depth, checksum)
