"""Lines in the venues' formats, with made-up symbols and numbers, for tests that need no real capture."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Pairs = list[list[str]]
T0 = 1_700_000_000_000_000_000
"""Receipt of the first line, in ns."""


def write(path: Path, lines: Iterable[str]) -> Path:
    """Write the lines, packed where the name ends in .gz."""
    body = "".join(line + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(body, mtime=0) if path.suffix == ".gz" else body)
    return path


def stamped(at: int, message: dict[str, Any]) -> str:
    """A line of the Binance and Hyperliquid captures."""
    return f"{T0 + at} {json.dumps(message)}"


def received(at: int, message: Any) -> str:
    """A line of the Kraken and Coinbase captures; `at` in ms after T0."""
    seconds, rest = divmod(T0 // 1_000_000 + at, 1000)
    return f'{{"t":{seconds}.{rest:03d},"m":{json.dumps(message)}}}'


def depth(
    at: int, first: int, last: int, bids: Pairs, asks: Pairs, pu: int | None = None, symbol: str = "ZZZUSDT"
) -> str:
    """A Binance depth update; with `pu` one of the futures."""
    data: dict[str, Any] = {"e": "depthUpdate", "s": symbol, "U": first, "u": last, "b": bids, "a": asks}
    if pu is not None:
        data["pu"] = pu
    return stamped(at, {"stream": f"{symbol.lower()}@depth@100ms", "data": data})


def rest(at: int, last: int, bids: Pairs, asks: Pairs) -> str:
    """A Binance REST snapshot."""
    return stamped(at, {"lastUpdateId": last, "bids": bids, "asks": asks})


def ticker(at: int, seq: int, bid: str, bid_size: str, ask: str, ask_size: str) -> str:
    """A Binance bookTicker."""
    data = {"u": seq, "s": "ZZZUSDT", "b": bid, "B": bid_size, "a": ask, "A": ask_size}
    return stamped(at, {"stream": "zzzusdt@bookTicker", "data": data})


def trade(at: int, price: str, size: str, buyer_made: bool) -> str:
    """A Binance trade."""
    data = {"e": "trade", "s": "ZZZUSDT", "t": at, "p": price, "q": size, "m": buyer_made}
    return stamped(at, {"stream": "zzzusdt@trade", "data": data})


def spot_day() -> list[str]:
    """A small spot capture: two stale updates, a snapshot, three updates, tickers that agree, two trades."""
    ms = 1_000_000
    return [
        depth(0, 96, 98, [["10.00", "9"]], []),
        depth(50 * ms, 99, 100, [], [["10.05", "0"]]),
        rest(90 * ms, 100, [["10.00", "1.5"], ["9.99", "2"]], [["10.02", "3"], ["10.03", "4"]]),
        ticker(150 * ms, 101, "10.00", "1.50", "10.01", "0.25"),
        depth(200 * ms, 101, 102, [["9.98", "7.00"]], [["10.01", "0.25"]]),
        trade(250 * ms, "10.01", "0.10", False),
        ticker(290 * ms, 103, "10.00", "1.50", "10.01", "0.15"),
        depth(300 * ms, 103, 103, [], [["10.01", "0.15"]]),
        trade(350 * ms, "10.00", "1.50", True),
        depth(400 * ms, 104, 106, [["10.00", "0"]], [["10.01", "0.15"]]),
        ticker(410 * ms, 106, "9.99", "2", "10.01", "0.15"),
    ]


def kraken_crc(asks: Pairs, bids: Pairs) -> str:
    """The checksum of these (best first) levels, written from the venue's words and not from our code."""
    text = ""
    for price, size in [*asks[:10], *bids[:10]]:
        text += str(int(price.replace(".", ""))) + str(int(size.replace(".", "")))
    return str(zlib.crc32(text.encode()))


def kraken_day(pair: str = "AAA/ZZZ", channel: int = 7) -> list[str]:
    """A small Kraken capture: a snapshot and two updates with right checksums."""
    bids, asks = [["0.0500", "10.000"], ["0.0499", "2.500"]], [["0.0510", "1.000"], ["0.0511", "4.000"]]
    after = [["0.0510", "1.000"], ["0.0511", "4.000"], ["0.0512", "8.000"]]
    last = [["0.0505", "3.250"], *bids]
    stamp = "1700000000.000001"
    return [
        received(
            0, [channel, {"as": [[*x, stamp] for x in asks], "bs": [[*x, stamp] for x in bids]}, "book-1000", pair]
        ),
        received(10, {"event": "heartbeat"}),
        received(100, [channel, {"a": [["0.0512", "8.000", stamp]], "c": kraken_crc(after, bids)}, "book-1000", pair]),
        received(
            200,
            [
                channel,
                {"a": [["0.0510", "0.000", stamp]]},
                {"b": [["0.0505", "3.250", stamp]], "c": kraken_crc(after[1:], last)},
                "book-1000",
                pair,
            ],
        ),
    ]


def coinbase_day(product: str = "AAA-ZZZ") -> list[str]:
    """A small Coinbase capture: an old ticker, a snapshot, updates, a match, an agreeing ticker."""

    def said(kind: str, **more: Any) -> dict[str, Any]:
        return {"type": kind, "product_id": product, **more}

    return [
        received(0, said("snapshot", bids=[["5.00", "1"], ["4.99", "2"]], asks=[["5.02", "3"]])),
        received(5, said("ticker", best_bid="4.97", best_ask="5.02", price="5.00")),
        received(6, said("last_match", side="sell", size="9", price="5.00")),
        received(50, said("l2update", changes=[["buy", "5.01", "0.5"], ["sell", "5.02", "2.5"]])),
        received(60, said("match", side="sell", size="0.5", price="5.02")),
        received(70, said("ticker", best_bid="5.01", best_ask="5.02", price="5.02")),
        received(80, said("l2update", changes=[["buy", "5.01", "0.0"]])),
    ]


def hyperliquid_day(coin: str = "AAA") -> list[str]:
    """A small Hyperliquid capture: a book, old and new trades, a book."""

    def book(at: int, bid: str, ask: str) -> str:
        levels = [[{"px": bid, "sz": "1.5", "n": 2}], [{"px": ask, "sz": "0.25", "n": 1}]]
        return stamped(at, {"channel": "l2Book", "data": {"coin": coin, "time": 1000 + at, "levels": levels}})

    prints = [
        {"coin": coin, "px": "7.1", "sz": "0.1", "side": side, "time": at} for side, at in (("B", 3), ("A", 1500))
    ]
    return [book(0, "7.0", "7.1"), stamped(10, {"channel": "trades", "data": prints}), book(1000, "7.05", "7.1")]
