"""Days, quarters and moments: dates are ordinals, moments ns since 1970, both UTC."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from typing import NamedTuple

from engine.model.format import time_text
from engine.model.ids import DAY_NS
from engine.model.session import MarketSession
from engine.research.source import Days

EPOCH = date(1970, 1, 1).toordinal()
HOUR = 3_600 * 1_000_000_000
MINUTE = 60 * 1_000_000_000
SECOND = 1_000_000_000


def day_of(at: int) -> int:
    """The date ordinal of a moment."""
    return at // DAY_NS + EPOCH


def start_of(day: int) -> int:
    """The first moment of a date."""
    return (day - EPOCH) * DAY_NS


def text_of(day: int) -> str:
    """2026-03-02."""
    return date.fromordinal(day).isoformat()


def moment_text(at: int) -> str:
    """RFC 3339."""
    return time_text(at)


class Hours(NamedTuple):
    """Regular hours of a date, in ns."""

    opens: int
    closes: int


def hours_on(calendar: Days, day: int) -> Hours | None:
    """Regular hours of a date; None where the venue does not trade on it or its table does not reach."""
    ordinals = calendar.ordinals
    place = bisect_left(ordinals, day)
    if place == len(ordinals) or ordinals[place] != day:
        return None
    regular = [s for s in calendar.days[place].segments if s.state is MarketSession.REGULAR]
    return Hours(int(regular[0].start), int(regular[-1].end)) if regular else None


def trading_day(calendar: Days, day: int, most: int = 12) -> int:
    """The first date from `day` on with regular hours; the next weekday where the table does not reach."""
    for later in range(day, day + most):
        if hours_on(calendar, later) is not None:
            return later
    return next(later for later in range(day, day + 4) if date.fromordinal(later).weekday() < 5)


def opening(calendar: Days, day: int) -> int:
    """When regular hours begin on a date; 14:30 UTC where that is not known."""
    hours = hours_on(calendar, day)
    return hours.opens if hours is not None else start_of(day) + 14 * HOUR + 30 * MINUTE


def closing(calendar: Days, day: int) -> int:
    """When regular hours end on a date; 21:00 UTC where that is not known."""
    hours = hours_on(calendar, day)
    return hours.closes if hours is not None else start_of(day) + 21 * HOUR


def month_end(months: int) -> int:
    """The last date of a month counted from year 0 (0 is January of year 0)."""
    year, month = divmod(months + 1, 12)
    return date(year, month + 1, 1).toordinal() - 1


def months_of(day: int) -> int:
    """The month of a date, counted from year 0."""
    when = date.fromordinal(day)
    return when.year * 12 + when.month - 1
