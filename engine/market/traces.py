"""Where prices were over the last trading day: few points of many instruments, for a line a word high."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np

from engine.model.ids import DAY_NS, MINUTE_NS, TimeNs
from engine.ports import MarketSource

Trace = tuple[Any, Any, Any]
"""(columns (n,), times in ns (points,), prices in ticks (points, n)), oldest first."""

_EVERY = 5 * MINUTE_NS


@runtime_checkable
class Traced(Protocol):
    """A market that knows this of all its columns better than by reading their bars one by one."""

    def traces(self, points: int) -> Iterator[Trace]:
        """At most `points` prices of each column over its last trading day, in pieces, every column once."""


def traces(source: MarketSource, now: int, points: int) -> Iterator[Trace]:
    """The traces of any market: its own, or by the closes of its five-minute bars since a day ago."""
    if isinstance(source, Traced):
        yield from source.traces(points)
        return
    for column in range(len(source.instruments)):
        bars = source.bars(column, _EVERY, TimeNs(max(0, now - DAY_NS)), TimeNs(now + 1))
        count = len(bars)
        picked = sorted({max(0, k * count // points - 1) for k in range(1, points + 1)}) if bars else []
        times = np.array([min(bars[k].at + _EVERY, now) for k in picked], np.int64)
        prices = np.array([[int(bars[k].close)] for k in picked], np.int64).reshape(len(picked), 1)
        yield np.array([column]), times, prices
