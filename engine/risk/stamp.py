"""Times inside an order: a date or a time that two readers read the same way."""

from __future__ import annotations

import re

from engine.model.format import parse_time, time_text
from engine.model.ids import DAY_NS, TimeNs
from engine.model.refusal import Code, Refused, refuse
from engine.risk.wire import shown

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_END_OF_DAY = DAY_NS - 1_000_000
_LAST = "2100"


def _unreadable(field: str, text: str) -> Refused:
    return refuse(
        Code.NUMBER_FORMAT,
        f"{field} {shown(text)} is not a date or time",
        cause="a time has a date, a T, seconds and its zone",
        fix="write it like 2026-12-31 or 2026-12-31T21:00:00Z",
        field=field,
    )


def read_stamp(field: str, text: str, *, end_of_day: bool) -> TimeNs:
    """A UTC date (its last millisecond with `end_of_day`, else its midnight) or an RFC 3339 time with its zone.

    Raises Refused: NUMBER_FORMAT, OUT_OF_RANGE for a time before 1970 or after 2099.
    """
    date_only = _DATE.match(text) is not None
    if not date_only and not _TIME.match(text):
        raise _unreadable(field, text)
    if not "1970" < text[:4] < _LAST:
        raise refuse(
            Code.OUT_OF_RANGE,
            f"{field} {shown(text)} is outside the years 1971 to 2099",
            fix="choose a time that this market can reach",
            field=field,
        )
    try:
        at = parse_time(text)
    except (ValueError, OverflowError):
        raise _unreadable(field, text) from None
    return TimeNs(at + _END_OF_DAY) if date_only and end_of_day else at


def day_of(at: TimeNs) -> str:
    """The UTC date of a time."""
    return time_text(at)[:10]
