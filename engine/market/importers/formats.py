"""Which formats are read, and by whom."""

from __future__ import annotations

from collections.abc import Callable
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


class Format:
    """A format by name, how its lines and their times are read, and what a file of it can prove about itself."""

    def __init__(
        self, name: str, make: Callable[[], Importer], time: Callable[[bytes], int], proof: str, line: str
    ) -> None:
        self.name = name
        self.make = make
        self.time = time
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
            "kraken", KrakenImporter, _received, "CRC32 of each update", '{"t": seconds, "m": WebSocket v1 message}'
        ),
        Format(
            "coinbase",
            CoinbaseImporter,
            _received,
            "best bid and ask of each ticker, never crossed",
            '{"t": seconds, "m": message}',
        ),
        Format(
            "binance-spot", lambda: BinanceImporter(False), _stamped, "U = previous u + 1, bookTicker", "<ns> <message>"
        ),
        Format(
            "binance-usdm", lambda: BinanceImporter(True), _stamped, "pu = previous u, bookTicker", "<ns> <message>"
        ),
        Format("hyperliquid", HyperliquidImporter, _stamped, "each book ordered and uncrossed", "<ns> <message>"),
        Format("vterm", OwnImporter, own_time, "prev = previous seq, touch", "one event a line"),
    )
}

PLANNED = ("okx", "bitget", "lobster", "databento", "lean", "csv", "parquet")
"""Formats of the contract that this version does not read."""


def find_format(name: str) -> Format:
    """The format of that name. Raises UnknownFormat, which lists those that there are."""
    known = FORMATS.get(name.strip().lower())
    if known is None:
        raise UnknownFormat(name, tuple(FORMATS), name.strip().lower() in PLANNED)
    return known
