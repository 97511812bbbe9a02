"""Cells: alignment, signs beside colours, numbers that never change, columns that never shift."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vterm import paint

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False).map(lambda d: f"{d:.4f}")


@given(NUMBERS, st.integers(3, 24))
def test_a_number_fills_exactly_its_column(text: str, cells: int) -> None:
    assert paint.width(paint.number(text, cells)) == cells


@given(NUMBERS)
def test_a_number_that_fits_is_shown_unchanged(text: str) -> None:
    assert paint.plain(paint.number(text, 30)).strip().replace(",", "") == text


def test_trailing_zeros_are_faint_and_unknown_is_a_dash() -> None:
    assert paint.number("68512.50", 10) == (("68,512.5".rjust(9), "foreground"), ("0", "faint"))
    assert paint.number("100", 5) == (("  100", "foreground"),)
    assert paint.number("100.00", 7) == ((" 100", "foreground"), (".00", "faint"))
    assert paint.plain(paint.number(None, 4)) == "   —"


@pytest.mark.parametrize(
    ("text", "shown", "role"),
    [("+3210.40", "+3,210.40", "up"), ("3210.40", "+3,210.40", "up"), ("-0.31", "-0.31", "down"),
     ("0.00", "0.00", "flat"), ("-0.00", "0.00", "flat")],
)  # fmt: skip
def test_a_profit_always_carries_its_sign(text: str, shown: str, role: str) -> None:
    assert paint.signed(text, 12) == ((shown.rjust(12), role),)


@pytest.mark.parametrize(
    ("text", "shown"), [("+1.24", "▲ 1.24%"), ("-0.31", "▼ 0.31%"), ("0.00", "· 0.00%"), ("+12.34", "▲ 12.34%")]
)
def test_a_change_carries_its_arrow(text: str, shown: str) -> None:
    assert paint.plain(paint.change(text, 8)).strip() == shown


@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(1, 40))
def test_bars_fill_their_cells(part: int, whole: int, cells: int) -> None:
    assert len(paint.bar(part, whole, cells)) == cells
    assert paint.width(paint.bar_left(part, whole, cells, "up")) == cells


@given(st.text(max_size=40), st.integers(1, 60))
def test_fit_is_exact_for_any_text(text: str, cells: int) -> None:
    from engine.model.text import safe

    assert paint.width(paint.fit(((safe(text), "foreground"),), cells)) == cells


def test_percent_and_places_round_half_to_even_once() -> None:
    assert paint.percent("0.123456") == "12.3"
    assert paint.places("0.125", 2) == "0.12"
    assert paint.places("0.135", 2) == "0.14"
    assert paint.places("+5", 2) == "+5.00"


def test_left_gives_way_to_right() -> None:
    line = paint.left_right((("a long label", "muted"),), (("12.50", "foreground"),), 10)
    assert paint.plain(line) == "a lon12.50"
