"""Time passing over accounts that hold something of every class: value kept, nothing lost, however time is cut."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.ledger.chart import VCR, trader_cash, trader_position
from engine.ledger.invariants import Balances, post, sums
from engine.ledger.replay import nav
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, TimeNs
from tests.overnight_desk import Night

START = parse_time("2026-01-05T15:00:00Z")
HELD = (
    "AAPL",
    "CLSK",
    "SPY",
    "BTC-USD",
    "EUR-USD",
    "USD-JPY",
    "XAU-USD",
    "GCG26",
    "CLJ26",
    "ZCN26",
    "KCZ26",
    "SPX",
    "N225",
)
LOTS = {"BTC-USD": 40_000_000, "EUR-USD": 5_000, "USD-JPY": 5_000, "XAU-USD": 3, "AAPL": 900, "CLSK": 700, "SPY": 400}

trades = st.lists(
    st.tuples(
        st.sampled_from(HELD), st.sampled_from((1, -1)), st.integers(1, 5), st.integers(0, 40), st.integers(-300, 300)
    ),
    min_size=1,
    max_size=12,
)
some = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def run(script: list[tuple[str, int, int, int, int]], cut: int = 0) -> Night:
    """Trade and move prices as the script says: symbol, side, size, hours to wait, ticks."""
    night = Night(START, "main", "other")
    for number, (symbol, side, size, wait, ticks) in enumerate(script):
        if not night.catalogue[symbol].last_trade or night.catalogue[symbol].last_trade > "2026-02-20":
            night.trade(side, symbol, size * LOTS.get(symbol, 1) // 2 or 1, ("main", "other")[number % 2])
        night.until(TimeNs(night.state.now + wait * HOUR_NS), cut)
        night.market.move(night.catalogue[symbol].column, ticks)
        night.shown.advance(night.shown.now, night.state.step_ns)
    night.until(TimeNs(night.state.now + 3 * DAY_NS), cut)
    return night


def check_audit(night: Night) -> None:
    """Accounts are what fills and transfers make them, and every asset sums to nothing."""
    balances: Balances = {}
    for transfer in night.transfers:
        post(balances, transfer)
    assert set(sums(balances).values()) == {0}
    marks = {
        symbol: night.valuer.mark_ratio(night.catalogue[symbol])
        for account in night.state.accounts.values()
        for symbol in account.positions
    }
    for name, told in night.rebuilt().items():
        account = night.account(name)
        assert told.cash == account.cash == balances[trader_cash(name), VCR]
        assert told.realised == account.realised
        assert told.positions == account.positions
        for symbol, held in account.positions.items():
            assert balances[trader_position(name, symbol), symbol] == held.lots
        margined = {symbol for symbol in account.positions if not night.catalogue[symbol].full_cash}
        assert nav(told.cash, told.positions, marks, margined) == night.nav(name)


@some
@given(trades)
def test_value_changes_only_by_what_was_paid(script: list[tuple[str, int, int, int, int]]) -> None:
    night = run(script)
    check_audit(night)
    book: Any = night.overnight.book

    def watched(at: TimeNs) -> None:
        before = {name: night.nav(name) for name in night.state.accounts}
        funded = {name: a.funding + a.dividends for name, a in night.state.accounts.items()}
        book(at)
        for name, account in night.state.accounts.items():
            assert night.nav(name) - before[name] == account.funding + account.dividends - funded[name]

    night.overnight.book = watched  # type: ignore[method-assign]
    night.until(TimeNs(night.state.now + 9 * DAY_NS))
    check_audit(night)


@some
@given(trades, st.integers(1, 50))
def test_how_time_is_cut_changes_nothing(script: list[tuple[str, int, int, int, int]], hours: int) -> None:
    whole, parts = run(script), run(script, hours * HOUR_NS // 7 + 1)
    assert whole.frozen() == parts.frozen()
    assert whole.transfers == parts.transfers
    assert whole.events == parts.events


@some
@given(trades, st.integers(0, 30))
def test_going_on_from_a_kept_state_changes_nothing(script: list[tuple[str, int, int, int, int]], days: int) -> None:
    one, two = run(script), run(script)
    for night in (one, two):
        middle = TimeNs(night.state.now + days * DAY_NS)
        night.until(middle)
        if night is two:
            night.overnight.become(night.state)
        night.until(TimeNs(middle + 5 * DAY_NS))
    assert one.frozen() == two.frozen()


def test_a_year_with_something_of_every_class_is_proved() -> None:
    night = Night(START, "bull", "bear")
    for symbol in HELD:
        night.trade(+1, symbol, LOTS.get(symbol, 1), "bull")
        night.trade(-1, symbol, LOTS.get(symbol, 1), "bear")
    ticks = 1
    while night.state.now < START + 365 * DAY_NS:
        ticks = ticks * 48_271 % 2_147_483_647
        for symbol in HELD:
            night.market.move(night.catalogue[symbol].column, ticks % 61 - 30)
        night.until(TimeNs(night.state.now + 5 * DAY_NS + ticks % HOUR_NS))
    check_audit(night)
    assert {"variation", "final_settlement", "financing", "borrow", "swap"} == set(night.codes())
    assert not any(night.catalogue[s].last_trade for s in night.account("bull").positions)
    assert night.account("bull").funding < 0
    assert night.account("bear").funding < 0
