"""The past of a home: finished orders, fills and equity points, read from its ledger when somebody asks.

What is not yet durable is kept in memory until it is. Reading has a connection of its own and never waits for the
writer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from engine.adapters.sqlite_errors import told
from engine.adapters.sqlite_open import connect
from engine.adapters.sqlite_rows import Row, read_fill, read_order, read_point, read_transfer
from engine.adapters.sqlite_tables import EQUITY, FILLS, TRANSFERS, columns, driver_cursor
from engine.ledger.migrations.m0002_past import BESIDE_FILLS
from engine.model.account import EquityPoint, Transfer
from engine.model.fill import Fill
from engine.model.order import OPEN, Order
from engine.past import MemoryPast, number_of
from engine.ports import JournalEntry, StoreError

T = TypeVar("T")
_OVER = f"status NOT IN ({', '.join(repr(status.value) for status in sorted(OPEN))})"
_LAST = 2**63 - 1


class SqlitePast:
    """Past over the ledger at `path`. One thread reads; the writer is somebody else."""

    def __init__(self, path: Path, busy_ms: int = 5_000) -> None:
        self._path, self._busy_ms = path, busy_ms
        self._connection: Connection | None = None
        self._cursor: Any = None
        self._fresh = MemoryPast()
        self._unsettled: deque[JournalEntry] = deque()
        self.horizon = _LAST

    def play_back(self, after: int) -> None:
        """Until `caught_up`, entries after `after` are being done again: what they left behind is not past yet."""
        self.horizon = after

    def caught_up(self) -> None:
        """The entries that were done again are all in the ledger."""
        self.horizon = _LAST
        self._unsettled.clear()
        self._fresh = MemoryPast()

    # --- writing ------------------------------------------------------------------------------

    def note(self, entry: JournalEntry) -> None:
        """Remember what an entry caused."""
        self._unsettled.append(entry)
        self._fresh.note(entry)

    def settled(self, seq: int) -> None:
        """Entries up to `seq` are durable: from now on they are read from the ledger."""
        waiting = self._unsettled
        while waiting and waiting[0].seq <= seq:
            waiting.popleft()
        self._fresh = MemoryPast()
        for entry in waiting:
            self._fresh.note(entry)

    # --- reading ------------------------------------------------------------------------------

    def order(self, order_id: str) -> Order | None:
        """A finished order by its own id."""
        found = self._fresh.order(order_id)
        return found or self._order("order_id = ?", order_id)

    def sent(self, account: str, client_order_id: str) -> Order | None:
        """A finished order by its client's id."""
        found = self._fresh.sent(account, client_order_id)
        return found or self._order("account = ? AND client_order_id = ?", account, client_order_id)

    def orders(self, account: str, limit: int = 0) -> list[Order]:
        """The account's finished orders, newest first."""
        rows = self._rows(
            f"SELECT body FROM orders WHERE account = ? AND {_OVER} AND seq <= ? ORDER BY rowid DESC LIMIT ?",
            (account, self.horizon, limit or -1),
            lambda row: read_order(row[0]),
        )
        fresh = {order.order_id: order for order in self._fresh.orders(account)}
        mine = [*fresh.values(), *(order for order in rows if order.order_id not in fresh)]
        mine.sort(key=number_of, reverse=True)
        return mine[:limit] if limit else mine

    def fills(self, account: str, limit: int = 0) -> list[Fill]:
        """The account's fills, newest first."""
        rows = self._rows(
            f"SELECT {columns(FILLS)} FROM fills WHERE account = ? AND seq <= ? ORDER BY number DESC LIMIT ?",
            (account, self.horizon, limit or -1),
            read_fill,
        )
        mine = _without_doubles(self._fresh.fills(account), rows)
        return mine[:limit] if limit else mine

    def fills_of(self, order_id: str) -> list[Fill]:
        """An order's fills, oldest first."""
        rows = self._rows(
            f"SELECT {columns(FILLS)} FROM fills WHERE order_id = ? AND seq <= ? ORDER BY number",
            (order_id, self.horizon),
            read_fill,
        )
        fresh = self._fresh.fills_of(order_id)
        known = {fill.fill_id for fill in fresh}
        return [*(fill for fill in rows if fill.fill_id not in known), *fresh]

    def points(self, account: str, since: int = 0) -> list[EquityPoint]:
        """The account's equity points from `since` on, oldest first."""
        rows = self._rows(
            f"SELECT {columns(EQUITY)} FROM equity WHERE account = ? AND at >= ? AND seq <= ? ORDER BY at",
            (account, since, self.horizon),
            read_point,
        )
        fresh = self._fresh.points(account, since)
        known = {point.at for point in fresh}
        return [*(point for point in rows if point.at not in known), *fresh]

    def transfers(self, account: str) -> list[Transfer]:
        """Transfers of the account that no fill made, oldest first."""
        mine = f"trader:{account}:", f"trader:{account};"
        rows = self._rows(
            f"SELECT {columns(TRANSFERS)} FROM transfers"
            f" WHERE {BESIDE_FILLS} AND credit >= ? AND credit < ? AND seq <= ?"
            f" UNION SELECT {columns(TRANSFERS)} FROM transfers"
            f" WHERE {BESIDE_FILLS} AND debit >= ? AND debit < ? AND seq <= ? ORDER BY transfer_id",
            (*mine, self.horizon, *mine, self.horizon),
            read_transfer,
        )
        fresh = self._fresh.transfers(account)
        known = {transfer.transfer_id for transfer in fresh}
        return [*(transfer for transfer in rows if transfer.transfer_id not in known), *fresh]

    def digest(self) -> bytes:
        """Nothing: the journal's chain of hashes vouches for what is over."""
        return b""

    def close(self) -> None:
        """Let go of the ledger. Closing twice is harmless."""
        connection, self._connection, self._cursor = self._connection, None, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()

    # --- inside -------------------------------------------------------------------------------

    def _order(self, where: str, *values: str) -> Order | None:
        found = self._rows(
            f"SELECT body FROM orders WHERE {where} AND {_OVER} AND seq <= ?",
            (*values, self.horizon),
            lambda row: read_order(row[0]),
        )
        return found[0] if found else None

    def _rows(self, statement: str, values: tuple[Any, ...], read: Callable[[Row], T]) -> list[T]:
        with told(self._path):
            if self._cursor is None:
                if not self._path.exists():
                    raise StoreError(f"there is no ledger at {self._path}. Open the desk again")
                self._connection = connect(self._path, "mode=ro", self._busy_ms)
                self._cursor = driver_cursor(self._connection)
            return [read(row) for row in self._cursor.execute(statement, values).fetchall()]


def _without_doubles(fresh: list[Fill], rows: list[Fill]) -> list[Fill]:
    known = {fill.fill_id for fill in fresh}
    return [*fresh, *(fill for fill in rows if fill.fill_id not in known)]
