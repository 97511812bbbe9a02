"""The command line against a real engine: documents, tables, refusals and exit codes, as a script would see them."""

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
from tests.processes import Desk, desk

QUOTE_KEYS = {*("symbol", "bid", "ask", "bid_size", "ask_size", "last", "change", "change_pct", "session", "at", "seq")}
ORDER = {"symbol": "BTC", "side": "buy", "type": "market", "quantity": "0.01"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("commands") / "home") as it:
        yield it


def rest(it: Desk, path: str) -> dict[str, Any]:
    status, document = asyncio.run(wire.request(it.home, "main", "GET", path))
    assert status == 200, document
    return document


def test_quotes(home: Desk) -> None:
    one = home.ask("quote", "BTC")
    assert set(one) >= QUOTE_KEYS
    assert Decimal(one["bid"]) < Decimal(one["ask"])
    several = home.ask("quote", "BTC", "AAPL")
    assert len(several["quotes"]) == 2
    code, out, err = home.run("quote", "BTC", "AAPL")
    assert (code, err) == (0, "")
    assert len({len(line.split()) for line in out.splitlines()}) == 1, "a table has the same columns in each row"
    rows = list(csv.DictReader(io.StringIO(home.run("--csv", "quote", "AAPL")[1])))
    assert rows[0]["symbol"] == "AAPL"


def test_book_bars_trades_instruments_sessions_clock(home: Desk) -> None:
    book = home.ask("book", "AAPL", "--levels", "3")
    assert (len(book["bids"]), len(book["asks"])) == (3, 3)
    assert Decimal(book["bids"][0][0]) < Decimal(book["asks"][0][0])
    bars = home.ask("bars", "AAPL", "--every", "1h", "--limit", "5")["bars"]
    assert len(bars) == 5
    assert {"at", "open", "high", "low", "close", "volume"} <= set(bars[0])
    assert home.run("bars", "BTC", "--limit", "2", "--csv")[1].splitlines()[0] == "at,open,high,low,close,volume"
    assert len(home.ask("trades", "BTC", "--limit", "4")["trades"]) == 4
    everything = home.ask("instruments")["instruments"]
    crypto = home.ask("instruments", "--class", "crypto")["instruments"]
    assert 0 < len(crypto) < len(everything)
    assert {row["asset_class"] for row in crypto} == {"crypto"}
    assert home.ask("sessions")["sessions"]
    assert home.ask("clock")["speed"] == 1
    for words in (("book", "BTC"), ("trades", "BTC"), ("instruments",), ("sessions",), ("clock",), ("doctor",)):
        code, out, err = home.run(*words)
        assert (code, err) == (0, ""), words
        assert out


def test_the_whole_market_is_one_document_screened_and_summed(home: Desk) -> None:
    whole = home.ask("markets")
    assert whole["count"] == whole["of"] == len(whole["instruments"]) == whole["breadth"][-1]["count"]
    crypto = home.ask("markets", "--class", "crypto", "--sort", "change", "--limit", "3")
    changes = [Decimal(row["change_pct"]) for row in crypto["instruments"]]
    assert len(changes) == 3
    assert changes == sorted(changes, reverse=True)
    found = home.ask("screen", "class=equities and spread<5bp and sector=technology")
    assert 0 < found["count"] < found["of"]
    assert all("Technology" in row["sector"] for row in found["instruments"])
    sparked = rest(home, "/v1/markets?class=crypto&sparks=8")["instruments"]
    assert all(len(row["spark"]) == 8 for row in sparked)
    assert home.run("markets", "--by", "class")[1].splitlines()[-1].split()[0] == "all"
    assert home.run("--csv", "markets", "--limit", "1")[1].startswith("symbol,name,asset_class,sector,")
    assert home.refused("screen", "colour=red") == (2, "ENUM_ERROR")
    assert home.refused("markets", "--sort", "beauty") == (2, "ENUM_ERROR")
    assert home.refused("markets", "--class", "shoes") == (2, "ENUM_ERROR")


