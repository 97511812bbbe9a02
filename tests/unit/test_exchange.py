"""Taking liquidity: tiers, one instant, the price law beyond the book, refill, explained prices."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from engine.market.roots import power
from engine.model.order import Status, TimeInForce
from tests.still_market import Floor


def test_a_market_order_fills_level_by_level_at_each_levels_own_price() -> None:
    floor = Floor(size=100)
    ask = int(floor.market.ask[floor.ix("AAPL")])
    order = floor.send(+1, "AAPL", 250)
    assert floor.fills(order) == [(ask, 100), (ask + 1, 100), (ask + 2, 50)]
    assert order.status is Status.FILLED


def test_two_accounts_in_one_instant_never_get_more_than_was_displayed() -> None:
    floor = Floor(size=100)
    ask = int(floor.market.ask[floor.ix("AAPL")])
    first = floor.send(+1, "AAPL", 80, account="main")
    second = floor.send(+1, "AAPL", 80, account="other")
    at_touch = sum(lots for price, lots in floor.fills(first) + floor.fills(second) if price == ask)
    assert at_touch == 100
    assert floor.fills(second) == [(ask, 20), (ask + 1, 60)]


def test_what_was_taken_is_not_there_in_the_next_step_and_comes_back_with_time() -> None:
    floor = Floor(size=100)
    apple = floor.instrument("AAPL")
    floor.send(+1, "AAPL", 100)
    gone = floor.shown.ladder(apple)[1][0]
    floor.kernel.advance(floor.now + 100_000_000)
    soon = dict(floor.shown.ladder(apple)[1]).get(int(floor.market.ask[apple.column]) + floor.shown.shifts(apple)[1], 0)
    floor.kernel.advance(floor.now + 10_000_000_000)
    later = floor.shown.ladder(apple)[1][0]
    assert gone[0] == floor.market.ask[apple.column] + 1
    assert 0 <= soon < 60
    assert later[1] == 100


def test_splitting_within_one_instant_costs_what_the_block_costs() -> None:
    block, split = Floor(size=100), Floor(size=100)
    block.send(+1, "AAPL", 900)
    for _ in range(9):
        split.send(+1, "AAPL", 100)
    paid = [sum(f.price * f.quantity for f in floor.past.all_fills) for floor in (block, split)]
    assert paid[0] <= paid[1] <= paid[0] + 9


def test_beyond_the_book_the_price_law_decides_and_never_undercuts_the_walk() -> None:
    floor = Floor(size=10)
    floor.market.rate = 1e6
    apple = floor.instrument("AAPL")
    ask, mid = int(floor.market.ask[apple.column]), int(floor.market.mid2[apple.column]) / 2
    order = floor.send(+1, "AAPL", 950)
    fills = floor.fills(order)
    walk, beyond = fills[:10], fills[10:]
    assert walk == [(ask + k, 10) for k in range(10)]
    assert sum(lots for _, lots in beyond) == 850
    shape = floor.shown.shape(apple)
    law = mid + 1 + shape.gamma * mid * power(950 / shape.volume, Fraction(1, 2))
    paid = sum(price * lots for price, lots in beyond)
    assert paid == math.ceil(850 * max(law, ask + 9) - 1e-6)
    assert max(p for p, _ in beyond) - min(p for p, _ in beyond) <= 1


def test_the_rest_of_an_oversized_order_works_on_under_the_participation_cap() -> None:
    floor = Floor(size=10)
    floor.market.rate = 100.0
    order = floor.send(+1, "AAPL", 900)
    at_once = order.filled
    assert at_once == 100 + 15
    assert order.status is Status.PARTIALLY_FILLED
    floor.step(20)
    clip = floor.instrument("AAPL").avg_trade
    assert at_once + 300 - clip <= order.filled <= at_once + 300
    assert all(lots <= 2 * clip for _, lots in floor.fills(order)[11:])


def test_immediate_or_cancel_takes_what_is_there_and_leaves() -> None:
    floor = Floor(size=100)
    ask = int(floor.market.ask[floor.ix("AAPL")])
    order = floor.send(+1, "AAPL", 350, ask + 1, tif=TimeInForce.IOC)
    assert order.filled == 200
    assert order.status is Status.CANCELLED


def test_fill_or_kill_is_whole_or_nothing() -> None:
    floor = Floor(size=100)
    ask = int(floor.market.ask[floor.ix("AAPL")])
    short = floor.send(+1, "AAPL", 201, ask + 1, tif=TimeInForce.FOK)
    whole = floor.send(+1, "AAPL", 200, ask + 1, tif=TimeInForce.FOK)
    assert (short.filled, short.status) == (0, Status.CANCELLED)
    assert (whole.filled, whole.status) == (200, Status.FILLED)


def test_a_limit_order_never_trades_through_its_limit() -> None:
    floor = Floor(size=100)
    floor.market.rate = 1e6
    bid = int(floor.market.bid[floor.ix("AAPL")])
    order = floor.send(-1, "AAPL", 900, bid - 3)
    assert floor.fills(order)
    assert min(price for price, _ in floor.fills(order)) >= bid - 3


@pytest.mark.parametrize("symbol", ["AAPL", "EUR-USD", "BTC-USD", "SLV", "SPX", "7203.T"])
@pytest.mark.parametrize("side", [+1, -1])
def test_the_five_parts_of_every_price_sum_exactly(symbol: str, side: int) -> None:
    floor = Floor(size=3)
    floor.market.rate = 40.0
    instrument = floor.instrument(symbol)
    floor.send(side, symbol, 100)
    floor.market.move(instrument.column, 5)
    floor.step(5)
    assert floor.past.all_fills
    for fill in floor.past.all_fills:
        assert fill.explain.total() == 2 * fill.price
        assert side * fill.explain.half_spread >= 0
        assert side * fill.explain.depth >= 0


@pytest.mark.parametrize(
    ("symbol", "lots"),
    [("AAPL", 400), ("SPY", 300), ("ETH-USD", 10**9), ("BTC-USD", 10**8), ("EUR-USD", 100), ("GCV26", 2), ("SPX", 300)],
)
@pytest.mark.parametrize("pause", [0, 1, 20, 3000])
def test_buying_and_selling_back_loses_at_any_pause(symbol: str, lots: int, pause: int) -> None:
    floor = Floor(size=max(1, lots // 8))
    floor.market.rate, floor.market.left = lots * 10.0, lots * 100.0
    assert floor.send(+1, symbol, lots).status is Status.FILLED
    floor.kernel.advance(floor.now + pause * 100_000_000)
    assert floor.send(-1, symbol, lots).status is Status.FILLED
    account = floor.kernel.state.accounts["main"]
    assert not account.positions
    assert account.realised < 0


def test_a_users_own_trade_moves_the_price_and_the_price_comes_back() -> None:
    floor = Floor(size=100)
    floor.market.rate = 1e6
    apple = floor.instrument("AAPL")
    before = floor.shown.mid2(apple)
    floor.send(+1, "AAPL", 900)
    floor.kernel.advance(floor.now + 100_000_000)
    peak = floor.shown.mid2(apple)
    floor.kernel.advance(floor.now + 6 * 3_600_000_000_000)
    later = floor.shown.mid2(apple)
    assert peak > before
    assert before <= later <= peak


def test_looking_at_the_market_changes_nothing() -> None:
    quiet, watched = Floor(size=20), Floor(size=20)
    for floor in (quiet, watched):
        floor.send(+1, "AAPL", 150)
    for _ in range(50):
        watched.kernel.advance(watched.now + 100_000_000)
        watched.shown.ladder(watched.instrument("AAPL"))
        watched.shown.quote(watched.instrument("AAPL"))
    quiet.kernel.advance(watched.now)
    for floor in (quiet, watched):
        floor.send(+1, "AAPL", 150)
    assert quiet.kernel.state_hash() == watched.kernel.state_hash()
