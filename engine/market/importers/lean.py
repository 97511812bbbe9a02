"""LEAN's market data: equities, forex, CFDs, crypto, futures and indices; ticks to days; trades, quotes, open interest.

A folder is read as one file: its days in order, in each the trades, quotes and contracts by time. A bar is one event
at its start; what a quote bar leaves behind (its closing bid and ask) is a book at its end, when it is known. Layout
and units: QuantConnect LEAN, the readme of each class under `Data`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import MarketEvent
from engine.market.importers.habits import Habits
from engine.market.importers.lean_hours import clock_of
from engine.market.importers.lean_items import Item, Rows
from engine.market.importers.lean_names import Part
from engine.market.importers.lean_parts import Piece, pieces_of
from engine.market.tables import rows

_CLASSES = {
    "equity": ("equities", "US_EQUITY_TIERED"),
    "forex": ("forex", "FX_BPS"),
    "cfd": ("commodities", "SPOT_METAL_BPS"),
    "future": ("commodities", "FUTURES_PER_CONTRACT"),
    "index": ("indices", "INDEX_CFD_BPS"),
}


def read_lean(path: Path) -> Iterator[tuple[int, list[MarketEvent]]]:
    """(row, events) of a LEAN folder, archive or CSV, in time order; rows count through all its files.

    Raises BadDataFile naming the file and the row of the damage, DataError where a folder holds several resolutions.
    """
    count = 0
    for _, day in groupby(pieces_of(path), key=lambda piece: piece.part.day):
        streams = [_items(piece) for piece in day]
        items = streams[0] if len(streams) == 1 else heapq.merge(*streams, key=_time)
        for _, fresh, events in items:
            count += fresh
            yield count, events


def _time(item: Item) -> int:
    return item[0]


def _items(piece: Piece) -> Iterator[Item]:
    reader = Rows(piece.part)
    row = 0
    try:
        for row, line in piece.lines():
            if row == 1 and _is_title(line):
                continue
            yield from reader.read(row, line.decode("ascii").strip())
    except (BadLine, UnicodeDecodeError) as error:
        cause = f"not a row of lean: {str(error)[:160]}"
        raise BadDataFile(piece.name, cause, "check --format, or fetch the file again", row) from None


def _is_title(line: bytes) -> bool:
    return line[:1].isalpha()


def _multiplier(part: Part) -> str:
    """Money per point of a contract whose root is in the shipped table, else 1."""
    if part.asset != "future":
        return "1"
    return next((row["multiplier"] for row in rows("futures_roots.csv") if row["root"] == part.ticker.upper()), "1")


def lean_habits(path: Path) -> Habits:
    """What the path says of its instruments: class, symbols, local days, and where a quote bar opens."""
    pieces = pieces_of(path)
    part = pieces[0].part
    clock = clock_of(part.asset, part.market, part.ticker)
    asset_class, fees = _CLASSES.get(part.asset, ("crypto", "CRYPTO_MAKER_TAKER"))
    slot: Callable[[int, int, int], int | None] = clock.day_slot
    symbols = tuple({piece.part.symbol: None for piece in pieces})
    named = (part.asset, part.market, part.ticker)
    return Habits(asset_class, fees, _multiplier(part), symbols, slot, part.asset == "equity", named, True)
