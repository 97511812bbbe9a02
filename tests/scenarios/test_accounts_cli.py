"""Several accounts, a reset, forks and a rewind, as a person does them from a shell."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import lock
from tests.processes import Desk, desk


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as it:
        yield it


def by_name(it: Desk) -> dict[str, dict[str, Any]]:
    return {row["account"]: row for row in it.ask("accounts")["accounts"]}


def buy(it: Desk, name: str, symbol: str = "AAPL", quantity: str = "10", account: str = "main") -> dict[str, Any]:
    return it.ask("--account", account, "order", "buy", symbol, quantity, "--client-id", name)


def test_accounts_are_opened_forked_and_reset(home: Desk) -> None:
    it = home
    made = it.ask("accounts", "open", "ideas", "--cash", "50000")
    assert (made["account"], made["nav"], made["forked_from"]) == ("ideas", "50000.00", None)
    buy(it, "a-1")
    it.ask("clock", "pause")
    then = it.ask("clock")["now"]
    first = it.ask("portfolio")
    forked = it.ask("accounts", "fork", "main", "what-if")
    assert (forked["cash"], forked["positions"], forked["forked_from"]) == (first["cash"], 1, "main")
    it.ask("clock", "resume")
    buy(it, "a-2", "MSFT")
    past = it.ask("accounts", "fork", "main", "earlier", "--at", then)
    assert (past["cash"], past["positions"], past["forked_at"]) == (first["cash"], 1, then)
    whole = it.ask("accounts", "reset", "main", "--yes", "--cash", "2000000")
    assert (whole["nav"], whole["positions"], whole["total_pnl"]) == ("2000000.00", 0, "0.00")
    assert len(it.ask("fills")["fills"]) == 2, "history stays"
    buy(it, "b-1", "KO", account="what-if")
    rows = by_name(it)
    assert set(rows) == {"main", "ideas", "what-if", "earlier"}
    assert rows["what-if"]["positions"] == 2
    code, out, _ = it.run("accounts")
    assert code == 0
    assert len(out.splitlines()) == 5
    report = it.ask("audit")
    assert (report["ok"], report["imbalance"]) == (True, "0")
    it.kill()
    assert {name: row["cash"] for name, row in by_name(it).items()} == {n: row["cash"] for n, row in rows.items()}
    assert it.ask("audit")["nav_stored"] == it.ask("audit")["nav_recomputed"]


def test_what_cannot_be_is_refused(home: Desk) -> None:
    it = home
    it.ask("quote", "BTC")
    assert it.refused("accounts", "reset", "main") == (2, "USAGE"), "nobody can be asked"
    assert it.refused("accounts", "open", "main") == (2, "INCONSISTENT_FIELDS")
    assert it.refused("accounts", "open", "a b") == (5, "FORBIDDEN")
    assert it.refused("accounts", "open", "poor", "--cash", "1") == (2, "OUT_OF_RANGE")
    assert it.refused("accounts", "fork", "nobody", "x") == (5, "FORBIDDEN")
    assert it.refused("accounts", "fork", "main", "x", "--at", "2020-01-01") == (2, "OUT_OF_RANGE")
    assert it.refused("accounts", "fork", "main") == (2, "USAGE")
    assert it.refused("accounts", "list", "--cash", "5") == (2, "USAGE")
    assert it.refused("rewind", "--before", "o999999", "--yes") == (4, "UNKNOWN_ORDER")
    assert it.refused("rewind", "--at", "2020-01-01", "--yes") == (2, "OUT_OF_RANGE")
    assert it.refused("rewind", "--yes") == (2, "USAGE")
    assert it.refused("fork", "--at", "2020-01-01") == (2, "USAGE")
    assert lock.held(it.home), "no refusal stopped the engine"


def test_a_desk_goes_back_to_before_an_order(home: Desk, tmp_path: Path) -> None:
    it = home
    buy(it, "a-1")
    before = it.ask("portfolio")
    buy(it, "a-2", "TSLA", "30")
    other = tmp_path / "other"
    forked = it.ask("fork", "--into", str(other), "--before", "a-2")
    assert lock.held(it.home), "a fork leaves the engine alone"
    rewound = it.ask("rewind", "--before", "a-2", "--yes")
    assert rewound["entries"] == forked["entries"]
    assert not lock.held(it.home)
    for place in (it.home.path, str(other), rewound["kept"]):
        assert it.ask("--home", place, "audit")["ok"], place
    now = it.ask("portfolio")
    assert (now["cash"], len(now["positions"])) == (before["cash"], 1)
    assert it.refused("order", "show", "a-2") == (4, "UNKNOWN_ORDER")
    again = buy(it, "a-2", "TSLA", "30")
    with desk(other) as there:
        same = buy(there, "a-2", "TSLA", "30")
    assert (again["order_id"], again["status"]) == (same["order_id"], same["status"])
    assert Decimal(again["quantity"]) == 30
    assert it.refused("fork", "--into", str(other), "--before", "a-2") == (2, "INCONSISTENT_FIELDS")


def test_a_home_that_something_else_holds_is_not_rewound(home: Desk) -> None:
    it = home
    buy(it, "a-1")
    it.ask("engine", "stop")
    with lock.take(it.home):
        assert it.refused("rewind", "--before", "a-1", "--yes")[1] == "ENGINE_RUNNING"
    assert it.ask("rewind", "--before", "a-1", "--yes")["entries"] > 0


def test_a_home_without_a_ledger(tmp_path: Path) -> None:
    with desk(tmp_path / "none") as it:
        assert it.refused("rewind", "--at", "2026-06-15", "--yes") == (4, "NO_LEDGER")
        assert it.refused("fork", "--into", str(tmp_path / "x"), "--at", "2026-06-15") == (4, "NO_LEDGER")


def test_commands_that_come_during_a_rewind_wait_for_it(home: Desk) -> None:
    it = home
    buy(it, "a-1")
    first = it.start("rewind", "--before", "a-1", "--yes", "--json")
    others = [it.start("portfolio", "--json") for _ in range(3)]
    for process in (first, *others):
        _, err = process.communicate(timeout=90)
        assert (process.returncode, err) == (0, b"")
    assert it.ask("orders")["orders"] == []
    assert it.ask("audit")["ok"]
