"""The equity curve of a window: growth, high-water mark, drawdowns with their dates, and a benchmark beside it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from engine.model.ids import DAY_NS
from engine.portfolio.analytics.returns import Point, Worth, periods

WINDOWS: dict[str, int | None] = {"1D": 1, "7D": 7, "30D": 30, "90D": 90, "1Y": 365, "ALL": None}
"""Calendar days back; ALL since the first point."""


class CurvePoint(msgspec.Struct, frozen=True, gc=False):
    """`growth` is what 1 at the window's start became, flows left out; `high` its greatest value so far; `drawdown`
    growth / high - 1; `benchmark` growth of the benchmark. None from where the account was worth nothing."""

    at: int
    nav: int
    growth: float | None
    high: float | None
    drawdown: float | None
    benchmark: float | None = None


class Drawdown(msgspec.Struct, frozen=True):
    """A fall from a peak: `depth` is 0 or below; `recovered_at` 0 while the peak has not been reached again.
    `lasted_ns` from peak to recovery or the last point, `recovery_ns` from trough to recovery (None: not yet)."""

    depth: float
    peak_at: int
    trough_at: int
    recovered_at: int
    lasted_ns: int
    recovery_ns: int | None


def window(points: Sequence[Worth], now: int, name: str) -> list[Worth]:
    """The points of one of `WINDOWS` that ends now. What the account was worth at its start comes first: the last
    point before it, moved there, because nothing is noted while nothing changes. KeyError for another name."""
    days = WINDOWS[name]
    if days is None or not points:
        return list(points)
    since = now - days * DAY_NS
    first = bisect_right(points, since, key=lambda one: one.at)
    found = list(points[first:])
    if first:
        before = points[first - 1]
        found.insert(0, Point(since, before.nav, before.funded))
    return found


def curve(points: Sequence[Worth], benchmark: Sequence[float | None] | None = None) -> list[CurvePoint]:
    """One entry a point. `benchmark` has a level for each point (None: none is known), made 1 at its first known."""
    if not points:
        return []
    if benchmark is not None and len(benchmark) != len(points):
        raise ValueError(f"the benchmark has {len(benchmark)} levels for {len(points)} points")
    levels: list[float | None] = [1.0 if points[0].nav > 0 else None]
    for period in periods(points):
        last = levels[-1]
        levels.append(None if last is None or period.value is None else last * (1 + period.value))
    base = next((level for level in benchmark or () if level), None)
    found, high = [], 0.0
    for place, (point, level) in enumerate(zip(points, levels, strict=True)):
        other = benchmark[place] if benchmark else None
        relative = other / base if other is not None and base else None
        if level is None:
            found.append(CurvePoint(point.at, point.nav, None, None, None, relative))
            continue
        high = max(high, level)
        found.append(CurvePoint(point.at, point.nav, level, high, level / high - 1, relative))
    return found


def drawdowns(points: Sequence[CurvePoint]) -> list[Drawdown]:
    """Every fall below a peak, oldest first; the last one may be unrecovered."""
    known = [(one.at, one.growth) for one in points if one.growth is not None]
    if not known:
        return []
    found: list[Drawdown] = []
    peak_at, peak = known[0]
    trough_at, trough = known[0]
    for at, growth in known[1:]:
        if growth >= peak:
            if trough < peak:
                found.append(Drawdown(trough / peak - 1, peak_at, trough_at, at, at - peak_at, at - trough_at))
            peak_at, peak = trough_at, trough = at, growth
        elif growth < trough:
            trough_at, trough = at, growth
    if trough < peak:
        found.append(Drawdown(trough / peak - 1, peak_at, trough_at, 0, known[-1][0] - peak_at, None))
    return found


def deepest(points: Sequence[CurvePoint]) -> Drawdown | None:
    """The deepest of them, the earliest where two are equal; None where the curve never fell."""
    return min(drawdowns(points), key=lambda one: one.depth, default=None)
