"""The short form of `make realism`, and what its rule calls a pass."""

from __future__ import annotations

import pytest

from engine.model.instrument import Instrument
from tools.realism.rule import SHOWN, Score, by_class, market_passes, scored, yardstick
from tools.realism.run import TAPED, Effort, group_scores, groups, reference

SIX = ("KO", "SPY", "SPX", "EUR-USD", "GC", "BTC-USD")
SHORT = Effort(sessions=4, daily=1_000, tape_sessions=1, tape=frozenset({"SPX"}))

measured = pytest.mark.skipif(yardstick() is None, reason=f"the yardstick {SHOWN} is not beside this project")


def by_symbol(*symbols: str) -> list[Instrument]:
    known = {str(i.symbol): i for i in reference()}
    return [known[symbol] for symbol in symbols]


def score(asset_class: str, misses: tuple[str, ...] = (), counted: int = 20) -> Score:
    rows = tuple((name, 9.0, 0.0, 1.0) for name in misses)
    return Score("X", asset_class, counted - len(misses), counted, rows, {})


@measured
def test_one_name_a_class_looks_real() -> None:
    """Few sessions make noisy metrics: nine tenths of them must be in range, whatever the name."""
    scores = [s for part in groups(by_symbol(*SIX)) for s in group_scores(part, 20260818, SHORT)]
    assert sorted(s.symbol for s in scores) == sorted(SIX)
    assert sum(s.inside for s in scores) >= 0.9 * sum(s.counted for s in scores), [s.misses for s in scores]
    assert all(s.inside >= 0.75 * s.counted for s in scores)


@measured
def test_a_random_walk_does_not_pass() -> None:
    instrument = by_symbol("SPY")[0]
    values = {"kurt_1m": 3.0, "kurt_5m": 3.0, "abs_acf1_1m": 0.0, "acf1_1m_abs": 0.01}
    result = scored(instrument, values, 1.1, 0.95)
    assert not result.passes
    assert result.core == ("kurt_1m", "kurt_5m", "abs_acf1_1m")
    assert not scored(instrument, {"acf1_1m_abs": 0.01}, 2.0, 0.95).passes
    assert not scored(instrument, {"acf1_1m_abs": 0.01}, 1.1, 0.85).passes


def test_the_rule() -> None:
    good, core = score("equities"), score("equities", ("kurt_1d",))
    many = score("equities", ("acf1_1d_abs", "hill_1d", "hill_5m", "zero_share_1m"))
    few = score("equities", ("acf1_1d_abs", "hill_1d", "hill_5m"))
    assert [s.passes for s in (good, core, many, few)] == [True, False, False, True]
    assert market_passes([good] * 4 + [core])
    assert not market_passes([good] * 3 + [core])
    assert not market_passes([good] * 99 + [score("forex", ("kurt_1d",))])
    assert by_class([good, core]) == {"equities": (1, 2)}


def test_the_tape_covers_every_class_three_times() -> None:
    chosen = [i for i in reference() if i.symbol in TAPED]
    assert len(chosen) == len(TAPED) == 18
    classes = [i.asset_class for i in chosen]
    assert {classes.count(c) for c in classes} == {3}
    assert len(reference()) == 165
