"""When time does something to money: settlements, closes, and 17:00 in New York."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from engine.market.shown import DayCalendar
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.session import MarketSession, SessionDay

NEVER = TimeNs(0)
"""No such time: the calendars end before it."""

_EPOCH = date(1970, 1, 1)
_SUNDAY = 6

SETTLEMENT = {"Metals": (13, 30), "Energy": (14, 30), "Grains": (14, 15)}
"""New York wall time of the daily settlement by sector (Chicago is an hour earlier); the others settle at their
close, and nothing settles after its close."""


def new_york(day: date, hour: int, minute: int = 0) -> TimeNs:
    """The moment at which clocks in New York show a time, later than 02:00, on a day. The rule is that of 2007:
    summer time from the second Sunday of March to the first of November."""
    summer = _sunday(day.year, 3, 2) <= day < _sunday(day.year, 11, 1)
    behind = 4 if summer else 5
    midnight = (day - _EPOCH).days * DAY_NS
    return TimeNs(midnight + (hour + behind) * HOUR_NS + minute * MINUTE_NS)


def _sunday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (nth - 1))


def utc_date(at: int) -> date:
    """The UTC date of a moment."""
    return _EPOCH + timedelta(days=at // DAY_NS)


def roll_day(at: int) -> date | None:
    """The date whose 17:00 in New York `at` is, or None."""
    day = utc_date(at)
    return day if new_york(day, 17) == at else None


def next_roll(after: int) -> TimeNs:
    """The first 17:00 in New York later than `after`, on any day of the week."""
    day = utc_date(after)
    at = new_york(day, 17)
    return at if at > after else new_york(day + timedelta(days=1), 17)


def swap_days(day: date) -> int:
    """Days of carry that the roll of a date stands for: none at weekends, three on Wednesday, whose spot date is
    Friday's and whose next one is Monday's."""
    weekday = day.weekday()
    if weekday >= 5:
        return 0
    return 3 if weekday == 2 else 1


def close_of(day: SessionDay) -> TimeNs:
    """End of the last regular segment of a day."""
    return max(s.end for s in day.segments if s.state is MarketSession.REGULAR)


def settlement_of(instrument: Instrument, day: SessionDay) -> TimeNs:
    """When a day's gains of a futures or index contract are settled."""
    close = close_of(day)
    clock = SETTLEMENT.get(instrument.sector) if instrument.root else None
    return close if clock is None else min(close, new_york(date.fromisoformat(day.label), *clock))


def next_settlement(instrument: Instrument, calendar: DayCalendar, after: int) -> tuple[TimeNs, SessionDay | None]:
    """The first settlement later than `after` and the day it belongs to; (NEVER, None) beyond the calendar."""
    for day in days_from(calendar, after):
        at = settlement_of(instrument, day)
        if at > after:
            return at, day
    return NEVER, None


def final_settlement(instrument: Instrument, calendar: DayCalendar) -> TimeNs:
    """When a futures contract ends: the settlement of its last trading day, or of the next one that its venue knows.

    From then on it trades no more. NEVER for anything else, and beyond the calendar.
    """
    if not instrument.last_trade:
        return NEVER
    last = date.fromisoformat(instrument.last_trade)
    for day in days_from(calendar, (last - _EPOCH).days * DAY_NS):
        if day.label >= instrument.last_trade:
            return settlement_of(instrument, day)
    return NEVER


def sessions_left(calendar: DayCalendar, day: SessionDay, last_trade: str) -> int:
    """Trading days of the venue after `day`, up to the one on which a contract ends."""
    left = 0
    for later in days_from(calendar, day.segments[-1].end):
        left += 1
        if later.label >= last_trade:
            break
    return left


def days_from(calendar: DayCalendar, at: int) -> Iterator[SessionDay]:
    """Days of a calendar from the one that runs at a time, or is next."""
    days = calendar.days
    for number in range(calendar.day_index(at), len(days)):
        day = days[number]
        if any(s.state is MarketSession.REGULAR for s in day.segments):
            yield day
