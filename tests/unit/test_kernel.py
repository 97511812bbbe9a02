"""Orders through their lives: waiting, being reached, queueing for the open, expiring, being taken back."""

from __future__ import annotations

import pytest

from engine.model.command import SetClock, Submit
from engine.model.event import OrderEvent
from engine.model.ids import DAY_NS, SECOND_NS, AccountId, Lots, Symbol, Ticks
from engine.model.order import TRANSITIONS, Order, OrderRequest, OrderType, Status, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from engine.portfolio.valuation import LEVERAGE_LIMIT
from tests.still_market import CLOSE_H, OPEN_H, START, Floor

HOUR = 3600 * SECOND_NS


def test_a_resting_order_waits_behind_the_size_that_was_there() -> None:
    floor = Floor(size=100)
    bid = int(floor.market.bid[floor.ix("AAPL")])
    order = floor.send(+1, "AAPL", 50, bid)
    assert (order.status, order.ahead) == (Status.WORKING, 100)
    floor.step(prints={"AAPL": [(bid, 60, -1)]})
    assert (order.filled, order.ahead) == (0, 40)
    floor.step(prints={"AAPL": [(bid, 60, -1)]})
    assert (order.filled, order.ahead) == (20, 0)
    floor.step(prints={"AAPL": [(bid, 60, +1)]})
    assert order.filled == 20
    floor.step(prints={"AAPL": [(bid, 60, -1)]})
    assert order.status is Status.FILLED
    assert floor.past.all_fills[-1].maker
    assert all(f.price == bid for f in floor.past.all_fills)


def test_a_print_through_the_price_fills_without_a_queue() -> None:
    floor = Floor(size=100)
    bid = int(floor.market.bid[floor.ix("AAPL")])
    order = floor.send(+1, "AAPL", 50, bid - 3)
    floor.step(prints={"AAPL": [(bid - 4, 30, -1)]})
    assert order.filled == 30
    assert floor.fills(order) == [(bid - 3, 30)]


def test_a_quote_that_moves_through_the_price_fills_at_the_orders_price() -> None:
    floor = Floor(size=100)
    ix = floor.ix("AAPL")
    bid = int(floor.market.bid[ix])
    order = floor.send(+1, "AAPL", 150, bid)
    floor.market.move(ix, -10)
    floor.step()
    assert order.status is Status.FILLED
    assert {price for price, _ in floor.fills(order)} == {bid}


def test_prints_are_shared_by_price_then_time() -> None:
    floor = Floor(size=0)
    ix = floor.ix("AAPL")
    bid = int(floor.market.bid[ix])
    late = floor.send(+1, "AAPL", 50, bid + 0, account="other")
    better = floor.send(+1, "AAPL", 50, bid + 1)
    floor.step(prints={"AAPL": [(bid, 70, -1)]})
    assert (better.filled, late.filled) == (50, 20)


