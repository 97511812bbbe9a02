"""The five parts of every fill's price sum to it exactly, however the fill came about, also as they are printed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.documents import fill_document
from engine.model.fill import Fill
from engine.model.session import MarketSession
from tests.still_market import Floor

SYMBOLS = ("AAPL", "EUR-USD", "7203.T", "BTC-USD")
PARTS = ("mid", "half_spread", "depth", "impact", "timing")
Case = tuple[str, int, int, int, int]
CASES = st.tuples(
    st.sampled_from(SYMBOLS), st.sampled_from([+1, -1]), st.integers(1, 400), st.integers(-9, 9), st.integers(-20, 20)
)


def floor_of(case: Case) -> tuple[Floor, str, int, int]:
    """A floor on which a first order has moved the market and the market has moved by itself."""
    symbol, side, lots, push, drift = case
    floor = Floor(size=60, spread=3)
    if push:
        floor.send(1 if push > 0 else -1, symbol, 20 * abs(push), account="other")
    floor.market.move(floor.instrument(symbol).column, drift)
    floor.step(1 + abs(push))
    return floor, symbol, side, lots


def touch(floor: Floor, symbol: str, side: int) -> int:
    return floor.shown.touch(floor.instrument(symbol))[side > 0]


def taker(floor: Floor, symbol: str, side: int, lots: int, drift: int) -> None:
    """Takes more than is displayed, and goes on taking as the market moves."""
    floor.send(side, symbol, 3 * lots)
    floor.market.move(floor.instrument(symbol).column, drift)
    floor.step(40)


def maker(floor: Floor, symbol: str, side: int, lots: int, drift: int) -> None:
    """Rests until the market comes through its price, while another account moves that."""
    price = touch(floor, symbol, -side)
    order = floor.send(side, symbol, lots, price)
    floor.send(-side, symbol, 90, account="other")
    floor.market.move(floor.instrument(symbol).column, -side * (30 + abs(drift)))
    floor.step(3)
    assert order.filled or order.refusal


def user_to_user(floor: Floor, symbol: str, side: int, lots: int, drift: int) -> None:
    """Two accounts meet between the market's best prices."""
    price = touch(floor, symbol, -side) + side
    floor.send(side, symbol, lots, price)
    floor.market.move(floor.instrument(symbol).column, side * min(1, abs(drift)))
    floor.step(1)
    floor.send(-side, symbol, lots, price, account="other")


def cross(floor: Floor, symbol: str, side: int, lots: int, drift: int) -> None:
    """Both wait for the open, where the market takes the difference."""
    floor.market.state[:] = MarketSession.CLOSED
    floor.step()
    floor.send(side, symbol, lots)
    floor.send(-side, symbol, lots // 2 + 1, account="other")
    floor.market.move(floor.instrument(symbol).column, drift)
    floor.market.state[:] = MarketSession.REGULAR
    floor.step(3)


def liquidation(floor: Floor, symbol: str, side: int, lots: int, drift: int) -> None:
    """The kill switch and the margin watch close a position with orders of their own."""
    floor.send(side, symbol, lots)
    floor.market.move(floor.instrument(symbol).column, drift)
    account = floor.kernel.state.accounts["main"]
    position = account.positions.get(symbol)
    if position is None:
        return
    worth = floor.kernel.valuer.worth(account)
    account.cash -= worth.nav - worth.gross // 4
    floor.step(30)
    assert any(order.origin == "liquidation" and order.filled for order in floor.orders())


def sums(floor: Floor, fill: Fill) -> None:
    assert fill.explain.total() == 2 * fill.price
    document = fill_document(fill, floor.instrument(fill.symbol))
    assert sum(Decimal(document["explain"][name]) for name in PARTS) == Decimal(document["price"])


@pytest.mark.parametrize("happen", [taker, maker, user_to_user, cross, liquidation], ids=lambda f: f.__name__)
def test_the_parts_of_every_fill_sum_to_its_price(happen: object) -> None:
    traded: list[int] = []

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=CASES)
    def holds(case: Case) -> None:
        floor, symbol, side, lots = floor_of(case)
        before = len(floor.past.all_fills)
        happen(floor, symbol, side, lots, case[4])  # type: ignore[operator]
        traded.append(len(floor.past.all_fills) - before)
        for fill in floor.past.all_fills:
            sums(floor, fill)

    holds()
    assert sum(map(bool, traded)) > len(traded) // 2
