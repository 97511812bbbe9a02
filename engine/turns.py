"""What one turn of the event loop brings is committed at once, and answered in the loop.

One who comes alone is written on the loop's own thread while the disk is quick: handing work to the writer's
thread and back costs as much as the synchronisation itself at the 99th percentile, once other processes want
the cores. A crowd, a slow disk or much work at once goes to the thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import msgspec

from engine.ledger.writer import Failure, GroupWriter, OnDone
from engine.ports import JournalEntry, Snapshot, StoreError

QUICK_S = 0.002
"""A disk that needs longer on average may not hold up the loop."""
WEIGHT = 0.1
"""Of the newest commit in that average."""
FEW_ROWS = 64
"""Rows that a commit on the loop's thread may have; an order has about a dozen."""
IDLE_S = 0.2
"""After so long without a commit the store may tidy up: an order that comes just then waits 2 ms."""


class _Wish(msgspec.Struct, frozen=True):
    """Entries to commit, or a snapshot to keep."""

    entries: Sequence[JournalEntry]
    on_done: OnDone
    snapshot: Snapshot | None = None


class TurnCommits:
    """Commits of one event loop. Use from the loop's own thread only."""

    def __init__(self, writer: GroupWriter) -> None:
        self._writer = writer
        self._turn: list[_Wish] = []
        self._done: deque[tuple[OnDone, Failure | None]] = deque()
        self._woken = False
        self._cost_s = QUICK_S
        self._last_at = 0.0
        self._will_tidy = False

    def submit(self, entries: Sequence[JournalEntry], on_done: OnDone) -> None:
        """Have entries committed with all else of this turn; `on_done` is called in the loop, in order."""
        self._add(_Wish(entries, on_done))

    def snapshot(self, snapshot: Snapshot) -> None:
        """Have a snapshot stored after everything submitted before it."""
        self._add(_Wish((), _ignore, snapshot))

    def _add(self, wish: _Wish) -> None:
        if not self._turn:
            asyncio.get_running_loop().call_soon(self.send)
        self._turn.append(wish)

    def committed(self, entries: Sequence[JournalEntry]) -> asyncio.Future[None]:
        """A future that is done when the entries are durable, or fails with StoreError or IntegrityError."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def settle(failure: Failure | None) -> None:
            if future.done():
                return
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)

        self.submit(entries, settle)
        return future

    def send(self) -> None:
        """End the turn: everything submitted so far is on its way to the disk, or there, when this returns."""
        turn, self._turn = self._turn, []
        if not turn:
            return
        loop = asyncio.get_running_loop()
        self._last_at = loop.time()
        self._tidy_later(loop)
        if len(turn) > 1 or turn[0].snapshot is not None:
            for wish in turn:
                self._hand_over(wish, loop)
        else:
            self._send_one(turn[0], loop)

    def _send_one(self, wish: _Wish, loop: asyncio.AbstractEventLoop) -> None:
        began = loop.time()
        if self._cost_s < QUICK_S and self._writer.idle and _rows(wish.entries) <= FEW_ROWS:
            failure: Failure | None = None
            try:
                failure = self._writer.write(wish.entries)
            finally:
                self._note(loop.time() - began)
                wish.on_done(failure or self._writer.failure)
            return

        def timed(failure: Failure | None) -> None:
            self._note(loop.time() - began)
            wish.on_done(failure)

        self._hand_over(_Wish(wish.entries, timed), loop)

    def _note(self, took_s: float) -> None:
        self._cost_s += WEIGHT * (took_s - self._cost_s)

    def _hand_over(self, wish: _Wish, loop: asyncio.AbstractEventLoop) -> None:
        try:
            if wish.snapshot is not None:
                self._writer.snapshot(wish.snapshot)
            else:
                self._writer.submit(wish.entries, lambda failure: self._answer(wish.on_done, failure, loop))
        except StoreError as closed:
            wish.on_done(closed)

    def _answer(self, on_done: OnDone, failure: Failure | None, loop: asyncio.AbstractEventLoop) -> None:
        """On the writer's thread. Waking a loop costs a system call: the first answer of a group does it."""
        self._done.append((on_done, failure))
        if not self._woken:
            self._woken = True
            loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._woken = False
        while self._done:
            on_done, failure = self._done.popleft()
            on_done(failure)

    def _tidy_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._will_tidy:
            self._will_tidy = True
            loop.call_later(IDLE_S, self._tidy, loop)

    def _tidy(self, loop: asyncio.AbstractEventLoop) -> None:
        self._will_tidy = False
        if loop.time() - self._last_at < IDLE_S:
            self._tidy_later(loop)
        elif not self._writer.closed:
            self._writer.fold()


def _rows(entries: Sequence[JournalEntry]) -> int:
    return sum(1 + len(e.orders) + len(e.fills) + len(e.transfers) + len(e.points) for e in entries)


def _ignore(_: Failure | None) -> None:
    """Nobody waits for a snapshot."""
