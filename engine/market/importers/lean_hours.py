"""The clocks of LEAN's data: local times to UTC, and which day, and which part of it, a time belongs to.

Equities and indices are written in local time, all else in UTC. The regular session of US equities is 09:30 to 16:00
New York, to 13:00 on the eves on which the exchange closes early (NYSE rule 7.2 and its holiday notices).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS

_EPOCH = date(1970, 1, 1).toordinal()
_ZONES = {
    ("equity", "usa"): "America/New_York",
    ("equity", ""): "America/New_York",
    ("equity", "india"): "Asia/Kolkata",
    ("index", "usa"): "America/New_York",
    ("index", ""): "America/New_York",
    ("index", "india"): "Asia/Kolkata",
}
_CHICAGO = ("SPX", "SPXW", "VIX", "VIXW")
_OPEN = 9 * HOUR_NS + 30 * MINUTE_NS
_CLOSE, _EARLY_CLOSE = 16 * HOUR_NS, 13 * HOUR_NS


class Clock:
    """Local wall time of one zone. A `night` hour that the zone repeats is read as its first."""

    def __init__(self, zone: str, regular: bool) -> None:
        self.zone = ZoneInfo(zone)
        self.regular = regular
        self._hours: dict[tuple[int, int], int] = {}

    def utc(self, day: date, since_midnight: int) -> int:
        """UTC ns of a local time: a day and ns since its midnight on the wall clock."""
        hour = since_midnight // HOUR_NS
        key = day.toordinal(), hour
        offset = self._hours.get(key)
        if offset is None:
            if len(self._hours) > 100_000:
                self._hours.clear()
            wall = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(hours=hour)
            offset = self._hours[key] = round((wall.utcoffset() or timedelta()) / timedelta(seconds=1)) * SECOND_NS
        return (key[0] - _EPOCH) * DAY_NS + since_midnight - offset

    def local(self, at: int) -> tuple[date, int]:
        """(day, ns since its midnight) on the wall clock."""
        shifted = at + self._offset(at // HOUR_NS)
        return date.fromordinal(shifted // DAY_NS + _EPOCH), shifted % DAY_NS

    def day_slot(self, at: int, every: int, days: int) -> int | None:
        """UTC ns at which the bar of `days` local days begins that [at, at + every) belongs to.

        None where it lies outside the regular session of a market that has one.
        """
        day, since = self.local(at)
        if self.regular and every < DAY_NS:
            close = _EARLY_CLOSE if closes_early(day) else _CLOSE
            if since >= close or since + max(every, 1) <= _OPEN:
                return None
        ordinal = day.toordinal() - _EPOCH
        return self.utc(date.fromordinal(ordinal - ordinal % days + _EPOCH), 0)

    @lru_cache(maxsize=4096)  # noqa: B019 - a Clock lives as long as its file is read
    def _offset(self, hour: int) -> int:
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        return round((utc.astimezone(self.zone).utcoffset() or timedelta()) / timedelta(seconds=1)) * SECOND_NS


@lru_cache(maxsize=64)
def clock_of(asset: str, market: str, ticker: str) -> Clock:
    """The clock of an asset class, market and ticker."""
    if asset == "index" and ticker.upper() in _CHICAGO:
        return Clock("America/Chicago", regular=False)
    return Clock(_ZONES.get((asset, market), "UTC"), regular=asset == "equity" and market in ("usa", ""))


@lru_cache(maxsize=512)
def closes_early(day: date) -> bool:
    """Whether US equities close at 13:00: the day after Thanksgiving, Christmas Eve, the eve of Independence Day."""
    weekday = day.weekday()
    if day.month == 11 and weekday == 4:
        return 23 <= day.day <= 29
    if day.month == 12 and day.day == 24:
        return weekday < 4
    if day.month == 7 and day.day == 3:
        return weekday in (0, 1, 3) or (weekday == 2 and day.year >= 2013)
    return day.month == 7 and day.day == 5 and weekday == 4 and day.year < 2013
