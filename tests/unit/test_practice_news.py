"""Moves of the simulated market and their headlines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

from engine.model.format import parse_time
from engine.research.practice.times import day_of
from tests.practice import Seen, ask, moment, stage_of

MINUTE = 60_000_000_000
DAY = 1440 * MINUTE


def test_every_jump_has_its_headline_in_its_minute() -> None:
    stage = stage_of()
    seen = 0
    for symbol in ("EUR-USD", "GC", "CL", "BTC-USD", "USD-JPY"):
        jumps = stage.jumps(stage.resolve(symbol), stage.now - 100 * DAY, stage.now - DAY)
        items = ask(stage, "news", symbol, days=101, topic="jump", limit=200)["items"]
        by_minute = {parse_time(item["at"]) // MINUTE * MINUTE: item for item in items}
        for minute, size in jumps:
            assert by_minute[minute]["tone"] == ("positive" if size > 0 else "negative")
            assert not [
                item
                for item in ask(Seen(stage, minute + MINUTE // 2), "news", symbol, days=1, topic="jump")["items"]
                if parse_time(item["at"]) >= minute
            ]
        seen += len(jumps)
    assert seen > 10


def test_every_news_halt_has_its_headline() -> None:
    stage = stage_of()
    seen = 0
    for instrument in stage.instruments:
        if instrument.asset_class != "equities" or instrument.symbol == "GOOG":
            continue
        halts = stage.news_halts(instrument, stage.now - 110 * DAY, stage.now - DAY)
        if not halts:
            continue
        items = ask(stage, "news", str(instrument.symbol), days=115, topic="halt", limit=200)["items"]
        times = {parse_time(item["at"]) for item in items}
        assert all({since, until} <= times for since, until in halts)
        seen += len(halts)
    assert seen > 3


def test_a_report_is_told_at_its_opening() -> None:
    stage = stage_of()
    for report in ask(stage, "earnings", "NVDA", limit=4)["reports"]:
        at = parse_time(report["released_at"])
        told = ask(Seen(stage, at), "news", "NVDA", days=1, topic="earnings")["items"]
        assert [parse_time(item["at"]) for item in told] == [at]
        assert (Decimal(report["surprise_pct"]) > 0) == (told[0]["tone"] == "positive")
        assert told[0]["tone"] == ("positive" if Decimal(report["gap_pct"]) > 0 else "negative")
        assert not ask(Seen(stage, at - 1), "news", "NVDA", days=1, topic="earnings")["items"]


def test_large_moves_are_told_with_their_sign() -> None:
    stage = stage_of()
    at = moment(date(2026, 11, 19).toordinal(), 1439)
    items = ask(Seen(stage, at), "news", "TSLA", days=120, limit=200)["items"]
    days = {
        s.closes: s.close / s.before - 1 for s in stage.sessions(stage.resolve("TSLA"), day_of(at) - 121, day_of(at))
    }
    told = [item for item in items if item["kind"] == "move"]
    for item in told:
        assert (days[parse_time(item["at"])] > 0) == (item["tone"] == "positive")
    usual = stage.resolve("TSLA").daily_vol
    assert len(told) == sum(abs(move) > 2.5 * usual for at_, move in days.items() if at_ > at - 120 * DAY)


def test_the_whole_market_is_told_newest_first_and_once() -> None:
    document = ask(stage_of(), "news", days=3, limit=200)
    times = [item["at"] for item in document["items"]]
    assert times == sorted(times, reverse=True) and document["count"] > 20
    assert len({item["id"] for item in document["items"]}) == len(document["items"])
    assert not {"GOOG", "MGC", "VOO"} & {item["symbol"] for item in document["items"]}
    assert all("imulated" in item["body"] for item in document["items"])


def test_a_flash_crash_and_a_squeeze_are_told_once_they_are_seen() -> None:
    for scenario, symbol in (("flash-crash", "SPY"), ("short-squeeze", "AMC")):
        stage = stage_of(5, "2026-06-10T14:00:00Z", scenario)
        assert stage.plot is not None
        begins = stage.plot.begins
        assert not ask(Seen(stage, begins + MINUTE), "news", symbol, days=1, topic="scenario")["items"]
        assert len(ask(Seen(stage, begins + 30 * MINUTE), "news", symbol, days=1, topic="scenario")["items"]) == 1


def test_economies_agree_with_the_desk() -> None:
    stage = stage_of()
    document = ask(stage, "macro")
    us = next(e for e in document["economies"] if e["economy"] == "US")
    assert us["policy_rate"] == "3.625"
    for row in us["yields"]:
        assert abs(float(row["yield"]) - stage.price(stage.resolve(row["symbol"]))) <= 0.0005
    rates = {e["economy"]: e["policy_rate"] for e in document["economies"]}
    assert rates == {"US": "3.625", "EZ": "2.000", "UK": "3.750", "JP": "0.750"}
    for economy in document["economies"]:
        for series in economy["series"]:
            figures = series["figures"]
            assert figures
            for newer, older in pairwise(figures):
                assert newer["previous"] == older["actual"]
