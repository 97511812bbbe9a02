"""Stored balances, and every account rebuilt from stored fills and transfers: the ledger's side of a reconciliation.

Reads on a connection of its own, in short steps with a rest between them, so that neither the writer's checkpoints nor
a trader wait for it.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.adapters.sqlite_errors import told
from engine.adapters.sqlite_open import ask, connect
from engine.adapters.sqlite_rows import Row, read_fill, read_transfer
from engine.adapters.sqlite_tables import BALANCES, FILLS, TRANSFERS, columns, driver_cursor
from engine.ledger.invariants import Balances
from engine.ledger.migrations.m0002_past import BESIDE_FILLS
from engine.ledger.postings import OWN_CODES
from engine.ledger.reconcile import Traders
from engine.ledger.replay import Rebuilt
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.ports import IntegrityError

_PART = 256
REST_S = 0.000_5
"""Rest after each part of a recount: a trader's command waits for one part at most."""


class SqliteRecount:
    """Implements Books over the ledger at `path`."""

    def __init__(self, path: Path, busy_ms: int = 5_000) -> None:
        self._path, self._busy_ms = path, busy_ms
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let a recount end early."""
        self._stopped.set()

    def balances(self) -> tuple[int, Balances]:
        """(newest entry, stored balances after it), read as of one moment."""
        with told(self._path):
            connection = connect(self._path, "mode=ro", self._busy_ms)
            try:
                connection.exec_driver_sql("BEGIN")
                newest = ask(connection, "SELECT max(seq) FROM journal") or 0
                cursor = driver_cursor(connection)
                rows = cursor.execute(f"SELECT {columns(BALANCES)} FROM balances").fetchall()
                return newest, {(row[0], row[1]): row[2] for row in rows}
            finally:
                _let_go(connection)

    def recount(self) -> tuple[int, dict[str, Rebuilt]] | None:
        """(newest entry, every account by stored fills and transfers up to it); None where `stop` came first."""
        with told(self._path):
            connection = connect(self._path, "mode=ro", self._busy_ms)
            try:
                newest = ask(connection, "SELECT max(seq) FROM journal") or 0
                traders = _Recount(connection, newest, self._stopped).run()
            finally:
                _let_go(connection)
        return None if traders is None else (newest, traders)


class _Recount:
    """One walk through fills and transfers, which only ever grow at their ends."""

    def __init__(self, connection: Connection, newest: int, stopped: threading.Event) -> None:
        self._cursor: Any = driver_cursor(connection)
        self._newest, self._stopped = newest, stopped
        self._traders = Traders()

    def run(self) -> dict[str, Rebuilt] | None:
        """Every account; None where it was stopped."""
        beside: dict[int, list[Transfer]] = defaultdict(list)
        for row in self._cursor.execute(
            f"SELECT {columns(TRANSFERS)} FROM transfers WHERE {BESIDE_FILLS} AND seq <= ? ORDER BY transfer_id",
            (self._newest,),
        ).fetchall():
            beside[row[1]].append(read_transfer(row))
        waiting = iter(sorted(beside))
        following = next(waiting, None)
        for seq, rows in groupby(self._fills(), key=lambda row: int(row[1])):
            while following is not None and following < seq:
                self._traders.take((), tuple(beside[following]))
                following = next(waiting, None)
            fills = [read_fill(row) for row in rows]
            if following == seq:
                self._take_both(seq, fills, beside[seq])
                following = next(waiting, None)
            else:
                self._traders.take(fills, ())
        if self._stopped.is_set():
            return None
        while following is not None:
            self._traders.take((), tuple(beside[following]))
            following = next(waiting, None)
        if self._traders.faults:
            raise IntegrityError(f"stored rows contradict each other: {self._traders.faults[0]}. Run `vterm audit`")
        return self._traders.of

    def _take_both(self, seq: int, fills: list[Fill], beside: list[Transfer]) -> None:
        """An entry in which fills and what time booked took turns: all its transfers together carry the order."""
        if not any(transfer.code in OWN_CODES for transfer in beside):
            self._traders.take(fills, tuple(beside))
            return
        first = beside[0].transfer_id
        found = self._around(seq, first, -1) + self._around(seq, first - 1, 1)
        self._traders.take(fills, tuple(sorted(found, key=lambda transfer: transfer.transfer_id)))

    def _around(self, seq: int, start: int, way: int) -> list[Transfer]:
        """Transfers of an entry from number `start` up or down (without `start` itself)."""
        sign, order = (">", "ASC") if way > 0 else ("<", "DESC")
        cursor = self._cursor.connection.cursor()
        found = []
        for row in cursor.execute(
            f"SELECT {columns(TRANSFERS)} FROM transfers WHERE transfer_id {sign} ? ORDER BY transfer_id {order}",
            (start,),
        ):
            if row[1] != seq:
                break
            found.append(read_transfer(row))
        cursor.close()
        return found

    def _fills(self) -> Iterator[Row]:
        """Fills in order, in short reads."""
        last = 0
        while not self._stopped.is_set():
            rows = self._cursor.execute(
                f"SELECT {columns(FILLS)} FROM fills WHERE number > ? AND seq <= ? ORDER BY number LIMIT {_PART}",
                (last, self._newest),
            ).fetchall()
            if not rows:
                return
            yield from rows
            last = rows[-1][0]
            time.sleep(REST_S)


def _let_go(connection: Connection) -> None:
    connection.close()
    connection.engine.dispose()
