"""apply_fill against exact fractions, and the money it must not lose."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger.position import apply_fill
from engine.model.account import Position

FILLS = st.lists(
    st.tuples(st.sampled_from((1, -1)), st.integers(1, 10**12), st.integers(0, 10**16)), min_size=1, max_size=40
)


def exact_step(lots: int, cost: Fraction, side: int, size: int, value: int) -> tuple[int, Fraction, Fraction]:
    """One fill in fractions, written another way: lot by lot shares instead of cases."""
    closing = min(abs(lots), size) if lots * side < 0 else 0
    share = Fraction(value, size)
    removed = cost * closing / abs(lots) if lots else Fraction(0)
    realised = -side * share * closing - removed
    return lots + side * size, cost - removed + side * share * (size - closing), realised


@given(FILLS)
def test_no_minor_is_lost_and_lots_add_up(fills: list[tuple[int, int, int]]) -> None:
    position: Position | None = None
    lots = paid = realised = 0
    for side, size, value in fills:
        position, gain = apply_fill(position, "BTC", side, size, value)
        lots += side * size
        paid += side * value
        realised += gain
        assert (position.lots if position else 0) == lots
        assert (position.cost if position else 0) - realised == paid


@given(FILLS)
def test_each_step_is_within_half_a_minor_of_the_fraction(fills: list[tuple[int, int, int]]) -> None:
    position: Position | None = None
    for side, size, value in fills:
        before_lots, before_cost = (position.lots, position.cost) if position else (0, 0)
        position, gain = apply_fill(position, "BTC", side, size, value)
        lots, cost, exact_gain = exact_step(before_lots, Fraction(before_cost), side, size, value)
        assert (position.lots if position else 0) == lots
        assert abs((position.cost if position else 0) - cost) <= Fraction(1, 2)
        assert abs(gain - exact_gain) <= Fraction(1, 2)


def test_a_short_gains_when_it_is_bought_back_cheaper() -> None:
    short, none = apply_fill(None, "ESZ26", -1, 4, 400)
    after, gain = apply_fill(short, "ESZ26", 1, 1, 90)
    assert none == 0 and gain == 10 and after is not None and (after.lots, after.cost) == (-3, -300)


def test_crossing_zero_shares_the_value_half_to_even() -> None:
    long, _ = apply_fill(None, "BTC", 1, 1, 10)
    after, gain = apply_fill(long, "BTC", -1, 2, 25)
    assert after is not None and (after.lots, after.cost, gain) == (-1, -12, 3)


def test_the_old_position_is_not_touched() -> None:
    old, _ = apply_fill(None, "BTC", 1, 2, 10)
    assert old is not None
    apply_fill(old, "BTC", -1, 1, 7)
    assert (old.lots, old.cost, old.realised) == (2, 10, 0)


@pytest.mark.parametrize(("side", "lots"), [(0, 1), (2, 1), (1, 0), (-1, -3)])
def test_nonsense_is_refused(side: int, lots: int) -> None:
    with pytest.raises(ValueError, match="at least one lot"):
        apply_fill(None, "BTC", side, lots, 10)


def test_another_symbols_position_is_refused() -> None:
    held, _ = apply_fill(None, "BTC", 1, 2, 10)
    with pytest.raises(ValueError, match="cannot change a position in BTC"):
        apply_fill(held, "ETH", 1, 2, 10)
