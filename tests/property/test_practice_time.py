"""Nothing of the future: a document says and depends on only what was public when it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.format import parse_time
from engine.research.practice.desk import Universe
from engine.research.practice.releases import last_ended
from engine.research.practice.universe import Practice
from tests.practice import Seen, ask, moment, stage_of

KINDS = (
    ("news", {"days": 60, "limit": 200}), ("earnings", {}), ("statements", {}), ("statements", {"period": "year"}),
    ("filing-metrics", {}), ("filings", {"limit": 100}), ("ratings", {}), ("insider-trades", {}), ("insiders", {}),
    ("holders", {}), ("dividends", {}), ("option-chain", {}), ("option-greeks", {"right": "put"}),
    ("earnings-calendar", {"days": 100}),
)  # fmt: skip
PAST = {"at", "released_at", "filed_at", "declared_at", "reported_at"}
FIRST, LAST = date(2025, 1, 10).toordinal(), date(2027, 12, 20).toordinal()
times = st.builds(moment, st.integers(FIRST, LAST), st.integers(0, 1439))
near_reports = st.sampled_from(("AAPL", "VZ", "AMC", "SHEL.L", "7203.T"))


def moments(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of every text in a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from moments(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from moments(each, key)
    elif isinstance(value, str):
        yield key, value


@st.composite
def around_reports(draw: st.DrawFn) -> tuple[str, int]:
    """A company and a time at most a day away from one of its reports, or any time at all."""
    symbol = draw(near_reports)
    if draw(st.integers(0, 3)) == 0:
        return symbol, draw(times)
    stage = stage_of()
    releases = Universe(stage).firm(stage.resolve(symbol), "reports").releases
    number = last_ended(releases.company, draw(st.integers(FIRST, LAST)))
    return symbol, releases.of(number).at + draw(st.integers(-1440, 60)) * 60_000_000_000


@settings(max_examples=12, deadline=None)
@given(place=around_reports())
@pytest.mark.parametrize(("kind", "query"), KINDS)
def test_another_future_changes_nothing(kind: str, query: dict[str, Any], place: tuple[str, int]) -> None:
    stage, (symbol, at) = stage_of(), place
    assert ask(Seen(stage, at), kind, symbol, **query) == ask(Seen(stage, at, turned=True), kind, symbol, **query)


@settings(max_examples=10, deadline=None)
@given(at=times, symbol=near_reports)
@pytest.mark.parametrize(("kind", "query"), [k for k in KINDS if k[0] != "earnings-calendar"])
def test_nothing_is_dated_ahead(kind: str, query: dict[str, Any], at: int, symbol: str) -> None:
    for name, text in moments(ask(Seen(stage_of(), at), kind, symbol, **query)):
        if name in PAST:
            assert parse_time(text) <= at, (name, text)


@settings(max_examples=8, deadline=None)
@given(at=times, symbol=st.sampled_from(("EUR-USD", "GC", "BTC-USD", "SPX", "GLD")))
def test_news_of_other_classes_does_not_depend_on_the_future(at: int, symbol: str) -> None:
    stage, asked = stage_of(), {"days": 20, "limit": 200}
    found = ask(Seen(stage, at), "news", symbol, **asked)
    assert found == ask(Seen(stage, at, turned=True), "news", symbol, **asked)
    assert all(parse_time(item["at"]) <= at for item in found["items"])


@settings(max_examples=8, deadline=None)
@given(at=times)
def test_economies_tell_no_figure_ahead(at: int) -> None:
    stage = stage_of()
    found = ask(Seen(stage, at), "macro", days=40)
    for economy in found["economies"]:
        for series in economy["series"]:
            assert all(parse_time(f["released_at"]) <= at for f in series["figures"])
    assert all(parse_time(f["at"]) > at and "actual" not in f for f in found["calendar"])


@settings(max_examples=10, deadline=None)
@given(at=times, later=st.integers(1, 20 * 24 * 60), symbol=near_reports)
def test_what_was_told_stays_told(at: int, later: int, symbol: str) -> None:
    """News, reports and filings of one time are found unchanged at a later one."""
    stage, then = stage_of(), at + later * 60_000_000_000
    before = ask(Seen(stage, at), "news", symbol, days=30, limit=200)["items"]
    after = ask(Seen(stage, then), "news", symbol, days=60, limit=200)["items"]
    assert [item for item in after if parse_time(item["at"]) <= at][: len(before)] == before
    told = {r["period"]: r for r in ask(Seen(stage, at), "statements", symbol)["statements"]}
    now = {r["period"]: r for r in ask(Seen(stage, then), "statements", symbol)["statements"]}
    assert all(now[period] == told[period] for period in set(now) & set(told))
    filed = {f["id"] for f in ask(Seen(stage, at), "filings", symbol, limit=20)["filings"]}
    assert filed <= {f["id"] for f in ask(Seen(stage, then), "filings", symbol, limit=100)["filings"]}


def test_the_other_future_is_another_one() -> None:
    """Asked later, both futures have become different pasts: the tests above would see a leak."""
    at = moment(date(2026, 8, 3).toordinal(), 900)
    turned = Seen(stage_of(), at, turned=True)
    practice = Practice(turned)
    turned.now = at + 200 * 86_400_000_000_000
    other = Practice(Seen(stage_of(), turned.now))
    first, last = date(2026, 8, 10).toordinal(), date(2026, 12, 10).toordinal()
    share = turned.resolve("AAPL")
    turned.now = at
    ahead = [s.gap for s in practice.universe.stage.sessions(share, first, last)]
    assert ahead == pytest.approx([-s.gap for s in other.universe.stage.sessions(share, first, last)])
