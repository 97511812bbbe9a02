"""Each kind of order does on the floor what docs/orders.md says."""

from __future__ import annotations

from engine.model.ids import DAY_NS, SECOND_NS, Lots, Symbol, Ticks, TimeNs
from engine.model.order import BUY, SELL, Condition, Order, OrderType, Status, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from tests.still_market import Floor


def _mid(floor: Floor, symbol: str = "AAPL") -> int:
    return int(floor.market.mid2[floor.ix(symbol)]) // 2


def _order(floor: Floor, order_id: str) -> Order:
    return floor.order(order_id)


def _only_child(floor: Floor, parent: Order) -> Order:
    children = [o for o in floor.orders() if o.parent == parent.order_id]
    assert len(children) == 1
    return children[0]


# --- stops ----------------------------------------------------------------------------------------


def test_a_stop_waits_for_a_trade_at_its_price_and_then_takes() -> None:
    floor = Floor()
    mid = _mid(floor)
    floor.send(BUY, "AAPL", 50)
    stop = floor.send(SELL, "AAPL", 50, kind=OrderType.STOP, stop_price=Ticks(mid - 20))
    assert stop.status is Status.WORKING and stop.dormant
    floor.step(5)
    assert stop.dormant
    floor.market.move(floor.ix("AAPL"), -25)
    floor.trade("AAPL", mid - 25)
    assert stop.status is Status.FILLED and stop.released
    assert floor.position("AAPL") == 0


def test_a_quote_without_a_trade_releases_no_stop() -> None:
    floor = Floor()
    ix, mid = floor.ix("AAPL"), _mid(floor)
    stop = floor.send(SELL, "AAPL", 5, kind=OrderType.STOP, stop_price=Ticks(mid - 20))
    floor.market.bid[ix] -= 60
    floor.market.mid2[ix] -= 60
    floor.step(10)
    assert stop.dormant


def test_a_stop_limit_rests_at_its_limit_when_the_market_has_gone_past_both() -> None:
    floor = Floor()
    mid = _mid(floor)
    order = floor.send(SELL, "AAPL", 10, mid - 22, kind=OrderType.STOP_LIMIT, stop_price=Ticks(mid - 20))
    floor.market.move(floor.ix("AAPL"), -60)
    floor.trade("AAPL", mid - 60)
    assert order.released and order.status is Status.WORKING and not order.filled
    floor.market.move(floor.ix("AAPL"), 60)
    floor.step()
    assert order.status is Status.FILLED
    assert floor.fills(order) == [(mid - 22, 10)]


def test_a_trailing_stop_follows_the_market_and_never_goes_back() -> None:
    floor = Floor()
    ix, mid = floor.ix("AAPL"), _mid(floor)
    floor.market.last[ix] = mid
    order = floor.send(SELL, "AAPL", 10, kind=OrderType.TRAILING_STOP, trail_ticks=30)
    assert order.trigger == mid - 30
    floor.market.move(ix, 100)
    floor.trade("AAPL", mid + 100)
    assert order.trigger == mid + 70
    floor.market.move(ix, -20)
    floor.trade("AAPL", mid + 80)
    assert order.trigger == mid + 70 and order.dormant
    floor.market.move(ix, -20)
    floor.trade("AAPL", mid + 60)
    assert order.status is Status.FILLED


def test_a_trail_in_percent_is_never_tighter_than_asked() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    floor.market.last[ix] = 25_001
    order = floor.send(BUY, "AAPL", 10, kind=OrderType.TRAILING_STOP, trail_ppm=10_000)
    assert order.trigger == 25_001 + 251


# --- two prices -----------------------------------------------------------------------------------


def test_an_oco_takes_its_profit_as_a_maker() -> None:
    floor = Floor()
    ix, mid = floor.ix("AAPL"), _mid(floor)
    floor.send(BUY, "AAPL", 20)
    order = floor.send(SELL, "AAPL", 20, mid + 40, kind=OrderType.OCO, stop_price=Ticks(mid - 40), reduce_only=True)
    floor.market.move(ix, 45)
    floor.step()
    assert order.status is Status.FILLED and not order.released
    assert floor.fills(order) == [(mid + 40, 20)]


