"""Days on which venues do not trade, or less than usual, by name. The hours themselves are the calendars'."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).parent / "data" / "holidays.txt"


class SpecialDay(NamedTuple):
    """An ISO date, `closed` or `short`, and the day's name (may be empty)."""

    date: str
    kind: str
    name: str


@cache
def special_days(key: str) -> tuple[SpecialDay, ...]:
    """All known special days of a session key in order of time; none where none is known."""
    found: list[SpecialDay] = []
    for line in _TABLE.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{key} "):
            day, kind, *name = line.split(" ", 3)[1:]
            found.append(SpecialDay(day, kind, name[0] if name else ""))
    return tuple(found)


def coming(key: str, since: str, until: str) -> tuple[SpecialDay, ...]:
    """Special days of a session key with since <= date <= until (ISO dates)."""
    days = special_days(key)
    first = bisect_left(days, (since, "", ""))
    return tuple(day for day in days[first : first + 20] if day.date <= until)
