"""Statements as a trader asks for them: wallet, journal, history, statement, files out and trades in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Desk, desk


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("statements") / "home") as it:
        it.ask("clock", "pause")
        it.ask("order", "buy", "BTC", "0.25", "--wait", "5", "--client-id", "-1")
        it.ask("order", "buy", "AAPL", "30", "--wait", "5")
        it.ask("order", "sell", "AAPL", "10", "--wait", "5")
        it.ask("cancel", it.ask("order", "buy", "AAPL", "5", "--limit", "150.00")["order_id"])
        yield it


def test_the_wallet_ends_at_the_cash(home: Desk) -> None:
    wallet = home.ask("wallet")
    assert wallet["movements"][0]["balance"] == wallet["cash"] == home.ask("portfolio")["cash"]
    assert wallet["movements"][-1]["kind"] == "deposit"
    assert home.ask("wallet", "--limit", "2")["movements"] == wallet["movements"][:2]
    older = home.ask("wallet", "--before", wallet["movements"][1]["movement_id"])
    assert older["movements"] == wallet["movements"][2:]
    assert home.ask("wallet", "--to", "2020-01-01")["movements"] == []
    assert home.refused("wallet", "--from", "yesterday") == (2, "NUMBER_FORMAT")
    assert home.refused("wallet", "--before", "t999") == (2, "OUT_OF_RANGE")
    rows = list(csv.DictReader(io.StringIO(home.run("--csv", "wallet")[1])))
    assert len(rows) == len(wallet["movements"])


def test_the_journal_says_what_came_of_what(home: Desk) -> None:
    journal = home.ask("journal")
    assert journal["ok"] is True and journal["broken"] == []
    lines = [f"{row['asked']} -> {row['caused']}" for row in journal["entries"]]
    assert any("buy 30 AAPL market" in line and "bought" in line for line in lines)
    assert any(line.startswith("cancel o") for line in lines)
    assert sum(Decimal(row["cash"]) for row in journal["entries"]) == Decimal(home.ask("portfolio")["cash"])
    code, out, err = home.run("journal", "--limit", "2")
    assert code == 0 and len(out.splitlines()) == 2 and "older ones" in err


def test_history_is_narrowed_and_sorted(home: Desk) -> None:
    every = home.ask("fills")["fills"]
    assert home.ask("history")["fills"] == every
    shares = home.ask("history", "--class", "equities")["fills"]
    assert {fill["symbol"] for fill in shares} == {"AAPL"}
    sold = home.ask("history", "--symbol", "AAPL,BTC", "--side", "sell")["fills"]
    assert [(fill["symbol"], fill["side"]) for fill in sold] == [("AAPL", "sell")] * len(sold) != []
    values = [Decimal(fill["value"]) for fill in home.ask("history", "--sort", "value")["fills"]]
    assert values == sorted(values, reverse=True)
    assert [o["status"] for o in home.ask("history", "orders", "--status", "cancelled")["orders"]] == ["cancelled"]
    assert home.ask("history", "--min-value", "1000000")["fills"] == []
    assert home.ask("history", "--origin", "algo")["fills"] == []
    for words in (
        ("--class", "art"),
        ("--sort", "luck"),
        ("--min-value", "-1"),
        ("--symbol", "NOPE"),
        ("--status", "filled"),
    ):
        assert home.refused("history", *words)[0] in (2, 4), words
    assert home.refused("history", "orders", "--status", "lost") == (2, "ENUM_ERROR")


def test_the_statement_adds_up(home: Desk, tmp_path: Path) -> None:
    statement = home.ask("statement")
    changes = {name: Decimal(amount) for name, amount in statement["changes"].items()}
    nav = changes.pop("nav")
    assert sum(changes.values()) == nav == Decimal(statement["closing"]["nav"]) - Decimal(statement["opening"]["nav"])
    assert statement["closing"]["nav"] == home.ask("portfolio")["nav"]
    month = statement["to"][:7]
    assert home.ask("statement", "--month", month)["changes"] == statement["changes"]
    assert home.refused("statement", "--month", "2026-13") == (2, "NUMBER_FORMAT")
    assert "net asset value" in home.run("statement", "--html")[1]
    page = tmp_path / "page.html"
    assert home.run("statement", "--html", str(page))[0] == 0
    assert home.run("statement", "--html", str(page))[0] == 2
    rows = list(csv.DictReader(io.StringIO(home.run("--csv", "statement")[1])))
    fills = [row for row in rows if row["section"] == "fill"]
    assert len(fills) == len(statement["fills"])
    assert home.run("statement")[0] == 0


def test_files_leave_and_come_back(home: Desk, tmp_path: Path) -> None:
    for what in ("trades", "orders", "wallet", "positions", "equity", "journal"):
        for kind in ("csv", "json", "parquet"):
            made = home.ask("export", what, "--out", str(tmp_path / f"{what}.{kind}"))
            assert made["rows"] > 0 and made["bytes"] > 0, (what, kind)
    assert home.refused("export", "trades", "--out", str(tmp_path / "trades.csv")) == (2, "USAGE")
    assert home.refused("export", "trades", "--out", str(tmp_path / "trades.xls")) == (2, "USAGE")
    with open(tmp_path / "orders.csv", encoding="utf-8") as file:
        assert "-1" in [row["client_order_id"] for row in csv.DictReader(file)]
    assert json.loads((tmp_path / "wallet.json").read_text())["movements"] == home.ask("wallet")["movements"]
    trades = str(tmp_path / "trades.csv")
    preview = home.ask("import", "trades", trades, "--preview")
    assert (preview["preview"], preview["bad_lines"]) == (True, [])
    assert [row["account"] for row in home.ask("accounts")["accounts"]] == ["main"]
    assert home.ask("import", "trades", trades, "--into", "again")["trades"] == preview["trades"]
    one, two = home.ask("portfolio"), home.ask("--account", "again", "portfolio")
    for name in ("realised_pnl", "fees", "unrealised_pnl"):
        assert one[name] == two[name]
    assert _held(one) == _held(two) != {}
    assert home.ask("audit")["ok"] is True
    assert home.ask("import", "undo", "again")["account"] == "again"
    assert [row["account"] for row in home.ask("accounts")["accounts"]] == ["main"]
    assert home.ask("audit")["ok"] is True
    assert home.refused("--account", "again", "order", "buy", "BTC", "0.1") == (5, "FORBIDDEN")
    assert home.refused("import", "undo", "main") == (5, "FORBIDDEN")
    assert len(home.ask("--account", "again", "fills")["fills"]) == preview["trades"]


def _held(portfolio: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {row["symbol"]: (row["quantity"], row["cost"]) for row in portfolio["positions"]}


def test_bad_lines_stop_an_import(home: Desk) -> None:
    table = b"Date,Ticker,Side,Qty,Price\n2026-01-05,AAPL,buy,10,200\n2026-01-05,NOPE,buy,1,2\n"
    assert home.refused("import", "trades", "-", "--into", "bad", data=table) == (2, "BAD_IMPORT")
    code, out, err = home.run("import", "trades", "-", "--into", "bad", data=table)
    assert (code, out) == (2, "") and "line 3: symbol" in err
    done = home.ask("import", "trades", "-", "--into", "good", "--skip-bad", data=table)
    assert done["trades"] == 1 and [line["line"] for line in done["bad_lines"]] == [3]
    assert home.refused("import", "trades", "-", "--into", "good", "--skip-bad", data=table)[0] != 0
    assert home.refused("import", "trades", "no-such-file.csv") == (2, "USAGE")
