"""The beginning of a ledger as a ledger of its own: the same entries, byte for byte, and so the same hashes.

The source is only read, in one read transaction, also beside a running engine. What is written is written in one
transaction: a copy that did not come to its end is an empty ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from engine.adapters.sqlite_beside import Head, read_head, sum_fault, sync_folder, wal_size, write_sum
from engine.adapters.sqlite_errors import told
from engine.adapters.sqlite_open import (
    POINTS_FROM,
    SCHEMA,
    ask,
    check_whole,
    connect,
    open_writer,
    read_meta,
    write_meta,
)
from engine.adapters.sqlite_recover import check_head, stored_entries
from engine.adapters.sqlite_rows import Row, order_bodies, order_row, read_order, read_transfer, relink
from engine.adapters.sqlite_tables import (
    ADD_FILLS,
    ADD_JOURNAL,
    ADD_POINTS,
    ADD_TRANSFERS,
    MOVE_BALANCES,
    PUT_ORDERS,
    PUT_SNAPSHOT,
    SNAPSHOTS,
    columns,
    driver_cursor,
)
from engine.ledger.chain import GENESIS
from engine.ledger.invariants import Balances, post
from engine.model.format import parse_time, time_text
from engine.model.ids import TimeNs
from engine.model.refusal import Code, refuse
from engine.ports import IntegrityError, StoreError

_CHUNK = 512


class Cut(msgspec.Struct, frozen=True):
    """Where a past desk stands: after entry `seq` (0: before the first), at market time `at`."""

    seq: int
    at: TimeNs


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A view of the ledger at `path` that does not change, its head and its words verified.

    Raises StoreError where there is none or it cannot be read, IntegrityError where it is not what was written.
    """
    with told(path):
        if not path.is_file():
            raise StoreError(f"there is no ledger at {path}. Check the home, or trade once to begin one")
        fault = sum_fault(path)
        if fault is not None:
            raise IntegrityError(f"{fault}. See what `vterm audit` says")
        head = read_head(path)
        connection = connect(path, "mode=ro" if wal_size(path) else "mode=ro&immutable=1", busy_ms=5_000)
        try:
            connection.exec_driver_sql("BEGIN")
            if wal_size(path) == 0:
                check_whole(connection, path)
            if not read_meta(connection, path):
                raise StoreError(f"{path} is empty: nothing has happened in it yet")
            check_head(connection, path, head)
            yield connection
        finally:
            connection.close()


def words_of(path: Path) -> dict[str, str]:
    """What a ledger remembers about its home. Raises as `reading`."""
    with reading(path) as connection:
        return read_meta(connection, path)


def cut_at(path: Path, at: TimeNs) -> Cut:
    """After everything up to a time. Raises Refused for a time that the ledger does not reach, else as `reading`."""
    with reading(path) as connection:
        start = read_meta(connection, path).get("start", "")
        first = parse_time(start) if start else (ask(connection, "SELECT min(at) FROM journal") or TimeNs(0))
        last = ask(connection, "SELECT max(at) FROM journal") or first
        if not first <= at <= last:
            fix = f"use a time from {time_text(first)} to {time_text(last)}"
            raise refuse(Code.OUT_OF_RANGE, f"{time_text(at)} is outside this desk's history", fix=fix, field="at")
        return Cut(ask(connection, "SELECT max(seq) FROM journal WHERE at <= ?", at) or 0, at)


def cut_before(path: Path, name: str, account: str) -> Cut:
    """Just before an order was sent, by its own id or its client's. An order that time made (a slice, a liquidation)
    has the moment before it. Raises Refused for an order that there is not, else as `reading`."""
    with reading(path) as connection:
        found = ask(
            connection,
            "SELECT order_id FROM orders WHERE order_id = ? OR (account = ? AND client_order_id = ?)"
            " ORDER BY order_id = ? LIMIT 1",
            *(name, account, name, name),
        )
        if found is None:
            fix = "vterm orders lists them"
            raise refuse(Code.UNKNOWN_ORDER, f"there is no order {name[:64]}", fix=fix, field="before")
        rows = connection.exec_driver_sql(
            "SELECT seq, at, kind, orders FROM journal WHERE instr(orders, ?) > 0 ORDER BY seq",
            (f'"order_id":"{found}"'.encode(),),
        )
        for seq, at, kind, orders in rows:
            if any(read_order(body).order_id == found for body in order_bodies(orders)):
                before = ask(connection, "SELECT at FROM journal WHERE seq < ? ORDER BY seq DESC LIMIT 1", seq) or 0
                return Cut(seq - 1, TimeNs(max(before, at - 1)) if kind == "tick" else TimeNs(at))
    raise IntegrityError(f"{path} is damaged: no entry holds order {found}. Run `vterm audit`")


