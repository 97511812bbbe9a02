"""Brings the writer's answers into an event loop, one wake-up for a whole group."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.ledger.writer import Failure, GroupWriter
from engine.ports import JournalEntry

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future


class LoopAnswers:
    """Futures for submitted entries. Use from the loop's own thread only."""

    def __init__(self, writer: GroupWriter, loop: AbstractEventLoop) -> None:
        self._writer = writer
        self._loop = loop
        self._done: deque[tuple[Future[None], Failure | None]] = deque()
        self._woken = False

    def submit(self, entries: Sequence[JournalEntry]) -> Future[None]:
        """A future that is done when the entries are durable, or fails with StoreError or IntegrityError."""
        future = self._loop.create_future()
        self._writer.submit(entries, lambda failure: self._answer(future, failure))
        return future

    def _answer(self, future: Future[None], failure: Failure | None) -> None:
        """On the writer's thread. Waking a loop costs a system call: the first answer of a group does it."""
        self._done.append((future, failure))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._woken = False
        while self._done:
            future, failure = self._done.popleft()
            if future.done():
                continue
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)
