"""No schedule of orders that ignores the book earns anything, and the search that says so would see one that did.

VTERM_IMPACT=long searches these names for long; `make impact` searches every instrument.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from engine.market import shown
from engine.market.overlay import Displaced, Far, Shape
from engine.market.shown import DEPTH
from tests.simulation.impact_lab import EVERY, NAMES, FeeLab, Lab, named
from tests.simulation.impact_search import ImpulseLab, TouchLab, search

LONG = os.environ.get("VTERM_IMPACT") == "long"
DRAWS, CLIMBS, STARTS = (3000, 1500, 8) if LONG else (70, 80, 1)
UNEVEN = (2.5, 0.4, 1.0, 3.0, 0.2, 1.0, 1.7, 0.6, 1.0, 1.2)
"""A drawn ladder, in mean sizes: outsized touches are where displayed prices promise too much."""


def best(market: Lab, waiting: float) -> float:
    return max(search(market.run, seed, draws=DRAWS, climbs=CLIMBS, waiting=waiting)[0] for seed in range(STARTS))


@pytest.mark.parametrize("sizes", [(1.0,) * DEPTH, UNEVEN], ids=["mean", "uneven"])
@pytest.mark.parametrize("name", EVERY)
def test_no_round_trip_wins(name: str, sizes: Sequence[float]) -> None:
    assert best(Lab(named(name), None, sizes), waiting=0.0) < 0


@pytest.mark.parametrize("name", EVERY)
def test_no_round_trip_wins_where_the_spread_is_nothing(name: str) -> None:
    assert best(Lab(named(name), spread=0), waiting=0.0) <= 0


@pytest.mark.parametrize("name", EVERY)
def test_waiting_in_the_book_earns_no_more_than_half_a_spread(name: str) -> None:
    assert best(Lab(named(name)), waiting=0.4) <= 1e-9


@pytest.mark.parametrize("name", [names[0] for names in NAMES.values()])
def test_no_round_trip_wins_after_fees(name: str) -> None:
    assert best(FeeLab(named(name)), waiting=0.0) < 0


@pytest.mark.parametrize("name", ["AAPL", "AMC", "BTC-USD", "EUR-USD", "GC+1", "SPX"])
def test_the_search_finds_the_pump_of_a_price_that_is_pushed_and_recovers(name: str) -> None:
    assert search(ImpulseLab(named(name)).run, 1, draws=120, climbs=150, waiting=0.0)[0] > 5


@pytest.mark.parametrize("name", ["BTC-USD", "GC+1"])
def test_the_search_finds_the_pump_of_touch_fills_without_a_floor(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unclipped(shape: Shape, scale: float, state: Displaced, side: int, levels: list[Far]) -> list[int]:
        return [size for _, size in levels]

    monkeypatch.setattr(shown, "promised", unclipped)
    monkeypatch.setattr(Displaced, "potential", lambda *_: -1e30)
    assert search(TouchLab(named(name)).run, 1, draws=300, climbs=600, waiting=0.0)[0] > 0.01
