"""Keys from the command line, and strategies that trade under one, on a real engine."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Desk, desk
from tests.strategies import write

CAPPED = """\
    def on_start(self):
        self.first = self.buy("BTC", "0.01")
        self.second = self.buy("BTC", "0.05")
        refusal = self.second.refusal
        self.log(f"refused: {refusal.code}: {refusal.message}")
        self.third = self.sell("BTC", "0.001")
        self.log(f"went on: {self.third.refusal}")
        self.stop("done")
"""
REST = """\
    def on_start(self):
        symbol = self.symbols[0]
        self.buy(symbol, "0.01", limit=self.instrument(symbol).price(self.quote(symbol).mid / 2))
        self.subscribe(symbol, quotes=True)
        self.log("started")
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "home") as it:
        yield it


def cost(home: Desk, quantity: str) -> float:
    """What an order of BTC counts for, VCR."""
    return float(home.ask("order", "buy", "BTC", quantity, "--preview")["value"])


def test_a_strategy_under_a_small_day_cap_is_refused_and_goes_on(home: Desk, tmp_path: Path) -> None:
    cap = f"{cost(home, '0.015'):.2f}"
    key = home.ask("keys", "create", "bot", "--max-day", cap, "--symbols", "BTC,AAPL", "--expires", "30d")
    path = write(tmp_path, CAPPED)
    run = ("strategy", "run", path, "--symbols", "BTC", "--key", key["id"], "--json")
    code, out, err = home.run(*run)
    assert code == 0, err
    assert "refused: FORBIDDEN: the key bot orders at most" in err
    assert "went on: None" in err
    told = [json.loads(line) for line in out.splitlines()]
    assert (told[-1]["reason"], told[-1]["fills"]) == ("done", 2)
    orders = home.ask("orders")["orders"]
    assert [order["quantity"].rstrip("0") for order in orders] == ["0.001", "0.01"]
    assert {order["origin"] for order in orders} == {f"api:{key['id']}"}
    (listed,) = home.ask("keys", "list")["keys"]
    assert 0 < float(listed["used"]) <= float(cap)
    home.kill()
    assert home.ask("keys", "list")["keys"] == [listed], "a killed engine forgets neither keys nor their use"
    home.environment |= {"VTERM_API_KEY": key["id"], "VTERM_API_SECRET": key["secret"]}
    code, _, err = home.run(*run[:-3])
    assert code == 0 and err.count("refused: FORBIDDEN") == 1, "the environment's key has the same caps"
    assert home.ask("audit")["ok"] is True


def test_a_strategy_ends_when_its_key_does(home: Desk, tmp_path: Path) -> None:
    key = home.ask("--account", "bots", "keys", "create", "bot")
    assert key["account"] == "bots"
    process = home.start("strategy", "run", write(tmp_path, REST), "--symbols", "BTC", "--key", key["id"])
    assert process.stderr is not None
    while b"started" not in process.stderr.readline():
        assert process.poll() is None
    assert home.ask("keys", "revoke", key["id"])["state"] == "revoked"
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert b"UNAUTHENTICATED" in err and b"the key bot is revoked" in err
    assert b"the desk did not answer for: o" in err, "it says which orders it could not take back"
    assert len(home.ask("--account", "bots", "orders", "--open")["orders"]) == 1


def test_keys_are_made_listed_and_ended_by_words(home: Desk, tmp_path: Path) -> None:
    code, out, err = home.run("keys", "create", "viewer", "--read-only")
    assert code == 0 and "vt_sec_" in out and "once" in err
    path = os.path.join(home.home.path, "keys.json")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    code, out, _ = home.run("keys", "list")
    assert code == 0 and "viewer" in out and "vt_sec_" not in out
    key = home.ask("keys", "list")["keys"][0]
    run = ("strategy", "run", write(tmp_path, CAPPED.replace("BTC", "ETH")), "--symbols", "ETH")
    code, _, err = home.run(*run, "--key", key["id"])
    assert "refused: FORBIDDEN: the key viewer may only read" in err
    assert home.refused(*run, "--key", "vt_live_none") == (4, "UNKNOWN_KEY")
    assert home.refused("keys", "revoke", "vt_live_none") == (4, "UNKNOWN_KEY")
    wrong: dict[tuple[str, ...], Any] = {
        ("keys",): (2, "USAGE"),
        ("keys", "create"): (2, "USAGE"),
        ("keys", "list", "x"): (2, "USAGE"),
        ("keys", "revoke", "x", "--read-only"): (2, "USAGE"),
        ("keys", "create", "a", "--symbols", ","): (2, "USAGE"),
        ("keys", "create", "a", "--expires", "91d"): (2, "OUT_OF_RANGE"),
        ("keys", "create", "a", "--max-day", "lots"): (2, "NUMBER_FORMAT"),
        ("keys", "create", "a", "--symbols", "NOPE"): (4, "UNKNOWN_SYMBOL"),
    }
    for words, answer in wrong.items():
        assert home.refused(*words) == answer, words
    home.environment |= {"VTERM_API_KEY": key["id"], "VTERM_API_SECRET": "vt_sec_wrong"}
    assert home.refused(*run) == (5, "UNAUTHENTICATED")
    home.environment |= {"VTERM_API_SECRET": ""}
    assert home.refused(*run) == (2, "USAGE")
