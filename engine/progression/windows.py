"""Days and weeks of missions: UTC days from 00:00, weeks from Monday, opened only by time that was really lived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from engine.model.ids import DAY_NS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MONDAY = 4
"""Day 0 was a Thursday."""
WEEK_SHARE = 5
"""A week takes as many lived days."""


class Days(msgspec.Struct):
    """The day and week that count now, and how long the clock had run when they began. -1: none yet."""

    day: int = -1
    day_lived: int = 0
    week: int = -1
    week_lived: int = 0

    def reach(self, at: int, lived: int, day_s: int) -> None:
        """Go on to the day of `at`, where the one before was lived long enough. Never goes back."""
        day = at // DAY_NS
        if self.day < 0 or (day > self.day and lived - self.day_lived >= day_s):
            self.day, self.day_lived = day, lived
        week = week_of(self.day)
        if self.week < 0 or (week > self.week and lived - self.week_lived >= WEEK_SHARE * day_s):
            self.week, self.week_lived = week, lived

    def key(self, window: str) -> str:
        """What a window is called: the first day of it, "" for what has no end."""
        if window == "daily":
            return day_text(self.day)
        return day_text(self.week) if window == "weekly" else ""


def week_of(day: int) -> int:
    """The Monday of a day, as days since 1970."""
    return day - (day - _FIRST_MONDAY) % 7


def day_text(day: int) -> str:
    """2026-11-23."""
    return (_EPOCH + timedelta(days=day)).strftime("%Y-%m-%d")
