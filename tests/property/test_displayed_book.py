"""Any orders in any order: the book that everybody sees is a book, and it is the market's where nobody waits."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from engine.matching.resting import rests
from engine.model.session import MarketSession
from tests.property.test_exchange_stateful import SCALE, SYMBOLS, Desk


class Crowd(Desk):
    """The desk of the other test, in which the market is looked at after each of its moves."""

    @rule(symbol=SYMBOLS, ticks=st.integers(-15, 15))
    def move(self, symbol: str, ticks: int) -> None:
        self.floor.market.move(self.floor.instrument(symbol).column, ticks)
        self.floor.step()

    @invariant()
    def the_displayed_book_is_a_book(self) -> None:
        displayed = self.floor.kernel.displayed
        for name in SCALE:
            instrument = self.floor.instrument(name)
            bids, asks = displayed.ladder(instrument)
            assert all(size > 0 for _, size in bids + asks)
            assert bids == sorted(bids, reverse=True)
            assert asks == sorted(asks)
            assert max(len(bids), len(asks)) <= 10
            assert not bids or not asks or bids[0][0] < asks[0][0]
            quote = displayed.quote(instrument)
            assert (quote.bid, quote.bid_size) == (bids[0] if bids else (quote.bid, 0))
            assert (quote.ask, quote.ask_size) == (asks[0] if asks else (quote.ask, 0))

    @invariant()
    def places_are_the_same_one_by_one(self) -> None:
        displayed = self.floor.kernel.displayed
        for name in SCALE:
            for order_id, before in displayed.places(name).items():
                assert before == displayed.before(self.floor.order(order_id)) >= 0

    @invariant()
    def every_lot_comes_from_the_market_or_from_an_order(self) -> None:
        kernel = self.floor.kernel
        for name in SCALE:
            instrument = self.floor.instrument(name)
            orders = [o for o in kernel.state.orders.values() if o.open and o.request.symbol == name and rests(o)]
            if kernel.shown.state(instrument) is not MarketSession.REGULAR:
                orders = []
            for side, shown, market in zip(
                (+1, -1), kernel.displayed.ladder(instrument, 200), kernel.shown.ladder(instrument, 200), strict=True
            ):
                waiting = sum(
                    min(o.remaining, o.slice_left if o.request.display is not None else o.remaining)
                    for o in orders
                    if o.request.side == side and not o.request.reduce_only
                )
                ours = sum(size for _, size in shown) - sum(size for _, size in market)
                reducing = sum(o.remaining for o in orders if o.request.side == side and o.request.reduce_only)
                assert waiting <= ours <= waiting + reducing


TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
