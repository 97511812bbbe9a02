"""The durable ledger on SQLite: write-ahead log, FULL synchronisation, one writer.

Imported lazily by whoever opens a home: SQLAlchemy alone costs about 0.2 s.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as dbapi
from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from engine.adapters.sqlite_beside import Head, read_head, remove_sum, sum_fault, sync_folder, wal_size, write_sum
from engine.adapters.sqlite_errors import told
from engine.adapters.sqlite_open import ask, open_writer, read_meta, write_meta
from engine.adapters.sqlite_place import check_place
from engine.adapters.sqlite_recover import check_head, recover, snapshot_row
from engine.adapters.sqlite_rows import Row, write_entry
from engine.adapters.sqlite_tables import (
    ADD_FILLS,
    ADD_JOURNAL,
    ADD_POINTS,
    ADD_TRANSFERS,
    MOVE_BALANCES,
    PUT_ORDERS,
    PUT_SNAPSHOT,
    driver_cursor,
)
from engine.ledger.chain import GENESIS
from engine.ledger.invariants import Balances, entry_faults, post, sums
from engine.ports import IntegrityError, JournalEntry, Recovered, Snapshot, StoreError

SNAPSHOTS_KEPT = 2
SNAPSHOT_EVERY = 1_000
"""Of older snapshots the last of every so many entries is kept: from there a past moment is soon rebuilt."""


class SqliteLedger:
    """LedgerStore in one SQLite file. Calls may come from any thread, one at a time.

    A closed ledger is one file and its digest (`ledger.sum`), verified here before anything is changed.
    Raises StoreError where the file cannot be used, IntegrityError where it is not what was written.
    """

    def __init__(self, path: Path, busy_ms: int = 5_000) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._broken: StoreError | None = None
        self._connection: Connection | None = None
        if not path.parent.is_dir():
            raise StoreError(f"the folder {path.parent} does not exist. Make it, or choose another home")
        with told(path):
            check_place(path)
            self._head = Head(path)
            try:
                self._open(busy_ms)
            except BaseException:
                self._head.close()
                raise

    def _open(self, busy_ms: int) -> None:
        fault = sum_fault(self.path) if self.path.exists() else None
        if fault is not None:
            raise IntegrityError(f"{fault}. Restore it from a copy, or see what `vterm audit` says")
        fresh = not self.path.exists()
        self.path.touch(mode=0o600)
        remove_sum(self.path)
        connection = open_writer(self.path, busy_ms)
        try:
            if fresh:
                sync_folder(self.path.parent)
            check_head(connection, self.path, read_head(self.path))
            self._meta = read_meta(connection, self.path)
            self._last = ask(connection, "SELECT max(seq) FROM journal")
            self._hash = ask(connection, "SELECT hash FROM journal WHERE seq = ?", self._last) or GENESIS
            self._rows = _Counts(
                ask(connection, "SELECT max(number) FROM fills") or 0,
                ask(connection, "SELECT max(number) FROM equity") or 0,
            )
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def recover(self) -> Recovered:
        """The newest snapshot that is whole, and every entry after it with its chain verified."""
        with self._use() as connection:
            return recover(connection, self.path)

    def commit(self, entries: Sequence[JournalEntry]) -> None:
        """Make all entries durable with one synchronisation, or raise and have written nothing.

        Raises IntegrityError, before anything is written, for entries that are out of order or do not balance.
        """
        with self._use() as connection:
            group = _Group(self._last, self._hash, self._rows)
            for entry in entries:
                group.add(entry)
            if not group.journal:
                return
            with self._transaction(connection) as cursor:
                group.insert(cursor)
            self._last, self._hash, self._rows = group.last, group.hash, group.counts()
            self._head.write(group.journal[-1][0], group.hash)

    def snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot and some before it."""
        with self._use() as connection, self._transaction(connection) as cursor:
            PUT_SNAPSHOT.run(cursor, [snapshot_row(connection, snapshot)])
            cursor.execute(
                "DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?) "
                "AND seq NOT IN (SELECT max(seq) FROM snapshots GROUP BY seq / ?)",
                (SNAPSHOTS_KEPT, SNAPSHOT_EVERY),
            )

    def fold(self) -> None:
        """Fold the write-ahead log back into the file, so that no commit has to; readers keep what they read."""
        with self._use() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def meta(self, key: str) -> str | None:
        """A remembered word about the home."""
        return self._meta.get(key)

    def set_meta(self, key: str, value: str) -> None:
        """Remember a word about the home, durably."""
        with self._use() as connection:
            words = {**self._meta, key: value}
            with self._transaction(connection):
                write_meta(connection, words)
            self._meta = words

    def close(self) -> None:
        """Fold everything into one file, put its digest beside it and let go. Closing twice is harmless."""
        with self._lock, told(self.path):
            connection, self._connection = self._connection, None
            if connection is None:
                return
            try:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()
                connection.engine.dispose()
                if self._broken is None and wal_size(self.path) == 0:
                    write_sum(self.path)
                self._head.close()

    @contextlib.contextmanager
    def _use(self) -> Iterator[Connection]:
        with self._lock, told(self.path):
            if self._broken is not None:
                raise self._broken
            if self._connection is None:
                raise StoreError(f"{self.path} is closed. Open the desk again")
            yield self._connection

    @contextlib.contextmanager
    def _transaction(self, connection: Connection) -> Iterator[DBAPICursor]:
        """BEGIN to COMMIT. After a failure of the disk nothing more is written: only a restart can tell
        whether the last synchronisation reached it."""
        cursor = driver_cursor(connection)
        try:
            cursor.execute("BEGIN IMMEDIATE")
            yield cursor
            cursor.execute("COMMIT")
        except BaseException as error:
            if isinstance(error, dbapi.Error) and not _harmless(error):
                self._broken = StoreError(f"{self.path} failed before. Check the disk and start the desk again")
            with contextlib.suppress(dbapi.Error):
                cursor.execute("ROLLBACK")
            raise
        finally:
            cursor.close()