def test_an_order_sent_while_closed_queues_and_trades_at_the_open() -> None:
    floor = Floor(at_hour=OPEN_H - 1.0, size=100)
    floor.market.state[:] = MarketSession.CLOSED
    order = floor.send(+1, "AAPL", 50)
    assert order.status is Status.QUEUED
    floor.kernel.advance(floor.now + HOUR // 2)
    assert order.filled == 0
    floor.market.state[:] = MarketSession.REGULAR
    floor.step()
    assert order.status is Status.FILLED


@pytest.mark.parametrize("more", [{"tif": TimeInForce.IOC}, {"tif": TimeInForce.FOK}, {"queue": False}])
def test_what_cannot_wait_is_refused_while_closed(more: dict[str, object]) -> None:
    floor = Floor()
    floor.market.state[:] = MarketSession.CLOSED
    assert floor.refused(+1, "AAPL", 50, **more).code is Code.EXCHANGE_CLOSED


def test_extended_hours_need_an_extended_order() -> None:
    floor = Floor()
    floor.market.state[:] = MarketSession.POST
    assert floor.send(+1, "AAPL", 10).status is Status.QUEUED
    assert floor.send(+1, "AAPL", 10, extended=True).status is Status.FILLED


def test_a_day_order_ends_with_its_market_and_a_gtc_after_ninety_days() -> None:
    floor = Floor(at_hour=CLOSE_H - 0.001)
    bid = int(floor.market.bid[floor.ix("AAPL")])
    day = floor.send(+1, "AAPL", 10, bid - 100, tif=TimeInForce.DAY)
    gtc = floor.send(+1, "AAPL", 10, bid - 100, tif=TimeInForce.GTC)
    floor.step(50)
    assert (day.status, gtc.status) == (Status.EXPIRED, Status.WORKING)
    assert day.expires_at == START + CLOSE_H * HOUR
    assert gtc.expires_at - gtc.submitted_at == 90 * DAY_NS
    floor.kernel.apply(SetClock(at=floor.now, speed=1, paused=False, step_ns=60 * SECOND_NS))
    floor.kernel.state.step_ns = DAY_NS
    floor.kernel.advance(gtc.expires_at + DAY_NS)  # type: ignore[arg-type]
    assert gtc.status is Status.EXPIRED


def test_cancelling() -> None:
    floor = Floor()
    bid = int(floor.market.bid[floor.ix("AAPL")])
    order = floor.send(+1, "AAPL", 10, bid, client_order_id="mine")
    stranger = floor.cancel(order.order_id, account="other")
    assert isinstance(stranger, Refusal)
    assert stranger.code is Code.UNKNOWN_ORDER
    done = floor.cancel(order.order_id)
    assert isinstance(done, Order)
    assert done.status is Status.CANCELLED
    again = floor.cancel(order.order_id)
    assert isinstance(again, Refusal)
    assert again.code is Code.NOT_CANCELLABLE
    floor.step(prints={"AAPL": [(bid - 5, 500, -1)]})
    assert order.filled == 0


def test_a_client_order_id_has_one_effect_for_ever() -> None:
    floor = Floor()
    first = floor.send(+1, "AAPL", 10, client_order_id="once")
    again = floor.send(+1, "AAPL", 10, client_order_id="once")
    assert again == first
    other = OrderRequest(Symbol("AAPL"), +1, OrderType.MARKET, Lots(11), client_order_id="once")
    _, answer = floor.kernel.apply(Submit(at=floor.now, account=AccountId("main"), order=other))
    assert isinstance(answer, Refusal)
    assert answer.code is Code.IDEMPOTENCY_CONFLICT
    assert floor.kernel.state.accounts["main"].positions["AAPL"].lots == 10


def test_refusals_say_what_passes_and_that_passes() -> None:
    floor = Floor(size=10_000)
    floor.market.left = 1e12
    for symbol, lots in (("AAPL", 10_000), ("BTC-USD", 10**10), ("EUR-USD", 50_000), ("7203.T", 5_000), ("SPX", 9_000)):
        refusal = floor.refused(+1, symbol, lots)
        assert refusal.code in (Code.CONCENTRATION_LIMIT, Code.INSUFFICIENT_MARGIN)
        instrument = floor.instrument(symbol)
        passes = instrument.lot.steps(refusal.max_quantity or "0")
        assert passes
        assert floor.refused(+1, symbol, passes + 1).max_quantity == refusal.max_quantity
        order = floor.send(+1, symbol, passes)
        assert order.refusal is None, order.refusal
        floor.send(-1, symbol, passes)


def test_leverage_is_at_most_two_and_reducing_is_always_allowed() -> None:
    floor = Floor(size=10_000)
    for symbol in ("AAPL", "MSFT", "NVDA", "TSLA", "AMZN", "META", "SPY", "QQQ", "IWM", "GLD"):
        instrument = floor.instrument(symbol)
        refusal = floor.refused(+1, symbol, 10**6)
        if refusal.max_quantity is None:
            break
        floor.send(+1, symbol, instrument.lot.steps(refusal.max_quantity) or 1)
    account = floor.kernel.state.accounts["main"]
    worth = floor.kernel.valuer.worth(account)
    assert worth.gross <= LEVERAGE_LIMIT * worth.nav * 1.001
    assert worth.gross > 1.9 * worth.nav
    held = account.positions["AAPL"].lots
    assert floor.send(-1, "AAPL", held).status is Status.FILLED


def test_the_other_refusals() -> None:
    floor = Floor()
    ix = floor.ix("AAPL")
    ask = int(floor.market.ask[ix])
    assert floor.refused(+1, "VIX", 10).code is Code.NOT_TRADABLE
    assert floor.refused(+1, "AAPL", 10, ask, post_only=True).code is Code.WOULD_CROSS
    assert floor.refused(+1, "AAPL", 10, ask * 2).code is Code.PRICE_BAND
    assert floor.send(+1, "AAPL", 10, ask // 2).status is Status.WORKING
    assert floor.refused(-1, "AAPL", 10, reduce_only=True).code is Code.WOULD_NOT_REDUCE
    floor.market.left = 100.0
    halt = floor.refused(+1, "KO", 5000)
    assert halt.code is Code.LIQUIDITY_HALT
    assert halt.max_quantity == str(1000 + 15)
    floor.market.state[:] = MarketSession.HALTED
    assert floor.refused(+1, "KO", 5).code is Code.STALE_MARKET


def test_every_event_follows_the_table_of_states() -> None:
    floor = Floor(size=30)
    bid = int(floor.market.bid[floor.ix("AAPL")])
    for k in range(20):
        floor.send(+1 if k % 3 else -1, "AAPL", 20 + 7 * k, None if k % 2 else bid - 3 + k % 7)
        floor.step(prints={"AAPL": [(bid - 1, 40, -1), (bid + 3, 40, +1)]})
    last: dict[str, Status] = {}
    for event in floor.kernel.take_events():
        if isinstance(event, OrderEvent):
            before = last.get(event.order.order_id)
            assert before is None or event.order.status in TRANSITIONS[before]
            last[event.order.order_id] = event.order.status
    assert last


def test_futures_and_index_contracts_move_only_profit_through_cash() -> None:
    floor = Floor(size=1000)
    floor.send(+1, "SPX", 100)
    account = floor.kernel.state.accounts["main"]
    assert account.cash + account.fees == 1_000_000_000_000
    floor.market.move(floor.ix("SPX"), 50)
    floor.step()
    worth = floor.kernel.valuer.worth(account)
    assert worth.nav > account.cash
    floor.send(-1, "SPX", 100)
    assert account.cash + account.fees == 1_000_000_000_000 + account.realised
    assert account.realised > 0


def test_a_kernel_thawed_from_its_bytes_goes_on_as_the_first_would() -> None:
    floor, again = Floor(size=30), Floor(size=30)
    bid = int(floor.market.bid[floor.ix("AAPL")])
    floor.send(+1, "AAPL", 500)
    floor.send(+1, "AAPL", 20, bid)
    again.kernel.thaw(floor.kernel.freeze())
    again.past.__init__()  # type: ignore[misc]
    again.past.adopt(floor.past)
    for one in (floor, again):
        one.step(5, prints={"AAPL": [(bid, 45, -1)]})
        one.kernel.apply(
            Submit(
                at=one.now,
                account=AccountId("main"),
                order=OrderRequest(Symbol("AAPL"), -1, OrderType.LIMIT, Lots(60), Ticks(bid - 2)),
            )
        )
    assert floor.kernel.state_hash() == again.kernel.state_hash()


def test_a_night_can_be_stepped_or_leapt_with_the_same_end() -> None:
    stepped, leapt = Floor(at_hour=CLOSE_H - 0.01), Floor(at_hour=CLOSE_H - 0.01)
    bid = int(stepped.market.bid[stepped.ix("AAPL")])
    morning = START + DAY_NS + int((OPEN_H + 0.5) * HOUR)
    for floor in (stepped, leapt):
        floor.send(+1, "AAPL", 100)
        floor.send(+1, "AAPL", 10, bid - 100, tif=TimeInForce.GTC)
        floor.send(+1, "AAPL", 10, bid - 100, tif=TimeInForce.DAY)
    while stepped.now < morning:
        stepped.kernel.advance(min(morning, stepped.now + 7 * 60 * SECOND_NS))  # type: ignore[arg-type, type-var]
    leapt.kernel.advance(morning)  # type: ignore[arg-type]
    assert stepped.kernel.state_hash() == leapt.kernel.state_hash()
    assert leapt.kernel.state.accounts["main"].day == morning // DAY_NS


def test_the_smallest_order_of_everything_is_judged_at_once_and_the_named_size_passes() -> None:
    floor = Floor(size=10**15)
    floor.market.left = floor.market.rate = 1e25
    for instrument in floor.catalogue.columns:
        if not instrument.tradable or floor.catalogue.is_root(instrument.symbol):
            continue
        for lots in (1, 10, 100, 2_000_000):
            order = floor.send(+1, instrument.symbol, lots, tif=TimeInForce.IOC)
            if order.refusal is None:
                floor.send(-1, instrument.symbol, order.filled, tif=TimeInForce.IOC)
                continue
            assert order.refusal.max_quantity, (instrument.symbol, lots, order.refusal)
            passes = instrument.lot.steps(order.refusal.max_quantity) or 0
            assert 0 < passes < lots, (instrument.symbol, lots, order.refusal)
            again = floor.send(+1, instrument.symbol, passes, tif=TimeInForce.IOC)
            assert again.refusal is None, again.refusal
            floor.send(-1, instrument.symbol, again.filled, tif=TimeInForce.IOC)
