"""Auctions: their hours from the shipped calendars, half days included, and what a cross can trade."""

from __future__ import annotations

import pytest

from engine.market.auctions import CALLS, auction_volume, next_auction, reopening
from engine.market.calendar import calendar_keys, load_calendar
from engine.market.catalogue import load
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, TimeNs
from engine.model.session import Halt


def found(session: str, at: str) -> tuple[str, TimeNs, TimeNs]:
    auction = next_auction(session, load_calendar(session), parse_time(at))
    assert auction is not None
    return auction.kind, auction.starts, auction.at


@pytest.mark.parametrize(
    ("session", "at", "kind", "starts", "crosses"),
    [
        ("US_EQ", "2026-11-23T12:00:00Z", "opening", "2026-11-23T14:28:00Z", "2026-11-23T14:30:00Z"),
        ("US_EQ", "2026-11-23T14:29:59Z", "opening", "2026-11-23T14:28:00Z", "2026-11-23T14:30:00Z"),
        ("US_EQ", "2026-11-23T14:30:00Z", "closing", "2026-11-23T20:50:00Z", "2026-11-23T21:00:00Z"),
        ("US_EQ", "2026-11-27T15:00:00Z", "closing", "2026-11-27T17:50:00Z", "2026-11-27T18:00:00Z"),
        ("US_EQ", "2026-11-27T18:00:00Z", "opening", "2026-11-30T14:28:00Z", "2026-11-30T14:30:00Z"),
        ("LSE", "2026-11-23T16:32:00Z", "closing", "2026-11-23T16:30:00Z", "2026-11-23T16:35:00Z"),
        ("LSE", "2026-12-24T12:00:00Z", "closing", "2026-12-24T12:30:00Z", "2026-12-24T12:35:00Z"),
        ("XETRA", "2026-11-23T07:00:00Z", "opening", "2026-11-23T07:50:00Z", "2026-11-23T08:00:00Z"),
        ("EURONEXT", "2026-11-23T12:00:00Z", "closing", "2026-11-23T16:30:00Z", "2026-11-23T16:35:00Z"),
        ("TSE", "2026-11-24T03:00:00Z", "opening", "2026-11-24T03:05:00Z", "2026-11-24T03:30:00Z"),
        ("TSE", "2026-11-24T05:00:00Z", "closing", "2026-11-24T06:25:00Z", "2026-11-24T06:30:00Z"),
        ("HKEX", "2026-11-23T02:00:00Z", "closing", "2026-11-23T08:00:00Z", "2026-11-23T08:10:00Z"),
        ("HKEX", "2026-12-24T02:00:00Z", "closing", "2026-12-24T04:00:00Z", "2026-12-24T04:10:00Z"),
        ("CME_GLOBEX", "2026-11-23T22:30:00Z", "opening", "2026-11-23T22:45:00Z", "2026-11-23T23:00:00Z"),
    ],
)
def test_calls_follow_the_calendar(session: str, at: str, kind: str, starts: str, crosses: str) -> None:
    assert found(session, at) == (kind, parse_time(starts), parse_time(crosses))


@pytest.mark.parametrize("session", ["FX_24_5", "24_7", "US_IDX"])
def test_some_sessions_have_no_auction(session: str) -> None:
    assert next_auction(session, load_calendar(session), parse_time("2026-11-23T14:00:00Z")) is None


def test_every_call_names_a_session_and_lies_outside_no_order() -> None:
    assert set(CALLS) <= set(calendar_keys())
    for session in CALLS:
        calendar, at = load_calendar(session), parse_time("2026-01-05T00:00:00Z")
        crosses = []
        while (auction := next_auction(session, calendar, at)) is not None and auction.at < at + 400 * DAY_NS:
            assert auction.starts < auction.at
            crosses.append(auction.at)
            at = auction.at
            if len(crosses) == 200:
                break
        assert crosses == sorted(set(crosses))


def test_no_auction_beyond_the_table() -> None:
    calendar = load_calendar("US_EQ")
    assert next_auction("US_EQ", calendar, calendar.days[-1].segments[-1].end) is None


def test_a_halt_ends_with_an_auction() -> None:
    auction = reopening(Halt("luld", TimeNs(60), TimeNs(360)))
    assert (auction.kind, auction.starts, auction.at) == ("reopening", 60, 360)


def test_a_cross_trades_whole_lots_of_a_days_volume() -> None:
    catalogue = load()
    apple = catalogue["AAPL"]
    assert auction_volume(apple, "opening") == 750_000
    assert auction_volume(apple, "closing") == 3_000_000
    assert auction_volume(apple, "reopening") == 500_000
    for symbol in ("EUR-USD", "BTC-USD", "SPX"):
        assert [auction_volume(catalogue[symbol], k) for k in ("opening", "closing", "reopening")] == [0, 0, 0]
    for instrument in catalogue.columns:
        assert isinstance(auction_volume(instrument, "opening"), int)