def test_an_order_of_the_command_line_is_the_same_over_rest(home: Desk) -> None:
    before = Decimal(home.ask("portfolio")["cash"])
    order = home.ask("order", "buy", "BTC", "0.25", "--wait", "5", "--client-id", "cli-1")
    assert (order["status"], order["filled_quantity"], order["client_order_id"]) == ("filled", "0.25000000", "cli-1")
    assert rest(home, f"/v1/orders/{order['order_id']}") == home.ask("order", "show", "cli-1")
    fills = home.ask("fills")["fills"]
    assert fills == rest(home, "/v1/fills")["fills"]
    mine = [fill for fill in fills if fill["order_id"] == order["order_id"]]
    paid = sum(Decimal(fill["value"]) + Decimal(fill["fee"]) for fill in mine)
    assert Decimal(home.ask("portfolio")["cash"]) == before - paid
    assert home.ask("positions")["positions"][0]["symbol"] == order["symbol"]
    assert "BTC" in home.run("positions")[1]
    assert "nav" in home.run("portfolio")[1]


def test_a_limit_order_rests_and_is_cancelled(home: Desk) -> None:
    order = home.ask("order", "buy", "AAPL", "5", "--limit", "150.00", "--tif", "day", "--post-only")
    assert (order["status"], order["time_in_force"], order["post_only"]) == ("working", "DAY", True)
    open_now = home.ask("orders", "--open")["orders"]
    assert order["order_id"] in [o["order_id"] for o in open_now]
    gone = home.ask("cancel", order["order_id"])
    assert gone["status"] == "cancelled"
    assert home.refused("cancel", order["order_id"]) == (3, "NOT_CANCELLABLE")
    second = home.ask("order", "sell", "AAPL", "1", "--limit", "900.00")
    assert home.ask("cancel", "--all") == {"cancelled": [second["order_id"]]}
    assert home.ask("orders", "--open") == {"orders": []}


def test_a_position_is_closed_in_parts(home: Desk) -> None:
    home.ask("order", "buy", "ETH", "2")
    half = home.ask("close", "ETH", "50%")
    assert (half["side"], half["reduce_only"]) == ("sell", True)
    assert Decimal(half["quantity"]) == 1
    assert Decimal(home.ask("close", "ETH")["quantity"]) == 1
    assert home.refused("close", "ETH") == (3, "WOULD_NOT_REDUCE")
    assert home.refused("close", "BTC", "1.5")[0] == 2


def test_a_preview_changes_nothing(home: Desk) -> None:
    before = home.ask("orders")
    preview = home.ask("order", "buy", "BTC", "0.5", "--preview")
    assert preview["ok"] is True
    assert home.ask("orders") == before


def test_refusals_are_one_document_or_one_line(home: Desk) -> None:
    assert home.refused("quote", "NOPE") == (4, "UNKNOWN_SYMBOL")
    assert home.refused("order", "show", "nothing") == (4, "UNKNOWN_ORDER")
    assert home.refused("order", "buy", "BTC", "1000000")[0] == 3
    assert home.refused("order", "buy", "BTC", "0.1", "--limit", "999999.00", "--post-only") == (3, "WOULD_CROSS")
    assert home.refused("order", "buy", "AAPL", "1.5") == (2, "PRECISION_EXCEEDED")
    assert home.refused("order", "buy", "AAPL", "-5")[0] == 2
    code, out, err = home.run("order", "buy", "NOPE", "1")
    assert (code, out, err.count("\n")) == (4, "", 1)
    assert err.startswith("vterm: UNKNOWN_SYMBOL: ")


def test_the_largest_quantity_passes(home: Desk) -> None:
    code, out, _ = home.run("order", "buy", "AAPL", "1000000", "--json")
    assert code == 3
    most = json.loads(out)["error"]["max_quantity"]
    assert home.ask("order", "buy", "AAPL", most, "--preview")["ok"] is True


def test_payloads_come_from_files_and_standard_input(home: Desk, tmp_path: Path) -> None:
    whole = json.dumps({**ORDER, "client_order_id": "p-1"}).encode()
    assert home.ask("order", "--payload", "-", data=whole)["client_order_id"] == "p-1"
    again = home.run(
        "order",
        "--payload",
        "-",
        "--json",
        data=json.dumps({**ORDER, "client_order_id": "p-1", "quantity": "9"}).encode(),
    )
    assert (again[0], json.loads(again[1])["error"]["code"]) == (3, "IDEMPOTENCY_CONFLICT")
    file = tmp_path / "order.json"
    file.write_bytes(json.dumps(ORDER).encode())
    assert home.ask("order", "--payload", str(file))["status"] == "filled"
    count = len(home.ask("orders")["orders"])
    assert home.refused("order", "--payload", str(tmp_path / "none.json")) == (2, "USAGE")
    assert home.refused("order", "--payload", str(tmp_path)) == (2, "USAGE")
    assert home.refused("order", "--payload", "-", data=whole[:20]) == (2, "MALFORMED_JSON")
    assert home.refused("order", "--payload", "-") == (2, "MALFORMED_JSON")
    assert home.refused("order", "--payload", "-", data=b"\xff\xfe\x00") == (2, "MALFORMED_JSON")
    assert home.refused("order", "--payload", "-", data=b" " * 70_000) == (2, "PAYLOAD_TOO_LARGE")
    assert home.refused("order", "--payload", "-", data=b'{"symbol": "BTC", "colour": 1}')[0] == 2
    assert len(home.ask("orders")["orders"]) == count, "what was refused left nothing behind"


