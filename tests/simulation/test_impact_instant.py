"""Inside one instant: an order in pieces never costs less than the order whole, and nobody gains there and back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.shown import DEPTH
from tests.simulation.impact_lab import EVERY, Lab, named

SIZES = st.lists(st.floats(0.1, 4.0), min_size=DEPTH, max_size=DEPTH)
SHARES = st.floats(1e-7, 0.2)
BEFORE = st.lists(st.tuples(st.floats(-0.05, 0.05), st.floats(0.1, 40_000.0)), max_size=3)
"""What others did before: shares of a day's volume and the seconds after each."""


def after(name: str, spread: int | None, sizes: list[float], before: list[tuple[float, float]]) -> Lab:
    market = Lab(named(name), spread, sizes)
    for share, wait in before:
        if share:
            market.trade(market.lots(share))
        market.wait(wait)
    market.paid2 = market.inventory = market.traded = 0
    return market


@given(
    name=st.sampled_from(EVERY),
    spread=st.one_of(st.none(), st.integers(0, 5)),
    sizes=SIZES,
    before=BEFORE,
    side=st.sampled_from([+1, -1]),
    share=SHARES,
    cuts=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8),
)
@settings(max_examples=300, deadline=None)
def test_splitting_within_an_instant_is_never_cheaper_than_the_block(
    name: str,
    spread: int | None,
    sizes: list[float],
    before: list[tuple[float, float]],
    side: int,
    share: float,
    cuts: list[float],
) -> None:
    block, split = after(name, spread, sizes, before), after(name, spread, sizes, before)
    lots = block.lots(share)
    whole = block.trade(side * lots)
    edges = [0, *sorted(round(cut * lots) for cut in cuts), lots]
    pieces = [split.trade(side * (high - low)) for low, high in itertools.pairwise(edges) if high > low]
    assert split.inventory == block.inventory == side * lots
    assert sum(pieces) >= whole
    assert split.displacement() == pytest.approx(block.displacement(), rel=1e-12, abs=1e-12)


@given(
    name=st.sampled_from(EVERY),
    sizes=SIZES,
    shares=st.lists(st.one_of(SHARES, SHARES.map(lambda s: -s)), min_size=1, max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_trading_both_ways_within_an_instant_never_wins(name: str, sizes: list[float], shares: list[float]) -> None:
    market = Lab(named(name), None, sizes)
    for share in shares:
        market.trade(market.lots(share))
    if market.inventory:
        market.trade(-market.inventory)
    assert market.paid2 > 0


@given(name=st.sampled_from(EVERY), sizes=SIZES, before=BEFORE, side=st.sampled_from([+1, -1]), share=SHARES)
@settings(max_examples=150, deadline=None)
def test_a_moved_book_fills_at_the_prices_it_shows(
    name: str, sizes: list[float], before: list[tuple[float, float]], side: int, share: float
) -> None:
    market = after(name, None, sizes, [(1e-6, 0.1), *before])
    levels = market.shown.ladder(market.instrument)[side > 0]
    lots = min(market.lots(share), sum(size for _, size in levels))
    cost = walked = 0
    for price, size in levels:
        taken = min(size, lots - walked)
        cost += side * (2 * price - market.mid2) * taken
        walked += taken
    if lots:
        assert market.trade(side * lots) == cost
