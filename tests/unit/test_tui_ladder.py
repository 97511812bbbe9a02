"""The ladder's numbers: grouping, standing still, widths for the longest legal numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vterm import paint
from vterm.panes.ladder_paint import columns, price_row, scene
from vterm.panes.ladder_rows import build, fitting, row_of, steadied

INSTRUMENT = {"price_decimals": 2, "size_decimals": 8, "tick_size": "0.01", "display_lot": "0.0001", "group": 50}
BOOK = {
    "bids": [["100.04", "1.00000000"], ["100.01", "2.00000000"], ["99.40", "4.00000000"]],
    "asks": [["100.06", "0.50000000"], ["100.49", "1.00000000"], ["100.51", "8.00000000"]],
    "own": [{"order_id": "a", "side": "buy", "price": "99.40", "size": "0.25000000", "ahead": "0"}],
}


@given(st.integers(0, 10**9), st.integers(1, 10_000))
def test_a_row_never_promises_a_better_price(price: int, step: int) -> None:
    assert row_of(price, step, "bid") <= price <= row_of(price, step, "ask")


def test_levels_fall_into_rows_and_totals_stay() -> None:
    rows = build(BOOK, INSTRUMENT, 50)
    assert rows.bids.sizes == {10000: 3 * 10**8, 9900: 4 * 10**8}
    assert rows.asks.sizes == {10050: 15 * 10**7, 10100: 8 * 10**8}
    assert (rows.bids.total, rows.asks.total) == (7 * 10**8, 95 * 10**7)
    assert rows.bids.own == {9900: 25_000_000}
    assert rows.orders == {9900: ["a"]}


@given(st.integers(1, 500))
def test_the_sides_never_share_a_row(group: int) -> None:
    rows = build(BOOK, INSTRUMENT, group)
    assert max(rows.bids.sizes) < min(rows.asks.sizes)


def test_the_ladder_stands_still_until_the_touch_leaves_the_middle_third() -> None:
    rows = build(BOOK, INSTRUMENT, 1)
    top = steadied(None, rows, 21)
    assert top is not None
    for move in (-3, 3):
        moved = {**BOOK, "bids": [[f"{100.04 + move / 100:.2f}", "1"]], "asks": [[f"{100.06 + move / 100:.2f}", "1"]]}
        assert steadied(top, build(moved, INSTRUMENT, 1), 21) == top
    gone = {**BOOK, "bids": [["100.34", "1"]], "asks": [["100.36", "1"]]}
    assert steadied(top, build(gone, INSTRUMENT, 1), 21) == top + 30
    assert steadied(top + 2, rows, 21, force=True) == top


def test_a_book_narrower_than_a_second_is_still_spread_over_rows() -> None:
    levels = [[f"{100 - i * 0.15:.2f}", "1"] for i in range(10)]
    book = {"bids": levels, "asks": [["100.01", "1"]]}
    assert fitting(book, {**INSTRUMENT, "group": 1000}) == 20
    assert fitting(book, {**INSTRUMENT, "group": 5}) == 5
    assert fitting({"bids": [], "asks": []}, INSTRUMENT) == 50


def test_columns_keep_their_width_for_the_longest_numbers() -> None:
    long = {
        "bids": [["1234567.89", "98765432.12345678"]],
        "asks": [["1234567.90", "98765432.12345678"]],
        "own": [{"order_id": "a", "side": "buy", "price": "1234567.89", "size": "98765432.12345678", "ahead": "0"}],
    }
    for width in (34, 40, 60):
        rows = build(long, INSTRUMENT, 1)
        prices = [123456789, 123456790, 123456795]
        for cumulative in (False, True):
            seen = scene(rows, width, "0.0001", prices, cumulative)
            assert seen.cols == columns(width, rows, "0.0001")
            for price, ask in zip(prices, (False, True, True), strict=True):
                assert paint.width(price_row(price, ask, seen)) == width