def test_an_oco_whose_stop_is_touched_withdraws_its_limit_and_takes() -> None:
    floor = Floor()
    ix, mid = floor.ix("AAPL"), _mid(floor)
    floor.send(BUY, "AAPL", 20)
    order = floor.send(SELL, "AAPL", 20, mid + 40, kind=OrderType.OCO, stop_price=Ticks(mid - 40), reduce_only=True)
    floor.market.move(ix, -50)
    floor.trade("AAPL", mid - 50)
    assert order.status is Status.FILLED and order.released
    assert all(price < mid - 40 for price, _ in floor.fills(order))
    assert not floor.kernel.working


def test_a_bracket_protects_what_filled_and_both_ends_go_with_the_position() -> None:
    floor = Floor()
    mid = _mid(floor)
    entry = floor.send(BUY, "AAPL", 30, take_profit=Ticks(mid + 60), stop_loss=Ticks(mid - 60))
    assert entry.status is Status.FILLED
    ends = _only_child(floor, entry)
    assert entry.exits == ends.order_id
    assert ends.request.type is OrderType.OCO and ends.request.quantity == 30 and ends.origin == "bracket"
    floor.send(SELL, "AAPL", 30)
    assert ends.status is Status.CANCELLED
    assert not floor.kernel.working


def test_the_exit_of_a_bracket_grows_with_its_entry() -> None:
    floor = Floor()
    ix, mid = floor.ix("AAPL"), _mid(floor)
    entry = floor.send(BUY, "AAPL", 60, mid - 5, stop_loss=Ticks(mid - 60))
    entry.ahead = 0
    floor.step(1, {"AAPL": [(mid - 5, 20, -1)]})
    ends = _only_child(floor, entry)
    assert ends.request.type is OrderType.STOP and ends.request.quantity == entry.filled == 20
    floor.step(1, {"AAPL": [(mid - 5, 40, -1)]})
    assert entry.status is Status.FILLED and ends.request.quantity == 60
    floor.market.move(ix, -80)
    floor.trade("AAPL", mid - 80)
    assert floor.position("AAPL") == 0 and not floor.kernel.working


def test_a_bracket_that_its_own_entry_would_end_is_refused() -> None:
    floor = Floor()
    mid = _mid(floor)
    stopped = floor.refused(BUY, "AAPL", 30, take_profit=Ticks(mid + 60), stop_loss=Ticks(mid + 30))
    assert (stopped.code, stopped.field) == (Code.INCONSISTENT_FIELDS, "stop_loss")
    taken = floor.refused(SELL, "AAPL", 30, take_profit=Ticks(mid + 60), stop_loss=Ticks(mid + 90))
    assert taken.field == "take_profit"


def test_a_take_profit_alone_is_a_limit() -> None:
    floor = Floor()
    mid = _mid(floor)
    entry = floor.send(SELL, "AAPL", 10, take_profit=Ticks(mid - 30))
    ends = _only_child(floor, entry)
    assert ends.request.type is OrderType.LIMIT and ends.request.side == BUY
    floor.market.move(floor.ix("AAPL"), -40)
    floor.step()
    assert floor.position("AAPL") == 0


# --- icebergs, rules, times -----------------------------------------------------------------------


def test_an_iceberg_shows_a_slice_and_goes_to_the_back_with_each_new_one() -> None:
    floor = Floor()
    mid = _mid(floor)
    price = mid - 1
    iceberg = floor.send(BUY, "AAPL", 90, price, display=Lots(30))
    assert iceberg.slice_left == 30 and iceberg.ahead == 100
    floor.step(1, {"AAPL": [(price, 150, -1)]})
    assert iceberg.filled == 30 and iceberg.slice_left == 30 and iceberg.ahead == 100
    floor.step(1, {"AAPL": [(price, 110, -1)]})
    assert iceberg.filled == 40 and iceberg.slice_left == 20


