"""Made-up OKX, Bitget and LOBSTER captures with a naive book beside them, written apart from the importers."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import dataclass, field
from decimal import Decimal

T0_MS = 1_700_000_000_000


@dataclass
class Naive:
    """Two dictionaries from price text to size text."""

    bids: dict[str, str] = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)

    def top(self, count: int) -> tuple[list[list[str]], list[list[str]]]:
        bids = sorted(self.bids.items(), key=lambda level: -Decimal(level[0]))[:count]
        asks = sorted(self.asks.items(), key=lambda level: Decimal(level[0]))[:count]
        return [list(level) for level in bids], [list(level) for level in asks]

    def checksum(self) -> int:
        bids, asks = self.top(25)
        words: list[str] = []
        for place in range(25):
            for side in (bids, asks):
                if place < len(side):
                    words += side[place]
        unsigned = zlib.crc32(":".join(words).encode())
        return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned


def _size(chance: random.Random) -> str:
    return chance.choice(["1", "0.50", "3.25", "12.0", "0.001", "700"])


def _changes(chance: random.Random, book: Naive, middle: int) -> tuple[list[list[str]], list[list[str]]]:
    sides: list[list[list[str]]] = []
    for held, sign in ((book.bids, -1), (book.asks, 1)):
        found: dict[str, str] = {}
        for _ in range(chance.randrange(4)):
            price = f"{(middle + sign * chance.randrange(1, 60)) / 10:.1f}"
            found[price] = "0" if price in held and chance.random() < 0.5 else _size(chance)
        for price, size in found.items():
            if size == "0":
                del held[price]
            else:
                held[price] = size
        sides.append([[price, size] for price, size in found.items()])
    return sides[0], sides[1]


def okx_day(seed: int = 1, updates: int = 40, symbol: str = "AAA-ZZZ", wrapped: bool = False) -> list[str]:
    """`books` of one instrument with checksums and the chain of seqId; some trades and a heartbeat between."""
    chance, book, seq = random.Random(seed), Naive(), 100
    arg = {"channel": "books", "instId": symbol}
    lines = [json.dumps({"event": "subscribe", "arg": arg, "connId": "x"})]
    depth = chance.choice([3, 24, 40])
    for place in range(depth):
        book.bids[f"{(1000 - 1 - place) / 10:.1f}"] = _size(chance)
        book.asks[f"{(1000 + 1 + place) / 10:.1f}"] = _size(chance)
    messages = []
    for number in range(updates + 1):
        if number:
            bids, asks = _changes(chance, book, 1000)
        else:
            bids, asks = book.top(400)
        before, seq = (seq if number else -1), seq + chance.randrange(1, 9)
        data = {
            "asks": [[*level, "0", "2"] for level in asks],
            "bids": [[*level, "0", "1"] for level in bids],
            "ts": str(T0_MS + 100 * number),
            "checksum": book.checksum(),
            "prevSeqId": before,
            "seqId": seq,
        }
        messages.append({"arg": arg, "action": "update" if number else "snapshot", "data": [data]})
        if number % 7 == 3:
            trade = {"instId": symbol, "tradeId": "1", "px": "100.1", "sz": "0.5", "side": "buy"}
            trade["ts"] = data["ts"]
            messages.append({"arg": {"channel": "trades", "instId": symbol}, "data": [trade]})
    return lines + [_line(message, place, wrapped) for place, message in enumerate(messages)]


def bitget_day(seed: int = 1, updates: int = 40, symbol: str = "AAAZZZ", wrapped: bool = False) -> list[str]:
    """`books` of one instrument with checksums; `seq` grows."""
    chance, book, seq = random.Random(seed), Naive(), 1000
    arg = {"instType": "SPOT", "channel": "books", "instId": symbol}
    for place in range(chance.choice([2, 30])):
        book.bids[f"{(1000 - 1 - place) / 10:.1f}"] = _size(chance)
    for place in range(chance.choice([5, 26])):
        book.asks[f"{(1000 + 1 + place) / 10:.1f}"] = _size(chance)
    lines = [json.dumps({"event": "subscribe", "arg": arg}), "pong"]
    for number in range(updates + 1):
        bids, asks = _changes(chance, book, 1000) if number else book.top(200)
        seq += chance.randrange(1, 9)
        stamp = str(T0_MS + 200 * number)
        data = {"asks": asks, "bids": bids, "checksum": book.checksum(), "seq": seq, "ts": stamp}
        action = "update" if number else "snapshot"
        lines.append(_line({"action": action, "arg": arg, "data": [data], "ts": int(stamp)}, number, wrapped))
    return lines


def _line(message: dict[str, object], place: int, wrapped: bool) -> str:
    text = json.dumps(message)
    return f'{{"t": {T0_MS // 1000 + place}.25, "m": {text}}}' if wrapped else text


LOBSTER_NAME = "ZZZ_2012-06-21_34200000_57600000_message_3.csv"


def lobster_day(seed: int = 1, messages: int = 120, width: int = 3, begun: bool = True) -> tuple[list[str], list[str]]:
    """(messages, rows of the book) of `width` levels; `begun`: orders were there before the first message.

    As at the venue, what happens beyond the published levels is not in the message file.
    """
    chance = random.Random(seed)
    orders: dict[int, list[int]] = {}  # id: sign, price, size
    if begun:
        for place in range(12):
            sign = 1 if place % 2 else -1
            orders[1_000_000 + place] = [sign, 1_000_000 - sign * 100 * (1 + place // 2), 100 + place]
    lines: list[str] = []
    rows: list[str] = []
    at, number = 34_200_000_000_000, 0
    while len(lines) < messages:
        at += chance.randrange(1, 10**9)
        before = _row(orders, width)
        number += 1
        kind = chance.choice([1, 1, 1, 2, 3, 4, 5, 7]) if orders else 1
        line = _act(chance, orders, kind, number, len(lines))
        if line is None:
            continue
        after = _row(orders, width)
        if kind < 5 and before == after:
            continue  # beyond the published levels
        lines.append(f"{at // 10**9}.{at % 10**9:09d},{line}")
        rows.append(after)
    return lines, rows


def _act(chance: random.Random, orders: dict[int, list[int]], kind: int, number: int, place: int) -> str | None:
    if kind == 7:
        return "7,0,0,0,-1" if place % 5 == 4 else None
    if kind == 5:
        return f"5,0,{chance.randrange(1, 50)},{1_000_000 + chance.randrange(-50, 50)},{chance.choice([-1, 1])}"
    if kind == 1:
        sign, size = chance.choice([-1, 1]), 10 * chance.randrange(1, 30)
        best = [order[1] for order in orders.values() if order[0] == -sign]
        limit = (min(best) if sign > 0 else max(best)) if best else 1_000_000
        price = limit - sign * 100 * chance.randrange(1, 8)
        orders[number] = [sign, price, size]
        return f"1,{number},{size},{price},{sign}"
    if kind == 4:
        sign = chance.choice([-1, 1])
        mine = [(-sign * order[1], key) for key, order in orders.items() if order[0] == sign]
        if not mine:
            return None
        key = min(mine)[1]
    else:
        key = chance.choice(list(orders))
    sign, price, size = orders[key]
    if kind == 2 and size < 2:
        return None
    part = size if kind == 3 else chance.randrange(1, size) if kind == 2 else chance.randrange(1, size + 1)
    orders[key][2] -= part
    if not orders[key][2]:
        del orders[key]
    return f"{kind},{key},{part},{price},{sign}"


def lobster_levels(orders: dict[int, list[int]], width: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(bids, asks) of the naive book as (price, size), best first."""
    sides: list[list[tuple[int, int]]] = []
    for sign in (1, -1):
        sums: dict[int, int] = {}
        for each, price, size in orders.values():
            if each == sign:
                sums[price] = sums.get(price, 0) + size
        sides.append(sorted(sums.items(), reverse=sign > 0)[:width])
    return sides[0], sides[1]


def _row(orders: dict[int, list[int]], width: int) -> str:
    bids, asks = lobster_levels(orders, width)
    words: list[str] = []
    for place in range(width):
        words += [str(word) for word in (asks[place] if place < len(asks) else (9_999_999_999, 0))]
        words += [str(word) for word in (bids[place] if place < len(bids) else (-9_999_999_999, 0))]
    return ",".join(words)
