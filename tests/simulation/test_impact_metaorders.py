"""Orders of 0.1 to 10 % of a day's volume, worked at a fifth of it, move prices as recorded ones do."""

from __future__ import annotations

import statistics

import pytest

from engine.market.overlay import PERMANENT_SHARE
from tests.simulation.impact_lab import NAMES, Lab, catalogue, named
from tests.simulation.impact_orders import SHARES, Worked, exponent, work

DEEP = 30
"""A size of so many e0 is on the square-root part of the displacement; below it the touch is too thick for Y."""
FULL = 0.7
"""Names with a thick touch carry a smaller amplitude than this and stay below Y = 0.3 at any size."""


@pytest.fixture(scope="module")
def found() -> dict[str, list[Worked]]:
    return {n: [work(Lab(named(n)), share, 60) for share in SHARES] for names in NAMES.values() for n in names}


@pytest.mark.parametrize("name", [name for names in NAMES.values() for name in names])
def test_impact_grows_with_a_root_of_the_size_and_partly_stays(found: dict[str, list[Worked]], name: str) -> None:
    orders, shape = found[name], Lab(named(name)).shape
    assert 0.4 <= exponent(orders) <= 0.7
    assert all(order.y <= 1.5 for order in orders)
    phi = shape.kinf * shape.volume / (PERMANENT_SHARE * shape.gamma * shape.price)
    reached = [o for o in orders if o.share >= DEEP * (shape.e0 + shape.flat) / shape.volume and phi >= FULL]
    assert all(order.y >= 0.3 for order in reached)
    lowest = 0.5 if not shape.flat else 0.4
    assert all(lowest <= order.back <= 0.8 for order in orders)


@pytest.mark.parametrize("kind", list(NAMES))
def test_every_class_keeps_the_law(kind: str) -> None:
    instruments = [i for i in catalogue().columns if i.asset_class == kind][::5]
    orders = {i.symbol: [work(Lab(i), share, 20) for share in SHARES] for i in instruments}
    assert 0.4 <= statistics.median(exponent(o) for o in orders.values()) <= 0.7
    for k in range(len(SHARES)):
        assert 0.3 <= statistics.median(o[k].y for o in orders.values()) <= 1.5
        assert 0.5 <= statistics.median(o[k].back for o in orders.values()) <= 0.8