def test_a_rule_holds_an_order_back_until_all_its_conditions_hold() -> None:
    floor = Floor()
    ix, mid = floor.ix("AAPL"), _mid(floor)
    when = (
        Condition("price", Symbol("AAPL"), True, 2 * (mid + 50)),
        Condition("spread", Symbol("AAPL"), False, 8),
        Condition("imbalance", Symbol("BTC-USD"), True, 200_000),
        Condition("time", Symbol("AAPL"), True, floor.now + 2 * SECOND_NS),
    )
    order = floor.send(BUY, "AAPL", 5, when=when)
    floor.market.move(ix, 60)
    floor.step(30)
    assert order.dormant
    floor.market.bid_size[floor.ix("BTC-USD")] = 300
    floor.step()
    assert order.status is Status.FILLED


def test_a_stop_with_a_rule_waits_for_its_price_only_when_the_rule_has_held() -> None:
    floor = Floor()
    ix, mid = floor.ix("AAPL"), _mid(floor)
    when = (Condition("price", Symbol("AAPL"), True, 2 * (mid + 50)),)
    order = floor.send(SELL, "AAPL", 5, kind=OrderType.STOP, stop_price=Ticks(mid - 20), when=when)
    floor.market.move(ix, -30)
    floor.trade("AAPL", mid - 30)
    assert order.dormant and not order.ruled
    floor.market.move(ix, 90)
    floor.trade("AAPL", mid + 60)
    assert order.ruled and order.dormant
    floor.market.move(ix, -90)
    floor.trade("AAPL", mid - 30)
    assert order.status is Status.FILLED


def test_gtd_ends_at_its_time_and_not_before() -> None:
    floor = Floor()
    mid = _mid(floor)
    order = floor.send(BUY, "AAPL", 5, mid - 500, tif=TimeInForce.GTD, expire_at=TimeNs(floor.now + 3 * SECOND_NS))
    floor.step(29)
    assert order.open
    floor.step()
    assert order.status is Status.EXPIRED


def test_gtd_in_the_past_is_refused() -> None:
    floor = Floor()
    refusal = floor.refused(BUY, "AAPL", 5, _mid(floor) - 5, tif=TimeInForce.GTD, expire_at=TimeNs(floor.now - 1))
    assert refusal.code is Code.OUT_OF_RANGE and refusal.field == "expire_at"


def test_gtc_ends_after_ninety_days() -> None:
    floor = Floor()
    order = floor.send(BUY, "AAPL", 5, _mid(floor) - 500)
    assert order.expires_at == floor.now + 90 * DAY_NS


def test_reduce_only_ends_when_there_is_nothing_left_to_reduce() -> None:
    floor = Floor()
    mid = _mid(floor)
    floor.send(BUY, "AAPL", 30)
    exit_order = floor.send(SELL, "AAPL", 30, mid + 30, reduce_only=True)
    floor.send(SELL, "AAPL", 20)
    assert exit_order.open
    floor.market.move(floor.ix("AAPL"), 40)
    floor.step()
    assert exit_order.filled == 10 and not exit_order.open
    assert floor.position("AAPL") == 0


# --- other accounts -------------------------------------------------------------------------------


def test_accounts_meet_in_one_book_at_the_price_of_who_waited() -> None:
    floor = Floor(spread=10)
    mid = _mid(floor)
    maker = floor.send(SELL, "AAPL", 40, mid + 1, account="other")
    assert maker.status is Status.WORKING
    taker = floor.send(BUY, "AAPL", 25)
    assert floor.fills(taker) == [(mid + 1, 25)]
    assert floor.fills(maker) == [(mid + 1, 25)]
    fills = {f.order_id: f for f in floor.past.all_fills}
    assert fills[maker.order_id].maker and not fills[taker.order_id].maker
    assert maker.remaining == 15
    assert "AAPL" not in floor.kernel.state.displaced


def test_at_one_price_the_displayed_size_ahead_goes_first_then_the_order_then_the_rest() -> None:
    floor = Floor()
    ask = int(floor.market.ask[floor.ix("AAPL")])
    maker = floor.send(SELL, "AAPL", 40, ask, account="other")
    assert maker.ahead == 100
    taker = floor.send(BUY, "AAPL", 110, ask)
    assert maker.filled == 10 and taker.status is Status.FILLED
    assert maker.ahead == 0


