"""A venue's name, what day it is there, and which days ahead differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from engine.documents import Document
from engine.market.calendar import Calendar
from engine.market.holidays import SpecialDay, coming
from engine.market.shown import DayCalendar
from engine.model.format import time_text
from engine.model.ids import HOUR_NS
from engine.model.session import MarketSession

VENUES: dict[str, tuple[str, str]] = {
    "US_EQ": ("New York", "America/New_York"), "US_IDX": ("US indices", "America/New_York"),
    "LSE": ("London", "Europe/London"), "TSE": ("Tokyo", "Asia/Tokyo"), "XETRA": ("Frankfurt", "Europe/Berlin"),
    "EURONEXT": ("Paris", "Europe/Paris"), "HKEX": ("Hong Kong", "Asia/Hong_Kong"), "ASX": ("Sydney",
    "Australia/Sydney"), "24_7": ("Crypto", "UTC"), "FX_24_5": ("Forex", "America/New_York"),
    "CME_GLOBEX": ("Globex", "America/Chicago"), "CBOT_GRAIN": ("Grains", "America/Chicago"),
    "CME_LIVESTOCK": ("Livestock", "America/Chicago"), "ICE_SOFTS": ("Softs", "America/New_York"),
    "CFE": ("Volatility", "America/Chicago"), "BME": ("Madrid", "Europe/Madrid"), "KRX": ("Seoul", "Asia/Seoul"),
    "SSE": ("Shanghai", "Asia/Shanghai"), "TSX": ("Toronto", "America/Toronto"),
}  # fmt: skip
"""What people call a session key, and whose wall clock it follows."""
AHEAD_DAYS = 45
MOST = 4
_OFFSETS = {"Asia/Tokyo": 9, "Asia/Seoul": 9, "Asia/Hong_Kong": 8, "Asia/Shanghai": 8, "Australia/Sydney": 10,
            "UTC": 0, "Europe/London": 0, "Europe/Berlin": 1, "Europe/Paris": 1, "Europe/Madrid": 1}  # fmt: skip
"""Hours of standard time, which is near enough to tell what date it is; all others are six behind."""


def venue_document(key: str, calendar: DayCalendar, now: int) -> Document:
    """name, zone, today (closed, short, weekend or full, and its name) and the special days ahead."""
    name, zone = VENUES.get(key, (key, "UTC"))
    local = datetime.fromtimestamp((now + _OFFSETS.get(zone, -6) * HOUR_NS) // 1_000_000_000, UTC).date()
    document: Document = {"name": name, "zone": zone}
    if not isinstance(calendar, Calendar):
        return {**document, "today": None, "holidays": []}
    return {**document, **_days(key, calendar, local)}


@lru_cache(maxsize=256)
def _days(key: str, calendar: Calendar, today: date) -> Document:
    since, until = today.isoformat(), (today + timedelta(days=AHEAD_DAYS)).isoformat()
    ahead = coming(key, since, until)
    here = next((day for day in ahead if day.date == since), None)
    kind = here.kind if here else "full" if _trades(calendar, since) else "weekend"
    return {
        "today": {"date": since, "kind": kind, "name": here.name if here else ""},
        "holidays": [_special(calendar, day) for day in ahead if day.date > since][:MOST],
    }


def _trades(calendar: Calendar, label: str) -> bool:
    try:
        calendar.index_of(label)
    except KeyError:
        return False
    return True


def _special(calendar: Calendar, day: SpecialDay) -> Document:
    document: Document = {"date": day.date, "kind": day.kind, "name": day.name}
    if day.kind == "short":
        segments = calendar.days[calendar.index_of(day.date)].segments
        document["closes_at"] = time_text(max(s.end for s in segments if s.state is MarketSession.REGULAR))
    return document
