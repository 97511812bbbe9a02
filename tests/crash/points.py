"""Where a desk can be killed, and the wrappers that kill it there. Only ever put on in a process that may die."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

import pysqlite3.dbapi2 as dbapi

from engine import runner, turns
from engine.adapters.sqlite import SqliteLedger
from engine.ledger.writer import GroupWriter
from engine.ports import JournalEntry, Snapshot
from tests.crash.shim import install

BEFORE, INSIDE, AFTER = "before the journal", "inside the transaction", "after commit, before the answer"
SNAPSHOT, CONSUMER = "in a snapshot or checkpoint", "in a consumer"
POINTS = (BEFORE, INSIDE, AFTER, SNAPSHOT, CONSUMER)
OFTEN = 12
"""Entries between snapshots, so that many are met."""

SOON_S = 0.001
"""Idle time after which the log is folded back, for the same reason."""

_HEARD_S = 0.002


class Death:
    """Dies when a point has been passed `count` times."""

    def __init__(self, point: str = "", count: int = 0) -> None:
        self.point, self.left = point, count
        self._phase = ""

    def passed(self, point: str) -> None:
        """The process is at `point`. A moment is left for whatever was answered too early to be heard."""
        if point and point == self.point:
            self.left -= 1
            if self.left == 0:
                time.sleep(_HEARD_S)
                os.kill(os.getpid(), signal.SIGKILL)

    def put_on(self) -> None:
        """Wrap the store of this process for good."""
        commit, snapshot, connect = SqliteLedger.commit, SqliteLedger.snapshot, dbapi.connect
        fold = SqliteLedger.fold

        def deadly_commit(store: SqliteLedger, entries: Sequence[JournalEntry]) -> None:
            self.passed(BEFORE)
            self._within(INSIDE, commit, store, entries)
            self.passed(AFTER)

        def deadly_snapshot(store: SqliteLedger, taken: Snapshot) -> None:
            self.passed(SNAPSHOT)
            self._within(SNAPSHOT, snapshot, store, taken)
            self.passed(SNAPSHOT)

        def deadly_fold(store: SqliteLedger) -> None:
            self._within(SNAPSHOT, fold, store)

        def traced(*words: Any, **options: Any) -> Any:
            connection = connect(*words, **options)
            connection.set_trace_callback(lambda _: self.passed(self._phase))
            return connection

        if self.point in (INSIDE, SNAPSHOT):
            install(self)  # between the writes of a commit or a checkpoint, too
        SqliteLedger.commit, SqliteLedger.snapshot = deadly_commit, deadly_snapshot  # type: ignore[method-assign, assignment]
        SqliteLedger.fold = deadly_fold  # type: ignore[method-assign]
        if self.point in (INSIDE, SNAPSHOT):
            dbapi.connect = traced
        runner.SNAPSHOT_ENTRIES, turns.IDLE_S = OFTEN, SOON_S

    # --- as SQLite's witness: it is at the same point before each deed of its own -------------------

    def opened(self, name: str) -> None:
        """No moment of interest."""

    def write(self, name: str, data: bytes, offset: int) -> None:
        self.passed(self._phase)

    def truncate(self, name: str, size: int) -> None:
        self.passed(self._phase)

    def synced(self, name: str) -> None:
        self.passed(self._phase)

    def deleted(self, name: str, durably: bool) -> None:
        """No moment of interest."""

    def _within(self, phase: str, call: Callable[..., None], *words: Any) -> None:
        self._phase = phase
        try:
            call(*words)
        finally:
            self._phase = ""


class AnswersFirst(GroupWriter):
    """The mutant: tells everybody that it is durable, and then makes it so."""

    def _store_group(self) -> None:
        for work in self._group:
            work.on_done(self.failure)
        super()._store_group()
        last = self._group[-1]
        self._group.clear()
        if last.last:
            self._group.append(last)
