"""Group commit: one thread takes everything that waits, makes it durable at once, and answers in order."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from engine.ports import IntegrityError, JournalEntry, LedgerStore, Snapshot, StoreError

Failure = StoreError | IntegrityError
OnDone = Callable[[Failure | None], None]

MAX_GROUP = 1024
"""Most pieces of work in one commit: beyond this a larger group saves nothing and only adds waiting."""

GATHER_S = 0.000_1
"""How long to look out for more of a crowd: far below what a synchronisation costs."""

_CLOSED = "the ledger's writer is closed: open the desk again to trade"
_OWN_FAULT = "the ledger's writer stopped on a fault of its own: restart"


class _Work:
    """Something waiting for the thread: entries, a snapshot, a fold or nothing (a flush); `last` ends the thread."""

    __slots__ = ("entries", "fold", "last", "on_done", "snapshot")

    def __init__(
        self,
        on_done: OnDone,
        entries: Sequence[JournalEntry] = (),
        snapshot: Snapshot | None = None,
        last: bool = False,
        fold: bool = False,
    ) -> None:
        self.on_done = on_done
        self.fold = fold
        self.entries = entries
        self.snapshot = snapshot
        self.last = last


class GroupWriter:
    """The one writer of a ledger.

    `on_done` is called on the writer's thread, in the order of submission, with None once the work is durable
    or with the error that prevented it; it must be quick and must not raise. After the first failure nothing
    more is written: everything waiting and everything that still comes is answered with that error, so that
    the engine can stop trading without ever having acknowledged what is not stored.
    """

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self._queue: SimpleQueue[_Work] = SimpleQueue()
        self._group: deque[_Work] = deque()
        self._gate = threading.Lock()
        self._closed = False
        self._expected = 1
        self._put_count = self._done_count = 0
        self.failure: Failure | None = None
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[JournalEntry], on_done: OnDone) -> None:
        """Queue entries for one atomic commit. Never waits. Raises StoreError once the writer is closed."""
        self._put(_Work(on_done, entries=entries))

    def snapshot(self, snapshot: Snapshot, on_done: OnDone | None = None) -> None:
        """Queue a snapshot, to be stored after everything submitted before it. Never waits."""
        self._put(_Work(on_done or _ignore, snapshot=snapshot))

    def fold(self) -> None:
        """Let the store tidy up behind everything submitted before. Never waits."""
        self._put(_Work(_ignore, fold=True))

    @property
    def closed(self) -> bool:
        """Whether it takes no more work."""
        return self._closed

    @property
    def idle(self) -> bool:
        """Whether the thread has nothing to do. Only its submitter may conclude that this will stay so."""
        return self._put_count == self._done_count

    def write(self, entries: Sequence[JournalEntry]) -> Failure | None:
        """Make entries durable on the caller's thread, which waits for the disk: two hand-overs fewer.

        Only for the one submitter, while the writer is `idle`. What failed is answered as by the thread.
        """
        if self.failure is not None or self._closed:
            return self.failure or StoreError(_CLOSED)
        sound = False
        try:
            self._commit(list(entries))
            sound = True
        except (StoreError, IntegrityError) as failure:
            self.failure = failure
        finally:
            if not sound and self.failure is None:
                self.failure = StoreError(_OWN_FAULT)
        return self.failure

    def flush(self) -> None:
        """Wait until everything submitted so far is answered; raises the failure if there was one."""
        self._wait(last=False)

    def close(self) -> None:
        """Write what waits, then end the thread; the store stays open. Raises the failure if there was one."""
        if self._closed:
            return
        self._wait(last=True)

    def _wait(self, last: bool) -> None:
        done = threading.Event()
        self._put(_Work(lambda _: done.set(), last=last))
        done.wait()
        if last:
            self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _put(self, work: _Work) -> None:
        with self._gate:
            if self._closed:
                raise self.failure or StoreError(_CLOSED)
            self._closed = work.last
            self._put_count += 1
            self._queue.put(work)

    def _run(self) -> None:
        last = sound = False
        try:
            while not last:
                self._take()
                last = self._group[-1].last
                self._store_group()
                self._answer(self.failure)
            sound = True
        finally:
            if not sound:
                self._give_up()

    def _take(self) -> None:
        self._group.append(self._queue.get())
        self._gather()
        with contextlib.suppress(Empty):
            while len(self._group) < MAX_GROUP and not self._group[-1].last:
                self._group.append(self._queue.get_nowait())
        self._expected = len(self._group)

    def _fold(self) -> None:
        """A disk that is full or fails now says so again at the next commit, where it matters."""
        with contextlib.suppress(StoreError):
            self._store.fold()

    def _gather(self) -> None:
        """Callers answered together come back together: wait for as many as last time while they still come.

        A lone caller never waits; a crowd does not pay for a synchronisation that only its first one uses.
        """
        waiting = 0
        while self._queue.qsize() + 1 < self._expected:
            time.sleep(GATHER_S)
            if self._queue.qsize() <= waiting:
                return
            waiting = self._queue.qsize()

    def _store_group(self) -> None:
        if self.failure is not None:
            return
        try:
            waiting: list[JournalEntry] = []
            for work in self._group:
                waiting += work.entries
                if work.snapshot is not None:
                    self._commit(waiting)
                    waiting = []
                    self._store.snapshot(work.snapshot)
                if work.fold:
                    self._fold()
            self._commit(waiting)
        except (StoreError, IntegrityError) as failure:
            self.failure = failure

    def _commit(self, entries: list[JournalEntry]) -> None:
        if entries:
            self._store.commit(entries)

    def _answer(self, failure: Failure | None) -> None:
        count = len(self._group)
        while self._group:
            self._group.popleft().on_done(failure)
        self._done_count += count

    def _give_up(self) -> None:
        """A fault in the store or in a callback ends the thread: nobody may be left waiting for it."""
        self.failure = self.failure or StoreError(_OWN_FAULT)
        with self._gate:
            self._closed = True
        with contextlib.suppress(Empty):
            while True:
                self._group.append(self._queue.get_nowait())
        while self._group:
            with contextlib.suppress(RuntimeError):
                self._answer(self.failure)


def _ignore(_: Failure | None) -> None:
    """A snapshot nobody waits for: its failure is kept in `failure` and told to the next submitter."""
