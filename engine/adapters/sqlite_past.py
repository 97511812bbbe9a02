"""The past of a home: finished orders, fills and equity points, read from its ledger when somebody asks.

What is not yet durable is kept in memory until it is. Reading has a connection of its own and never waits for the
writer.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from engine.adapters.sqlite_errors import told
from engine.adapters.sqlite_open import connect
from engine.adapters.sqlite_rows import Row, read_fill, read_order, read_point, read_transfer
from engine.adapters.sqlite_search import (
    ORDER_PNL,
    ORDER_VALUE,
    fill_sort,
    fills_where,
    order_sort,
    orders_where,
)
from engine.adapters.sqlite_tables import EQUITY, FILLS, TRANSFERS, columns, driver_cursor
from engine.ledger.migrations.m0002_past import BESIDE_FILLS
from engine.model.account import EquityPoint, Transfer
from engine.model.fill import Fill
from engine.model.order import OPEN, Order
from engine.model.wanted import Found, Wanted
from engine.past import Booked, MemoryPast, number_of, order_found, sort_found
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
            f"SELECT {columns(EQUITY)} FROM equity WHERE account = ? AND at >= ? AND seq <= ? ORDER BY at, number",
            (account, since, self.horizon),
            read_point,
        )
        fresh = self._fresh.points(account, since)
        known = set(fresh)  # a reset at a whole hour has a point of its own beside the hour's
        return [*(point for point in rows if point not in known), *fresh]

    def transfers(self, account: str) -> list[Transfer]:
        """Transfers of the account that no fill made, oldest first."""
        rows = [transfer for _, transfer in self._moved(account)]
        fresh = self._fresh.transfers(account)
        known = {transfer.transfer_id for transfer in fresh}
        return [*(transfer for transfer in rows if transfer.transfer_id not in known), *fresh]

    def booked(self, account: str, newest: int = 0) -> list[Booked]:
        """The account's newest fills and transfers that no fill made, in the order in which they were booked."""
        filled: list[tuple[int, Booked]] = self._rows(
            f"SELECT {columns(FILLS)} FROM fills WHERE account = ? AND seq <= ? ORDER BY number DESC LIMIT ?",
            (account, self.horizon, newest or -1),
            lambda row: (int(row[1]), read_fill(row)),
        )
        moved: list[tuple[int, Booked]] = [*self._moved(account)]
        both = heapq.merge(moved, reversed(filled), key=lambda pair: pair[0])
        fresh = self._fresh.booked(account)
        known = {_name(item) for item in fresh}
        whole = [*(item for _, item in both if _name(item) not in known), *fresh]
        return whole[-newest:]

    def find_orders(self, account: str, wanted: Wanted) -> list[Order]:
        """The account's finished orders that are wanted, as they are wanted."""
        question = orders_where(wanted)
        rows = self._rows(
            f"SELECT body, {ORDER_VALUE}, {ORDER_PNL} FROM orders o WHERE account = ? AND {_OVER} AND seq <= ?"
            f" {question.where} ORDER BY {order_sort(wanted)} LIMIT ?",
            (account, self.horizon, *question.values, wanted.limit or -1),
            lambda row: (read_order(row[0]), row[1], row[2]),
        )
        found = []
        fresh = {order.order_id: order for order in self._fresh.orders(account)}
        for order in fresh.values():
            of_order = order_found(order, self.fills_of(order.order_id))
            if wanted.takes_order(order, of_order.value):
                found.append((of_order, order))
        for order, value, pnl in rows:
            if order.order_id not in fresh:
                found.append((Found(number_of(order), order.request.symbol, value, pnl), order))
        return sort_found(found, wanted)

    def find_fills(self, account: str, wanted: Wanted) -> list[Fill]:
        """The account's fills that are wanted, as they are wanted."""
        question = fills_where(wanted)
        rows = self._rows(
            f"SELECT {columns(FILLS)} FROM fills f WHERE account = ? AND seq <= ?"
            f" {question.where} ORDER BY {fill_sort(wanted)} LIMIT ?",
            (account, self.horizon, *question.values, wanted.limit or -1),
            lambda row: (Found(int(row[0]), row[6], row[10], row[13]), read_fill(row)),
        )
        fresh = self._fresh.ranked_fills(account, wanted, first=_LAST // 2)
        known = {fill.fill_id for _, fill in fresh}
        return sort_found([*fresh, *(pair for pair in rows if pair[1].fill_id not in known)], wanted)

    def symbols(self, account: str) -> list[str]:
        """Symbols that the account has finished orders or fills in, sorted."""
        found: list[str] = []
        for table, over in (("fills", ""), ("orders", f"AND {_OVER}")):
            found += self._rows(
                f"SELECT DISTINCT symbol FROM {table} WHERE account = ? {over} AND seq <= ?",
                (account, self.horizon),
                lambda row: str(row[0]),
            )
        return sorted({*found, *self._fresh.symbols(account)})

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

    def _moved(self, account: str) -> list[tuple[int, Transfer]]:
        """(entry, transfer) of what no fill made, oldest first."""
        mine = f"trader:{account}:", f"trader:{account};"
        return self._rows(
            f"SELECT {columns(TRANSFERS)} FROM transfers"
            f" WHERE {BESIDE_FILLS} AND credit >= ? AND credit < ? AND seq <= ?"
            f" UNION SELECT {columns(TRANSFERS)} FROM transfers"
            f" WHERE {BESIDE_FILLS} AND debit >= ? AND debit < ? AND seq <= ? ORDER BY transfer_id",
            (*mine, self.horizon, *mine, self.horizon),
            lambda row: (int(row[1]), read_transfer(row)),
        )

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


def _name(item: Booked) -> str | int:
    """A fill's name or a transfer's number."""
    return item.fill_id if isinstance(item, Fill) else item.transfer_id


def _without_doubles(fresh: list[Fill], rows: list[Fill]) -> list[Fill]:
    known = {fill.fill_id for fill in fresh}
    return [*fresh, *(fill for fill in rows if fill.fill_id not in known)]
