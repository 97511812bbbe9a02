"""An equity curve becomes returns: time-weighted, money from outside left out (GIPS 2020, 2.A.23 to 2.A.25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import prod
from typing import Protocol

import msgspec

from engine.model.ids import DAY_NS

PER_YEAR = 252
"""Trading days a year, by which daily figures are annualised."""

_EPOCH = date(1970, 1, 1)


class Worth(Protocol):
    """A point of an equity curve: `at` in ns, `nav` and `funded` (money in from outside so far, net) in Minor."""

    @property
    def at(self) -> int: ...
    @property
    def nav(self) -> int: ...
    @property
    def funded(self) -> int: ...


class Point(msgspec.Struct, frozen=True, gc=False):
    """The least that is a `Worth`."""

    at: int
    nav: int
    funded: int = 0


class Period(msgspec.Struct, frozen=True, gc=False):
    """From `start` to `end` (ns): `pnl` in Minor without flows; `value` the return (0.01 is 1 %), None where the
    period began with nothing, so that no return exists. `day` is the last UTC day it covers, counted from 1970."""

    start: int
    end: int
    day: int
    pnl: int
    value: float | None


def closing_day(at: int) -> int:
    """The UTC day that a moment belongs to; 00:00 still ends the day before."""
    return (at - 1) // DAY_NS


def date_of(day: int) -> date:
    """A day counted from 1970 as a date."""
    return _EPOCH + timedelta(days=day)


def is_weekday(day: int) -> bool:
    """Monday to Friday; 1970 began on a Thursday."""
    return (day + 3) % 7 < 5


def periods(points: Sequence[Worth]) -> list[Period]:
    """What happened between each two points (oldest first). A flow counts as having come at the end of its period."""
    found = []
    for before, after in pairwise(points):
        pnl = after.nav - before.nav - (after.funded - before.funded)
        value = pnl / before.nav if before.nav > 0 else None
        found.append(Period(before.at, after.at, closing_day(after.at), pnl, value))
    return found


def link(values: Iterable[float | None]) -> float | None:
    """Returns one after the other as one return; None where one of them is unknown."""
    factors = []
    for value in values:
        if value is None:
            return None
        factors.append(1 + value)
    return prod(factors) - 1


def merge(parts: Sequence[Period], day: int) -> Period:
    """Successive periods (at least one) as one that ends on `day`."""
    pnl = sum(part.pnl for part in parts)
    return Period(parts[0].start, parts[-1].end, day, pnl, link(part.value for part in parts))


def daily(
    points: Sequence[Worth],
    until: int | None = None,
    *,
    counts: Callable[[int], bool] = is_weekday,
    running: bool = False,
) -> list[Period]:
    """One period a counted day, oldest first, each linked from the points in it.

    What happens on a day that does not count (a weekend) belongs to the next one that does. A day without a point is
    a day on which nothing changed: points are only noted where they say something new. `until` (default: the last
    point) ends the series; a day that is not over then is left out, or with `running` ends it.
    """
    if len(points) < 2:
        return []
    end = points[-1].at if until is None else until
    by_day: dict[int, list[Period]] = {}
    for period in periods(points):
        by_day.setdefault(period.day, []).append(period)
    found: list[Period] = []
    waiting: list[Period] = []
    at = points[0].at
    for day in range(points[0].at // DAY_NS, closing_day(end) + 1):
        over = (day + 1) * DAY_NS
        if over > end and not running:
            break
        waiting += by_day.get(day, ())
        if counts(day):
            parts = waiting or [Period(at, over, day, 0, 0.0)]
            found.append(merge(parts, day))
            waiting = []
        at = over
    if waiting and running:
        found.append(merge(waiting, closing_day(end)))
    return found


def values(found: Iterable[Period]) -> list[float] | None:
    """The returns of periods; None where one is unknown, because then no figure over all of them is true."""
    known = []
    for period in found:
        if period.value is None:
            return None
        known.append(period.value)
    return known


def index(returns: Iterable[float]) -> list[float]:
    """What 1 becomes: 1 first, then after each return."""
    levels = [1.0]
    for value in returns:
        levels.append(levels[-1] * (1 + value))
    return levels


def annual_return(returns: Sequence[float], per_year: int = PER_YEAR) -> float | None:
    """Compound annual growth rate: growth ** (per_year / n) - 1; None without returns or where nothing is left."""
    growth = prod(1 + value for value in returns)
    if not returns or growth <= 0:
        return None
    try:
        return float(growth ** (per_year / len(returns)) - 1)
    except OverflowError:
        return None
