"""When settlements and rolls happen, against times worked out by hand and against the time zone database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from engine.market.calendar import load_calendar
from engine.market.catalogue import load
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, TimeNs
from engine.portfolio.overnight import hours


def test_new_york_keeps_the_time_of_its_zone_on_every_day() -> None:
    zone = ZoneInfo("America/New_York")
    for number in range(0, 8 * 365):
        day = date(2022, 1, 1) + timedelta(days=number)
        clock = datetime(day.year, day.month, day.day, 17, tzinfo=zone)
        assert hours.new_york(day, 17) == int(clock.timestamp()) * 10**9, day


@pytest.mark.parametrize(
    ("symbol", "after", "expected"),
    [
        ("GCQ26", "2026-07-15T00:00:00Z", "2026-07-15T17:30:00Z"),
        ("GCQ26", "2026-07-15T17:30:00Z", "2026-07-16T17:30:00Z"),
        ("GCQ26", "2026-07-17T17:30:00Z", "2026-07-20T17:30:00Z"),
        ("CLU26", "2026-07-15T00:00:00Z", "2026-07-15T18:30:00Z"),
        ("ZCU26", "2026-07-15T00:00:00Z", "2026-07-15T18:15:00Z"),
        ("GCZ26", "2026-11-23T00:00:00Z", "2026-11-23T18:30:00Z"),
        ("LEQ26", "2026-07-15T00:00:00Z", "2026-07-15T18:05:00Z"),
        ("SPX", "2026-07-15T00:00:00Z", "2026-07-15T20:00:00Z"),
        ("SPX", "2026-11-27T00:00:00Z", "2026-11-27T18:00:00Z"),
    ],
)
def test_products_settle_at_their_own_time(symbol: str, after: str, expected: str) -> None:
    instrument = load()[symbol]
    at, day = hours.next_settlement(instrument, load_calendar(instrument.session), parse_time(after))
    assert at == parse_time(expected)
    assert day is not None
    assert day.label == expected[:10]


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("GCQ26", "2026-08-27T17:30:00Z"),
        ("CLU26", "2026-08-20T18:30:00Z"),
        ("NGU26", "2026-08-27T18:30:00Z"),
        ("ZCU26", "2026-09-14T18:15:00Z"),
    ],
)
def test_a_contract_ends_at_the_settlement_of_its_last_trading_day(symbol: str, expected: str) -> None:
    instrument = load()[symbol]
    assert hours.final_settlement(instrument, load_calendar(instrument.session)) == parse_time(expected)


def test_what_never_ends_has_no_final_settlement() -> None:
    for symbol in ("AAPL", "SPX", "EUR-USD"):
        instrument = load()[symbol]
        assert hours.final_settlement(instrument, load_calendar(instrument.session)) == hours.NEVER


def test_nothing_settles_beyond_the_calendar() -> None:
    instrument = load()["GCQ26"]
    at = TimeNs(parse_time("2035-01-01T00:00:00Z"))
    assert hours.next_settlement(instrument, load_calendar(instrument.session), at) == (hours.NEVER, None)


def test_a_week_of_rolls_is_a_week_of_carry() -> None:
    monday = date(2026, 11, 23)
    assert [hours.swap_days(monday + timedelta(days=n)) for n in range(7)] == [1, 1, 3, 1, 1, 0, 0]


def test_rolls_come_every_day_across_the_change_of_clocks() -> None:
    at = parse_time("2026-10-30T00:00:00Z")
    found = [at := hours.next_roll(at) for _ in range(4)]
    assert found[0] == parse_time("2026-10-30T21:00:00Z")
    assert [b - a for a, b in pairwise(found)] == [DAY_NS, DAY_NS + DAY_NS // 24, DAY_NS]
    assert hours.roll_day(found[2]) == date(2026, 11, 1)
    assert hours.roll_day(found[2] + 1) is None
