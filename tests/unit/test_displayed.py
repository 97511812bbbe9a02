"""The book as everybody sees it: others' orders among the market's levels, places in the queue, marks that stay."""

from __future__ import annotations

from engine.model.event import OrderEvent
from engine.model.order import OrderType, TimeInForce
from engine.views import View
from tests.still_market import Floor

AAPL = "AAPL"


def desk(spread: int = 6) -> tuple[Floor, View, int]:
    """A floor, its view and the bid of AAPL in ticks."""
    floor = Floor(spread=spread)
    return floor, View(floor.kernel, dict), int(floor.market.bid[floor.ix(AAPL)])


def queue(view: View, order_id: str, account: str = "main") -> str:
    return str(view.order(account, order_id)["queue_ahead"])


def test_a_better_order_of_a_user_is_the_best_price_and_moves_no_mark() -> None:
    floor, view, bid = desk()
    floor.send(+1, AAPL, 50)
    before, worth = view.quote(AAPL), view.portfolio("main")
    floor.send(+1, AAPL, 30, bid + 2, account="other")
    quote, text = view.quote(AAPL), floor.instrument(AAPL).price_text
    assert (quote["bid"], quote["bid_size"]) == (text(bid + 2), "30")
    assert (quote["mid"], quote["ask"], quote["last"]) == (before["mid"], before["ask"], before["last"])
    assert view.portfolio("main") == worth
    bids = view.book(AAPL)["bids"]
    assert bids[:2] == [[text(bid + 2), "30"], [text(bid), "100"]]
    assert len(bids) == 10


def test_orders_join_the_market_at_their_price_and_leave_when_cancelled() -> None:
    floor, view, bid = desk()
    plain = view.book(AAPL)["bids"]
    first = floor.send(+1, AAPL, 30, bid)
    floor.send(+1, AAPL, 5, bid - 1, account="other")
    assert [size for _, size in view.book(AAPL)["bids"][:3]] == ["130", "105", "100"]
    floor.cancel(first.order_id)
    assert [size for _, size in view.book(AAPL)["bids"][:3]] == ["100", "105", "100"]
    floor.step()
    assert view.book(AAPL)["asks"] == View(floor.kernel, dict).book(AAPL)["asks"]
    assert len(plain) == 10


def test_only_what_stands_in_the_book_is_shown() -> None:
    floor, view, bid = desk()
    before = view.book(AAPL)
    floor.send(+1, AAPL, 10, bid + 40, kind=OrderType.STOP_LIMIT, stop_price=bid + 30)
    floor.send(-1, AAPL, 10, kind=OrderType.STOP, stop_price=bid - 30, account="other")
    floor.send(+1, AAPL, 10, bid + 2, tif=TimeInForce.CLS)
    floor.send(-1, AAPL, 10, bid + 3, reduce_only=True, account="other")
    assert view.book(AAPL) == before
    floor.send(+1, AAPL, 40, bid + 1, display=15)
    assert view.book(AAPL)["bids"][0][1] == "15"


def test_an_order_for_the_close_meets_no_trade_before_it() -> None:
    floor, _, bid = desk()
    order = floor.send(+1, AAPL, 10, bid, tif=TimeInForce.CLS)
    floor.step(1, {AAPL: [(bid - 1, 500, -1)]})
    floor.market.move(floor.ix(AAPL), -20)
    floor.step(2)
    assert order.filled == 0


def test_the_queue_counts_the_market_and_everybody_who_came_before() -> None:
    floor, view, bid = desk()
    floor.send(+1, AAPL, 30, bid, account="other")
    mine = floor.send(+1, AAPL, 7, bid)
    events = [e for e in floor.kernel.take_events() if isinstance(e, OrderEvent) and e.type == "order.working"]
    assert [(e.order.ahead, e.order.before) for e in events] == [(100, 0), (100, 30)]
    assert queue(view, mine.order_id) == "130"
    assert view.own("main", AAPL)[0]["ahead"] == "130"
    floor.step(1, {AAPL: [(bid, 40, -1)]})
    assert queue(view, mine.order_id) == "90"
    floor.step(1, {AAPL: [(bid, 70, -1)]})
    assert queue(view, mine.order_id) == "20"
    floor.step(1, {AAPL: [(bid, 20, -1)]})
    assert queue(view, mine.order_id) == "0"
    floor.step(1, {AAPL: [(bid, 7, -1)]})
    assert mine.remaining == 0


def test_a_better_price_and_a_later_order_are_not_ahead() -> None:
    floor, view, bid = desk()
    mine = floor.send(+1, AAPL, 7, bid)
    floor.send(+1, AAPL, 30, bid, account="other")
    floor.send(+1, AAPL, 30, bid + 1, account="other")
    assert queue(view, mine.order_id) == "100"


def test_an_order_for_an_auction_has_no_place_in_a_queue() -> None:
    floor, view, bid = desk()
    order = floor.send(+1, AAPL, 10, bid, tif=TimeInForce.CLS)
    assert view.order("main", order.order_id)["queue_ahead"] is None


def test_what_moves_without_an_event_is_told_by_the_queue() -> None:
    floor, view, bid = desk()
    resting = floor.send(+1, AAPL, 7, bid)
    trailing = floor.send(-1, AAPL, 7, kind=OrderType.TRAILING_STOP, trail_ticks=20)
    floor.send(-1, AAPL, 7, kind=OrderType.STOP, stop_price=bid - 200)
    text = floor.instrument(AAPL).price_text
    first = [
        {"order_id": resting.order_id, "queue_ahead": "100"},
        {"order_id": trailing.order_id, "trigger_price": text(trailing.trigger)},
    ]
    assert view.queue("main") == first
    floor.trade(AAPL, bid + 5)
    before = trailing.trigger
    floor.trade(AAPL, bid + 30)
    assert trailing.trigger > before
    assert view.queue("main")[1]["trigger_price"] == text(trailing.trigger)
