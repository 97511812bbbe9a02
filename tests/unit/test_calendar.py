"""The shipped session tables against exchange_calendars, and the answers of a calendar at the edges of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.calendar import BeyondTable, Calendar, calendar_keys, load_calendar
from engine.market.tables import instruments
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS
from engine.model.session import MarketSession, SessionDay

REGULAR, CLOSED, BREAK = MarketSession.REGULAR, MarketSession.CLOSED, MarketSession.BREAK
NEW_YORK, CHICAGO = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
FROM, TO = "2025-01-01", "2028-12-31"

EXCHANGES = {
    "US_EQ": "XNYS",
    "US_IDX": "XNYS",
    "LSE": "XLON",
    "TSE": "XTKS",
    "XETRA": "XETR",
    "EURONEXT": "XPAR",
    "HKEX": "XHKG",
    "ASX": "XASX",
    "KRX": "XKRX",
    "TSX": "XTSE",
    "BME": "XMAD",
    "CFE": "XCBF",
}
OTHERS = {"SSE", "24_7", "FX_24_5", "CME_GLOBEX", "CBOT_GRAIN", "CME_LIVESTOCK", "ICE_SOFTS"}

pytestmark = pytest.mark.filterwarnings("ignore::Warning:pandas", "ignore::Warning:exchange_calendars")
exchange_calendars = pytest.importorskip(
    "exchange_calendars", reason="exchange_calendars is in the dev lock: make test"
)


def _ns(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def _at(text: str, zone: ZoneInfo = NEW_YORK) -> int:
    return _ns(datetime.fromisoformat(text).replace(tzinfo=zone))


@cache
def _schedule(name: str, last: str = TO) -> dict[str, tuple[int | None, ...]]:
    """Label to (open, break start, break end, close) in ns, as exchange_calendars has them."""
    frame = exchange_calendars.get_calendar(name, start=FROM, end=last).schedule
    columns = ("open", "break_start", "break_end", "close")
    moments = {c: [None if str(m) == "NaT" else _ns(m.to_pydatetime()) for m in frame[c]] for c in columns}
    labels = [moment.date().isoformat() for moment in frame.index]
    return dict(zip(labels, zip(*(moments[c] for c in columns), strict=True), strict=True))


def _regular(day: SessionDay) -> list[tuple[int, int]]:
    return [(segment.start, segment.end) for segment in day.segments if segment.state is REGULAR]


def _days(key: str, last: str = TO) -> dict[str, SessionDay]:
    return {day.label: day for day in load_calendar(key).days if FROM <= day.label <= last}


@pytest.mark.parametrize(
    ("key", "name", "last"), [*((k, n, TO) for k, n in EXCHANGES.items()), ("SSE", "XSHG", "2026-12-31")]
)
def test_every_session_is_that_of_exchange_calendars(key: str, name: str, last: str) -> None:
    schedule, days = _schedule(name, last), _days(key, last)
    assert list(days) == list(schedule)
    assert len(days) > 450
    for label, (start, break_start, break_end, end) in schedule.items():
        halves = [(start, break_start), (break_end, end)] if break_start is not None else [(start, end)]
        assert _regular(days[label]) == halves, label


def test_every_table_is_tested_here() -> None:
    assert set(calendar_keys()) == set(EXCHANGES) | OTHERS


def test_every_instrument_has_a_calendar() -> None:
    assert {instrument.session for instrument in instruments()} <= set(calendar_keys())


@pytest.mark.parametrize("key", calendar_keys())
def test_days_are_whole_and_in_order(key: str) -> None:
    calendar = load_calendar(key)
    assert calendar.days[0].label <= "2022-01-10" and calendar.days[-1].label >= "2029-12-28"
    end = 0
    for day in calendar.days:
        assert day.segments[0].start >= end
        for left, right in zip(day.segments, day.segments[1:], strict=False):
            assert left.end == right.start
        assert all(s.start < s.end and s.state is not CLOSED and s.start % MINUTE_NS == 0 for s in day.segments)
        assert any(s.state is REGULAR for s in day.segments)
        end = day.segments[-1].end


def test_us_shares_have_a_long_day_and_a_short_one() -> None:
    for label, (start, _, _, close) in _schedule("XNYS").items():
        day = _days("US_EQ")[label]
        half = close != _at(f"{label}T16:00")
        assert [s.state for s in day.segments] == [MarketSession.PRE, REGULAR, MarketSession.POST]
        assert (day.segments[0].start, day.segments[1].start) == (_at(f"{label}T04:00"), start)
        assert day.segments[2].end == _at(f"{label}T{'17:00' if half else '20:00'}")
    assert _regular(_days("US_EQ")["2026-11-27"])[0][1] == _at("2026-11-27T13:00")


def test_globex_days_are_those_of_cmes_without_the_daily_hour() -> None:
    schedule, days = _schedule("CMES"), _days("CME_GLOBEX")
    assert list(days) == list(schedule)
    for label, (_, _, _, close) in schedule.items():
        eve = (date.fromisoformat(label) - timedelta(1)).isoformat()
        assert close is not None
        assert _regular(days[label]) == [(_at(f"{eve}T17:00", CHICAGO), min(close, _at(f"{label}T16:00", CHICAGO)))]
    assert date.fromisoformat("2026-03-09").weekday() == 0
    assert load_calendar("CME_GLOBEX").state(_at("2026-03-08T17:00", CHICAGO)) is REGULAR  # Sunday, clocks just changed


@pytest.mark.parametrize(
    ("key", "zone", "full", "half"),
    [
        ("CBOT_GRAIN", CHICAGO, [("-19:00", "07:45"), ("08:30", "13:20")], [("-19:00", "07:45"), ("08:30", "12:05")]),
        ("CME_LIVESTOCK", CHICAGO, [("08:30", "13:05")], [("08:30", "12:15")]),
        ("ICE_SOFTS", NEW_YORK, [("04:15", "13:30")], [("04:15", "13:00")]),
    ],
)
def test_own_hours_on_new_york_days(
    key: str, zone: ZoneInfo, full: list[tuple[str, str]], half: list[tuple[str, str]]
) -> None:
    def at(label: str, clock: str) -> int:
        day = date.fromisoformat(label) - timedelta(1 if clock.startswith("-") else 0)
        return _at(f"{day.isoformat()}T{clock.removeprefix('-')}", zone)

    schedule, days = _schedule("XNYS"), _days(key)
    assert list(days) == list(schedule)
    for label, (_, _, _, close) in schedule.items():
        hours = full if close == _at(f"{label}T16:00") else half
        assert _regular(days[label]) == [(at(label, start), at(label, end)) for start, end in hours], label


def test_the_fx_week_is_new_yorks() -> None:
    calendar = load_calendar("FX_24_5")
    for label, day in _days("FX_24_5").items():
        eve = (date.fromisoformat(label) - timedelta(1)).isoformat()
        assert _regular(day) == [(_at(f"{eve}T17:00"), _at(f"{label}T17:00"))]
    assert calendar.state(_at("2026-03-06T17:00")) is CLOSED  # Friday
    assert calendar.state(_at("2026-03-08T16:59")) is CLOSED  # Sunday
    assert calendar.state(_at("2026-03-08T17:00")) is REGULAR


def test_crypto_days_are_utc_days() -> None:
    calendar = load_calendar("24_7")
    assert len(calendar.days) == (date(2029, 12, 31) - date(2022, 1, 1)).days + 1
    for day in calendar.days:
        assert [(s.start % DAY_NS, s.end - s.start) for s in day.segments] == [(0, DAY_NS)]


def test_shanghai_beyond_its_published_years_is_plausible() -> None:
    for year in (2027, 2028, 2029):
        days = [day.label for day in load_calendar("SSE").days if day.label.startswith(str(year))]
        assert 238 <= len(days) <= 246
        assert not any(f"{year}-10-0{d}" in days for d in range(1, 8))
    closed = {"2027-02-05", "2027-02-12", "2028-01-25", "2029-02-19", "2027-06-09", "2028-05-29", "2029-04-04"}
    assert closed.isdisjoint(day.label for day in load_calendar("SSE").days)


def test_the_words_of_a_new_york_day() -> None:
    calendar = load_calendar("US_EQ")
    expected = [
        ("03:59", CLOSED),
        ("04:00", MarketSession.PRE),
        ("09:29", MarketSession.PRE),
        ("09:30", REGULAR),
        ("15:59", REGULAR),
        ("16:00", MarketSession.POST),
        ("20:00", CLOSED),
    ]
    for clock, state in expected:
        assert calendar.state(_at(f"2026-11-23T{clock}")) is state, clock
    assert calendar.state(_at("2026-11-26T12:00")) is CLOSED  # Thanksgiving
    assert load_calendar("TSE").state(_at("2026-11-24T12:00", ZoneInfo("Asia/Tokyo"))) is BREAK


def test_opens_and_closes() -> None:
    calendar = load_calendar("US_EQ")
    monday, tuesday = "2026-11-23", "2026-11-24"
    inside = _at(f"{monday}T12:00:01")
    assert calendar.next_open(inside) == inside
    assert calendar.next_open(_at("2026-11-21T12:00")) == _at(f"{monday}T09:30")
    assert calendar.next_open(_at(f"{monday}T16:00")) == _at(f"{tuesday}T09:30")
    assert calendar.close_of(_at("2026-11-21T12:00")) == _at(f"{monday}T16:00")
    assert calendar.close_of(inside) == _at(f"{monday}T16:00")
    assert calendar.close_of(_at(f"{monday}T16:00")) == _at(f"{tuesday}T16:00")
    lunch = _at("2026-11-24T12:00", tokyo := ZoneInfo("Asia/Tokyo"))
    assert load_calendar("TSE").next_open(lunch) == _at("2026-11-24T12:30", tokyo)
    assert load_calendar("TSE").close_of(lunch) == _at("2026-11-24T15:30", tokyo)


def test_days_by_time_and_label() -> None:
    calendar = load_calendar("US_EQ")
    number = calendar.index_of("2026-11-23")
    assert calendar.days[number].label == "2026-11-23"
    assert calendar.day_index(_at("2026-11-21T12:00")) == number
    assert calendar.day_index(_at("2026-11-23T12:00")) == number
    assert calendar.day_index(_at("2026-11-23T20:00")) == number + 1
    assert calendar.day_at(_at("2026-11-21T12:00")) is None
    assert calendar.day_at(_at("2026-11-23T05:00")) is calendar.days[number]
    assert calendar.last_day_before(_at("2026-11-23T12:00")).label == "2026-11-20"
    assert [day.label for day in calendar.days[number : number + 2]] == ["2026-11-23", "2026-11-24"]
    assert calendar.days[-1].label == "2035-12-31"
    with pytest.raises(KeyError):
        calendar.index_of("2026-11-26")
    with pytest.raises(KeyError):
        load_calendar("../instruments")


@pytest.mark.parametrize("key", calendar_keys())
def test_beyond_the_table_is_closed_and_said(key: str) -> None:
    calendar = load_calendar(key)
    late, early = calendar.days[-1].segments[-1].end, calendar.days[0].segments[0].start
    assert calendar.state(late) is CLOSED and calendar.state(early - 1) is CLOSED
    assert calendar.day_index(late) == len(calendar.days)
    for ask in (calendar.next_open, calendar.close_of):
        with pytest.raises(BeyondTable, match=key):
            ask(late)
    with pytest.raises(BeyondTable):
        calendar.last_day_before(early)


def _state_by_looking(calendar: Calendar, at: int) -> MarketSession:
    number = calendar.day_index(at)
    for day in calendar.days[max(0, number - 1) : number + 2]:
        for segment in day.segments:
            if segment.start <= at < segment.end:
                return segment.state
    return CLOSED


@given(st.sampled_from(calendar_keys()), st.integers(_at("2023-01-01T00:00"), _at("2029-06-01T00:00")))
def test_all_answers_agree(key: str, at: int) -> None:
    calendar = load_calendar(key)
    state, day = calendar.state(at), calendar.day_at(at)
    assert state is _state_by_looking(calendar, at)
    assert (state is CLOSED) == (day is None)
    opens, closes = calendar.next_open(at), calendar.close_of(at)
    assert calendar.state(opens) is REGULAR and (opens == at) == (state is REGULAR)
    assert closes > at and calendar.state(closes - 1) is REGULAR
    assert opens - at < 14 * 24 * HOUR_NS
