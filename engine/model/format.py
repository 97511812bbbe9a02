"""Time as text: RFC 3339 in UTC, with as many decimals as the value needs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from engine.model.ids import SECOND_NS, TimeNs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII)


def time_text(at: TimeNs | int) -> str:
    """`at` as 2026-11-23T14:31:00Z, with 3, 6 or 9 decimals where it has a fraction."""
    seconds, rest = divmod(at, SECOND_NS)
    stamp = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    if rest == 0:
        return stamp + "Z"
    fraction = f"{rest:09d}"
    while fraction.endswith("000"):
        fraction = fraction[:-3]
    return f"{stamp}.{fraction}Z"


def parse_time(text: str) -> TimeNs:
    """Nanoseconds of an RFC 3339 time (a bare date is its midnight; no zone means UTC).

    Raises ValueError where the text is not such a time.
    """
    match = _STAMP.match(text)
    if not match:
        raise ValueError(f"not a time like 2026-11-23T14:31:00Z: {text[:40]!r}")
    date, minutes, seconds, fraction, zone = match.groups()
    stamp = f"{date}T{minutes or '00:00'}{seconds or ':00'}{'+00:00' if zone in (None, 'Z') else zone}"
    delta = datetime.fromisoformat(stamp) - _EPOCH
    whole = delta.days * 86_400 + delta.seconds
    return TimeNs(whole * SECOND_NS + int((fraction or "").ljust(9, "0") or 0))
