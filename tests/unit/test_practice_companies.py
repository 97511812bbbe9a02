"""Reports of the practice universe: whole, tied to each other, and to what the market did."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from engine.model.format import parse_time
from engine.model.refusal import Code, Refused
from engine.research.practice.desk import Universe
from engine.research.practice.releases import WINDOW
from engine.research.practice.times import day_of
from tests.practice import Seen, ask, moment, stage_of

SHARES = [str(i.symbol) for i in stage_of().instruments if i.asset_class == "equities"]
SOME = ("AAPL", "VZ", "AMC", "ARL", "GOOG", "SHEL.L", "7203.T", "005930.KS")


def number(row: dict[str, Any], part: str, line: str) -> int:
    return int(row[part][line])


@pytest.mark.parametrize("symbol", SHARES)
def test_statements_are_whole(symbol: str) -> None:
    document = ask(stage_of(), "statements", symbol)
    rows, shares = document["statements"], int(document["shares_outstanding"])
    assert len(rows) == 8 and document["unit"] == "thousands"
    for row in rows:
        income, balance, flow = ({k: Decimal(v) for k, v in row[p].items()} for p in ("income", "balance", "cash_flow"))
        assert balance["total_assets"] == balance["total_liabilities"] + balance["equity"]
        held = ("cash", "receivables", "inventory", "property", "intangibles")
        assert balance["total_assets"] == sum(balance[name] for name in held)
        assert all(balance[name] >= 0 for name in (*held, "payables", "debt"))
        assert income["gross_profit"] == income["revenue"] - income["cost_of_revenue"]
        spent = income["research"] + income["selling_and_administration"]
        assert income["operating_income"] == income["gross_profit"] - spent
        assert income["net_income"] == income["operating_income"] - income["interest"] - income["tax"]
        assert abs(income["eps"] - income["net_income"] * 1000 / shares) <= Decimal("0.00005")
        assert income["revenue"] > 0 and 0 <= income["cost_of_revenue"] <= income["revenue"]
        assert flow["net_income"] == income["net_income"]
        moved = flow["from_operations"] + flow["capital_spending"] + flow["from_financing"]
        assert flow["change_of_cash"] == moved
    for later, before in pairwise(rows):
        change = number(later, "balance", "cash") - number(before, "balance", "cash")
        assert change == number(later, "cash_flow", "change_of_cash")
        assert date.fromisoformat(later["from"]).toordinal() == date.fromisoformat(before["to"]).toordinal() + 1


@pytest.mark.parametrize("symbol", SOME)
def test_quarters_are_years(symbol: str) -> None:
    years = ask(stage_of(), "statements", symbol, period="year")["statements"]
    quarters = ask(stage_of(), "statements", symbol)["statements"]
    assert len(years) == 3
    place = next(k for k, row in enumerate(quarters) if row["to"] == years[0]["to"])
    of_year = quarters[place : place + 4]
    assert of_year[-1]["from"] == years[0]["from"]
    for part in ("income", "cash_flow"):
        for line in years[0][part]:
            if line != "eps":
                assert number(years[0], part, line) == sum(number(row, part, line) for row in of_year), line
    assert years[0]["balance"] == of_year[0]["balance"]


@pytest.mark.parametrize("symbol", SOME)
def test_the_largest_gap_of_the_window_is_the_report_and_the_surprise_has_its_sign(symbol: str) -> None:
    stage = stage_of()
    universe = Universe(stage)
    firm = universe.firm(stage.resolve(symbol), "reports")
    for release, _ in firm.told(6):
        ended = release.quarter.last
        gaps = {s.opens: s.gap for s in stage.sessions(firm.instrument, ended + WINDOW[0], ended + WINDOW[1])}
        assert abs(gaps[release.at]) == max(map(abs, gaps.values()))
        expected, actual = firm.books.expected_earnings(release.quarter.number), firm.reported(release.quarter.number)
        assert (actual - expected) * gaps[release.at] > 0 or not gaps[release.at]


def test_a_scenarios_earnings_have_their_report_after_the_close() -> None:
    stage = stage_of(3, "2026-06-10T15:00:00Z", "earnings-gap:NVDA")
    assert stage.plot is not None
    due = ask(stage, "earnings-calendar", "NVDA", days=5)["reports"]
    assert len(due) == 1 and due[0]["when"] == "after the close"
    at = parse_time(due[0]["expected_at"])
    assert 0 <= at - stage.plot.begins <= 3 * 60_000_000_000
    news = ask(Seen(stage, at), "news", "NVDA", days=2, topic="earnings")["items"]
    opened = next(s for s in stage.sessions(stage.resolve("NVDA"), day_of(at), day_of(at) + 4) if s.opens > at)
    assert abs(opened.gap) > 0.08
    assert [item["tone"] for item in news] == ["positive" if opened.gap > 0 else "negative"]
    assert not ask(Seen(stage, at - 1), "news", "NVDA", days=2, topic="earnings")["items"]


def test_the_calendar_shows_dates_and_no_results() -> None:
    document = ask(stage_of(), "earnings-calendar", days=100)
    reports = document["reports"]
    assert len(reports) >= len(SHARES) * 0.8 and reports == sorted(reports, key=lambda r: r["expected_at"])
    for row in reports:
        assert set(row) == {"symbol", "name", "period", "date", "expected_at", "when", "eps_expected",
                            "eps_a_year_before", "currency"}  # fmt: skip


def test_figures_agree_with_statements_and_the_shown_price() -> None:
    stage = stage_of()
    for symbol in SOME:
        metrics = ask(stage, "filing-metrics", symbol)
        rows = ask(stage, "statements", symbol)["statements"][:4]
        assert int(metrics["net_income"]) == sum(number(row, "income", "net_income") for row in rows)
        price, shares = Decimal(metrics["price"]), int(metrics["shares_outstanding"])
        shown = Decimal(str(stage.price(stage.resolve(symbol)))) / (100 if symbol.endswith(".L") else 1)
        assert abs(price - shown) <= Decimal("0.0001")
        assert abs(Decimal(metrics["market_value"]) - shown * shares) <= shares * Decimal("0.0001")
        earned = Decimal(metrics["net_income"]) * 1000 / shares
        if earned > 0:
            assert abs(Decimal(metrics["price_to_earnings"]) - price / earned) < Decimal("0.01")
        else:
            assert metrics["price_to_earnings"] is None


@pytest.mark.parametrize("symbol", ("AAPL", "KO", "SPY", "SHEL.L", "AMZN"))
def test_dividends_are_the_markets(symbol: str) -> None:
    stage = stage_of()
    instrument = stage.resolve(symbol)
    rows = ask(stage, "dividends", symbol, limit=40)["dividends"]
    due = {p.day: p.amount for year in range(2022, 2028) for p in stage.payouts(instrument, year)}
    assert {row["ex_date"] for row in rows} >= {day for day in due if "2023" < day < "2026-11-20"}
    for row in rows:
        assert Decimal(row["amount"]) == pytest.approx(Decimal(str(due[row["ex_date"]])), abs=Decimal("0.00005"))
        assert (row["status"] == "paid") == (parse_time(row["ex_at"]) <= stage.now)
        assert parse_time(row["declared_at"]) < parse_time(row["ex_at"])


@pytest.mark.parametrize("symbol", SOME)
def test_people_and_holders_fit_the_company(symbol: str) -> None:
    stage = stage_of()
    roster, holders = ask(stage, "insiders", symbol), ask(stage, "holders", symbol, limit=30)
    shares = int(roster["shares_outstanding"])
    assert int(roster["held"]) == sum(int(row["shares"]) for row in roster["insiders"])
    assert int(holders["held"]) == sum(int(row["shares"]) for row in holders["holders"])
    assert int(roster["held"]) + int(holders["held"]) < shares
    after: dict[str, int] = {}
    for trade in reversed(ask(stage, "insider-trades", symbol, days=730, limit=100)["trades"]):
        move = int(trade["shares"]) * (1 if trade["side"] == "buy" else -1)
        if trade["name"] in after:
            assert after[trade["name"]] + move == int(trade["held_after"])
        after[trade["name"]] = int(trade["held_after"])
    for row in roster["insiders"]:
        assert row["name"] not in after or after[row["name"]] == int(row["shares"])


def test_targets_stand_around_the_price() -> None:
    stage = stage_of()
    for symbol in SOME:
        document = ask(stage, "ratings", symbol)
        assert sum(document["ratings"].values()) == document["analysts"] > 3
        for row in document["standing"]:
            assert 0.5 < Decimal(row["target"]) / Decimal(row["price_then"]) < 2
            above = Decimal(row["target"]) / Decimal(row["price_then"])
            assert above > 1 if row["rating"] == "buy" else above < Decimal("1.2")


def test_filings_hold_the_figures_of_the_statements() -> None:
    stage = stage_of()
    listed = ask(stage, "filings", "MSFT", limit=100)["filings"]
    assert {row["form"] for row in listed} == {"10-K", "10-Q", "8-K", "4", "13F"}
    quarterly = next(row for row in listed if row["form"] == "10-Q")
    (whole,) = ask(stage, "filings", "MSFT", id=quarterly["id"])["filings"]
    text = " ".join(section["text"] for section in whole["sections"])
    row = next(r for r in ask(stage, "statements", "MSFT")["statements"] if r["period"] == quarterly["period"])
    for part, line in (("income", "revenue"), ("income", "net_income"), ("balance", "total_assets")):
        assert f"{number(row, part, line):,}" in text
    assert len({row["id"] for row in listed}) == len(listed)
    with pytest.raises(Refused) as refused:
        ask(stage, "filings", "MSFT", id="MSFT-10-Q-1999-01-01")
    assert refused.value.refusal.code is Code.OUT_OF_RANGE


def test_what_does_not_exist_is_refused_in_words() -> None:
    stage = stage_of()
    kinds = ("statements", "earnings", "filings", "filing-metrics", "ratings", "insiders", "insider-trades", "holders")
    for symbol in ("BTC-USD", "EUR-USD", "GC", "SPX", "SPY"):
        for kind in kinds:
            with pytest.raises(Refused) as refused:
                ask(stage, kind, symbol)
            assert refused.value.refusal.code is Code.INCONSISTENT_FIELDS and "news" in (
                refused.value.refusal.fix or ""
            )
    for kind, symbol in (("dividends", "EUR-USD"), ("option-chain", "BTC-USD"), ("option-chain", "US10Y")):
        with pytest.raises(Refused) as refused:
            ask(stage, kind, symbol)
        assert refused.value.refusal.code is Code.INCONSISTENT_FIELDS
    with pytest.raises(Refused) as refused:
        ask(stage, "horoscope", "AAPL")
    assert refused.value.refusal.code is Code.ENUM_ERROR and "statements" in (refused.value.refusal.fix or "")


def test_a_seed_is_a_universe_and_asking_changes_nothing() -> None:
    first, again, other = stage_of(7), stage_of.__wrapped__(7), stage_of(8)
    assert ask(first, "statements", "AAPL") == ask(again, "statements", "AAPL")
    assert ask(first, "statements", "AAPL")["statements"] != ask(other, "statements", "AAPL")["statements"]
    later = Seen(first, moment(date(2027, 6, 1).toordinal(), 900))
    ask(later, "news", "AAPL", days=120)
    assert ask(first, "earnings", "AAPL") == ask(again, "earnings", "AAPL")