def test_watch_prints_as_many_messages_as_asked(home: Desk) -> None:
    code, out, err = home.run("watch", "BTC", "ETH", "--count", "3")
    assert (code, err) == (0, "")
    assert [json.loads(line)["type"] for line in out.splitlines()] == ["ticker"] * 3
    code, out, _ = home.run("watch", "BTC", "--channel", "orderbook", "--count", "2")
    assert [json.loads(line)["type"] for line in out.splitlines()] == ["snapshot", "delta"]
    assert home.refused("watch", "NOPE", "--count", "1") == (4, "UNKNOWN_SYMBOL")
    assert home.refused("watch")[0] == 2


def test_the_watchlist_is_kept(home: Desk) -> None:
    assert home.ask("watchlist", "set", "AAPL", "BTC")["symbols"][0] == "AAPL"
    added = home.ask("watchlist", "add", "EUR-USD")["symbols"]
    assert len(added) == 3
    assert home.ask("watchlist", "remove", "BTC", "AAPL")["symbols"] == added[-1:]
    assert home.refused("watchlist", "add", "NOPE") == (4, "UNKNOWN_SYMBOL")
    assert home.run("watchlist")[1] == added[-1] + "\n"


def test_the_clock_pauses_speeds_and_resumes(home: Desk) -> None:
    assert home.ask("clock", "pause")["paused"] is True
    assert home.ask("clock")["now"] == home.ask("clock")["now"]
    assert home.ask("clock", "resume")["paused"] is False
    assert home.ask("clock", "speed", "5")["speed"] == 5
    assert home.ask("clock", "speed", "1")["speed"] == 1
    assert home.refused("clock", "speed", "0")[0] == 2
    assert home.refused("clock", "jump")[0] == 2


def test_accounts_are_apart(home: Desk) -> None:
    order = home.ask("--account", "second", "order", "buy", "BTC", "0.01")
    assert order["account"] == "second"
    assert order["order_id"] not in [o["order_id"] for o in home.ask("orders")["orders"]]
    assert home.refused("--account", "second", "order", "show", "cli-1") == (4, "UNKNOWN_ORDER")


def test_audit_and_doctor(home: Desk) -> None:
    audit = home.ask("audit")
    assert audit["ok"] is True
    assert {"imbalance", "entries", "orders", "fills", "nav_stored", "nav_recomputed"} <= set(audit)
    doctor = home.ask("doctor")
    assert doctor["ok"] is True
    assert {check["name"] for check in doctor["checks"]} >= {"python", "sqlite", "home", "disk", "engine", "clock"}
    empty = Desk(Path(home.home.path).parent / "empty")
    assert empty.refused("audit") == (4, "NO_LEDGER")


def test_a_closed_pipe_is_quiet(home: Desk) -> None:
    command = home.start("instruments")
    assert command.stdout is not None and command.stderr is not None
    command.stdout.close()
    assert command.stderr.read() == b""
    assert command.wait(60) == 0
    command.stderr.close()


def test_a_futures_position_rolls_to_the_next_contract(home: Desk) -> None:
    rows = home.ask("instruments", "--class", "commodities")["instruments"]
    root = next(row for row in rows if row["symbol"] == "GC")
    front, following = (contract["symbol"] for contract in root["contracts"][:2])
    assert home.run("roll", "GC")[0] == 3
    bought = home.ask("order", "buy", front, "1", "--wait", "5")
    assert bought["status"] == "filled", bought
    orders = home.ask("roll", "GC")["orders"]
    assert [(o["symbol"], o["side"], o["quantity"]) for o in orders] == [(front, "sell", "1"), (following, "buy", "1")]
    held = {row["symbol"]: row["quantity"] for row in home.ask("positions")["positions"]}
    assert front not in held
    assert held[following] == "1"
    home.ask("close", following)
