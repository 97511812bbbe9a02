"""Returns, ratios, tails and drawdowns: worked by hand, against empyrical and SciPy, and at their edges."""

from __future__ import annotations

import csv
import io
import zipfile
from itertools import pairwise

import empyrical
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from engine.model.ids import DAY_NS, HOUR_NS
from engine.portfolio.analytics import curve, ratios, returns, tail
from engine.portfolio.analytics.returns import Point
from tests.conftest import ROOT

DATA = ROOT / "../shared/data"
MONDAY = 20_514  # 2026-03-02
SERIES = st.lists(st.floats(-0.2, 0.2), min_size=20, max_size=300)


def spy() -> list[float]:
    path = DATA / "lean/equity/usa/daily/spy.zip"
    if not path.exists():
        pytest.skip(f"needs {path}")
    with zipfile.ZipFile(path) as archive, archive.open("spy.csv") as member:
        closes = [int(row[4]) for row in csv.reader(io.TextIOWrapper(member))][-1500:]
    return [after / before - 1 for before, after in pairwise(closes)]


def vix() -> list[float]:
    path = DATA / "pddl/vix-daily.csv"
    if not path.exists():
        pytest.skip(f"needs {path}")
    closes = [float(row["CLOSE"]) for row in csv.DictReader(path.read_text().splitlines())][-1500:]
    return [after / before - 1 for before, after in pairwise(closes)]


def drawn(seed: int, length: int = 400) -> list[float]:
    return np.random.default_rng(seed).standard_t(4, length).__mul__(0.01).tolist()


CURVES = {
    "spy": spy,
    "vix": vix,
    "drawn": lambda: drawn(1),
    "short": lambda: drawn(2, 25),
    "losing": lambda: [value - 0.01 for value in drawn(3)],
}


@pytest.fixture(params=sorted(CURVES))
def series(request: pytest.FixtureRequest) -> list[float]:
    return CURVES[request.param]()


def close(own: float | None, other: float) -> None:
    assert own is not None
    assert own == pytest.approx(float(other), rel=1e-9, abs=1e-12)


# --- against libraries --------------------------------------------------------------------------


def test_risk_and_reward_are_empyricals(series: list[float]) -> None:
    them = np.array(series)
    close(ratios.volatility(series), empyrical.annual_volatility(them))
    close(ratios.sharpe(series), empyrical.sharpe_ratio(them))
    close(ratios.sharpe(series, 0.0002), empyrical.sharpe_ratio(them, risk_free=0.0002))
    close(ratios.sortino(series), empyrical.sortino_ratio(them))
    close(ratios.sortino(series, 0.0003), empyrical.sortino_ratio(them, required_return=0.0003))
    close(ratios.max_drawdown(series), empyrical.max_drawdown(them))
    close(returns.annual_return(series), empyrical.annual_return(them))
    close(returns.link(series), empyrical.cum_returns_final(them))
    close(ratios.calmar(series), empyrical.calmar_ratio(them))


def test_figures_against_a_benchmark_are_empyricals(series: list[float]) -> None:
    other = [0.4 * value + noise for value, noise in zip(series, drawn(9, len(series)), strict=True)]
    them, market = np.array(series), np.array(other)
    found = ratios.relative(series, other, risk_free=0.0001)
    close(found.beta, empyrical.beta(them, market))
    close(found.beta, stats.linregress(market, them).slope)
    daily = (1 + empyrical.alpha(them, market, risk_free=0.0001)) ** (1 / 252) - 1
    assert found.alpha == pytest.approx(252 * daily, rel=1e-9)
    close(found.correlation, stats.pearsonr(them, market).statistic)
    close(found.tracking_error, empyrical.annual_volatility(them - market))
    close(found.information_ratio, empyrical.excess_sharpe(them, market) * np.sqrt(252))


def test_normal_tails_are_scipys(series: list[float]) -> None:
    law = stats.norm(np.mean(series), np.std(series, ddof=1))
    for one in tail.tails(series):
        cut = law.ppf(1 - one.confidence / 100)
        close(one.normal_var, -cut)
        beyond = law.expect(lambda value: value, ub=cut, conditional=True)
        assert one.normal_cvar == pytest.approx(-beyond, rel=1e-6)


def test_the_historical_var_is_a_quantile(series: list[float]) -> None:
    for confidence in tail.CONFIDENCES:
        found = tail.historical_var(series, confidence)
        if len(series) < 100 / (100 - confidence):
            assert found is None
            continue
        assert found == np.percentile(-np.array(series), confidence, method="inverted_cdf") or _between(
            series, confidence, found
        )


def _between(series: list[float], confidence: int, found: float | None) -> bool:
    """Where a whole number of days lies in the tail, any loss between two neighbours is a quantile; we say the lower
    of the two as SciPy does, unless floating point has moved its cut."""
    ranked = sorted(-value for value in series)
    whole = len(series) * confidence / 100
    return abs(whole - round(whole)) < 1e-9 and found in (ranked[round(whole) - 1], ranked[round(whole)])


