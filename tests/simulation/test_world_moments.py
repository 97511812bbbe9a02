"""Coarse steps are the same market seen less often: its moments do not depend on how time is cut."""

from __future__ import annotations

import numpy as np
import pytest

from engine.market.calendar import load_calendar
from engine.market.world import World
from engine.model.ids import DAY_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.session import MarketSession
from tests.simulation.world_market import at, some, world

TICK = SECOND_NS // 10
NAMES = ("AAPL", "KO", "SPY", "SPX", "EUR-USD", "GC", "BTC-USD")
START = at("2026-08-18T14:00:00+00:00")
MINUTES = 45
Run = tuple[np.ndarray, np.ndarray, np.ndarray]


def run(step: int) -> Run:
    """Mids and volumes at every step and signed lots traded over all, of MINUTES minutes."""
    market = world(*NAMES, seed=12)
    mids, volumes = [], []
    flow = np.zeros(len(NAMES))
    market.advance(TimeNs(START), step)
    for number in range(MINUTES * MINUTE_NS // step + 1):
        if number:
            market.advance(TimeNs(START + number * step), step)
            for ix in market.any_prints().tolist():
                flow[ix] += sum(t.sign * t.size for t in market.prints(ix))
        mids.append(market.mid2 / 2)
        volumes.append(market.volume_day.copy())
    return np.array(mids), np.array(volumes), flow


@pytest.fixture(scope="module")
def runs() -> dict[int, Run]:
    return {step: run(step) for step in (TICK, SECOND_NS, MINUTE_NS)}


def kurtosis(x: np.ndarray) -> np.ndarray:
    centred = x - x.mean(axis=0)
    return np.asarray((centred**4).mean(axis=0) / (centred**2).mean(axis=0) ** 2)


def test_minutes_are_equal_to_the_last_bit(runs: dict[int, Run]) -> None:
    for number in range(2):
        fine, coarse, coarsest = (runs[step][number][:: MINUTE_NS // step] for step in (TICK, SECOND_NS, MINUTE_NS))
        assert np.array_equal(fine, coarsest)
        assert np.array_equal(coarse, coarsest)
    assert np.array_equal(runs[TICK][2], runs[SECOND_NS][2])


def test_moments_of_minutes_do_not_depend_on_the_step(runs: dict[int, Run]) -> None:
    of = []
    for step, (mids, volumes, _) in runs.items():
        moves = np.diff(np.log(mids[:: MINUTE_NS // step]), axis=0)
        traded = np.diff(volumes[:: MINUTE_NS // step], axis=0)
        of.append(np.stack([moves.var(axis=0), kurtosis(moves), traded.mean(axis=0), traded.std(axis=0)]))
    assert np.array_equal(of[0], of[1])
    assert np.array_equal(of[0], of[2])


def test_variance_adds_up_from_ticks_to_minutes(runs: dict[int, Run]) -> None:
    """The mid of a fine name is a martingale: the sum of its squared moves over 5, 15 and 60 s is about the same."""
    mids = np.log(runs[SECOND_NS][0])
    for ix, name in enumerate(NAMES):
        if name == "KO":
            continue
        total = {every: float((np.diff(mids[::every, ix]) ** 2).sum()) for every in (5, 15, 60)}
        assert 0.5 < total[15] / total[60] < 2.0, name
        assert 0.5 < total[5] / total[15] < 1.6, name


def test_minutes_move_together_less_than_days() -> None:
    """Over days the catalogue's loadings hold; over five minutes names move together less (Epps 1979)."""
    market = world("SPY", "AAPL", "IBM", "CL", "BZ", seed=12)
    end = at("2026-09-16T20:00:00+00:00")
    market.advance(end, MINUTE_NS)
    days = np.array([[float(b.close) for b in market.daily(ix, 700, end)] for ix in range(5)])
    far = np.corrcoef(np.diff(np.log(days)))
    near = []
    for day in range(1, 15):
        opened = TimeNs(START + day * DAY_NS)
        bars = [market.bars(ix, 5 * MINUTE_NS, opened, TimeNs(opened + 300 * MINUTE_NS)) for ix in range(5)]
        if all(len(b) == 60 for b in bars):
            near.append(np.corrcoef(np.diff(np.log([[float(b.close) for b in part] for part in bars]))))
    close = np.mean(near, axis=0)
    ratios = [close[a, b] / far[a, b] for a, b in ((0, 1), (0, 2), (3, 4))]
    assert min(ratios) > 0.6
    assert np.mean(ratios) < 0.97


def test_a_half_day_trades_half_a_days_volume() -> None:
    """The day after Thanksgiving closes at 13:00: 210 of 390 minutes."""
    half = at("2026-11-27T14:31:00+00:00")
    shares = []
    for seed in range(12):
        market = World(some("AAPL", "KO", "IBM"), {"US_EQ": load_calendar("US_EQ")}, seed, half)
        market.advance(TimeNs(half - MINUTE_NS), MINUTE_NS)
        assert market.day_volume_left(0) == pytest.approx(market.instruments[0].adv_units * 210 / 390, rel=0.1)
        after = TimeNs(half + DAY_NS)
        market.advance(after, MINUTE_NS)
        for ix in range(3):
            bars = market.daily(ix, 60, after)
            assert market.state[ix] == MarketSession.CLOSED
            shares.append(bars[-1].volume / np.median([b.volume for b in bars[:-1]]))
    assert 0.4 < np.mean(shares) < 0.75
