"""An engine of a benchmark's own with a market on a trading morning, and the terminal on it in a window."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks._window import ROOT, Window, vterm
from engine.client.desk import DeskClient
from engine.market.catalogue import load
from tests.processes import Desk, desk

MORNING = "2026-06-15T14:30:00Z"
"""10:30 in New York on a Monday: everything trades."""


def symbols(count: int) -> list[str]:
    """So many tradable instruments, those of the terminal's own list first."""
    from vterm.bridge import DEFAULT_WATCH

    every = [str(i.symbol) for i in load().columns if i.tradable]
    own = [name for name in DEFAULT_WATCH if name in every]
    return [*own, *(name for name in every if name not in own)][:count]


@contextlib.contextmanager
def running(folder: Path, watched: int) -> Iterator[Desk]:
    """An engine in its own process, its home in this folder, whose watchlist holds so many instruments."""
    with desk(folder / "home", VTERM_CLOCK=MORNING, VTERM_IDLE_SECONDS="600") as here:
        here.ask("engine", "start")
        (folder / "home" / "terminal.toml").touch()  # of somebody who needs no tour
        if watched:
            asyncio.run(DeskClient(here.home, start=False).set_watchlist(symbols(watched)))
        yield here


def terminal(here: Desk, argv: list[str] | None = None, *, size: tuple[int, int] = (120, 36), **more: str) -> Window:
    """The terminal of a desk, once its book is painted."""
    own = {name: value for name, value in here.environment.items() if name.startswith("VTERM_")}
    window = Window(argv or vterm(), {**own, "PYTHONPATH": str(ROOT), **more}, *size)
    window.listen(30.0, b"spread")
    window.listen(3.0)
    return window


def engine_pid(here: Desk) -> int:
    """The process of the engine."""
    return int(here.home.engine_pid())


def await_end(window: Window, seconds: float) -> None:
    """Listen until a moment that is so far away, in one piece."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        window.listen(left)