@pytest.mark.parametrize("length", [101, 201, 401])
def test_the_historical_var_is_empyricals_where_no_interpolation_is_needed(length: int) -> None:
    series = drawn(5, length)
    close(tail.historical_var(series, 95), -empyrical.value_at_risk(np.array(series), 0.05))


@given(series=SERIES)
def test_the_historical_cvar_is_the_minimum_of_rockafellar_and_uryasev(series: list[float]) -> None:
    losses = -np.array(series)

    def target(level: float) -> float:
        return float(level + np.maximum(losses - level, 0).mean() / 0.05)

    # The function is convex and bends at losses only, so its minimum is at one of them.
    assert tail.historical_cvar(series, 95) == pytest.approx(min(map(target, losses)), abs=1e-12)
    found = optimize.minimize_scalar(target, bounds=(losses.min(), losses.max()), method="bounded")
    assert tail.historical_cvar(series, 95) <= found.fun + 1e-12


@given(series=SERIES)
def test_tails_are_ordered(series: list[float]) -> None:
    for one in tail.tails(series):
        for var, cvar in ((one.var, one.cvar), (one.normal_var, one.normal_cvar)):
            assert (var is None) == (cvar is None)
            assert var is None or var <= cvar + 1e-12
    low, high = tail.tails([*series] * 10)
    assert low.var <= high.var and low.cvar <= high.cvar + 1e-12


# --- by hand ------------------------------------------------------------------------------------


def test_figures_worked_by_hand() -> None:
    series = [0.01, -0.02, 0.03, -0.01, 0.04]
    assert ratios.mean(series) == pytest.approx(0.01)
    assert ratios.deviation(series) == pytest.approx((0.0026 / 4) ** 0.5)
    assert ratios.sharpe(series) == pytest.approx(0.01 / 0.00065**0.5 * 252**0.5)
    assert ratios.sortino(series) == pytest.approx(0.01 / 0.01 * 252**0.5)
    assert ratios.max_drawdown(series) == pytest.approx(-0.02)
    assert ratios.sharpe_error(series) == pytest.approx(((1 + (0.01 / 0.00065**0.5) ** 2 / 2) / 5 * 252) ** 0.5)


def test_a_hundred_days_by_hand() -> None:
    series = [-day / 1000 for day in range(1, 101)]
    assert tail.historical_var(series, 95) == 0.095
    assert tail.historical_cvar(series, 95) == pytest.approx(0.098)
    assert (tail.historical_var(series, 99), tail.historical_cvar(series, 99)) == (0.099, 0.1)
    assert tail.in_money(0.095, 1_000_000_000) == 95_000_000
    assert tail.in_money(0.095, -5) is None and tail.in_money(None, 5) is None


def test_a_flow_is_not_a_return() -> None:
    at = MONDAY * DAY_NS
    points = [
        Point(at, 1000, 1000),
        Point(at + HOUR_NS, 1100, 1000),
        Point(at + 2 * HOUR_NS, 2200, 2100),
        Point(at + DAY_NS, 1650, 1600),
    ]
    found = returns.daily(points)
    assert [one.pnl for one in found] == [50]
    # 10 %, then 1,100 came in and nothing was won, then 500 went out and 50 were lost.
    assert found[0].value == pytest.approx(1.1 * 1.0 * (2150 / 2200) - 1)


def test_weekends_belong_to_monday_and_quiet_days_count() -> None:
    friday = MONDAY + 4
    points = [
        Point(friday * DAY_NS, 100),
        Point((friday + 1) * DAY_NS, 110),
        Point((friday + 2) * DAY_NS, 121),
        Point((friday + 4) * DAY_NS - HOUR_NS, 242),
    ]
    found = returns.daily(points, (friday + 6) * DAY_NS)
    assert [one.day - friday for one in found] == [0, 3, 4, 5]
    assert [one.pnl for one in found] == [10, 132, 0, 0]
    assert [one.value for one in found] == pytest.approx([0.1, 1.2, 0.0, 0.0])
    every = returns.daily(points, counts=lambda _: True, running=True)
    assert [one.pnl for one in every] == [10, 11, 0, 121]


def test_a_day_that_is_not_over_is_left_out() -> None:
    at = MONDAY * DAY_NS
    points = [Point(at, 100), Point(at + DAY_NS, 101), Point(at + DAY_NS + HOUR_NS, 90)]
    assert [one.pnl for one in returns.daily(points)] == [1]
    assert [one.pnl for one in returns.daily(points, running=True)] == [1, -11]


