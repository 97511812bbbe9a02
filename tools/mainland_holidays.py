"""Mainland China's statutory holidays as far ahead as its exchanges have not published them."""

from __future__ import annotations

from datetime import date, timedelta

# Dates of the lunar calendar, which are astronomy; which weekdays are added around them is decided each autumn.
SPRING_FESTIVAL = {2027: date(2027, 2, 6), 2028: date(2028, 1, 26), 2029: date(2029, 2, 13)}
QINGMING = {2027: date(2027, 4, 5), 2028: date(2028, 4, 4), 2029: date(2029, 4, 4)}
DRAGON_BOAT = {2027: date(2027, 6, 9), 2028: date(2028, 5, 28), 2029: date(2029, 6, 16)}
MID_AUTUMN = {2027: date(2027, 9, 15), 2028: date(2028, 10, 3), 2029: date(2029, 9, 22)}


def _bridged(day: date) -> set[date]:
    """A one-day holiday as it is usually joined to a weekend: Monday after, or Monday before, or Friday after."""
    moves = {5: (2,), 6: (1,), 1: (-1, 0), 3: (0, 1)}
    return {day + timedelta(move) for move in moves.get(day.weekday(), (0,))}


def is_mainland_holiday(day: date) -> bool:
    """Whether a weekday of 2027 to 2029 is expected to be a holiday."""
    year = day.year
    spring = SPRING_FESTIVAL[year]
    if spring - timedelta(1) <= day <= spring + timedelta(6):
        return True
    if (day.month, day.day) in {(5, d) for d in range(1, 6)} | {(10, d) for d in range(1, 8)}:
        return True
    single = (date(year, 1, 1), QINGMING[year], DRAGON_BOAT[year], MID_AUTUMN[year])
    return any(day in _bridged(holiday) for holiday in single)
