"""Wallets end at the account's cash, and statements add up, whatever was traded and however the span is cut."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from engine.ledger.chart import trader_of
from engine.model.command import ForkAccount, ResetAccount
from engine.model.format import time_text
from engine.model.ids import AccountId, Minor
from engine.model.span import Span, parse_span
from engine.portfolio.holdings import held_now
from tests.traded_desk import TradedDesk

CHANGES = ("deposits", "realised_pnl", "unrealised_pnl", "fees", "funding", "dividends")


@pytest.fixture(scope="module", params=[1, 2])
def desk(request: pytest.FixtureRequest) -> TradedDesk:
    it = TradedDesk(request.param)
    it.live(90)
    return it


def money(text: str) -> Decimal:
    return Decimal(text)


def test_something_of_every_kind_happened(desk: TradedDesk) -> None:
    kinds = {m["kind"] for name in ("bull", "bear") for m in desk.view.wallet(name)["movements"]}
    assert {"deposit", "bought", "sold", "fee", "settled", "financing", "swap", "borrow"} <= kinds


@pytest.mark.parametrize("account", ["bull", "bear"])
def test_a_wallet_ends_at_the_cash(desk: TradedDesk, account: str) -> None:
    wallet = desk.view.wallet(account)
    rows = wallet["movements"]
    holder = desk.kernel.state.accounts[account]
    assert money(rows[0]["balance"]) == money(wallet["cash"]) == Decimal(holder.cash) / 10**6
    assert wallet["opening_balance"] == "0.00"
    assert wallet["closing_balance"] == wallet["cash"]
    for newer, older in pairwise(rows):
        assert money(newer["balance"]) - money(newer["amount"]) == money(older["balance"])
        assert newer["at"] >= older["at"]
    assert sum(money(row["amount"]) for row in rows) == money(wallet["cash"])
    # The same from the transfers of the entries themselves, in their own order.
    moved = []
    for entry in desk.entries:
        for t in entry.transfers:
            came, went = trader_of(t.credit, "VCR") == account, trader_of(t.debit, "VCR") == account
            if t.asset == "VCR" and (came or went):
                moved.append(Decimal(t.amount if came else -t.amount) / 10**6)
    assert [money(row["amount"]) for row in reversed(rows)] == moved


@pytest.mark.parametrize("account", ["bull", "bear"])
def test_pages_of_a_wallet_are_the_whole(desk: TradedDesk, account: str) -> None:
    whole = desk.view.wallet(account)["movements"]
    pages: list[dict[str, Any]] = []
    before = ""
    while True:
        page = desk.view.wallet(account, limit=7, before=before)
        pages += page["movements"]
        if page["next"] is None:
            break
        before = page["next"]
    assert pages == whole
    for limit in (1, 2, 13, len(whole), len(whole) + 5):
        assert desk.view.wallet(account, limit=limit)["movements"] == whole[:limit]
    some = Span(desk.some_time(), desk.some_time())
    part = desk.view.wallet(account, some if some.since < some.until else Span(some.until, some.since))
    assert all(row in whole for row in part["movements"])
    if part["movements"]:
        amounts = sum(money(row["amount"]) for row in part["movements"])
        assert money(part["opening_balance"]) + amounts == money(part["closing_balance"])


def ties(document: dict[str, Any]) -> None:
    opening, closing, changes = document["opening"], document["closing"], document["changes"]
    assert sum(money(changes[name]) for name in CHANGES) == money(changes["nav"])
    assert money(opening["nav"]) + money(changes["nav"]) == money(closing["nav"])
    cash = sum((money(amount) for amount in document["cash_changes"].values()), Decimal(0))
    assert money(opening["cash"]) + cash == money(closing["cash"])
    assert sum((money(row["amount"]) for row in document["movements"]), Decimal(0)) == cash
    for end in (opening, closing):
        listed = sum((money(row["value"]) for row in end["positions"]), Decimal(0))
        assert listed + money(end["unallocated"]) == money(end["positions_value"])
        rows = end["positions"]
        assert all(money(row["value"]) - money(row["cost"]) == money(row["unrealised_pnl"]) for row in rows)
    fills = document["fills"]
    assert sum((money(fill["fee"]) for fill in fills), Decimal(0)) == -money(changes["fees"])
    for name in ("realised_pnl", "fees", "funding", "dividends"):
        assert sum((money(row[name]) for row in document["by_symbol"]), Decimal(0)) == money(changes[name])


@pytest.mark.parametrize("account", ["bull", "bear"])
def test_statements_add_up_in_any_span(desk: TradedDesk, account: str) -> None:
    for _ in range(25):
        one, other = sorted((desk.some_time(), desk.some_time()))
        if one == other:
            continue
        ties(desk.view.statement(account, Span(one, other)))
    ties(desk.view.statement(account))
    ties(desk.view.statement(account, parse_span("", "", "2026-02")))


@pytest.mark.parametrize("account", ["bull", "bear"])
def test_statements_follow_on_each_other(desk: TradedDesk, account: str) -> None:
    cut = desk.some_time()
    first = desk.view.statement(account, Span(desk.entries[0].at, cut)) if cut > desk.entries[0].at else None
    second = desk.view.statement(account, Span(cut))
    if first is not None and cut < desk.kernel.state.now:
        for name in ("nav", "cash", "positions_value", "unrealised_pnl", "positions"):
            assert first["closing"][name] == second["opening"][name]


@pytest.mark.parametrize("account", ["bull", "bear"])
def test_the_whole_is_the_portfolio(desk: TradedDesk, account: str) -> None:
    statement, portfolio = desk.view.statement(account), desk.view.portfolio(account)
    closing = statement["closing"]
    for name in ("nav", "cash", "positions_value", "unrealised_pnl"):
        assert closing[name] == portfolio[name]
    changes = statement["changes"]
    assert changes["realised_pnl"] == portfolio["realised_pnl"]
    assert money(changes["fees"]) == -money(portfolio["fees"])
    assert changes["funding"] == portfolio["funding"]
    assert changes["dividends"] == portfolio["dividends"]
    assert statement["opening"]["nav"] == "0.00"


@pytest.mark.parametrize("account", ["bull", "bear"])
def test_at_whole_hours_the_worth_is_what_was_noted(desk: TradedDesk, account: str) -> None:
    booked = {item.at for item in desk.kernel.past.booked(account)}
    points = [p for p in desk.kernel.past.points(account)[1:] if p.at not in booked and p.gross]
    assert len(points) > 5
    for point in points[:: max(1, len(points) // 8)]:
        opening = desk.view.statement(account, Span(point.at))["opening"]
        assert money(opening["nav"]) == Decimal(point.nav) / 10**6, time_text(point.at)


def test_statements_add_up_across_a_reset_and_in_a_fork() -> None:
    desk = TradedDesk(7)
    desk.live(30)
    kernel, bull = desk.kernel, AccountId("bull")
    before, half = desk.view.portfolio("bull"), kernel.state.now
    held = held_now(kernel.state.accounts[bull], kernel.catalogue)
    fork = ForkAccount(half, bull, AccountId("twin"), held.cash, held.holdings, half)
    assert desk.do(fork) is None
    assert desk.view.statement("twin")["closing"]["nav"] == before["nav"]
    assert desk.do(ResetAccount(at=half, account=bull, cash=Minor(5_000_000_000))) is None
    desk.live(30)
    for account in ("bull", "bear", "twin"):
        statement, holder = desk.view.statement(account), kernel.state.accounts[AccountId(account)]
        ties(statement)
        assert statement["closing"]["nav"] == desk.view.portfolio(account)["nav"]
        assert money(desk.view.wallet(account)["movements"][0]["balance"]) == Decimal(holder.cash) / 10**6
        for _ in range(10):
            one, other = sorted((desk.some_time(), desk.some_time()))
            if one != other:
                ties(desk.view.statement(account, Span(one, other)))