def _harmless(error: dbapi.Error) -> bool:
    name = str(getattr(error, "sqlite_errorname", ""))
    return name.startswith(("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_CONSTRAINT", "SQLITE_READONLY"))


class _Counts(msgspec.Struct, frozen=True):
    """Rows there are of the tables that are numbered by us."""

    fills: int
    points: int


class _Group(msgspec.Struct):
    """The rows of several entries, ready for one transaction."""

    last: int | None
    hash: bytes
    before: _Counts
    journal: list[Row] = []
    orders: dict[str, Row] = {}
    fills: list[Row] = []
    transfers: list[Row] = []
    points: list[Row] = []
    moved: Balances = {}

    def add(self, entry: JournalEntry) -> None:
        """Check one entry and take its rows."""
        faults = entry_faults(entry)
        if self.last is not None and entry.seq <= self.last:
            faults.append(f"entry {entry.seq} comes after entry {self.last}")
        if faults:
            raise IntegrityError(f"entry {entry.seq} was not stored: {faults[0]}")
        counts = self.counts()
        rows = write_entry(entry, self.hash, counts.fills + 1, counts.points + 1)
        self.last, self.hash = entry.seq, rows.hash
        self.journal.append(rows.journal)
        self.orders.update((row[0], row) for row in rows.orders)
        self.fills += rows.fills
        self.transfers += rows.transfers
        self.points += rows.points
        for transfer in entry.transfers:
            post(self.moved, transfer)

    def counts(self) -> _Counts:
        """Rows there will be after this group."""
        return _Counts(self.before.fills + len(self.fills), self.before.points + len(self.points))

    def insert(self, cursor: DBAPICursor) -> None:
        """Write all rows inside the caller's transaction."""
        off = [asset for asset, total in sums(self.moved).items() if total]
        if off:
            raise IntegrityError(f"nothing was stored: {', '.join(off)} does not sum to nothing")
        ADD_JOURNAL.run(cursor, self.journal)
        PUT_ORDERS.run(cursor, list(self.orders.values()))
        ADD_FILLS.run(cursor, self.fills)
        ADD_TRANSFERS.run(cursor, self.transfers)
        ADD_POINTS.run(cursor, self.points)
        MOVE_BALANCES.run(cursor, [(*key, amount) for key, amount in self.moved.items()])
