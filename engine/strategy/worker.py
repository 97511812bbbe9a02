"""One thread in which a strategy runs, so that whatever it does the desk's stream goes on and Ctrl-C is heard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = tuple[Callable[[], None], "asyncio.Future[None]"]


class Worker:
    """Does one thing at a time. A daemon: a strategy that never returns cannot keep the process."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        threading.Thread(target=self._run, name="strategy", daemon=True).start()

    async def do(self, work: Callable[[], None]) -> None:
        """Wait until it is done. Raises what it raised."""
        done: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((work, done))
        await done

    def close(self) -> None:
        """Nothing more will come."""
        self._queue.put(None)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            work, done = item
            error: BaseException | None = None
            try:
                work()
            except BaseException as raised:  # noqa: BLE001 - handed to whoever waits, never swallowed
                error = raised
            try:
                self._loop.call_soon_threadsafe(_settle, done, error)
            except RuntimeError:
                return  # the run has ended without waiting


def _settle(done: asyncio.Future[None], error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
