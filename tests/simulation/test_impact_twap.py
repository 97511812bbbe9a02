"""Patience pays: an order in slices that fit the ladder, spread over half a session, costs less than the block."""

from __future__ import annotations

import math

import pytest

from tests.simulation.impact_lab import EVERY, Lab, catalogue, named


def ratio(market: Lab, slices: int, lots: int) -> float:
    """Cost of the slices over half a session, divided by the cost of the block; both against the mid at arrival."""
    market.restart()
    block = market.trade(lots)
    market.restart()
    pause = (market.close - market.open) / 1e9 / 2 / slices
    cost, done = 0, 0
    for number in range(1, slices + 1):
        upto = lots * number // slices
        cost += market.trade(upto - done)
        done = upto
        market.wait(pause)
    return cost / block


def big(market: Lab) -> int:
    """One per cent of a day's volume, or three displayed ladders where that is more."""
    return max(market.lots(0.01), 3 * market.ladder_lots)


@pytest.mark.parametrize("side", [+1, -1])
@pytest.mark.parametrize("name", EVERY)
def test_slices_that_fit_the_ladder_cost_less_than_the_block(name: str, side: int) -> None:
    market = Lab(named(name))
    lots = big(market)
    fewest = max(20, math.ceil(2 * lots / market.ladder_lots))
    for slices in (fewest, 4 * fewest):
        assert ratio(market, slices, side * lots) < 1


def test_it_holds_for_one_instrument_in_three() -> None:
    dear = {}
    for instrument in catalogue().columns[::3]:
        market = Lab(instrument)
        lots = big(market)
        found = ratio(market, max(60, math.ceil(2 * lots / market.ladder_lots)), lots)
        if found >= 1:
            dear[str(instrument.symbol)] = round(found, 3)
    assert not dear