def test_price_goes_before_time_between_accounts() -> None:
    floor = Floor(spread=20)
    mid = _mid(floor)
    late_but_better = floor.send(SELL, "AAPL", 10, mid + 4, account="other")
    early = floor.send(SELL, "AAPL", 10, mid + 6, account="other")
    first = floor.send(SELL, "AAPL", 10, mid + 4, account="other")
    taker = floor.send(BUY, "AAPL", 15)
    assert (late_but_better.filled, first.filled, early.filled) == (10, 5, 0)
    assert taker.filled == 15


def test_two_orders_of_one_account_never_trade_with_each_other() -> None:
    floor = Floor(spread=10)
    mid = _mid(floor)
    resting = floor.send(SELL, "AAPL", 40, mid + 1)
    taker = floor.send(BUY, "AAPL", 25)
    assert resting.status is Status.CANCELLED and taker.order_id in resting.reason
    assert floor.fills(resting) == []
    assert taker.status is Status.FILLED


def test_an_order_that_the_market_fills_leaves_the_accounts_own_orders_alone() -> None:
    floor = Floor()
    mid = _mid(floor)
    resting = floor.send(SELL, "AAPL", 40, mid + 5)
    floor.send(BUY, "AAPL", 25)
    assert resting.status is Status.WORKING


def test_the_market_behind_the_book_comes_before_an_order_further_away() -> None:
    floor = Floor()
    ask = int(floor.market.ask[floor.ix("AAPL")])
    floor.market.levels = 2
    floor.market.rate = 1e6
    far = floor.send(SELL, "AAPL", 40, ask + 400, account="other")
    taker = floor.send(BUY, "AAPL", 230)
    assert taker.status is Status.FILLED and far.filled == 0
    assert max(price for price, _ in floor.fills(taker)) < ask + 400


def test_fill_or_kill_counts_what_other_accounts_offer() -> None:
    floor = Floor(spread=10, size=1)
    floor.market.levels = 1
    floor.market.rate = 0.0
    mid = _mid(floor)
    floor.send(SELL, "AAPL", 40, mid + 1, account="other")
    killed = floor.send(BUY, "AAPL", 60, mid + 5, tif=TimeInForce.FOK)
    assert killed.status is Status.CANCELLED and not killed.filled
    whole = floor.send(BUY, "AAPL", 41, mid + 5, tif=TimeInForce.FOK)
    assert whole.status is Status.FILLED


# --- amending -------------------------------------------------------------------------------------


def test_less_quantity_keeps_the_place_and_more_loses_it() -> None:
    floor = Floor()
    bid = int(floor.market.bid[floor.ix("AAPL")])
    order = floor.send(BUY, "AAPL", 30, bid)
    order.ahead = 7
    rank = order.rank
    assert floor.amend(order.order_id, quantity=20) is order
    assert (order.request.quantity, order.ahead, order.rank) == (20, 7, rank)
    floor.amend(order.order_id, quantity=25)
    assert order.ahead == 100 and order.rank > rank


def test_an_amended_price_may_trade_at_once() -> None:
    floor = Floor()
    ask = int(floor.market.ask[floor.ix("AAPL")])
    order = floor.send(BUY, "AAPL", 30, ask - 10)
    floor.amend(order.order_id, limit_price=ask)
    assert order.status is Status.FILLED


def test_an_amend_below_what_traded_is_refused_and_changes_nothing() -> None:
    floor = Floor()
    bid = int(floor.market.bid[floor.ix("AAPL")])
    order = floor.send(BUY, "AAPL", 30, bid)
    order.ahead = 0
    floor.step(1, {"AAPL": [(bid, 12, -1)]})
    answer = floor.amend(order.order_id, quantity=12)
    assert isinstance(answer, Refusal) and answer.code is Code.OUT_OF_RANGE
    assert order.request.quantity == 30 and order.filled == 12


