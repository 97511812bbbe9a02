"""Reads that take long: state is read on the desk's own thread, in pieces; what only computes is done beside it.

A job is a generator. `yield None` lets others run; `yield work` has `work` done where it holds nobody up, and gives
back what it returned. So a job reads everything that must belong together before its first yield.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any, TypeVar

T = TypeVar("T")
Work = Callable[[], Any]
Job = Generator[Work | None, Any, T]


def at_once(job: Job[T]) -> T:
    """The whole job, here and now."""
    answer = None
    while True:
        try:
            work = job.send(answer)
        except StopIteration as done:
            found: T = done.value
            return found
        answer = work() if work is not None else None


async def aside(job: Job[T]) -> T:
    """The job between other things of the running loop, its work in another thread."""
    answer = None
    while True:
        try:
            work = job.send(answer)
        except StopIteration as done:
            found: T = done.value
            return found
        if work is None:
            answer = None
            await asyncio.sleep(0)
        else:
            answer = await asyncio.to_thread(work)
