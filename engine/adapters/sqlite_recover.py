"""Reading a ledger back: the newest whole snapshot, the entries after it, and proof that none is missing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Table

from engine.adapters.sqlite_open import ask
from engine.adapters.sqlite_rows import Row, encode, read_entry, relink
from engine.adapters.sqlite_tables import EQUITY, FILLS, JOURNAL, SNAPSHOTS, TRANSFERS, columns
from engine.ledger.chain import GENESIS, seal
from engine.model.ids import TimeNs
from engine.ports import IntegrityError, JournalEntry, Recovered, Snapshot

_SEQ = 1
_read_nav = msgspec.json.Decoder(dict[str, int]).decode
_read_marks = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode


def anchor(connection: Connection, seq: int) -> bytes:
    """Hash of the newest entry up to `seq`: what a snapshot after `seq` is sealed to."""
    found: bytes | None = ask(connection, "SELECT hash FROM journal WHERE seq <= ? ORDER BY seq DESC LIMIT 1", seq)
    return found or GENESIS


def snapshot_row(connection: Connection, snapshot: Snapshot) -> Row:
    """A snapshot's columns, sealed to the chain."""
    row = (snapshot.seq, snapshot.at, snapshot.state, encode(snapshot.nav), encode(snapshot.marks))
    return (*row, seal(anchor(connection, snapshot.seq), row))


def read_snapshot(connection: Connection, row: Row) -> Snapshot | None:
    """The snapshot in a row, or None where its seal does not hold."""
    seq, at, state, nav, marks, stored = row
    if seal(anchor(connection, seq), (seq, at, state, nav, marks)) != stored:
        return None
    return Snapshot(seq, TimeNs(at), state, _read_nav(nav), _read_marks(marks))


def recover(connection: Connection, path: Path) -> Recovered:
    """The newest whole snapshot and every entry after it. Raises IntegrityError where the chain breaks."""
    snapshot = None
    found = connection.exec_driver_sql(f"SELECT {columns(SNAPSHOTS)} FROM snapshots ORDER BY seq DESC").fetchall()
    for row in found:
        snapshot = read_snapshot(connection, tuple(row))
        if snapshot is not None:
            break
    try:
        after = tuple(_entries_after(connection, snapshot.seq if snapshot else None, path))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise IntegrityError(f"{path} is damaged: an entry cannot be read ({error})") from None
    return Recovered(snapshot, after)


def _entries_after(connection: Connection, seq: int | None, path: Path) -> Iterator[JournalEntry]:
    previous = GENESIS if seq is None else anchor(connection, seq)
    for stored in stored_entries(connection, seq):
        journal = stored[0]
        if journal[5] != previous or relink(*stored) != journal[6]:
            raise IntegrityError(f"{path} is damaged: entry {journal[0]} is not what was written. Run `vterm audit`")
        previous = journal[6]
        yield read_entry(*stored)


Stored = tuple[Row, list[Row], list[Row], list[Row]]
"""A journal row with its fills, its transfers and its equity points."""


def stored_entries(connection: Connection, after: int | None) -> Iterator[Stored]:
    """Each journal row with all that it caused, in order; rows of no entry raise IntegrityError."""
    # A ledger that is only read may be from before there were points.
    pointed = ask(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'equity'")
    tables = (FILLS, TRANSFERS, EQUITY) if pointed else (FILLS, TRANSFERS)
    parts = [(table.name, _by_entry(connection, table, after)) for table in tables]
    groups = [next(found, None) for _, found in parts]
    for journal in _rows(connection, JOURNAL, after):
        mine: list[list[Row]] = [[], [], []]
        for number, (_, found) in enumerate(parts):
            group = groups[number]
            if group is not None and group[0] == journal[0]:
                mine[number], groups[number] = group[1], next(found, None)
        yield journal, mine[0], mine[1], mine[2]
    for (name, _), left in zip(parts, groups, strict=True):
        if left is not None:
            raise IntegrityError(f"row {left[1][0][0]} of {name} belongs to no entry in its place")


def _by_entry(connection: Connection, table: Table, after: int | None) -> Iterator[tuple[int, list[Row]]]:
    for seq, rows in groupby(_rows(connection, table, after), key=lambda row: int(row[_SEQ])):
        yield seq, list(rows)


def _rows(connection: Connection, table: Table, after: int | None) -> Iterator[Row]:
    """Rows of `table` in key order, of entries after `after` (None is all)."""
    key = table.columns[0].name
    start = -(2**63) if after is None else _last_key(connection, table, after)
    found = connection.exec_driver_sql(
        f"SELECT {columns(table)} FROM {table.name} WHERE {key} > ? ORDER BY {key}", (start,)
    )
    for part in found.partitions(512):
        for row in part:
            yield tuple(row)


def _last_key(connection: Connection, table: Table, after: int) -> int:
    """The last key of entries up to `after`, by bisection: keys and entry numbers grow together."""
    if table is JOURNAL:
        return after
    key = table.columns[0].name
    low, high = 0, ask(connection, f"SELECT max({key}) FROM {table.name}") or 0
    while low < high:
        middle = (low + high + 1) // 2
        seq = ask(connection, f"SELECT seq FROM {table.name} WHERE {key} <= ? ORDER BY {key} DESC LIMIT 1", middle)
        low, high = (middle, high) if seq is None or seq <= after else (low, middle - 1)
    return low


def check_head(connection: Connection, path: Path, head: tuple[int, bytes] | None) -> None:
    """Refuse a ledger that ends before its newest acknowledged entry."""
    if head is None:
        return
    seq, digest = head
    stored = ask(connection, "SELECT hash FROM journal WHERE seq = ?", seq)
    if stored != digest:
        raise IntegrityError(
            f"{path} has lost entry {seq}, which was acknowledged. Restore it from a copy"
            f" (to go on without it, remove {path.stem}.head; to begin anew, move away every {path.stem}.*)"
        )
