"""Futures and index contracts: variation, the end of a contract, its warning."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.model.format import parse_time
from engine.model.ids import DAY_NS
from tests.overnight_desk import Night

START = parse_time("2026-08-17T12:00:00Z")
"""A Monday."""


def move(night: Night, symbol: str, ticks: int) -> None:
    night.market.move(night.catalogue[symbol].column, ticks)
    night.shown.advance(night.shown.now, night.state.step_ns)


@pytest.mark.parametrize(("side", "lots", "ticks"), [(1, 3, 57), (-1, 2, 57), (1, 1, -1313), (-1, 5, -4)])
def test_variation_moves_the_gain_to_cash_and_leaves_the_value_alone(side: int, lots: int, ticks: int) -> None:
    night = Night(START)
    night.trade(side, "GCQ26", lots)
    move(night, "GCQ26", ticks)
    before, at = night.nav(), parse_time("2026-08-17T17:30:00Z")
    assert night.overnight.next_after(night.state.now) == at
    night.until(at)
    gain = side * lots * ticks * 10 * 10**6
    held = night.account().positions["GCQ26"]
    assert night.nav() == before
    assert night.moved("variation") == gain
    assert (held.lots, held.realised) == (side * lots, gain)
    assert held.cost == night.valuer.mark(night.catalogue["GCQ26"], held.lots)
    assert night.account().cash == 10**12 + gain
    assert night.account().realised == gain
    assert night.touched() == [(at, "main")]


def test_variation_happens_once_a_day_and_counts_from_the_last_one() -> None:
    night = Night(START)
    night.trade(+1, "CLV26", 1)
    for ticks in (10, -30, 0, 5):
        move(night, "CLV26", ticks)
        night.until(night.state.now + DAY_NS)
    assert night.codes() == ["variation"] * 3
    assert night.moved("variation") == -15 * 10 * 10**6
    night.overnight.book(night.state.now)
    assert night.codes() == ["variation"] * 3


def test_booking_a_moment_twice_books_it_once() -> None:
    night = Night(START)
    night.trade(+1, "CLV26", 1)
    move(night, "CLV26", 10)
    night.until(parse_time("2026-08-17T18:30:00Z"))
    frozen = night.frozen()
    night.overnight.book(night.state.now)
    assert night.frozen() == frozen


def test_a_contract_ends_at_its_settlement_price_without_a_fee() -> None:
    night = Night(START)
    night.trade(-1, "CLU26", 2)
    order, other = night.rest(+1, "CLU26"), night.rest(+1, "CLV26")
    move(night, "CLU26", -25)
    before = night.nav()
    night.until(parse_time("2026-08-20T18:29:59Z"))
    assert "CLU26" in night.account().positions
    night.until(parse_time("2026-08-20T18:30:00Z"))
    account = night.account()
    assert account.positions == {}
    assert night.nav() == before == account.cash == 10**12 + 2 * 25 * 10 * 10**6
    assert night.withdrawn == [(order.order_id, "CLU26 has expired")]
    assert night.open == [other]
    assert account.fees == 0
    assert night.overnight.next_after(night.state.now) == 0


def test_the_last_settlement_does_not_pay_for_having_pushed_the_price() -> None:
    night = Night(parse_time("2026-08-20T18:00:00Z"))
    night.trade(+1, "CLU26", 3)
    instrument = night.catalogue["CLU26"]
    state = night.shown.settle(instrument)
    state.traded(50_000)
    state.freeze(night.shown.now)
    night.shown.changed(instrument)
    assert night.nav() > 10**12
    night.until(parse_time("2026-08-20T18:30:00Z"))
    assert night.nav() == 10**12


def test_holders_are_told_five_trading_days_before_the_end() -> None:
    night = Night(START, "a", "b")
    night.trade(+1, "GCQ26", 1, "a")
    night.trade(-1, "GCQ26", 1, "b")
    night.until(parse_time("2026-08-27T17:30:00Z"))
    assert [(told.at, told.scope, told.status) for told in night.told()] == [
        (parse_time("2026-08-20T17:30:00Z"), "GCQ26", "expiring")
    ]
    assert "vterm roll GCQ26" in night.told()[0].text


def test_an_index_contract_settles_at_its_close_and_pays_for_its_notional() -> None:
    night = Night(START)
    night.trade(+1, "SPX", 10)
    move(night, "SPX", 7)
    before = night.nav()
    night.until(parse_time("2026-08-17T20:00:00Z"))
    assert night.codes() == ["variation"]
    assert night.nav() == before
    night.until(parse_time("2026-08-17T21:00:00Z"))
    worth = night.valuer.mark(night.catalogue["SPX"], 10)
    assert night.codes() == ["variation", "financing"]
    assert night.nav() == before + round(Fraction(-worth * 51_250, 365 * 10**6))
    assert night.account().funding == night.moved("financing")


def test_an_index_in_another_currency_pays_that_currencys_rate() -> None:
    night = Night(START)
    night.trade(-1, "N225", 10)
    night.until(parse_time("2026-08-17T21:00:00Z"))
    worth = night.valuer.mark(night.catalogue["N225"], 10)
    assert night.moved("financing") == round(Fraction(worth * (7_500 - 15_000), 365 * 10**6))


def test_nothing_is_due_for_an_account_that_holds_nothing() -> None:
    night = Night(START)
    assert night.overnight.next_after(night.state.now) == 0
