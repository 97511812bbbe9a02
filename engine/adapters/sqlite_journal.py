"""The journal of a home, read backwards on a connection of its own, with its chain verified as far as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Table

from engine.adapters.sqlite_errors import told
from engine.adapters.sqlite_open import connect
from engine.adapters.sqlite_rows import Row, read_entry, relink
from engine.adapters.sqlite_tables import EQUITY, FILLS, JOURNAL, TRANSFERS, columns
from engine.ledger.chain import GENESIS
from engine.ports import IntegrityError, StoreError
from engine.views.journal import Noted, Page, concerns

_SEQ, _PREVIOUS, _HASH = 1, 5, 6
_LAST = 2**63 - 1


class SqliteJournal:
    """Implements Journal over the ledger at `path`. Each page is one read of the ledger as it then is."""

    def __init__(self, path: Path, busy_ms: int = 5_000) -> None:
        self._path, self._busy_ms = path, busy_ms

    def page(self, account: str, limit: int = 0, before: int = 0) -> Page:
        """The newest entries of an account before entry `before`. Raises StoreError, IntegrityError."""
        with told(self._path):
            if not self._path.exists():
                raise StoreError(f"there is no ledger at {self._path}. Open the desk again")
            connection = connect(self._path, "mode=ro", self._busy_ms)
            try:
                connection.exec_driver_sql("BEGIN")
                return _page(connection, account, limit, before or _LAST)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                text = f"{self._path} is damaged: an entry cannot be read ({error}). Run `vterm audit`"
                raise IntegrityError(text) from None
            finally:
                connection.close()
                connection.engine.dispose()


def _page(connection: Connection, account: str, limit: int, before: int) -> Page:
    noted: list[Noted] = []
    broken: list[int] = []
    checked = 0
    for one in _backwards(connection, before):
        if limit and len(noted) == limit:
            if concerns(one.entry, account):
                return Page(noted, checked, broken, True)
            continue
        checked += 1
        if not one.sound:
            broken.append(one.entry.seq)
        if concerns(one.entry, account):
            noted.append(one)
    return Page(noted, checked, broken, False)


def _backwards(connection: Connection, before: int) -> Iterator[Noted]:
    """Entries before number `before`, newest first, each verified against the one before it."""
    parts = [_Part(connection, table, before) for table in (FILLS, TRANSFERS, EQUITY)]
    found = connection.exec_driver_sql(
        f"SELECT {columns(JOURNAL)} FROM journal WHERE seq < ? ORDER BY seq DESC", (before,)
    )
    waiting: Row | None = None
    for part in found.partitions(64):
        for row in part:
            if waiting is not None:
                yield _noted(waiting, parts, row[_HASH])
            waiting = tuple(row)
    if waiting is not None:
        yield _noted(waiting, parts, GENESIS)


def _noted(row: Row, parts: list[_Part], previous: bytes) -> Noted:
    fills, transfers, points = (part.of(row[0]) for part in parts)
    sound = row[_PREVIOUS] == previous and relink(row, fills, transfers, points) == row[_HASH]
    return Noted(read_entry(row, fills, transfers, points), row[_HASH], sound)


class _Part:
    """Rows of one table, from the newest entry back, handed out by entry."""

    def __init__(self, connection: Connection, table: Table, before: int) -> None:
        key = table.columns[0].name
        found = connection.exec_driver_sql(f"SELECT {columns(table)} FROM {table.name} ORDER BY {key} DESC")
        self._rows = (tuple(row) for part in found.partitions(64) for row in part)
        self._next: Row | None = next(self._rows, None)
        while self._next is not None and self._next[_SEQ] >= before:
            self._next = next(self._rows, None)

    def of(self, seq: int) -> list[Row]:
        """The rows of entry `seq`, oldest first; those of later entries are behind."""
        mine: list[Row] = []
        while self._next is not None and self._next[_SEQ] >= seq:
            if self._next[_SEQ] == seq:
                mine.append(self._next)
            self._next = next(self._rows, None)
        mine.reverse()
        return mine
