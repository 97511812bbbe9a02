"""Small DBN files with made-up records, for tests that need no real one."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zstandard

T0 = 1_700_000_000_000_000_000
DAY = datetime.date(2023, 11, 14)
NONE = (1 << 63) - 1
LAST, SNAPSHOT, MAYBE_BAD, TOB = 128, 32, 4, 64


def price(text: str) -> int:
    """A decimal price in 10**-9."""
    whole, _, fraction = text.partition(".")
    return int(whole) * 10**9 + int(fraction.ljust(9, "0") or 0)


def write(path: Path, schema: str, records: list[Any], names: dict[str, int] | None = None) -> Path:
    """A file of the records, packed where its name ends in .zst; `names` maps symbols to ids (AAA is 7)."""
    import databento_dbn as dbn

    names = {"AAA": 7} if names is None else names
    mappings = [
        SimpleNamespace(
            raw_symbol=symbol,
            intervals=[
                SimpleNamespace(start_date=DAY, end_date=DAY + datetime.timedelta(days=1), symbol=str(ident)),
            ],
        )
        for symbol, ident in names.items()
    ]
    head = dbn.Metadata(
        dataset="XNAS.ITCH",
        start=T0,
        stype_in=dbn.SType.RAW_SYMBOL,
        stype_out=dbn.SType.INSTRUMENT_ID,
        schema=dbn.Schema.from_str(schema),
        symbols=list(names),
        mappings=mappings,
        version=3,
    )
    body = head.encode() + b"".join(bytes(record) for record in records)
    path.write_bytes(zstandard.ZstdCompressor().compress(body) if path.suffix == ".zst" else body)
    return path


def order(
    n: int, action: str, side: str, at: str, size: int, ident: int, flags: int = LAST, instrument: int = 7
) -> Any:
    """An `mbo` record; `at` is the price, "" for none."""
    import databento_dbn as dbn

    worth = price(at) if at else NONE
    return dbn.MBOMsg(
        2, instrument, T0 + n, ident, worth, size, _action(action), dbn.Side(side), T0 + n, flags=flags, sequence=n
    )


def quote(
    n: int, action: str, levels: list[tuple[str, int, str, int]], at: str = "", size: int = 0, **more: Any
) -> Any:
    """An `mbp-1` or `mbp-10` record by the number of levels: (bid, size, ask, size), "" for no price."""
    import databento_dbn as dbn

    pairs = [
        dbn.BidAskPair(price(bid) if bid else NONE, price(ask) if ask else NONE, bids, asks)
        for bid, bids, ask, asks in levels
    ]
    kind = dbn.MBP1Msg if len(levels) == 1 else dbn.MBP10Msg
    pairs += [dbn.BidAskPair(NONE, NONE, 0, 0)] * (0 if len(levels) == 1 else 10 - len(levels))
    side = dbn.Side(more.get("side", "B"))
    worth, flags = price(at) if at else NONE, more.get("flags", LAST)
    sequence = more.get("sequence", n)
    return kind(
        more.get("publisher", 2),
        more.get("instrument", 7),
        T0 + n,
        worth,
        size,
        _action(action),
        side,
        0,
        T0 + n,
        flags=flags,
        sequence=sequence,
        levels=pairs[0] if kind is dbn.MBP1Msg else pairs,
    )


def trade(n: int, at: str, size: int, side: str = "B", instrument: int = 7) -> Any:
    """A `trades` record."""
    import databento_dbn as dbn

    return dbn.TradeMsg(
        2, instrument, T0 + n, price(at), size, _action("T"), dbn.Side(side), 0, T0 + n, flags=LAST, sequence=n
    )


def bar(at: int, opened: str, high: str, low: str, close: str, volume: int) -> Any:
    """An `ohlcv-1m` record."""
    import databento_dbn as dbn

    four = (price(text) for text in (opened, high, low, close))
    return dbn.OHLCVMsg(33, 2, 7, at, *four, volume)


def _action(word: str) -> Any:
    import databento_dbn as dbn

    return dbn.Action(word)
