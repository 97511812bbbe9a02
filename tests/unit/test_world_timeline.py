"""Where a time falls among a venue's trading minutes."""

from __future__ import annotations

from datetime import date

import pytest

from engine.market.world.timeline import BACK, Timeline
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.session import MarketSession, Segment, SessionDay

MONDAY = date(2026, 8, 17)
MIDNIGHT = TimeNs((MONDAY.toordinal() - date(1970, 1, 1).toordinal()) * DAY_NS)
HALF_HOUR = HOUR_NS // 2


class Venue:
    """Weekdays with the same hours, in UTC."""

    def __init__(self, *spans: tuple[float, float, MarketSession]) -> None:
        self.ordinals = [MONDAY.toordinal() + k for k in range(-20, 20) if k % 7 < 5]
        self.days = [self._day(ordinal, spans) for ordinal in self.ordinals]

    @staticmethod
    def _day(ordinal: int, spans: tuple[tuple[float, float, MarketSession], ...]) -> SessionDay:
        base = MIDNIGHT + (ordinal - MONDAY.toordinal()) * DAY_NS
        segments = tuple(
            Segment(TimeNs(base + int(a * HOUR_NS)), TimeNs(base + int(b * HOUR_NS)), s) for a, b, s in spans
        )
        return SessionDay(date.fromordinal(ordinal).isoformat(), segments)


TOKYO = Venue((9, 11.5, MarketSession.REGULAR), (11.5, 12.5, MarketSession.BREAK), (12.5, 15.5, MarketSession.REGULAR))
NEW_YORK = Venue((4, 9.5, MarketSession.PRE), (9.5, 16, MarketSession.REGULAR), (16, 20, MarketSession.POST))
FOREX = Venue((-7, 17, MarketSession.REGULAR))


def minute(hours: float) -> int:
    return (MIDNIGHT + int(hours * HOUR_NS)) // MINUTE_NS


@pytest.mark.parametrize(
    ("hours", "place"),
    [
        (8.0, (-1, 329, MarketSession.CLOSED)),
        (9.0, (0, 0, MarketSession.REGULAR)),
        (11.49, (0, 149, MarketSession.REGULAR)),
        (11.5, (0, 149, MarketSession.BREAK)),
        (12.5, (0, 150, MarketSession.REGULAR)),
        (15.5, (0, 329, MarketSession.CLOSED)),
        (24 + 9.0, (1, 0, MarketSession.REGULAR)),
        (24 * 6, (4, 329, MarketSession.CLOSED)),
    ],
)
def test_a_lunch_break_is_no_trading_minute(hours: float, place: tuple[int, int, int]) -> None:
    line = Timeline(TOKYO, TimeNs(MIDNIGHT + 10 * HOUR_NS))
    assert line.place(minute(hours)) == place


def test_the_lunch_break_is_one_row_of_the_layout() -> None:
    day = Timeline(TOKYO, TimeNs(MIDNIGHT + 10 * HOUR_NS)).day(0)
    assert len(day.minutes) == 330
    assert len(day.layout.minute) == 331
    assert day.layout.is_gap.sum() == 1
    assert day.layout.minute[day.layout.is_gap].tolist() == [150]


def test_parts_of_a_day_follow_each_other() -> None:
    line = Timeline(NEW_YORK, TimeNs(MIDNIGHT + 10 * HOUR_NS))
    assert line.closes
    assert line.trades_early
    assert line.trades_late
    assert line.regular_minutes == 390
    assert line.day(0).layout.bounds == ((0, 330), (330, 720), (720, 960))
    assert line.regular_open(0) == MIDNIGHT + 9 * HOUR_NS + HALF_HOUR
    assert line.place(minute(16))[2] == MarketSession.POST


def test_days_that_touch_do_not_pause() -> None:
    line = Timeline(FOREX, MIDNIGHT)
    assert not line.closes
    assert [line.pauses(row) for row in range(6)] == [True, False, False, False, False, True]


def test_the_anchor_has_row_zero_and_labels_go_on_beyond_the_table() -> None:
    line = Timeline(NEW_YORK, TimeNs(MIDNIGHT + 30 * HOUR_NS + SECOND_NS))
    assert line.label(0) == MONDAY.toordinal() + 1
    assert line.first > -BACK
    assert line.label(line.last + 3) == line.label(line.last) + 3
    assert line.place(minute(24 * 300)) == (line.last, 959, MarketSession.CLOSED)
    assert line.place(minute(-24 * 300)) == (line.first, 0, MarketSession.CLOSED)
