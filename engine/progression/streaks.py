"""Days in a row: a missed weekday ends a streak, a weekend does not."""

from __future__ import annotations

import msgspec

_SATURDAY = 2
"""Day 0 was a Thursday."""


class Streak(msgspec.Struct):
    """`run` days in a row up to `last` (days since 1970; -1: none yet), and the longest ever."""

    run: int = 0
    best: int = 0
    last: int = -1

    def count(self, day: int) -> bool:
        """Count a day; False where it was counted or lies before the last one."""
        if day <= self.last:
            return False
        self.run = self.run + 1 if self.last >= 0 and joined(self.last, day) else 1
        self.last, self.best = day, max(self.best, self.run)
        return True

    def alive(self, day: int) -> int:
        """The run as of `day`: 0 where a day was missed since."""
        return self.run if self.last >= 0 and (day <= self.last or joined(self.last, day)) else 0


def joined(before: int, after: int) -> bool:
    """Whether no weekday lies between two days."""
    between = after - before - 1
    return between <= 2 and all((day - _SATURDAY) % 7 < 2 for day in range(before + 1, after))
