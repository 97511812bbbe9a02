"""Halts and scenarios in the world: one function of time, bars and quotes agreeing, nothing without them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from engine.market.scenarios import SCENARIOS, parse_scenario
from engine.market.world import World, halts
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.session import MarketSession
from tests.simulation.world_market import ANCHOR, at, calendars, some

TICK = SECOND_NS // 10
NAMES = ("AAPL", "AMC", "SPY", "SPX", "VIX", "EUR-USD", "USD-MXN", "GC", "BTC-USD", "7203.T")
QUOTE = ("bid", "ask", "bid_size", "ask_size", "last", "mid2", "state", "volume_day", "prev_close", "day_open_mid2")
HALTED = int(MarketSession.HALTED)


def world(scenario: str = "", start: TimeNs = ANCHOR, names: tuple[str, ...] = NAMES) -> World:
    return World(some(*names), calendars(), 7, start, parse_scenario(scenario))


def shown(market: World) -> dict[str, list[int]]:
    return {name: getattr(market, name).tolist() for name in QUOTE}


def mid(market: World, name: str) -> float:
    return float(market.mid2[NAMES.index(name)]) / 2


def minutes_on(start: TimeNs, count: float) -> TimeNs:
    return TimeNs(start + int(count * MINUTE_NS))


@cache
def first_halt() -> tuple[TimeNs, TimeNs]:
    """The first pause of AMC in its squeeze."""
    market, ix = world("short-squeeze"), NAMES.index("AMC")
    for minute in range(130):
        market.advance(minutes_on(ANCHOR, minute), MINUTE_NS)
        halt = market.halt(ix)
        if halt is not None:
            assert halt.reason == "luld"
            assert (halt.since, halt.until - halt.since) == (market.at, 5 * MINUTE_NS)
            return halt.since, halt.until
    raise AssertionError("no pause in a squeeze")


def test_a_halt_is_the_same_however_it_is_reached() -> None:
    since, until = first_halt()
    walked, jumped, coarse = (world("short-squeeze") for _ in range(3))
    ix = NAMES.index("AMC")
    frozen: dict[str, int] = {}
    for now in range(since - 30 * SECOND_NS, until + 30 * SECOND_NS, SECOND_NS):
        walked.advance(TimeNs(now), SECOND_NS)
        halted = since <= now < until
        assert (int(walked.state[ix]) == HALTED) == halted
        assert (walked.halt(ix) is not None) == halted
        if halted and now > since:
            quote = {name: int(getattr(walked, name)[ix]) for name in QUOTE}
            frozen = frozen or {**quote, "ladder": hash(str(walked.ladder(ix)))}
            assert frozen == {**quote, "ladder": hash(str(walked.ladder(ix)))}
            assert walked.prints(ix) == []
            assert ix not in walked.any_prints()
            assert walked.volume_rate(ix) == 0
        if now % (20 * SECOND_NS) == 0:
            jumped.advance(TimeNs(ANCHOR + DAY_NS), MINUTE_NS)
            jumped.advance(TimeNs(now), SECOND_NS)
            assert shown(walked) == shown(jumped)
        if now % MINUTE_NS == 0:
            coarse.advance(TimeNs(now), MINUTE_NS)
            assert shown(walked) == shown(coarse)
    walked.advance(TimeNs(until - TICK), TICK)
    before = int(walked.mid2[ix])
    walked.advance(until, TICK)
    assert int(walked.mid2[ix]) != before


def test_the_last_quote_before_a_halt_is_the_one_that_stands() -> None:
    since, _ = first_halt()
    market, ix = world("short-squeeze"), NAMES.index("AMC")
    market.advance(TimeNs(since - TICK), TICK)
    before = int(market.mid2[ix])
    market.advance(TimeNs(since + TICK), TICK)
    assert abs(int(market.mid2[ix]) - before) <= 8


def test_bars_of_halted_minutes_are_flat_and_without_volume() -> None:
    since, until = first_halt()
    market, ix = world("short-squeeze"), NAMES.index("AMC")
    market.advance(TimeNs(since + 2 * MINUTE_NS), SECOND_NS)
    stands = int(market.mid2[ix] + 1) >> 1
    held = market.recent_trades(ix, 50)
    assert held
    assert all(t.at < since for t in held)
    assert market.low_high(ix) == (int(market.last[ix]),) * 2
    market.advance(TimeNs(since + 3 * MINUTE_NS), MINUTE_NS)
    assert market.low_high(ix) == (int(market.last[ix]),) * 2
    market.advance(TimeNs(until + 2 * MINUTE_NS), MINUTE_NS)
    for bar in market.bars(ix, MINUTE_NS, since, until):
        assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (stands,) * 4 + (0,)
    (reopening,) = market.bars(ix, MINUTE_NS, until, TimeNs(until + MINUTE_NS))
    assert reopening.volume > 0
    hours = market.bars(ix, HOUR_NS, TimeNs(since - HOUR_NS), market.at)
    assert sum(bar.volume for bar in hours) == pytest.approx(
        sum(bar.volume for bar in market.bars(ix, MINUTE_NS, TimeNs(since - HOUR_NS), market.at)), abs=60
    )


def test_a_halt_for_news_is_found_from_any_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halts, "NEWS_RATE", 65536)
    walked, jumped, ix = world(), world(), NAMES.index("AAPL")
    opened = at("2026-08-18T13:30:00+00:00")
    held: list[int] = []
    for minute in range(391):
        now = minutes_on(opened, minute)
        walked.advance(now, MINUTE_NS)
        halt = walked.halt(ix)
        if halt is not None:
            assert halt.reason == "news"
            assert halt.since <= now < halt.until
            held.append(now)
        if minute % 13 == 0:
            jumped.advance(TimeNs(now - 5 * DAY_NS), MINUTE_NS)
            jumped.advance(now, TICK)
            assert shown(walked) == shown(jumped)
    assert 20 <= len(held) <= 60
    bars = {bar.at: bar for bar in walked.bars(ix, MINUTE_NS, opened, walked.at)}
    flat = [bars[TimeNs(now)] for now in held]
    assert {(bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in flat} == {(flat[0].open,) * 4 + (0,)}
    assert sum(bar.volume for bar in bars.values()) > 0
    (day,) = walked.daily(ix, 1, walked.at)
    assert day.low <= flat[0].open <= day.high


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_one_function_of_time(name: str) -> None:
    start = at("2026-08-18T20:40:00+00:00") if name == "fx-roll" else ANCHOR
    walked, jumped = world(name, start), world(name, start)
    seen: dict[int, list[int]] = {ix: [] for ix in range(len(NAMES))}
    first = minutes_on(start, 33)
    for step in range(600):
        now = TimeNs(first + step * TICK)
        walked.advance(now, TICK)
        for ix, mids in seen.items():
            mids.append(int(walked.mid2[ix] + 1) >> 1)
        if step % 149 == 0:
            jumped.advance(TimeNs(start + 2 * DAY_NS), MINUTE_NS)
            jumped.advance(now, TICK)
            assert shown(walked) == shown(jumped)
    walked.advance(TimeNs(start + 2 * DAY_NS), MINUTE_NS)
    for ix, mids in seen.items():
        for bar in walked.bars(ix, MINUTE_NS, first, TimeNs(first + MINUTE_NS)):
            assert (bar.open, bar.high, bar.low, bar.close) == (mids[0], max(mids), min(mids), mids[-1])


@pytest.mark.parametrize("name", SCENARIOS)
def test_days_join_and_agree_with_their_minutes(name: str) -> None:
    market = world(name)
    market.advance(TimeNs(ANCHOR + 3 * DAY_NS), MINUTE_NS)
    for ix in range(len(NAMES)):
        daily = market.daily(ix, 4, market.at)
        assert int(market.prev_close[ix]) in {bar.close for bar in daily}
        finished = daily[1]
        hours = market.bars(ix, MINUTE_NS, finished.at, TimeNs(finished.at + 60 * MINUTE_NS))
        assert abs(hours[0].open - finished.open) <= 4 + 8 * market.instruments[ix].spread_ticks + finished.open * 1e-4
        assert finished.low <= finished.open <= finished.high


@pytest.mark.parametrize("name", ["flash-crash", "earnings-gap", "liquidity-drought", "short-squeeze"])
def test_the_past_is_the_past_without_it(name: str) -> None:
    plain, eventful = world(), world(name)
    for market in (plain, eventful):
        market.advance(ANCHOR, TICK)
    before = TimeNs(ANCHOR - 2 * HOUR_NS)
    for ix in range(len(NAMES)):
        assert plain.daily(ix, 30, TimeNs(ANCHOR - DAY_NS)) == eventful.daily(ix, 30, TimeNs(ANCHOR - DAY_NS))
        # The last minute before the start slides onto the first quote after it, which a scenario may have widened.
        until = TimeNs(ANCHOR - MINUTE_NS)
        assert plain.bars(ix, MINUTE_NS, before, until) == eventful.bars(ix, MINUTE_NS, before, until)
    if name != "liquidity-drought":
        assert plain.mid2.tolist() == eventful.mid2.tolist()


def test_a_flash_crash_falls_and_wins_back_two_thirds() -> None:
    market, plain = world("flash-crash"), world()
    deepest = 0.0
    for minute in range(30, 60):
        for each in (market, plain):
            each.advance(minutes_on(ANCHOR, minute), MINUTE_NS)
        deepest = min(deepest, mid(market, "SPX") / mid(plain, "SPX") - 1)
    assert -0.10 < deepest < -0.08
    for each in (market, plain):
        each.advance(minutes_on(ANCHOR, 75), MINUTE_NS)
    assert -0.04 < mid(market, "SPX") / mid(plain, "SPX") - 1 < -0.02
    assert mid(market, "VIX") > 1.1 * mid(plain, "VIX")
    assert mid(market, "EUR-USD") == mid(plain, "EUR-USD")
    assert mid(market, "BTC-USD") == mid(plain, "BTC-USD")


def test_a_squeeze_more_than_half_as_high_again_with_pauses() -> None:
    market, plain = world("short-squeeze"), world()
    ix, highest, halted = NAMES.index("AMC"), 0.0, 0
    for minute in range(10, 140):
        for each in (market, plain):
            each.advance(minutes_on(ANCHOR, minute), MINUTE_NS)
        highest = max(highest, mid(market, "AMC") / mid(plain, "AMC") - 1)
        halted += int(market.state[ix]) == HALTED
    assert 0.5 < highest < 2.2
    assert halted >= 5
    assert mid(market, "AAPL") == mid(plain, "AAPL")


def test_an_earnings_gap_jumps_after_the_close_and_opens_far_away() -> None:
    market, plain = world("earnings-gap"), world()
    close = at("2026-08-18T20:00:00+00:00")
    ratios = []
    for minute in (4, 10, 17.5 * 60, 18.5 * 60):
        for each in (market, plain):
            each.advance(minutes_on(close, minute), MINUTE_NS)
        ratios.append(abs(mid(market, "AAPL") / mid(plain, "AAPL") - 1))
    assert ratios[0] < 2e-4  # the quote may already be wider, the price has not moved
    assert ratios[1] > 0.02
    assert 0.07 < ratios[2] < 0.16
    assert ratios[3] > 0.07
    ix = NAMES.index("AAPL")
    assert market.volume_day[ix] > 2 * plain.volume_day[ix]
    assert abs(int(market.prev_close[ix]) - int(plain.prev_close[ix])) <= 1
    assert mid(market, "SPY") == mid(plain, "SPY")


def test_a_drought_is_wide_thin_and_slow_and_calm_is_quiet() -> None:
    markets = {name: world(name) for name in ("", "liquidity-drought", "calm")}
    spread: dict[str, list[float]] = {name: [] for name in markets}
    size: dict[str, list[float]] = {name: [] for name in markets}
    moves: dict[str, list[float]] = {name: [] for name in markets}
    for minute in range(1, 120):
        for name, market in markets.items():
            market.advance(minutes_on(ANCHOR, minute), MINUTE_NS)
            spread[name].append(float((market.ask - market.bid).sum()))
            size[name].append(float(market.bid_size[NAMES.index("SPY")]))
            moves[name].append(mid(market, "EUR-USD"))
    mean = {name: float(np.mean(values)) for name, values in spread.items()}
    assert 2 < mean["liquidity-drought"] / mean[""] < 4
    assert len(NAMES) <= mean["calm"] < len(NAMES) + 1 < mean[""]
    assert 4 < np.mean(size[""]) / np.mean(size["liquidity-drought"]) < 9
    assert np.std(np.diff(moves["calm"])) < 0.6 * np.std(np.diff(moves[""]))
    rate = {name: market.volume_rate(NAMES.index("SPY")) for name, market in markets.items()}
    assert rate["liquidity-drought"] == pytest.approx(rate[""] / 3)


def test_the_roll_is_wide_and_then_it_is_over() -> None:
    start = at("2026-08-18T20:40:00+00:00")
    markets = {name: world(name, start) for name in ("", "fx-roll")}
    spread: dict[tuple[str, int], list[float]] = {}
    for second in range(0, 85 * 60, 7):
        for name, market in markets.items():
            market.advance(TimeNs(start + second * SECOND_NS), SECOND_NS)
            wide = float(market.ask[NAMES.index("USD-MXN")] - market.bid[NAMES.index("USD-MXN")])
            spread.setdefault((name, second // 300), []).append(wide)
    plain, roll = ([float(np.mean(spread[name, five])) for five in range(17)] for name in markets)
    factor = [wide / usual for wide, usual in zip(roll, plain, strict=True)]
    assert factor[0] == factor[16] == 1
    assert factor[2] == pytest.approx(3, rel=0.1)
    assert factor[4] == pytest.approx(2, rel=0.1)
    assert factor[6] == pytest.approx(1.5, rel=0.1)
    assert factor[12] == pytest.approx(3, rel=0.1)
    assert roll[4] > 4 * roll[0]
    assert mid(markets["fx-roll"], "AAPL") == mid(markets[""], "AAPL")


def test_limits_of_grains_stand_around_the_close_before() -> None:
    market = world(names=("ZC", "LE", "GC", "SPX", "BTC-USD"))
    market.advance(at("2026-08-18T15:00:00+00:00"), MINUTE_NS)
    close = int(market.prev_close[0])
    assert market.band(0) == (-(-close * 93 // 100), close * 107 // 100)
    assert market.band(1) is not None
    assert [market.band(ix) for ix in (2, 3, 4)] == [None, None, None]
