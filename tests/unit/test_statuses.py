"""Changes of the venues' states: complete, in order, and the same however the time is cut."""

from __future__ import annotations

from itertools import pairwise

from engine.market.calendar import calendar_keys, load_calendar
from engine.market.statuses import changes
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS
from engine.model.session import MarketSession

CLOSED, PRE, REGULAR, POST, BREAK = (
    MarketSession.CLOSED,
    MarketSession.PRE,
    MarketSession.REGULAR,
    MarketSession.POST,
    MarketSession.BREAK,
)
EVERY = {key: load_calendar(key) for key in calendar_keys()}
MONDAY = parse_time("2026-11-23T00:00:00Z")


def test_a_half_day_and_a_holiday() -> None:
    one = {"US_EQ": EVERY["US_EQ"]}
    start, end = parse_time("2026-11-26T12:00:00Z"), parse_time("2026-11-30T09:00:00Z")
    assert list(changes(one, start, end)) == [
        (parse_time("2026-11-27T09:00:00Z"), "US_EQ", PRE),
        (parse_time("2026-11-27T14:30:00Z"), "US_EQ", REGULAR),
        (parse_time("2026-11-27T18:00:00Z"), "US_EQ", POST),
        (parse_time("2026-11-27T22:00:00Z"), "US_EQ", CLOSED),
        (parse_time("2026-11-30T09:00:00Z"), "US_EQ", PRE),
    ]


def test_a_lunch_break() -> None:
    states = [
        state
        for _, _, state in changes({"TSE": EVERY["TSE"]}, MONDAY + DAY_NS - HOUR_NS, MONDAY + DAY_NS + 23 * HOUR_NS)
    ]
    assert states == [REGULAR, BREAK, REGULAR, CLOSED]


def test_what_never_closes_never_changes() -> None:
    assert not list(changes({"24_7": EVERY["24_7"]}, MONDAY, MONDAY + 30 * DAY_NS))
    week = list(changes({"FX_24_5": EVERY["FX_24_5"]}, MONDAY, MONDAY + 7 * DAY_NS))
    assert [state for _, _, state in week] == [CLOSED, REGULAR]


def test_every_change_is_one_and_none_is_missing() -> None:
    end = MONDAY + 6 * DAY_NS
    told = list(changes(EVERY, MONDAY, end))
    assert [(at, key) for at, key, _ in told] == sorted((at, key) for at, key, _ in told)
    seen = [
        (at, key, calendar.state(at))
        for at in range(MONDAY + MINUTE_NS, end + 1, MINUTE_NS)
        for key, calendar in EVERY.items()
        if calendar.state(at) is not calendar.state(at - MINUTE_NS)
    ]
    assert sorted(told) == sorted(seen)


def test_cut_time_tells_the_same() -> None:
    whole = list(changes(EVERY, MONDAY, MONDAY + 9 * DAY_NS))
    cuts = list(range(MONDAY, MONDAY + 9 * DAY_NS + 1, 3 * HOUR_NS))
    parts = [change for a, b in pairwise(cuts) for change in changes(EVERY, a, b)]
    assert parts == whole


def test_beyond_the_table_nothing_changes() -> None:
    last = EVERY["US_EQ"].days[-1].segments[-1].end
    assert list(changes({"US_EQ": EVERY["US_EQ"]}, last - MINUTE_NS, last + DAY_NS)) == [(last, "US_EQ", CLOSED)]
    assert not list(changes({"US_EQ": EVERY["US_EQ"]}, last, last + DAY_NS))
