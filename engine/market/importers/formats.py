"""Which formats are read, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from engine.market.importers.binance import BinanceImporter
from engine.market.importers.coinbase import CoinbaseImporter
from engine.market.importers.decimals import whole_ns
from engine.market.importers.errors import UnknownFormat
from engine.market.importers.events import MarketEvent
from engine.market.importers.hyperliquid import HyperliquidImporter
from engine.market.importers.kraken import KrakenImporter
from engine.market.importers.own import OwnImporter, own_time
from engine.market.importers.receipts import unwrap


class Importer(Protocol):
    """Turns the lines of one file, in order, into events. Holds what must be remembered between lines."""

    def read(self, row: int, line: bytes) -> list[MarketEvent]:
        """Events of one line (often none). Raises BadLine or a msgspec error on a line it cannot read."""


Messages = Iterator[tuple[int, list[MarketEvent]]]
"""(row, events) of a file in order; rows count from 1."""


class Lines:
    """A format of lines: `make` gives the importer of one file, `time` reads the time of a single line."""

    def __init__(self, make: Callable[[], Importer], time: Callable[[bytes], int]) -> None:
        self.make = make
        self.time = time


class Format:
    """A format by name, how its files are read, and what a file of it can prove about itself.

    `reads` is either `Lines`, or for what does not come in lines a function that opens a path (a file or a
    folder) and yields its messages; it may raise BadDataFile, or BadLine for the message that would come next.
    """

    def __init__(self, name: str, reads: Lines | Callable[[Path], Messages], proof: str, line: str) -> None:
        self.name = name
        self.reads = reads
        self.proof = proof
        self.line = line


def _stamped(line: bytes) -> int:
    return whole_ns(line.partition(b" ")[0])


def _received(line: bytes) -> int:
    return unwrap(line)[0]


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format(
            "kraken",
            Lines(KrakenImporter, _received),
            "CRC32 of each update",
            '{"t": seconds, "m": WebSocket v1 message}',
        ),
        Format(
            "coinbase",
            Lines(CoinbaseImporter, _received),
            "best bid and ask of each ticker, never crossed",
            '{"t": seconds, "m": message}',
        ),
        Format(
            "binance-spot",
            Lines(lambda: BinanceImporter(False), _stamped),
            "U = previous u + 1, bookTicker",
            "<ns> <message>",
        ),
        Format(
            "binance-usdm",
            Lines(lambda: BinanceImporter(True), _stamped),
            "pu = previous u, bookTicker",
            "<ns> <message>",
        ),
        Format(
            "hyperliquid", Lines(HyperliquidImporter, _stamped), "each book ordered and uncrossed", "<ns> <message>"
        ),
        Format("vterm", Lines(OwnImporter, own_time), "prev = previous seq, touch", "one event a line"),
    )
}

PLANNED = ("okx", "bitget", "lobster", "databento", "lean", "csv", "parquet")
"""Formats of the contract that this version does not read."""


def find_format(name: str | Format) -> Format:
    """The format of that name (a Format is itself). Raises UnknownFormat, which lists those that there are."""
    if isinstance(name, Format):
        return name
    known = FORMATS.get(name.strip().lower())
    if known is None:
        raise UnknownFormat(name, tuple(FORMATS), name.strip().lower() in PLANNED)
    return known
