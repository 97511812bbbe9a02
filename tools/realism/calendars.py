"""Calendars long enough for four thousand daily bars: the shipped table, written down again behind itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from engine.market.calendar import Calendar, load_calendar
from engine.market.world.timeline import CalendarLike
from engine.model.ids import DAY_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.session import MarketSession, Segment, SessionDay

WEEK = 7
LEAST_DAYS = 4_200


class Repeated:
    """A calendar's days, repeated with their weekdays until there are LEAST_DAYS of them."""

    def __init__(self, calendar: Calendar) -> None:
        span = calendar.ordinals[-1] - calendar.ordinals[0] + 1
        shift = -(-span // WEEK) * WEEK
        times = -(-LEAST_DAYS // len(calendar.ordinals))
        self.days: Sequence[SessionDay] = [_later(day, k * shift) for k in range(times) for day in calendar.days]
        self.ordinals: Sequence[int] = [at + k * shift for k in range(times) for at in calendar.ordinals]


def _later(day: SessionDay, days: int) -> SessionDay:
    shift = days * DAY_NS
    moved = (Segment(TimeNs(s.start + shift), TimeNs(s.end + shift), s.state) for s in day.segments)
    return SessionDay(day.label, tuple(moved))


@cache
def repeated(key: str) -> Repeated:
    """The long calendar of a session key."""
    return Repeated(load_calendar(key))


def key_of(instrument: Instrument) -> str:
    """The session key an instrument trades by."""
    return instrument.session


def regular_minutes(calendar: CalendarLike, after: TimeNs, sessions: int, step_ns: int) -> list[list[int]]:
    """Starts of the regular minutes of the first whole `sessions` that open later than `after`, in steps."""
    first = bisect_right(calendar.days, after, key=lambda day: day.segments[0].start)
    out = []
    for day in calendar.days[first : first + sessions]:
        spans = [s for s in day.segments if s.state == MarketSession.REGULAR]
        out.append([at for s in spans for at in range(int(s.start), int(s.end), step_ns)])
    return out
