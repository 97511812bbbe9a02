"""Somebody who follows the committed entries by an offset of his own, and does something for each fill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pysqlite3.dbapi2 as dbapi

from engine.adapters.sqlite_open import connect
from engine.adapters.sqlite_recover import stored_entries
from engine.adapters.sqlite_rows import read_entry
from engine.bootstrap import LEDGER
from engine.ports import JournalEntry


def committed(home: Path, after: int | None = None) -> Iterator[JournalEntry]:
    """What is durable behind entry `after`, read beside whoever writes."""
    connection = connect(home / LEDGER, "mode=ro", busy_ms=5_000)
    try:
        connection.exec_driver_sql("BEGIN")  # one moment for all tables
        for row in stored_entries(connection, after):
            yield read_entry(*row)
    finally:
        connection.close()


class Consumer:
    """Its effects and its offset are kept in one transaction of its own store; that is the whole trick."""

    def __init__(self, home: Path, passed: Callable[[], None] = lambda: None) -> None:
        self.home, self.passed = home, passed
        self._own = dbapi.connect(home / "consumer.db", isolation_level=None, check_same_thread=False)
        self._own.execute("PRAGMA journal_mode = WAL")
        self._own.execute("CREATE TABLE IF NOT EXISTS effects (fill TEXT NOT NULL)")
        self._own.execute("CREATE TABLE IF NOT EXISTS place (seq INTEGER NOT NULL)")

    def catch_up(self) -> None:
        """Do what the fills since the last time ask for."""
        found = self._own.execute("SELECT max(seq) FROM place").fetchone()[0]
        entries = list(committed(self.home, found))
        if not entries:
            return
        self.passed()
        self._own.execute("BEGIN IMMEDIATE")
        for entry in entries:
            self._own.executemany("INSERT INTO effects VALUES (?)", [(str(f.fill_id),) for f in entry.fills])
        self.passed()
        self._own.execute("INSERT INTO place VALUES (?)", (entries[-1].seq,))
        self._own.execute("COMMIT")
        self.passed()

    def effects(self) -> Counter[str]:
        """How often something was done for each fill."""
        return Counter(row[0] for row in self._own.execute("SELECT fill FROM effects"))

    def close(self) -> None:
        """Let go of the store."""
        self._own.close()


def client_ids(entries: list[JournalEntry]) -> Counter[str]:
    """How many orders were made for each client order id."""
    made: Counter[str] = Counter()
    for entry in entries:
        if entry.kind == "submit":
            made[msgspec.json.decode(entry.body)["order"]["client_order_id"]] += 1
    return made