def copy_prefix(source: Path, target: Path, cut: Cut, words: dict[str, str]) -> bytes:
    """Write the entries of `source` up to `cut` to a new ledger at `target`; the hash of the last of them.

    `words` replace what the source remembers under the same names. Snapshots come along where they are not of a later
    moment. Raises IntegrityError where the source's chain breaks before the cut.
    """
    with reading(source) as connection, told(target):
        target.touch(mode=0o600, exist_ok=False)
        sync_folder(target.parent)
        writer = open_writer(target, busy_ms=5_000)
        try:
            writer.exec_driver_sql("BEGIN IMMEDIATE")
            digest = _Copy(connection, writer, source).run(cut, words, target)
            writer.exec_driver_sql("COMMIT")
            writer.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            writer.close()
            writer.engine.dispose()
    with told(target):
        head = Head(target)
        if cut.seq:
            head.write(cut.seq, digest)
        head.close()
        write_sum(target)
    return digest


class _Copy:
    """Rows on their way from one ledger to another, within one transaction."""

    def __init__(self, source: Connection, target: Connection, path: Path) -> None:
        self._source, self._path = source, path
        self._target, self._cursor = target, driver_cursor(target)
        self._orders: dict[str, Row] = {}
        self._moved: Balances = {}

    def run(self, cut: Cut, words: dict[str, str], target: Path) -> bytes:
        """Everything up to the cut; the hash of the last entry."""
        digest = self._entries(cut.seq)
        MOVE_BALANCES.run(self._cursor, [(*key, amount) for key, amount in self._moved.items()])
        kept = self._source.exec_driver_sql(
            f"SELECT {columns(SNAPSHOTS)} FROM snapshots WHERE seq <= ? AND at <= ? ORDER BY seq", (cut.seq, cut.at)
        )
        for row in kept:
            PUT_SNAPSHOT.run(self._cursor, [tuple(row)])
        told_here, told_there = read_meta(self._target, target), read_meta(self._source, self._path)
        if POINTS_FROM in told_there or int(told_there.get(SCHEMA, "0")) < int(told_here[SCHEMA]):
            told_there[POINTS_FROM] = str(min(cut.seq, int(told_there.get(POINTS_FROM, cut.seq))))
        write_meta(self._target, {**told_there, **words, SCHEMA: told_here[SCHEMA]})
        return digest

    def _entries(self, last: int) -> bytes:
        previous, reached = GENESIS, 0
        waiting: list[tuple[Row, list[Row], list[Row], list[Row]]] = []
        for stored in stored_entries(self._source, None):
            journal = stored[0]
            if journal[0] > last:
                break
            if journal[5] != previous or relink(*stored) != journal[6]:
                raise IntegrityError(f"{self._path} is damaged: entry {journal[0]} is not what was written")
            previous, reached = journal[6], journal[0]
            self._follow(stored)
            waiting.append(stored)
            if len(waiting) == _CHUNK:
                self._insert(waiting)
                waiting = []
        self._insert(waiting)
        if reached != last:
            raise IntegrityError(f"{self._path} is damaged: entry {last} is not there")
        return previous

    def _follow(self, stored: tuple[Row, list[Row], list[Row], list[Row]]) -> None:
        """What follows from an entry: newer copies of its orders, and balances."""
        journal, _, transfers, _ = stored
        for body in order_bodies(journal[4]):
            order = read_order(body)
            self._orders[order.order_id] = order_row(order, journal[0], body)
        for row in transfers:
            post(self._moved, read_transfer(row))

    def _insert(self, entries: list[tuple[Row, list[Row], list[Row], list[Row]]]) -> None:
        ADD_JOURNAL.run(self._cursor, [journal for journal, _, _, _ in entries])
        PUT_ORDERS.run(self._cursor, list(self._orders.values()))
        self._orders = {}
        ADD_FILLS.run(self._cursor, [row for _, fills, _, _ in entries for row in fills])
        ADD_TRANSFERS.run(self._cursor, [row for _, _, transfers, _ in entries for row in transfers])
        ADD_POINTS.run(self._cursor, [row for _, _, _, points in entries for row in points])
