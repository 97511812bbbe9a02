"""The ticket's order drawn into the ladder: what it takes, its average, what it leaves; as numbers and as text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vterm import paint
from vterm.panes.ladder_impact import foreseen
from vterm.panes.ladder_paint import imbalance, impact_words, price_row, scene, short_size
from vterm.panes.ladder_queue import own_at, queue_words
from vterm.panes.ladder_rows import build
from vterm.state import units

INSTRUMENT = {"price_decimals": 2, "size_decimals": 2, "tick_size": "0.01", "display_lot": "0.01", "group": 1}
BOOK = {
    "bids": [["99.99", "4.00"], ["99.98", "2.00"], ["99.96", "8.00"]],
    "asks": [["100.01", "1.00"], ["100.02", "2.00"], ["100.04", "5.00"]],
    "own": [
        {"order_id": "a", "side": "buy", "price": "99.98", "size": "0.50", "ahead": "1.00"},
        {"order_id": "b", "side": "sell", "price": "100.04", "size": "1.00", "ahead": "0.00"},
    ],
}
BUY: dict[str, Any] = {
    "order": {"symbol": "X", "side": "buy", "type": "limit", "quantity": "4", "limit_price": "100.02"},
    "preview": {
        "symbol": "X", "fills": [{"price": "100.01", "quantity": "1.00"}, {"price": "100.02", "quantity": "2.00"}],
        "fills_now": "3.00", "rests": "1.00", "queue_ahead": "0.00", "average_price": "100.0167",
        "market_after": "100.04", "slippage_bps": "1.67",
    },
}  # fmt: skip
SELL: dict[str, Any] = {
    "order": {"symbol": "X", "side": "sell", "type": "market", "quantity": "5"},
    "preview": {
        "symbol": "X", "fills": [{"price": "99.99", "quantity": "4.00"}, {"price": "99.98", "quantity": "1.00"}],
        "fills_now": "5.00", "rests": "0.00", "queue_ahead": "0.00", "average_price": "99.988",
        "market_after": "99.98", "slippage_bps": "1.20",
    },
}  # fmt: skip


def picture(draft: dict[str, Any], group: int = 1, width: int = 48, **more: Any) -> dict[int, str]:
    """Rows of the ladder as text, by price."""
    rows = build(BOOK, INSTRUMENT, group)
    top = -(-10005 // rows.step) * rows.step
    prices = [top - i * rows.step for i in range(12)]
    seen = scene(rows, width, "0.01", prices, cumulative=True)
    seen.impact = foreseen(draft, "X", rows) if draft else None
    for name, value in more.items():
        setattr(seen, name, value)
    cut = rows.asks.best_row or 0
    lines = {price: price_row(price, price >= cut, seen) for price in prices}
    assert {paint.width(line) for line in lines.values()} == {width}
    return {price: paint.plain(line) for price, line in lines.items()}


def test_a_buy_is_drawn_beside_the_asks_that_it_takes() -> None:
    rows = picture(BUY)
    assert "1.00►  100.01" in rows[10001]
    assert "avg▁○1▁2.00►  100.02" in rows[10002], "the average lies below this row, the rest stands at its limit"
    assert "►" not in rows[10003] and "→" not in rows[10003]
    assert "→ 100.04" in rows[10004] and "►" not in rows[10004], "the best ask afterwards"
    assert all("◄" not in row and "←" not in row for row in rows.values())


def test_what_would_rest_is_a_ring_at_the_limit() -> None:
    resting = {
        "order": {**BUY["order"], "limit_price": "99.96"},
        "preview": {**BUY["preview"], "fills": [], "fills_now": "0.00", "rests": "4.00", "queue_ahead": "8.00"},
    }
    rows = picture(resting)
    assert "99.96 ○4" in rows[9996]
    assert all("►" not in row and "→" not in row and "avg" not in row for row in rows.values())
    impact = foreseen(resting, "X", build(BOOK, INSTRUMENT, 1))
    assert impact is not None
    assert impact_words(impact, build(BOOK, INSTRUMENT, 1), 30) == "rests 4 behind 8"


def test_a_sell_is_drawn_beside_the_bids() -> None:
    rows = picture(SELL)
    assert "99.99 ◄4.00" in rows[9999]
    assert "99.98←◄1.00▔avg▔" in rows[9998], "partly taken: it stays the best bid"
    assert all("►" not in row for row in rows.values())


def test_a_stop_and_exits_have_their_rows() -> None:
    order = {**SELL["order"], "type": "stop", "stop_price": "99.96", "take_profit": "99.95", "stop_loss": "100.03"}
    waiting = {"order": order, "preview": {"symbol": "X", "fills": [], "rests": "5.00", "trigger_price": "99.96"}}
    rows = picture(waiting)
    assert "99.96 ◇ stop" in rows[9996]
    assert "99.95 ◇ profit" in rows[9995]
    assert "◇ loss  100.03" in rows[10003]
    assert all("○" not in row for row in rows.values())


def test_the_line_below_says_average_and_the_price_it_leaves() -> None:
    rows = build(BOOK, INSTRUMENT, 1)
    impact = foreseen(BUY, "X", rows)
    assert impact is not None
    assert impact_words(impact, rows, 60) == "avg 100.0167 → 100.04 · rests 1 · 1.67 bp"
    assert impact_words(impact, rows, 24) == "avg 100.0167 → 100.04"


@pytest.mark.parametrize("change", [
    {"symbol": "Y"}, {"refusal": {"code": "CONCENTRATION_LIMIT"}}, {"fills": [{"price": "100.00", "quantity": "1"}]},
])  # fmt: skip
def test_nothing_is_drawn_of_another_market(change: dict[str, Any]) -> None:
    """Another instrument, a refusal, or fills where the book has gone on: a price better than its best."""
    assert foreseen({**BUY, "preview": {**BUY["preview"], **change}}, "X", build(BOOK, INSTRUMENT, 1)) is None
    assert foreseen({}, "X", build(BOOK, INSTRUMENT, 1)) is None


FILLS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10**6)), min_size=1, max_size=12)


@given(FILLS, st.sampled_from([1, 2, 5, 25]), st.sampled_from(["buy", "sell"]))
def test_every_lot_of_the_fills_is_marked_once(fills: list[tuple[int, int]], group: int, side: str) -> None:
    sign, best = (1, 10001) if side == "buy" else (-1, 9999)
    parts = [{"price": f"{(best + sign * off) / 100:.2f}", "quantity": f"{lots / 100:.2f}"} for off, lots in fills]
    preview = {"symbol": "X", "fills": parts, "average_price": parts[0]["price"], "market_after": parts[-1]["price"]}
    rows = build(BOOK, INSTRUMENT, group)
    impact = foreseen({"order": {"side": side}, "preview": preview}, "X", rows)
    assert impact is not None
    assert sum(impact.taken.values()) == sum(lots for _, lots in fills) == sum(units(p["quantity"], 2) for p in parts)
    for row in impact.taken:
        assert row % rows.step == 0 and (row >= best if side == "buy" else row <= best)


@given(st.integers(1, 10**15), st.integers(2, 12))
def test_a_size_is_never_shown_as_nothing_nor_wider_than_its_room(lots: int, cells: int) -> None:
    text = short_size(lots, build(BOOK, {**INSTRUMENT, "size_decimals": 8}, 1), cells)
    assert len(text) <= cells
    assert any(c in "123456789<" for c in text)


def test_depth_is_cumulative_or_each_level() -> None:
    rows = build(BOOK, INSTRUMENT, 1)
    prices = [10005 - i for i in range(12)]
    summed, single = (scene(rows, 48, "0.01", prices, cumulative) for cumulative in (True, False))
    assert [summed.depth[True].get(p) for p in (10001, 10002, 10003, 10004, 10005)] == [100, 300, 300, 800, None]
    assert [summed.depth[False].get(p) for p in (9999, 9998, 9997, 9996, 9995)] == [400, 600, 600, 1400, None]
    assert single.depth[True] == {10001: 100, 10002: 200, 10004: 500}
    assert (summed.most, single.most) == (1400, 800)


def test_own_orders_say_what_waits_before_them() -> None:
    rows = build(BOOK, INSTRUMENT, 1)
    bid, ask = own_at(BOOK, rows)
    assert queue_words([bid], rows, 60) == "mine 0.5 · 1 ahead, 50% of 2"
    assert queue_words([bid], rows, 24) == "mine 0.5 · 1 ahead, 50%"
    assert queue_words([ask], rows, 60) == "mine 1 · first in the queue"
    assert queue_words([bid, bid], rows, 60).startswith("2 orders 1 ")


def test_the_last_trade_and_an_order_on_its_way() -> None:
    rows = picture({}, last=(9999, "sell"), moving=(9998, 9996, 50))
    assert "▼  99.99" in rows[9999]
    assert "○0.5" in rows[9996] and "0.5" in rows[9998]


def test_imbalance() -> None:
    assert imbalance(build(BOOK, INSTRUMENT, 1)) == "+27%"
    assert imbalance(build({"bids": [], "asks": []}, INSTRUMENT, 1)) == "0%"
