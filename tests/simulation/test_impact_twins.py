"""The living world beside its twin: what users do changes prices by exactly what the fills say, and nothing else.

The world is a function of (seed, time), so a run without orders is the twin of any run with them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from engine.bootstrap import living_market
from engine.kernel import Kernel
from engine.market.calendar import Calendar
from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.matching.exchange import plan, take
from engine.model.account import START_CASH
from engine.model.command import OpenAccount, Submit
from engine.model.fill import Fill
from engine.model.ids import SECOND_NS, AccountId, Lots, Symbol, Ticks, TimeNs
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce
from engine.past import MemoryPast
from engine.ports import MarketSource
from tests.simulation.impact_lab import STEP
from tests.simulation.impact_search import drawn
from tests.simulation.world_market import at

START = at("2026-08-18T15:00:00+00:00")
"""11:00 in New York on a Tuesday: every class below is open."""
SYMBOLS = ("AAPL", "SPY", "BTC-USD", "EUR-USD", "GCV26", "SPX")

Market = tuple[MarketSource, Catalogue, Mapping[str, Calendar]]


@pytest.fixture(scope="module")
def market() -> Market:
    return living_market(11, START)


class Desk:
    """A kernel on the living world with a rich account for each user."""

    def __init__(self, market: Market) -> None:
        source, self.catalogue, calendars = market
        self.shown = ShownMarket(source, calendars)
        self.past = MemoryPast()
        self.kernel = Kernel(self.shown, self.catalogue, START, past=self.past)
        for name in ("main", "other"):
            self.kernel.apply(OpenAccount(at=START, account=AccountId(name), cash=type(START_CASH)(1000 * START_CASH)))

    def send(self, seconds: float, account: str, side: int, symbol: str, lots: int, limit: int | None = None) -> Order:
        at = TimeNs(START + round(seconds * 10) * STEP)
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        price = None if limit is None else Ticks(limit)
        request = OrderRequest(Symbol(symbol), side, kind, Lots(lots), price, TimeInForce.GTC)
        _, answer = self.kernel.apply(Submit(at=at, account=AccountId(account), order=request))
        assert isinstance(answer, Order), answer
        assert answer.refusal is None, answer.refusal
        return answer

    def fills(self, account: str) -> list[Fill]:
        return [fill for fill in self.past.all_fills if fill.account == account]


def size(desk: Desk, symbol: str, share: float) -> int:
    instrument = desk.catalogue[symbol]
    return max(1, round(share * instrument.adv_units / float(instrument.lot.fraction())))


def alone(market: Market, symbol: str, times: list[int]) -> list[int]:
    """The world's mids (half ticks) of a run in which nobody traded."""
    source, catalogue, calendars = market
    shown = ShownMarket(source, calendars)
    instrument, mids = catalogue[symbol], []
    for time in times:
        shown.advance(TimeNs(time // STEP * STEP), STEP)
        mids.append(shown.mid2(instrument))
    return mids


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("side", [+1, -1])
def test_a_price_is_the_twins_move_and_what_users_did(market: Market, symbol: str, side: int) -> None:
    desk = Desk(market)
    lots = size(desk, symbol, 2e-4)
    desk.send(0.0, "other", side, symbol, size(desk, symbol, 1e-3))
    desk.send(1.0, "main", side, symbol, lots)
    desk.send(4.0, "main", -side, symbol, max(1, lots // 2))
    bid, ask = desk.shown.touch(desk.catalogue[symbol])
    desk.send(5.0, "main", side, symbol, max(1, lots // 4), bid if side > 0 else ask)
    desk.kernel.advance(TimeNs(START + 60 * SECOND_NS))
    orders = {**desk.past.done, **desk.kernel.state.orders}
    fills = desk.fills("main")
    assert fills
    then = alone(market, symbol, [orders[f.order_id].submitted_at for f in fills])
    now = alone(market, symbol, [f.at for f in fills])
    for fill, before, after in zip(fills, then, now, strict=True):
        parts = fill.explain
        assert parts.timing == after - before
        assert parts.mid + parts.half_spread + parts.depth + parts.impact + parts.timing == 2 * fill.price
    assert sum(f.explain.impact * side for f in desk.fills("other")) >= 0


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_anothers_big_order_is_impact_and_not_timing(market: Market, symbol: str) -> None:
    desks = []
    for push in (False, True):
        desk = Desk(market)
        instrument = desk.catalogue[symbol]
        order = desk.send(0.0, "main", +1, symbol, 1, 1)
        if push:
            desk.send(0.5, "other", +1, symbol, size(desk, symbol, 2e-3))
        desk.kernel.advance(TimeNs(START + 10 * SECOND_NS))
        desks.append((order.arrival_mid2, desk.shown.mid2(instrument), desk.shown.world_mid2(instrument)))
    (arrival, mid, world), (same_arrival, pushed, same_world) = desks
    assert (arrival, world) == (same_arrival, same_world)
    assert mid == world
    assert pushed > mid


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_no_round_trip_wins_on_the_living_world_beyond_what_its_twin_moved(market: Market, symbol: str) -> None:
    source, catalogue, calendars = market
    instrument = catalogue[symbol]
    profits = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        shown = ShownMarket(source, calendars)
        schedule = drawn(rng, 0.0)[:8]
        now, inventory, cost, traded = START + seed * 120 * SECOND_NS, 0, 0, 0
        lots = [round(step.share * shown.shape(instrument).volume) or 1 for step in schedule]
        for step, wanted in zip(schedule, [*lots, 0], strict=False):
            now += max(1, round(min(step.gap, 20.0) * 10)) * STEP
            shown.advance(TimeNs(now), STEP)
            side = 1 if wanted > 0 else -1
            sweep = plan(shown, instrument, side, abs(wanted), None, 1 << 100)
            take(shown, instrument, side, sweep)
            cost += sum(side * (2 * s.price - shown.world_mid2(instrument)) * s.lots for s in sweep.slices)
            inventory, traded = inventory + side * sweep.lots, traded + sweep.lots
        shown.advance(TimeNs(now + 10 * SECOND_NS), STEP)
        if inventory:
            side = -1 if inventory > 0 else 1
            sweep = plan(shown, instrument, side, abs(inventory), None, 1 << 100)
            cost += sum(side * (2 * s.price - shown.world_mid2(instrument)) * s.lots for s in sweep.slices)
            traded += sweep.lots
            assert sweep.lots == abs(inventory)
        profits.append(-1e4 * cost / (shown.world_mid2(instrument) * traded))
    assert sum(profits) / len(profits) < 0
    assert max(profits) < 0
