"""Interest: currency pairs, borrowed cash, borrowed shares, metals in a vault."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.market.catalogue import load
from engine.model.format import parse_time
from engine.model.ids import DAY_NS
from engine.portfolio.overnight.charges import interest, swap_ppm
from engine.risk.locate import NO_LIMIT, Tier, locate_room, short_limit, tier
from tests.overnight_desk import Night

MONDAY = parse_time("2026-11-23T15:00:00Z")
ROLL = parse_time("2026-11-23T22:00:00Z")


def yearly(value: int, ppm: int, days: int = 1) -> int:
    return round(Fraction(value * ppm * days, 365 * 10**6))


@pytest.mark.parametrize(
    ("pair", "side", "ppm"),
    [
        ("EUR-USD", +1, 20_000 - 36_250 - 10_000),
        ("EUR-USD", -1, 36_250 - 20_000 - 10_000),
        ("USD-JPY", +1, 36_250 - 7_500 - 10_000),
        ("USD-JPY", -1, 7_500 - 36_250 - 10_000),
        ("USD-TRY", +1, 36_250 - 380_000 - 10_000),
        ("USD-TRY", -1, 0),
        ("USD-CNH", +1, 0),
    ],
)
def test_a_pair_pays_what_its_two_rates_differ_by(pair: str, side: int, ppm: int) -> None:
    assert swap_ppm(pair, side) == ppm


def test_both_sides_of_a_pair_together_pay_the_desk() -> None:
    for instrument in load().columns:
        if instrument.asset_class == "forex":
            long, short = swap_ppm(instrument.symbol, +1), swap_ppm(instrument.symbol, -1)
            assert long + short <= -20_000 or min(long, short) < 0
            assert long + short < 0


def test_a_pair_is_rolled_on_weekdays_and_three_times_on_wednesday() -> None:
    night = Night(MONDAY)
    night.trade(+1, "EUR-USD", 100_000)
    worth = night.valuer.mark(night.catalogue["EUR-USD"], 100_000)
    paid = []
    for day in range(7):
        before = night.moved("swap")
        night.until(ROLL + day * DAY_NS)
        paid.append(night.moved("swap") - before)
    daily = yearly(worth, -26_250)
    assert paid == [daily, daily, yearly(worth, -26_250, 3), daily, daily, 0, 0]
    assert night.moved("financing") == 0
    assert night.account().funding == sum(paid)


def test_borrowed_cash_costs_interest_every_calendar_day() -> None:
    night = Night(MONDAY)
    lots = 6_000
    night.trade(+1, "AAPL", lots)
    debit = -night.account().cash
    assert debit == 6_000 * 250 * 10**6 - 10**12
    for _ in range(7):
        night.until(night.state.now + DAY_NS)
    assert night.codes() == ["financing"] * 7
    first = interest(debit, 51_250, 1)
    assert 7 * first < -night.moved("financing") < 7 * first + first // 100
    assert night.transfers[-1].reference == "cash"


def test_own_money_costs_nothing_and_earns_nothing() -> None:
    night = Night(MONDAY)
    night.trade(+1, "AAPL", 100)
    night.trade(+1, "BTC-USD", 10**8)
    night.until(MONDAY + 7 * DAY_NS)
    assert night.codes() == []


@pytest.mark.parametrize(("symbol", "ppm"), [("AAPL", 3_000), ("CLSK", 30_000), ("AMC", 150_000), ("BTC-USD", 3_000)])
def test_a_short_pays_for_what_it_borrowed(symbol: str, ppm: int) -> None:
    night = Night(MONDAY)
    lots = 50_000_000 if symbol == "BTC-USD" else 500
    night.trade(-1, symbol, lots)
    night.until(ROLL)
    assert night.moved("borrow") == -yearly(night.valuer.mark(night.catalogue[symbol], lots), ppm)
    assert night.codes() == ["borrow"]


def test_proceeds_of_a_short_sale_do_not_pay_for_something_else() -> None:
    night = Night(MONDAY)
    night.trade(-1, "MSFT", 1_000)
    night.trade(+1, "AAPL", 5_000)
    assert night.account().cash > 0
    night.until(ROLL)
    debit = 5_000 * 250 * 10**6 - 10**12
    assert night.codes() == ["borrow", "financing"]
    assert night.moved("financing") == -interest(debit, 51_250, 1)


def test_metals_pay_their_vault_and_a_short_of_them_its_lender() -> None:
    night = Night(MONDAY, "long", "short")
    night.trade(+1, "XAU-USD", 10, "long")
    night.trade(-1, "XAU-USD", 10, "short")
    night.until(ROLL)
    worth = night.valuer.mark(night.catalogue["XAU-USD"], 10)
    assert night.moved("financing", "long") == -yearly(worth, 1_000)
    assert night.moved("borrow", "short") == -yearly(worth, tier(night.catalogue["XAU-USD"]).fee_ppm)


def test_tiers_follow_turnover_and_price() -> None:
    found = {name: tier(load()[name]) for name in ("AAPL", "CLSK", "AMC", "ARL", "SPY", "VIXY")}
    easy, medium, hard = Tier
    assert found == {"AAPL": easy, "CLSK": medium, "AMC": hard, "ARL": hard, "SPY": easy, "VIXY": medium}


def test_a_locate_counts_what_is_held_short_and_offered() -> None:
    amc = load()["AMC"]
    limit = short_limit(amc)
    assert limit == 75_000
    assert locate_room(amc, 0, 0) == limit
    assert locate_room(amc, 1_000, 0) == limit + 1_000
    assert locate_room(amc, -70_000, 4_000) == 1_000
    assert locate_room(amc, -70_000, 9_000) == 0
    for symbol in ("GCQ26", "SPX", "EUR-USD"):
        assert locate_room(load()[symbol], -(10**9), 10**9) == NO_LIMIT