def test_an_amended_order_is_still_known_by_what_was_first_sent() -> None:
    floor = Floor()
    bid = int(floor.market.bid[floor.ix("AAPL")])
    order = floor.send(BUY, "AAPL", 30, bid, client_order_id="mine")
    floor.amend(order.order_id, quantity=20)
    assert floor.send(BUY, "AAPL", 30, bid, client_order_id="mine") is order


# --- sessions -------------------------------------------------------------------------------------


def test_orders_sent_while_closed_cross_in_the_opening_auction_at_one_price() -> None:
    floor = Floor(at_hour=1.9)
    floor.market.state[:] = MarketSession.CLOSED
    buys = [floor.send(BUY, "AAPL", lots) for lots in (30, 40)]
    sell = floor.send(SELL, "AAPL", 50, account="other")
    assert {o.status for o in (*buys, sell)} == {Status.QUEUED}
    floor.market.state[:] = MarketSession.REGULAR
    floor.step(4000)
    prices = {price for o in (*buys, sell) for price, _ in floor.fills(o)}
    assert all(o.status is Status.FILLED for o in (*buys, sell))
    assert len(prices) == 1


def test_an_opening_order_does_not_outlive_the_auction() -> None:
    floor = Floor(at_hour=1.9)
    floor.market.state[:] = MarketSession.CLOSED
    order = floor.send(BUY, "AAPL", 30, _mid(floor) - 300, tif=TimeInForce.OPG)
    floor.market.state[:] = MarketSession.REGULAR
    floor.step(4000)
    assert order.status is Status.CANCELLED and "auction" in order.reason


def test_a_closing_order_waits_for_the_close() -> None:
    floor = Floor(at_hour=19.9)
    order = floor.send(BUY, "AAPL", 30, tif=TimeInForce.CLS)
    floor.step(3000)
    assert order.status is Status.WORKING and not order.filled
    floor.step(700)
    assert order.status is Status.FILLED


def test_an_opening_order_is_refused_while_the_market_trades() -> None:
    assert Floor().refused(BUY, "AAPL", 30, tif=TimeInForce.OPG).code is Code.EXCHANGE_CLOSED


def test_trades_stay_within_the_price_band() -> None:
    floor = Floor()
    ix, ask = floor.ix("AAPL"), int(floor.market.ask[floor.ix("AAPL")])
    floor.market.bands[ix] = (ask - 50, ask + 2)
    order = floor.send(BUY, "AAPL", 600)
    assert order.open and all(price <= ask + 2 for price, _ in floor.fills(order))


def test_a_halt_holds_orders_and_ends_with_a_cross() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    floor.market.halt_at(ix, floor.now, TimeNs(floor.now + 10 * SECOND_NS))
    order = floor.send(BUY, "AAPL", 30)
    assert order.status is Status.QUEUED
    assert floor.refused(BUY, "AAPL", 30, tif=TimeInForce.IOC).code is Code.EXCHANGE_CLOSED
    floor.step(50)
    assert order.status is Status.QUEUED
    floor.market.halt_at(ix, TimeNs(0), TimeNs(0))
    floor.step()
    assert order.status is Status.FILLED


def test_orders_end_with_their_contract() -> None:
    floor = Floor()
    order = floor.send(BUY, "GCZ26", 1, int(floor.market.bid[floor.ix("GC")]) - 500)
    ends = floor.kernel.gate.contract_end(floor.instrument("GCZ26"))
    assert 0 < order.expires_at <= ends
    assert floor.kernel.gate.contract_end(floor.instrument("AAPL")) == 0


# --- the kill switch --------------------------------------------------------------------------------


def test_the_kill_switch_takes_back_everything_and_closes_everything() -> None:
    floor = Floor()
    mid = _mid(floor)
    floor.send(BUY, "AAPL", 30)
    floor.send(SELL, "SPX", 3)
    resting = floor.send(BUY, "AAPL", 30, mid - 300)
    cancelled, closing = floor.flatten()
    assert cancelled == [resting.order_id]
    assert {o.origin for o in closing} == {"flatten"}
    assert floor.position("AAPL") == floor.position("SPX") == 0
    assert not floor.kernel.working
