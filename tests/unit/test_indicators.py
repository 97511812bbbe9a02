"""Indicators beside TA-Lib, beside a recomputation of the whole past, and at the edges of what a bar can be."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from engine.research.indicators import (
    Atr,
    Bollinger,
    Ema,
    Indicator,
    Macd,
    Obv,
    PriceBar,
    Rma,
    Rsi,
    Sma,
    Stochastic,
    Volatility,
    Vwap,
    Wma,
)  # fmt: skip

MAKERS: dict[str, Callable[[], Indicator[Any]]] = {
    "sma": lambda: Sma(5), "ema": lambda: Ema(5), "wma": lambda: Wma(5), "rma": lambda: Rma(5), "vwap": Vwap,
    "bollinger": lambda: Bollinger(5), "rsi": lambda: Rsi(5), "macd": lambda: Macd(3, 6, 4), "atr": lambda: Atr(5),
    "stochastic": lambda: Stochastic(5), "obv": Obv, "volatility": lambda: Volatility(5),
}  # fmt: skip


def walk(count: int, seed: int) -> list[PriceBar]:
    """A random market in ticks of a cent, some bars without a move and some without a trade."""
    rng, bars, last = random.Random(seed), [], 10_000
    for _ in range(count):
        first = last + rng.choice((0, 0, rng.randint(-30, 30)))
        last = max(50, first + rng.randint(-60, 60) * rng.choice((0, 1, 1, 1)))
        high, low = max(first, last) + rng.randint(0, 25), min(first, last) - rng.randint(0, 25)
        bars.append(PriceBar(first / 100, high / 100, low / 100, last / 100, float(rng.randint(0, 900))))
    return bars


def columns(bars: list[PriceBar]) -> list[np.ndarray]:
    return [np.array([bar[k] for bar in bars], float) for k in range(5)]


def same(own: list[Any], theirs: np.ndarray, first: int) -> None:
    """Equal to eight digits from the first bar that both know; and it is the same first bar."""
    assert next(k for k, value in enumerate(own) if value is not None) == first
    assert np.flatnonzero(~np.isnan(theirs))[0] == first
    np.testing.assert_allclose(np.array(own[first:], float), theirs[first:], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("period", [2, 5, 14, 20, 50])
def test_averages_are_those_of_ta_lib(period: int, seed: int) -> None:
    bars = walk(400, seed)
    close = columns(bars)[3]
    same(Sma(period).over(bars), talib.SMA(close, period), period - 1)
    same(Ema(period).over(bars), talib.EMA(close, period), period - 1)
    same(Wma(period).over(bars), talib.WMA(close, period), period - 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("period", [2, 5, 14, 20])
def test_bands_strength_and_range_are_those_of_ta_lib(period: int, seed: int) -> None:
    bars = walk(400, seed)
    _, high, low, close, _ = columns(bars)
    own = Bollinger(period, 2.0).over(bars)
    for k, theirs in enumerate(reversed(talib.BBANDS(close, period, 2.0, 2.0))):
        np.testing.assert_allclose([v[k] for v in own[period - 1 :]], theirs[period - 1 :], rtol=1e-6, atol=1e-5)
    same(Rsi(period).over(bars), talib.RSI(close, period), period)
    same(Atr(period).over(bars), talib.ATR(high, low, close, period), period)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_macd_stochastic_and_volume_are_those_of_ta_lib(seed: int) -> None:
    bars = walk(400, seed)
    _, high, low, close, volume = columns(bars)
    own = Macd().over(bars)
    for k, theirs in enumerate(talib.MACD(close, 12, 26, 9)):
        same([v and v[k] for v in own], theirs, 33)
    pair = Stochastic(14, 3, 3).over(bars)
    for k, theirs in enumerate(talib.STOCH(high, low, close, 14, 3, 0, 3, 0)):
        same([None if v is None else v[k] for v in pair], theirs, 17)
    same(Obv().over(bars), talib.OBV(close, volume), 0)


def test_volatility_and_vwap_are_those_of_numpy() -> None:
    bars = walk(300, 4)
    _, high, low, close, volume = columns(bars)
    moves = np.diff(np.log(close))
    theirs = [moves[k - 20 : k].std(ddof=1) * math.sqrt(252) for k in range(20, 300)]
    np.testing.assert_allclose(Volatility(20, 252).over(bars)[20:], theirs, rtol=1e-9)
    typical = (high + low + close) / 3
    own = Vwap().over(bars)
    np.testing.assert_allclose(own[5:], (np.cumsum(typical * volume) / np.cumsum(volume))[5:], rtol=1e-12)


BARS = st.lists(
    st.tuples(*[st.integers(1, 10**7)] * 4, st.integers(0, 10**9)).map(
        lambda t: PriceBar(t[0], max(t[:4]), min(t[:4]), t[3], t[4])
    ),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize("name", MAKERS)
@given(bars=BARS)
def test_one_bar_at_a_time_is_the_whole_past_at_once(name: str, bars: list[PriceBar]) -> None:
    """The value of each bar, counted on, is that of a fresh count of all bars up to it; a peek changes nothing."""
    counted = MAKERS[name]()
    for k, bar in enumerate(bars):
        peeked = counted.peek(bar)
        again = counted.peek(bar)
        value = counted.update(bar)
        assert peeked == again == value
        if k in (len(bars) // 2, len(bars) - 1):
            assert value == MAKERS[name]().over(bars[: k + 1])[-1]


@pytest.mark.parametrize("name", ["sma", "wma", "bollinger"])
def test_a_window_forgets_what_left_it(name: str) -> None:
    """After huge prices the value is exactly that of the window: nothing drifts."""
    calm = walk(30, 5)
    wild = [PriceBar(1e12, 1e12, 1e12, 1e12 / 3, 1.0) for _ in range(50)]
    assert MAKERS[name]().over(wild + calm)[-1] == MAKERS[name]().over(calm)[-1]


def test_where_nothing_moves() -> None:
    still = [PriceBar(7.0, 7.0, 7.0, 7.0, 0.0)] * 60
    assert Rsi().over(still)[-1] == 50.0
    assert Atr().over(still)[-1] == 0.0
    assert Bollinger().over(still)[-1] == (7.0, 7.0, 7.0)
    assert Macd().over(still)[-1] == (0.0, 0.0, 0.0)
    assert Stochastic().over(still)[-1] == (0.0, 0.0)
    assert Volatility().over(still)[-1] == 0.0
    assert Vwap().over(still)[-1] is None
    assert Obv().over(still)[-1] == 0.0


def test_a_session_begins_a_new_vwap() -> None:
    vwap = Vwap()
    vwap.update(PriceBar(1, 1, 1, 1, 5))
    vwap.reset()
    assert vwap.value is None
    assert vwap.update(PriceBar(3, 3, 3, 3, 1)) == 3


def test_negative_prices_have_averages_and_no_volatility() -> None:
    oil = [PriceBar(p, p + 1, p - 1, p, 10) for p in (2.0, -1.0, -37.6, 3.0, 4.0, 5.0, 6.0)]
    assert Sma(7).over(oil)[-1] == pytest.approx(-18.6 / 7)
    assert Volatility(3).over(oil)[-1] is not None
    assert Volatility(3).over(oil[:5])[-1] is None


@pytest.mark.parametrize("wrong", [lambda: Sma(0), lambda: Bollinger(1), lambda: Macd(26, 12), lambda: Rsi(-3)])
def test_a_period_that_is_none_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"too short|must be shorter"):
        wrong()
