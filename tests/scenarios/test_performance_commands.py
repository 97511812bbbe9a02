"""What is known of an account, through the real command line of one home: documents, tables, sums, refusals."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.client import wire
from engine.client.desk import DeskClient
from tests.processes import Desk, desk

COMMANDS = (
    ("equity", "--window", "7d"),
    ("equity", "--window", "1y", "--benchmark", "SPY"),
    ("equity", "--points"),
    ("analytics",),
    ("analytics", "--window", "7d", "--benchmark", "SPY"),
    ("attribution",),
    ("attribution", "--by", "cost"),
    ("attribution", "--by", "symbol", "--window", "1d"),
    ("correlation",),
    ("correlation", "AAPL", "BTC", "--limit", "2"),
    ("calendar",),
    ("calendar", "--span", "week"),
    ("cashflow",),
    ("cashflow", "--window", "1d"),
    ("roundtrips",),
    ("roundtrips", "--open"),
    ("what-if", "buy", "MSFT", "10"),
    ("rebalance", "equal"),
    ("rebalance", "risk-parity"),
    ("rebalance", "inverse-vol", "--reserve", "5%"),
    ("rebalance", "targets", "AAPL=0.2,BTC=10%", "--min-trade", "500"),
    ("risk",),
    ("study", "AAPL"),
    ("study", "GC", "--every", "1h", "--benchmark", "SPY"),
    ("progress",),
    ("checks",),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("performance") / "home") as it:
        for side, symbol, quantity in (("buy", "AAPL", "100"), ("buy", "BTC", "0.5"), ("buy", "KO", "300")):
            it.ask("order", side, symbol, quantity, "--wait", "5")
        it.ask("order", "sell", "EUR-USD", "20000", "--wait", "5")
        it.ask("clock", "jump", "2026-06-17T15:00:00Z")
        it.ask("order", "sell", "KO", "300", "--wait", "5")
        it.ask("clock", "jump", "2026-06-19T15:00:00Z")
        it.ask("clock", "pause")
        yield it


def money(document: dict[str, Any], name: str) -> Decimal:
    return Decimal(document[name])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_speaks_json_csv_and_text(home: Desk, words: tuple[str, ...]) -> None:
    document = home.ask(*words)
    assert document["account"] == "main"
    code, out, err = home.run(*words)
    assert (code, err) == (0, ""), (words, err)
    assert out.strip()
    code, out, err = home.run(*words, "--csv")
    assert (code, err) == (0, "")
    rows = list(csv.reader(io.StringIO(out)))
    assert len({len(row) for row in rows}) == 1, "every row has the header's columns"


def test_what_everybody_says_of_the_account_is_the_same(home: Desk) -> None:
    portfolio = home.ask("portfolio")
    nav = money(portfolio, "nav")
    won = nav - 1_000_000
    equity = home.ask("equity", "--window", "all")
    assert (money(equity, "nav"), money(equity, "pnl")) == (nav, won)
    assert sum(money(row, "pnl") for row in home.ask("calendar")["entries"]) == won
    assert sum(map(Decimal, home.ask("calendar")["by_hour"].values())) == won
    cash = home.ask("cashflow")
    assert money(cash, "end") == money(portfolio, "cash") == sum(map(Decimal, cash["moved"].values()))
    fall = cash["waterfall"]
    assert money(fall, "end") == nav
    assert money(fall, "unrealised") == money(portfolio, "unrealised_pnl")
    assert money(fall, "fees") == money(portfolio, "fees")
    analytics = home.ask("analytics")
    assert money(analytics["exposure"], "gross") == money(portfolio, "gross_exposure")
    assert money(analytics["performance"], "pnl") == won
    trips = home.ask("roundtrips")
    assert [row["symbol"] for row in trips["trades"]] == ["KO"]
    assert len(trips["open"]) == len(portfolio["positions"]) == 3
    risk = home.ask("risk")
    assert money(risk["exposure"], "net") == money(portfolio, "positions_value")
    assert [tail["confidence"] for tail in risk["tails"]] == [95, 99]
    assert all(tail["var"] is not None for tail in risk["tails"]), "the market has two years of closes"
    assert risk["volatility"] is not None and risk["beta"] is not None


@pytest.mark.parametrize("by", ["class", "sector", "currency", "direction", "hour", "weekday", "phase", "symbol"])
@pytest.mark.parametrize("window", ["all", "1d"])
def test_attribution_sums_in_every_column(home: Desk, by: str, window: str) -> None:
    document = home.ask("attribution", "--by", by, "--window", window)
    whole = document["total"]
    for name in set(whole) - {"name"}:
        assert sum(money(row, name) for row in document["heads"]) == money(whole, name), (by, name)
    assert money(whole, "pnl") == money(home.ask("equity", "--window", window), "pnl")
    parts = ("market", "spread", "impact", "timing", "fee", "carry")
    assert sum(money(whole, name) for name in parts) == money(whole, "pnl")
    assert sum(money(row, "pnl") for row in home.ask("attribution", "--by", "cost")["heads"]) == money(
        home.ask("attribution")["total"], "pnl"
    )


def test_the_client_reads_the_same_documents(home: Desk) -> None:
    async def ask() -> list[dict[str, Any]]:
        client = DeskClient(home.home)
        return [
            await client.equity("7d", "SPY"),
            await client.analytics(),
            await client.attribution("symbol"),
            await client.correlation(),
            await client.calendar("week"),
            await client.cash_flow(),
            await client.round_trips(),
            await client.what_if({"symbol": "MSFT", "side": "buy", "type": "market", "quantity": "10",
                                  "asset_class": "equities", "session": "regular"}),
            await client.rebalance({"strategy": "equal"}),
        ]  # fmt: skip

    told = asyncio.run(ask())
    assert told == [
        home.ask("equity", "--benchmark", "SPY"),
        home.ask("analytics"),
        home.ask("attribution", "--by", "symbol"),
        home.ask("correlation"),
        home.ask("calendar", "--span", "week"),
        home.ask("cashflow"),
        home.ask("roundtrips"),
        home.ask("what-if", "buy", "MSFT", "10"),
        home.ask("rebalance", "equal"),
    ]


def test_a_question_changes_nothing(home: Desk) -> None:
    before = home.ask("orders"), home.ask("portfolio")
    home.ask("what-if", "buy", "MSFT", "100")
    home.ask("rebalance", "equal")
    assert (home.ask("orders"), home.ask("portfolio")) == before


def test_a_younger_account_says_so(home: Desk) -> None:
    assert home.ask("equity", "--window", "1d")["complete"] is True
    year = home.ask("equity", "--window", "1y")
    assert year["complete"] is False and "after the window" in year["note"]
    assert home.ask("attribution", "--window", "30d")["complete"] is False


def test_what_is_wrong_is_refused(home: Desk) -> None:
    def rest(method: str, path: str, body: object = None) -> tuple[int, str]:
        status, document = asyncio.run(wire.request(home.home, "main", method, path, body))
        return status, document["error"]["code"]

    assert rest("GET", "/v1/portfolio/equity?window=2d") == (400, "ENUM_ERROR")
    assert rest("GET", "/v1/portfolio/equity?benchmark=NOPE") == (404, "UNKNOWN_SYMBOL")
    assert rest("GET", "/v1/portfolio/attribution?by=moon") == (400, "ENUM_ERROR")
    assert rest("GET", "/v1/portfolio/calendar?span=hour") == (400, "ENUM_ERROR")
    assert rest("GET", "/v1/portfolio/trades?limt=5") == (400, "UNKNOWN_FIELD")
    assert rest("POST", "/v1/portfolio/what-if", {"symbol": "NOPE"})[0] == 400
    assert rest("POST", "/v1/portfolio/rebalance", {"strategy": "moon"}) == (400, "ENUM_ERROR")
    assert rest("POST", "/v1/portfolio/rebalance", {"strategy": "targets"})[1] == "INCONSISTENT_FIELDS"
    assert rest("POST", "/v1/portfolio/rebalance", {"strategy": "equal", "reserve": "x"}) == (400, "NUMBER_FORMAT")
    assert rest("POST", "/v1/portfolio/rebalance", {"strategy": "equal", "lots": 1}) == (400, "UNKNOWN_FIELD")
    assert home.refused("what-if", "buy", "NOPE", "1") == (4, "UNKNOWN_SYMBOL")
    assert home.refused("rebalance", "targets", "AAPL") == (2, "USAGE")
    assert home.refused("rebalance", "equal", "--reserve", "x%") == (2, "USAGE")
    assert home.refused("--account", "nobody", "equity")[0] == 5


def test_a_proposal_is_a_payload(home: Desk, tmp_path: Path) -> None:
    for proposal in home.ask("rebalance", "targets", "AAPL=0.05,BTC=0.05")["proposals"]:
        file = tmp_path / "order.json"
        file.write_text(json.dumps(proposal["order"]))
        preview = home.ask("order", "--payload", str(file), "--preview")
        assert (preview["ok"], preview["quantity"]) == (proposal["ok"], proposal["quantity"])
