"""A falling market against an account at its limit, on the real exchange: what it loses, it loses in order."""

from __future__ import annotations

import pytest

from engine.model.account import Account
from engine.model.event import Event, RiskEvent
from engine.model.ids import HOUR_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.order import Order, Status
from engine.model.refusal import Code
from engine.model.session import MarketSession
from tests.still_market import START, Floor

STOCKS = ("AAPL", "MSFT", "NVDA", "ORCL", "CRM", "AMD", "TXN")
TABLE = {"BTC-USD": 230_000, **dict.fromkeys(STOCKS, 230_000)}
MILLION = 1_000_000


def laden() -> Floor:
    """An account that holds 1.84 times its NAV in eight things."""
    floor = Floor(size=10**9)
    for symbol, vcr in TABLE.items():
        instrument = floor.instrument(symbol)
        lots = floor.kernel.valuer.most_lots(instrument, floor.shown.mid2(instrument), vcr * MILLION)
        assert floor.send(+1, symbol, lots).status is Status.FILLED
    floor.step(11)
    return floor


def fall(floor: Floor, percent: int, *symbols: str) -> None:
    """Move markets down."""
    for symbol in symbols:
        ix = floor.ix(symbol)
        floor.market.move(ix, -int(floor.market.bid[ix]) * percent // 100)


def run(floor: Floor, seconds: int, chunk_ns: int = SECOND_NS) -> list[Event]:
    """Let time pass in pieces."""
    events: list[Event] = []
    end = floor.now + seconds * SECOND_NS
    while floor.now < end:
        floor.kernel.advance(TimeNs(min(end, floor.now + chunk_ns)))
        events += floor.kernel.take_events()
    return events


def closing(floor: Floor) -> list[Order]:
    """The desk's closing orders."""
    return [o for o in floor.orders() if o.origin == "liquidation"]


def main(floor: Floor) -> Account:
    return floor.kernel.state.accounts["main"]


def use(floor: Floor) -> float:
    worth = floor.kernel.valuer.worth(main(floor))
    return worth.gross / (2 * worth.nav)


def test_it_warns_then_closes_the_largest_loser_and_ends() -> None:
    floor = laden()
    assert 0.9 <= use(floor) < 1 and main(floor).warned
    fall(floor, 62, "NVDA")
    fall(floor, 50, "AMD")
    events = run(floor, 5)
    risks = [(e.type, e.symbol, e.order_id) for e in events if isinstance(e, RiskEvent)]
    first, second = closing(floor)
    assert risks == [
        ("risk.margin_warning", "", ""),
        ("risk.liquidation", "NVDA", first.order_id),
        ("risk.liquidation", "AMD", second.order_id),
    ]
    assert all(o.status is Status.FILLED and o.request.reduce_only for o in (first, second))
    assert 0.93 < use(floor) <= 0.95 and not main(floor).liquidating
    assert {*TABLE} - {*main(floor).positions} == {"NVDA"}, "AMD was closed only as far as needed"


def test_only_reducing_orders_pass_meanwhile() -> None:
    floor = laden()
    for symbol in STOCKS:
        floor.market.state[floor.ix(symbol)] = MarketSession.CLOSED
    fall(floor, 45, *STOCKS)
    fall(floor, 40, "BTC-USD")
    run(floor, 3)
    assert main(floor).liquidating and main(floor).positions
    assert floor.refused(+1, "ETH-USD", 10**6).code in (
        Code.ACCOUNT_LOCKED,
        Code.INSUFFICIENT_MARGIN,
        Code.INSUFFICIENT_FUNDS,
    )
    exits = floor.send(-1, "AAPL", 1)
    assert exits.status is Status.QUEUED


def test_a_closed_venue_waits_for_its_open() -> None:
    floor = laden()
    for symbol in STOCKS:
        floor.market.state[floor.ix(symbol)] = MarketSession.CLOSED
    fall(floor, 40, "AAPL", "MSFT", "NVDA", "ORCL")
    run(floor, 5)
    found = [(o.request.symbol, o.status) for o in closing(floor)]
    assert found == [("AAPL", Status.QUEUED), ("BTC-USD", Status.FILLED)]
    assert use(floor) > 0.95 and main(floor).liquidating
    for symbol in STOCKS:
        floor.market.state[floor.ix(symbol)] = MarketSession.REGULAR
    run(floor, 180)
    assert use(floor) <= 0.95 and not main(floor).liquidating
    assert all(not o.open for o in closing(floor))


def test_a_crash_leaves_nothing_held() -> None:
    floor = laden()
    fall(floor, 70, *TABLE)
    run(floor, 30)
    assert not main(floor).positions
    assert floor.kernel.valuer.worth(main(floor)).nav < 0
    assert floor.refused(+1, "AAPL", 1).code is Code.INSUFFICIENT_FUNDS


@pytest.mark.parametrize("chunk", [SECOND_NS // 10, 7 * SECOND_NS // 10, 13 * SECOND_NS])
def test_equal_bytes_however_time_is_cut(chunk: int) -> None:
    def whole(piece: int) -> str:
        floor = laden()
        for percent in (10, 15, 20, 30):
            fall(floor, percent, "NVDA", "BTC-USD", "AMD")
            run(floor, 60, piece)
        return floor.kernel.state_hash()

    assert whole(chunk) == whole(10 * MINUTE_NS)


def test_a_quiet_account_costs_a_look_an_hour() -> None:
    floor = Floor(size=10**9)
    floor.send(+1, "BTC-USD", 10**7)
    run(floor, 3)
    assert floor.kernel.state.check_at == START + 13 * HOUR_NS


def test_a_restored_kernel_looks_at_the_same_times() -> None:
    floor, other = laden(), laden()
    other.kernel.thaw(other.kernel.freeze())
    for each in (floor, other):
        fall(each, 30, "NVDA", "AMD")
        run(each, 20)
    assert floor.kernel.state_hash() == other.kernel.state_hash()
