"""An order sent right after its preview does what the preview said: prices, lots, fee, rest and place in the queue."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bootstrap import simulation
from engine.documents import exact_money
from engine.kernel import Kernel
from engine.model.account import START_CASH
from engine.model.command import OpenAccount, Submit
from engine.model.format import parse_time
from engine.model.ids import SECOND_NS, AccountId, Lots, Symbol, Ticks, TimeNs
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce
from engine.simulate import Options
from engine.views import View
from tests.still_market import Floor

MAIN = AccountId("main")
SCALE = {"AAPL": 1, "BTC-USD": 10**6, "EUR-USD": 1, "SPX": 1, "GCZ26": 1, "7203.T": 1}
Wish = tuple[str, int, int, int | None, TimeInForce, bool, OrderType]
TIMES = (TimeInForce.GTC, TimeInForce.GTC, TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK)
KINDS = (OrderType.LIMIT,) * 4 + (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP, OrderType.OCO)
WISHES = st.tuples(
    st.sampled_from(sorted(SCALE)),
    st.sampled_from([+1, -1]),
    st.integers(1, 700),
    st.one_of(st.none(), st.integers(-8, 12)),
    st.sampled_from(TIMES),
    st.booleans(),
    st.sampled_from(KINDS),
)


def request_of(kernel: Kernel, wish: Wish) -> OrderRequest:
    symbol, side, lots, off, tif, reduce_only, kind = wish
    touch = kernel.shown.touch(kernel.catalogue[symbol])[side > 0]
    limit = None if off is None else Ticks(max(1, touch + side * off))
    more: dict[str, Any] = {"reduce_only": reduce_only and lots % 4 == 0}
    if kind is OrderType.TRAILING_STOP:
        limit, tif, more["trail_ticks"] = None, TimeInForce.GTC, 5
    elif kind in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.OCO):
        tif, stop = TimeInForce.GTC, Ticks(touch + side * 9)
        limit = None if kind is OrderType.STOP else Ticks(touch + side * (2 if kind is OrderType.OCO else 12))
        more["stop_price"] = stop
    elif limit is None:
        kind = OrderType.MARKET
    return OrderRequest(Symbol(symbol), side, kind, Lots(lots * SCALE.get(symbol, 1)), limit, tif, **more)


def preview(kernel: Kernel, request: OrderRequest) -> dict[str, Any]:
    account = kernel.state.accounts[MAIN]
    return kernel.preview.document(account, request, kernel.working_lots(MAIN), kernel.state.now)


def judge(kernel: Kernel, request: OrderRequest) -> Order:
    """Preview, send, compare."""
    before = kernel.state_hash()
    told = preview(kernel, request)
    assert kernel.state_hash() == before, "looking changes nothing"
    seen = len(kernel.past.all_fills)
    _, order = kernel.apply(Submit(kernel.state.now, MAIN, request))
    assert isinstance(order, Order)
    instrument = kernel.catalogue[request.symbol]
    fills = [f for f in kernel.past.all_fills[seen:] if f.order_id == order.order_id]
    assert told["ok"] is (order.refusal is None)
    if order.refusal is not None:
        assert told["refusal"]["code"] == order.refusal.code
        return order
    text = [{"price": instrument.price_text(f.price), "quantity": instrument.quantity_text(f.quantity)} for f in fills]
    assert told["fills"] == text
    assert told["fills_now"] == instrument.quantity_text(order.filled)
    assert told["fee"] == exact_money(order.fee)
    assert told["rests"] == instrument.quantity_text(order.remaining if order.open else 0)
    waits = View(kernel, dict).order(MAIN, order.order_id)
    if waits["queue_ahead"] is not None:
        assert told["queue_ahead"] == waits["queue_ahead"]
    if "trigger_price" in waits and order.open:
        assert told["trigger_price"] == waits["trigger_price"]
        assert told["fills_now"] == instrument.quantity_text(0) or request.type is OrderType.OCO
    return order


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(wishes=st.lists(st.tuples(WISHES, st.integers(0, 12)), min_size=1, max_size=6))
def test_a_preview_is_what_happens_on_a_still_market(wishes: list[tuple[Wish, int]]) -> None:
    floor = Floor(size=60)
    for name, scale in SCALE.items():
        ix = floor.instrument(name).column
        floor.market.bid_size[ix] = floor.market.ask_size[ix] = 60 * scale
    for wish, steps in wishes:
        judge(floor.kernel, request_of(floor.kernel, wish))
        for open_order in floor.kernel.open_orders(MAIN):
            floor.cancel(open_order.order_id)
        floor.step(steps)


@pytest.mark.parametrize("seed", [3, 11])
def test_a_preview_is_what_happens_on_the_living_market(seed: int) -> None:
    start = parse_time("2026-11-23T15:00:00Z")
    kernel = simulation(seed, Options(start=start, end=TimeNs(start + 600 * SECOND_NS))).kernel
    kernel.apply(OpenAccount(at=start, account=MAIN, cash=START_CASH))
    filled = 0
    for number in range(60):
        symbol = ("AAPL", "BTC-USD", "EUR-USD", "SPX", "KO", "NVDA")[number % 6]
        side = +1 if (number * 7 + seed) % 3 else -1
        lots = (number * 37 + seed * 11) % 400 + 1
        off = None if number % 4 == 0 else number % 9 - 4
        wish = (symbol, side, lots, off, TIMES[number % 5], number % 8 == 0, KINDS[number % 8])
        order = judge(kernel, request_of(kernel, wish))
        filled += bool(order.filled)
        kernel.advance(TimeNs(kernel.state.now + (number % 5) * 130_000_000))
    assert filled >= 10
