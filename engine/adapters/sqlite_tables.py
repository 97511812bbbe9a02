"""The ledger's tables as SQLAlchemy Core knows them, and the statements built from them.

The schema itself is made by the numbered migrations; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, Table, Text
from sqlalchemy.engine.interfaces import DBAPICursor

from engine.ports import StoreError

METADATA = MetaData()


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, METADATA, *columns)


def _whole(name: str, key: bool = False) -> Column[Any]:
    return Column(name, BigInteger, primary_key=key, nullable=False)


def _text(name: str, key: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, primary_key=key, nullable=nullable)


def _bytes(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)


META = _table("meta", _text("key", key=True), _text("value"))
JOURNAL = _table(
    "journal",
    _whole("seq", key=True),
    _whole("at"),
    _text("kind"),
    _bytes("body"),
    _bytes("orders"),
    _bytes("prev"),
    _bytes("hash"),
)
ORDERS = _table(
    "orders",
    _text("order_id", key=True),
    _text("account"),
    _text("client_order_id", nullable=True),
    _text("symbol"),
    _whole("side"),
    _text("status"),
    _whole("quantity"),
    _whole("filled"),
    _whole("seq"),
    _bytes("body"),
)
FILLS = _table(
    "fills",
    _whole("number", key=True),
    _whole("seq"),
    *(_text(name) for name in ("fill_id", "order_id", "client_order_id", "account", "symbol")),
    *(_whole(name) for name in ("side", "quantity", "price", "value", "cash", "fee", "realised", "maker", "at")),
    *(_whole(name) for name in ("mid", "half_spread", "depth", "impact", "timing")),
)
TRANSFERS = _table(
    "transfers",
    _whole("transfer_id", key=True),
    _whole("seq"),
    _whole("at"),
    *(_text(name) for name in ("debit", "credit", "asset")),
    _whole("amount"),
    *(_text(name) for name in ("code", "reference")),
)
EQUITY = _table(
    "equity",
    _whole("number", key=True),
    *(_whole(name) for name in ("seq", "at")),
    _text("account"),
    *(_whole(name) for name in ("nav", "cash", "gross", "net", "realised", "fees", "funding", "dividends", "funded")),
)
BALANCES = _table("balances", _text("account", key=True), _text("asset", key=True), _whole("amount"))
SNAPSHOTS = _table(
    "snapshots",
    _whole("seq", key=True),
    _whole("at"),
    *(_bytes(name) for name in ("state", "nav", "marks", "hash")),
)

Row = tuple[Any, ...]


def columns(table: Table) -> str:
    """The column names of a table, in order, for a SELECT."""
    return ", ".join(column.name for column in table.columns)


def driver_cursor(connection: Connection) -> DBAPICursor:
    """The driver's own cursor on a Core connection: what the hot path uses, because Core's bookkeeping for
    each statement costs more than the statement."""
    driver = connection.connection.dbapi_connection
    if driver is None:
        raise StoreError("the ledger's connection is gone. Open the desk again")
    return driver.cursor()


class BulkInsert:
    """Inserts rows with few statements: each `execute` costs one turn of the interpreter's lock, however
    many rows it carries, so a busy main thread cannot stretch a commit row by row."""

    SIZES = (64, 16, 8, 5, 4, 3, 2, 1)

    def __init__(self, table: Table, conflict: str = "") -> None:
        marks = f"({', '.join('?' * len(table.columns))})"
        start = f"INSERT INTO {table.name} ({columns(table)}) VALUES "
        self._statements = {size: f"{start}{', '.join([marks] * size)} {conflict}".rstrip() for size in self.SIZES}

    def run(self, cursor: DBAPICursor, rows: Sequence[Row]) -> None:
        """Insert `rows` in order."""
        for size, chunk in self._chunks(rows):
            cursor.execute(self._statements[size], tuple(chain.from_iterable(chunk)))

    def _chunks(self, rows: Sequence[Row]) -> Iterator[tuple[int, Sequence[Row]]]:
        start = 0
        for size in self.SIZES:
            while len(rows) - start >= size:
                yield size, rows[start : start + size]
                start += size


ADD_JOURNAL = BulkInsert(JOURNAL)
PUT_ORDERS = BulkInsert(
    ORDERS,
    "ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, quantity = excluded.quantity, "
    "filled = excluded.filled, seq = excluded.seq, body = excluded.body",
)
ADD_FILLS = BulkInsert(FILLS)
ADD_TRANSFERS = BulkInsert(TRANSFERS)
ADD_POINTS = BulkInsert(EQUITY)
MOVE_BALANCES = BulkInsert(BALANCES, "ON CONFLICT (account, asset) DO UPDATE SET amount = amount + excluded.amount")
PUT_META = BulkInsert(META, "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
PUT_SNAPSHOT = BulkInsert(
    SNAPSHOTS,
    "ON CONFLICT (seq) DO UPDATE SET at = excluded.at, state = excluded.state, nav = excluded.nav, "
    "marks = excluded.marks, hash = excluded.hash",
)
