"""The audit of a ledger: proof, from the stored rows alone, that nothing was lost, changed or miscounted.

Read-only. Works beside a running engine (one read transaction) and on the home of a dead one.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from engine.adapters.sqlite_beside import read_head, sum_fault, sum_path, wal_size
from engine.adapters.sqlite_errors import told
from engine.adapters.sqlite_open import SCHEMA, ask, check_whole, connect, read_meta
from engine.adapters.sqlite_proof import MOST, Proof
from engine.adapters.sqlite_recover import check_head, read_snapshot, stored_entries
from engine.adapters.sqlite_rows import read_entry, relink
from engine.adapters.sqlite_tables import BALANCES, ORDERS, SNAPSHOTS, columns
from engine.ledger.chain import GENESIS
from engine.ledger.migrations import LATEST, MIGRATIONS
from engine.model.number import to_text
from engine.ports import AuditReport, IntegrityError, StoreError

_DECIMALS, _LEAST = 6, 2
_TRIES = 3


def audit(path: Path) -> AuditReport:
    """Everything that can be proved about the ledger at `path`.

    Raises StoreError where there is no ledger, it may not be read, or it is from a newer vterm.
    """
    with told(path):
        if not path.is_file():
            raise StoreError(f"there is no ledger at {path}. Check the home, or trade once to begin one")
    if not os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        raise StoreError(f"{path} may not be read. Give yourself permission on the file and its folder")
    for _ in range(_TRIES):
        before = _shape(path)
        proof = Proof()
        with told(path):
            _audit_file(path, proof)
        if not proof.problems or _shape(path) == before:
            break
    return _report(proof)


def _shape(path: Path) -> tuple[bool, bool, int]:
    """What changes when an engine opens or closes the ledger: such an audit is done again."""
    return sum_path(path).exists(), wal_size(path) > 0, path.stat().st_mtime_ns if not wal_size(path) else 0


def _audit_file(path: Path, proof: Proof) -> None:
    try:
        fault = sum_fault(path)
        if fault is not None:
            proof.say(fault)
        head = read_head(path)
        with told(path):
            connection = connect(path, "mode=ro" if wal_size(path) else "mode=ro&immutable=1", busy_ms=5_000)
            try:
                connection.exec_driver_sql("BEGIN")
                _audit_rows(connection, path, proof, head)
            finally:
                connection.close()
    except IntegrityError as error:
        proof.say(str(error))
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError, ValueError) as error:
        proof.say(f"{path} is damaged: a row cannot be read ({error})")


def _audit_rows(connection: Connection, path: Path, proof: Proof, head: tuple[int, bytes] | None) -> None:
    if wal_size(path) == 0:
        check_whole(connection, path)
    words = read_meta(connection, path)
    if not words:
        raise IntegrityError(f"{path} is empty: there is no ledger in it")
    _check_file(connection, proof, int(words.get(SCHEMA, "0")))
    _check_entries(connection, proof)
    check_head(connection, path, head)
    proof.orders(tuple(row) for row in connection.exec_driver_sql(f"SELECT {columns(ORDERS)} FROM orders"))
    proof.balances(tuple(row) for row in connection.exec_driver_sql(f"SELECT {columns(BALANCES)} FROM balances"))


def _check_file(connection: Connection, proof: Proof, version: int) -> None:
    """SQLite's own checks, and a schema that is exactly what the migrations make."""
    for row in connection.exec_driver_sql(f"PRAGMA integrity_check({MOST})"):
        if row[0] != "ok":
            proof.say(f"SQLite finds: {row[0]}")
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        proof.say(f"row {row[1]} of {row[0]} refers to a missing row of {row[2]}")
    made = {text for number, statements in MIGRATIONS if number <= version for text in statements}
    found = {row[0] for row in connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
    if version == LATEST and made != found:
        proof.say("the tables are not those of this ledger's schema")


def _check_entries(connection: Connection, proof: Proof) -> None:
    """Walk the chain once, rebuilding everything; value each snapshot when its entry is reached."""
    rows = connection.exec_driver_sql(f"SELECT {columns(SNAPSHOTS)} FROM snapshots ORDER BY seq").fetchall()
    snapshots = []
    for row in rows:
        snapshot = read_snapshot(connection, tuple(row))
        if snapshot is None:
            proof.say(f"the snapshot of entry {row[0]} is not what was written")
        else:
            snapshots.append(snapshot)
    previous = GENESIS
    for stored in stored_entries(connection, None):
        journal = stored[0]
        while snapshots and snapshots[0].seq < journal[0]:
            proof.value(snapshots.pop(0))
        if journal[5] != previous or relink(*stored) != journal[6]:
            proof.say(f"entry {journal[0]} is not what was written: the chain breaks there")
        previous = journal[6]
        proof.entry(read_entry(*stored), journal[4])
    for snapshot in snapshots:
        proof.value(snapshot)
    if not ask(connection, "SELECT count(*) FROM snapshots"):
        proof.value_at_cost()


def _report(proof: Proof) -> AuditReport:
    return AuditReport(
        ok=not proof.problems,
        imbalance=money(proof.imbalance) if proof.imbalance else "0",
        entries=proof.entries,
        orders=proof.order_rows,
        fills=proof.fills,
        nav_stored=money(proof.nav_stored),
        nav_recomputed=money(proof.nav_recomputed),
        problems=tuple(proof.problems),
        signatures=proof.signed.signatures,
    )


def money(minor: int) -> str:
    """Minor as decimal text with two to six decimals."""
    text = to_text(minor, _DECIMALS)
    spare = len(text) - len(text.rstrip("0"))
    return text[: len(text) - min(spare, _DECIMALS - _LEAST)]
