"""The margin watch in falling markets: warn, close the largest loser first, no more than needed, and let go again."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from engine.model.account import Account, Limits
from engine.model.event import RiskEvent
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.order import Order, Status
from engine.portfolio.valuation import Worth
from engine.risk.margin import use_ppm
from tests.pit import Pit
from tests.still_market import START

MILLION = 1_000_000


def laden(*holdings: tuple[str, int]) -> Pit:
    """An account of 1,000,000 VCR that holds so many VCR worth of each symbol."""
    pit = Pit()
    for symbol, vcr in holdings:
        pit.hold(symbol, vcr)
    pit.seconds(1)
    return pit


def liquidations(pit: Pit) -> list[Order]:
    """The closing orders, oldest first."""
    return [o for o in pit.state.orders.values() if o.origin == "liquidation"]


def test_warns_once_and_lifts_below_85_percent() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 860_000))
    assert pit.use() < 0.90 and pit.risks() == []
    pit.move("AAPL", -7)
    pit.seconds(3)
    assert 0.90 <= pit.use() < 1.05
    assert pit.risks() == ["margin_warning"] and pit.account.warned
    pit.move("AAPL", +4)
    pit.seconds(3)
    assert 0.85 < pit.use() < 0.90 and pit.account.warned, "between both marks nothing changes"
    pit.move("AAPL", +16)
    pit.seconds(3)
    assert pit.risks() == ["margin_warning", "margin_restored"] and not pit.account.warned
    assert not liquidations(pit)


def test_event_carries_the_figures() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 950_000))
    (event,) = [e for e in pit.events if isinstance(e, RiskEvent)]
    worth = pit.valuer.worth(pit.account)
    assert (event.nav, event.gross) == (worth.nav, worth.gross)
    assert event.use_ppm == -(-worth.gross * MILLION // (2 * worth.nav))
    assert event.account == "main" and event.text


def test_closes_the_largest_loser_and_only_as_much_as_needed() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 600_000), ("NVDA", 350_000))
    before = {s: p.lots for s, p in pit.account.positions.items()}
    pit.move("AAPL", -20)
    pit.move("MSFT", -22)
    pit.seconds(1)
    assert pit.use() <= 0.95
    (order,) = liquidations(pit)
    assert order.request.symbol == "AAPL" and order.request.side == -1 and order.request.reduce_only
    after = {s: p.lots for s, p in pit.account.positions.items()}
    assert after["MSFT"] == before["MSFT"] and after["NVDA"] == before["NVDA"]
    assert 0 < after["AAPL"] < before["AAPL"]
    assert pit.use() > 0.93, "no more than it takes"
    assert pit.risks() == ["margin_warning", "liquidation"]
    pit.seconds(2)
    assert not pit.account.liquidating and len(liquidations(pit)) == 1
    event = [e for e in pit.events if isinstance(e, RiskEvent)][-1]
    assert (event.symbol, event.order_id) == ("AAPL", order.order_id) and event.use_ppm > 1_050_000


def test_shorts_are_bought_back() -> None:
    pit = laden(("AAPL", -1_000_000), ("MSFT", 850_000))
    pit.move("AAPL", +10)
    pit.seconds(3)
    assert [o.request.side for o in liquidations(pit)] == [1]
    assert pit.use() <= 0.95


def test_goes_on_to_the_next_where_one_is_not_enough() -> None:
    pit = laden(("AAPL", 300_000), ("MSFT", 800_000), ("NVDA", 800_000))
    pit.move("AAPL", -60)
    pit.move("MSFT", -15)
    pit.seconds(5)
    assert pit.use() <= 0.95
    symbols = [o.request.symbol for o in liquidations(pit)]
    assert symbols[:2] == ["AAPL", "MSFT"]
    assert "AAPL" not in pit.account.positions
    assert len(symbols) == 2


def test_ties_go_by_symbol() -> None:
    pit = laden(("NVDA", 950_000), ("MSFT", 950_000))
    for position in pit.account.positions.values():
        position.cost = pit.valuer.mark(pit.catalogue[position.symbol], position.lots) + 250_000 * MILLION
    pit.account.cash -= 250_000 * MILLION
    pit.seconds(2)
    assert next(o.request.symbol for o in liquidations(pit)) == "MSFT"


def test_own_orders_that_add_go_first_and_exits_stay() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 950_000))
    bid = pit.shown.touch(pit.catalogue["AAPL"])[0]
    lots = pit.account.positions["MSFT"].lots
    adds = pit.order(1, "AAPL", 10, bid - 500)
    turns = pit.order(-1, "MSFT", lots + 1, 60_000)
    exits = pit.order(-1, "MSFT", lots, 60_000)
    other = pit.order(-1, "TSLA", 5, 60_000)
    pit.move("AAPL", -28)
    pit.seconds(1)
    assert {o.status for o in (adds, turns, other)} == {Status.CANCELLED}
    assert "liquidated" in adds.reason
    assert exits.status is Status.WORKING
    assert liquidations(pit)


def test_one_position_at_a_time() -> None:
    pit = laden(("AAPL", 300_000), ("MSFT", 800_000), ("NVDA", 800_000))
    pit.slow.add("AAPL")
    pit.move("AAPL", -60)
    pit.move("MSFT", -15)
    pit.seconds(30)
    assert [o.request.symbol for o in liquidations(pit)] == ["AAPL"]
    pit.fill(liquidations(pit)[0])
    pit.seconds(2)
    assert [o.request.symbol for o in liquidations(pit)] == ["AAPL", "MSFT"]


def test_what_still_waits_is_taken_back_when_the_market_recovers() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 950_000))
    pit.slow.add("AAPL")
    pit.move("AAPL", -28)
    pit.seconds(2)
    assert pit.account.liquidating
    pit.move("AAPL", +38)
    pit.seconds(2)
    assert not pit.account.liquidating
    assert [o.status for o in liquidations(pit)] == [Status.CANCELLED]


def test_closed_venue_queues_and_an_open_one_goes_on() -> None:
    pit = laden(("AAPL", 900_000), ("BTC-USD", 950_000))
    pit.move("AAPL", -28)
    pit.move("BTC-USD", -2)
    pit.close_venue("AAPL")
    pit.seconds(1)
    assert [(o.request.symbol, o.status) for o in liquidations(pit)] == [
        ("AAPL", Status.QUEUED),
        ("BTC-USD", Status.FILLED),
    ]
    assert pit.risks().count("liquidation") == 2
    pit.seconds(2)
    assert pit.use() <= 0.95 and not pit.account.liquidating
    assert liquidations(pit)[0].status is Status.CANCELLED, "it is no longer needed"


def test_everything_closed_waits_with_one_order() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 950_000))
    pit.move("AAPL", -28)
    for symbol in ("AAPL", "MSFT"):
        pit.close_venue(symbol)
    looks = pit.seconds(3600)
    assert [(o.request.symbol, o.status) for o in liquidations(pit)] == [("AAPL", Status.QUEUED)]
    assert len(looks) <= 2, "nothing moves while all its venues are closed"
    for symbol in ("MSFT", "AAPL"):
        pit.open_venue(symbol)
    pit.seconds(3601)
    assert pit.use() <= 0.95 and not pit.account.liquidating


def test_thin_markets_give_what_they_can() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 950_000))
    pit.move("AAPL", -28)
    pit.thin["AAPL"] = 7
    pit.seconds(1)
    first, second = liquidations(pit)
    assert first.status is Status.REJECTED and second.request.quantity == 7


def test_a_market_that_gives_nothing_is_passed_over_and_not_hammered() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 950_000))
    pit.dry |= {"AAPL", "MSFT"}
    pit.move("AAPL", -28)
    pit.seconds(600)
    assert pit.account.liquidating
    assert len(liquidations(pit)) <= 2 * 11, "a look a minute"
    assert "liquidation" not in pit.risks(), "an order that never was is no event"


def test_nothing_left_closes_whole_positions_until_flat() -> None:
    pit = laden(("AAPL", 900_000), ("MSFT", 950_000))
    pit.move("AAPL", -80)
    pit.move("MSFT", -60)
    pit.seconds(5)
    worth = pit.valuer.worth(pit.account)
    assert worth.nav <= 0 and not pit.account.positions
    assert [o.request.symbol for o in liquidations(pit)] == ["AAPL", "MSFT"]
    assert not pit.account.liquidating and not pit.account.warned
    assert pit.watch.next_check(pit.state.now) == 0
    first = next(e for e in pit.events if isinstance(e, RiskEvent) and e.type == "risk.liquidation")
    assert first.use_ppm == 1_000_000_000


# --- when ---------------------------------------------------------------------------------------


def test_nothing_held_is_not_watched() -> None:
    pit = Pit()
    assert pit.watch.next_check(pit.state.now) == 0
    assert pit.until(START + 20 * HOUR_NS) == []


@pytest.mark.parametrize(("vcr", "every"), [(300_000, HOUR_NS), (900_000, MINUTE_NS), (1_500_000, SECOND_NS)])
def test_cadence_follows_the_use(vcr: int, every: int) -> None:
    pit = laden(("BTC-USD", vcr))
    looks = pit.until(pit.state.now + 3 * every)
    assert len(looks) >= 3
    assert all(at % every == 0 for at in looks)
    assert {b - a for a, b in pairwise(looks)} == {every}


def test_a_fill_is_looked_at_within_a_second() -> None:
    pit = laden(("BTC-USD", 100_000))
    pit.seconds(10.25)
    pit.hold("ETH-USD", 1_600_000)
    assert pit.watch.next_check(pit.state.now) % SECOND_NS == 0
    assert pit.watch.next_check(pit.state.now) - pit.state.now < SECOND_NS


def test_coarse_steps_are_not_cut_finer() -> None:
    pit = laden(("BTC-USD", 1_500_000))
    pit.state.step_ns = MINUTE_NS
    pit.seconds(60)
    looks = pit.seconds(300)
    assert all(at % MINUTE_NS == 0 for at in looks) and len(looks) == 5


def test_a_closed_weekend_costs_a_look_an_hour_and_the_open_is_not_missed() -> None:
    pit = laden(("AAPL", 1_500_000))
    pit.until(START + 20 * HOUR_NS)
    pit.close_venue("AAPL")
    looks = pit.until(START + DAY_NS + 2 * HOUR_NS - 1)
    assert len(looks) <= 7
    assert pit.watch.next_check(pit.state.now) <= START + DAY_NS + 2 * HOUR_NS + SECOND_NS


@pytest.mark.parametrize("chunk", [SECOND_NS // 3, 7 * SECOND_NS, 601 * SECOND_NS])
def test_looks_do_not_depend_on_how_time_is_cut(chunk: int) -> None:
    def run(piece: int) -> tuple[list[TimeNs], bytes]:
        pit = Pit()
        pit.hold("BTC-USD", 560_000)
        pit.hold("AAPL", 500_000)
        looks: list[TimeNs] = []
        start = pit.state.now
        for number, percent in enumerate((-1, -9, +3, -20, -25, +4)):
            end = start + (number + 1) * 10 * MINUTE_NS
            while pit.state.now < end:
                looks += pit.until(min(end, pit.state.now + piece))
                pit.watch.next_check(pit.state.now)
            pit.move("BTC-USD", percent)
        return looks, msgspec.msgpack.encode((pit.state, pit.events))

    assert run(chunk) == run(DAY_NS)


def test_many_idle_accounts_are_not_valued(monkeypatch: pytest.MonkeyPatch) -> None:
    pit = Pit()
    for number in range(200):
        pit.open_account(f"a{number:03d}")
    pit.hold("BTC-USD", 1_500_000)
    valued: list[str] = []
    worth = pit.valuer.worth

    def counted(account: Account) -> Worth:
        valued.append(account.account_id)
        return worth(account)

    monkeypatch.setattr(pit.valuer, "worth", counted)
    pit.seconds(3)
    assert valued == ["main"] * 3


# --- daily loss ---------------------------------------------------------------------------------


def test_daily_loss_locks_for_the_day_and_lifts_with_the_next() -> None:
    pit = laden(("AAPL", 200_000))
    pit.account.limits = Limits(daily_loss=10_000 * MILLION)
    pit.watch.touched("main", pit.state.now)
    adds = pit.order(1, "AAPL", 10, 100)
    exits = pit.order(-1, "AAPL", 10, 90_000)
    pit.seconds(2)
    pit.move("AAPL", -4)
    pit.seconds(61)
    assert not pit.account.locked
    pit.move("AAPL", -2)
    pit.seconds(2)
    assert pit.account.locked and pit.account.locked_day == pit.state.now // DAY_NS
    assert pit.risks() == ["locked"]
    assert adds.status is Status.CANCELLED and exits.status is Status.WORKING
    assert "daily loss" in adds.reason
    pit.account.day_nav = pit.valuer.worth(pit.account).nav
    pit.until(START + DAY_NS + 4 * HOUR_NS)
    assert not pit.account.locked and pit.risks() == ["locked"]


def test_daily_loss_is_looked_at_before_each_order() -> None:
    pit = laden(("AAPL", 200_000))
    pit.account.limits = Limits(daily_loss=10_000 * MILLION)
    pit.move("AAPL", -20)
    pit.seconds(0.2)
    pit.watch.before_order(pit.account, pit.state.now)
    assert pit.account.locked


def test_a_lock_that_was_lifted_stays_lifted_for_the_day() -> None:
    pit = laden(("AAPL", 200_000))
    pit.account.limits = Limits(daily_loss=10_000 * MILLION)
    pit.move("AAPL", -20)
    pit.seconds(0.2)
    pit.watch.before_order(pit.account, pit.state.now)
    pit.account.locked = ""
    pit.watch.before_order(pit.account, pit.state.now)
    pit.seconds(120)
    assert not pit.account.locked and pit.risks() == ["locked"]
    pit.until(START + DAY_NS + 10 * HOUR_NS)
    assert pit.account.locked, "the loss is measured from the day's first NAV, which this test never moved"


def test_use_is_rounded_against_the_account() -> None:
    pit = laden(("AAPL", 900_000))
    worth = pit.valuer.worth(pit.account)
    assert use_ppm(msgspec.structs.replace(worth, gross=2 * worth.nav + 1)) == 1_000_001
    assert use_ppm(msgspec.structs.replace(worth, gross=2 * worth.nav)) == 1_000_000
    assert use_ppm(msgspec.structs.replace(worth, nav=0)) == 1_000_000_000
    assert use_ppm(msgspec.structs.replace(worth, nav=-1, gross=0)) == 0
