"""Which formats are read, and by whom."""

from __future__ import annotations

from engine.market.importers.binance import BinanceImporter
from engine.market.importers.bitget import BitgetImporter
from engine.market.importers.coinbase import CoinbaseImporter
from engine.market.importers.csv_table import open_csv
from engine.market.importers.databento import read_databento
from engine.market.importers.decimals import whole_ns
from engine.market.importers.errors import UnknownFormat
from engine.market.importers.hyperliquid import HyperliquidImporter
from engine.market.importers.kraken import KrakenImporter
from engine.market.importers.lean import lean_habits, read_lean
from engine.market.importers.lobster import open_messages, shares
from engine.market.importers.okx import OkxImporter
from engine.market.importers.own import OwnImporter, own_time
from engine.market.importers.parquet import kept_habits, open_parquet
from engine.market.importers.pushes import push_time
from engine.market.importers.reading import Format, Lines
from engine.market.importers.receipts import unwrap


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
        Format(
            "okx",
            Lines(OkxImporter, push_time),
            "CRC32 of each message, prevSeqId = last seqId",
            '{"arg", "action", "data"}, bare or behind a receipt',
        ),
        Format(
            "bitget",
            Lines(BitgetImporter, push_time),
            "CRC32 of each message, seq grows",
            '{"arg", "action", "data"}, bare or behind a receipt',
        ),
        Format(
            "lobster",
            open_messages,
            "with --book: each row of the book, from the messages",
            "time,type,id,size,price x 10000,direction",
            shares,
        ),
        Format(
            "databento",
            read_databento,
            "levels ordered, trades within them, sequence, orders that rest",
            "DBN records of any schema",
        ),
        Format(
            "lean", read_lean, "times on their beat, bars that hold their prices, bid <= ask", "LEAN's CSV", lean_habits
        ),
        Format("csv", open_csv, "each bar and quote in itself", "trades, quotes or bars under a line of titles"),
        Format(
            "parquet",
            open_parquet,
            "what its origin proves",
            "an event of `data import`, or a row as in csv",
            kept_habits,
        ),
        Format("vterm", Lines(OwnImporter, own_time), "prev = previous seq, touch", "one event a line"),
    )
}


def find_format(name: str | Format) -> Format:
    """The format of that name (a Format is itself). Raises UnknownFormat, which lists those that there are."""
    if isinstance(name, Format):
        return name
    known = FORMATS.get(name.strip().lower())
    if known is None:
        raise UnknownFormat(name, tuple(FORMATS))
    return known