@given(
    navs=st.lists(st.integers(10**9, 10**12), min_size=2, max_size=80),
    gaps=st.lists(st.integers(1, 40), min_size=80, max_size=80),
)
def test_days_sum_and_link_to_the_whole(navs: list[int], gaps: list[int]) -> None:
    at, points = MONDAY * DAY_NS, []
    for nav, gap in zip(navs, gaps, strict=False):
        at += gap * HOUR_NS
        points.append(Point(at, nav))
    found = returns.daily(points, running=True)
    assert sum(one.pnl for one in found) == navs[-1] - navs[0]
    assert returns.link(one.value for one in found) == pytest.approx(navs[-1] / navs[0] - 1, rel=1e-9)


# --- edges --------------------------------------------------------------------------------------


@pytest.mark.parametrize("series", [[], [0.01], [0.01, 0.02, 0.03, 0.04]])
def test_too_little_says_nothing(series: list[float]) -> None:
    judged = (ratios.volatility, ratios.sharpe, ratios.sortino, ratios.calmar, ratios.sharpe_error)
    assert [judge(series) for judge in judged] == [None] * 5
    assert ratios.relative(series, series) == ratios.Relative(None, None, None, None, None)
    assert tail.tails(series)[0] == tail.Tail(95, None, None, None, None)


@pytest.mark.parametrize("value", [0.0, 0.001, -0.001, 0.1])
def test_a_flat_curve_has_no_ratio(value: float) -> None:
    series = [value] * 30
    assert ratios.volatility(series) == 0.0
    assert ratios.sharpe(series) is None
    found = ratios.relative(series, series)
    assert (found.beta, found.alpha, found.correlation, found.information_ratio) == (None, None, None, None)
    assert found.tracking_error == 0.0
    assert (ratios.calmar(series) is None) == (value >= 0)
    assert (ratios.sortino(series) is None) == (value >= 0)


def test_a_worthless_account_has_no_return() -> None:
    at = MONDAY * DAY_NS
    points = [Point(at + day * DAY_NS, nav) for day, nav in enumerate([100, 50, -10, 20, 40])]
    found = returns.daily(points)
    assert [one.value for one in found] == [-0.5, pytest.approx(-1.2), None, 1.0]
    assert [one.pnl for one in found] == [-50, -60, 30, 20]
    assert returns.values(found) is None and returns.link(one.value for one in found) is None
    assert returns.annual_return([-0.5, -1.2]) is None
    shown = curve.curve(points)
    assert [one.growth is None for one in shown] == [False, False, False, True, True]


def test_a_series_must_fit_its_benchmark() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratios.relative([0.1] * 6, [0.1] * 7)
    with pytest.raises(ValueError, match="1 levels for 2 points"):
        curve.curve([Point(0, 1), Point(1, 1)], [1.0])


# --- curves -------------------------------------------------------------------------------------


def test_drawdowns_have_dates() -> None:
    navs = [100, 120, 90, 108, 120, 130, 117, 125]
    points = [Point(day * DAY_NS, nav) for day, nav in enumerate(navs)]
    shown = curve.curve(points, [10, 11, None, 12, 13, 14, 15, 16])
    first, second = curve.drawdowns(shown)
    assert (first.peak_at, first.trough_at, first.recovered_at) == (DAY_NS, 2 * DAY_NS, 4 * DAY_NS)
    assert (first.depth, first.lasted_ns, first.recovery_ns) == (pytest.approx(-0.25), 3 * DAY_NS, 2 * DAY_NS)
    assert (second.recovered_at, second.recovery_ns, second.lasted_ns) == (0, None, 2 * DAY_NS)
    assert curve.deepest(shown) == first
    assert [one.benchmark for one in shown][:4] == [1.0, 1.1, None, 1.2]
    assert shown[-1].high == pytest.approx(1.3) and shown[-1].drawdown == pytest.approx(125 / 130 - 1)


@given(series=SERIES)
def test_the_deepest_drawdown_is_the_ratios(series: list[float]) -> None:
    navs = [round(level * 10**12) for level in returns.index(series)]
    shown = curve.curve([Point(day * DAY_NS, nav) for day, nav in enumerate(navs)])
    found = curve.deepest(shown)
    assert (found.depth if found else 0.0) == pytest.approx(ratios.max_drawdown(series), abs=1e-9)
    assert ratios.max_drawdown(series) == pytest.approx(empyrical.max_drawdown(pd.Series(series)), abs=1e-12)


def test_a_window_begins_with_what_was_there() -> None:
    points = [Point(0, 100), Point(5 * DAY_NS, 110), Point(9 * DAY_NS, 120)]
    assert curve.window(points, 10 * DAY_NS, "7D") == [Point(3 * DAY_NS, 100), *points[1:]]
    assert curve.window(points, 20 * DAY_NS, "7D") == [Point(13 * DAY_NS, 120)]
    assert curve.window(points, 10 * DAY_NS, "ALL") == points
    assert curve.window([], 10 * DAY_NS, "1D") == []
    assert curve.window(points, 5 * DAY_NS, "1Y") == points
