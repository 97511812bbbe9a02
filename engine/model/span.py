"""A span of time as people write one: from and to, or a month."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from engine.model.format import parse_time
from engine.model.ids import DAY_NS, TimeNs
from engine.model.refusal import Code, refuse

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d\d)\Z", re.ASCII)
_FIX = "use a date like 2026-11-23 or a time like 2026-11-23T14:31:00Z"


class Span(NamedTuple):
    """`since` <= time < `until`, in ns; `until` 0 means no end."""

    since: TimeNs = TimeNs(0)
    until: TimeNs = TimeNs(0)

    def holds(self, at: int) -> bool:
        """Whether a time lies in it."""
        return at >= self.since and (not self.until or at < self.until)


def parse_span(since: str, until: str, month: str = "") -> Span:
    """The span of texts, "" where one is not given. A bare date begins with its midnight and ends with its last
    moment, in UTC; a month is all of it. Raises Refused."""
    if month:
        if since or until:
            raise refuse(Code.INCONSISTENT_FIELDS, "a month has its own from and to", fix="give one of them")
        return _month(month)
    begins, ends = _time(since, "from"), _time(until, "to")
    if ends and _DATE.match(until):
        ends = TimeNs(ends + DAY_NS)
    if ends and ends <= begins:
        raise refuse(Code.INCONSISTENT_FIELDS, "the span ends before it begins", fix="exchange from and to", field="to")
    return Span(begins, ends)


def _time(text: str, field: str) -> TimeNs:
    if not text:
        return TimeNs(0)
    try:
        return TimeNs(max(0, parse_time(text)))
    except ValueError:
        raise refuse(Code.NUMBER_FORMAT, f"{field} is no time", fix=_FIX, field=field) from None


def _month(text: str) -> Span:
    found = _MONTH.match(text)
    year, month = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (1970 <= year < 2200 and 1 <= month <= 12):
        raise refuse(Code.NUMBER_FORMAT, "there is no such month", fix="use a month like 2026-11", field="month")
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    epoch = date(1970, 1, 1)
    return Span(TimeNs((first - epoch).days * DAY_NS), TimeNs((after - epoch).days * DAY_NS))
