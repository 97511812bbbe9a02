"""Homes that earlier versions left behind, killed in the middle: they open, know everything, trade on and prove true.

`home-vN.tar.xz` holds the ledger of a home whose engine was killed, and in `told.json` what it had last said.
"""

from __future__ import annotations

import asyncio
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.sqlite_audit import audit
from engine.bootstrap import open_desk
from engine.ledger.migrations import LATEST
from engine.model.format import time_text
from engine.model.ids import HOUR_NS, TimeNs
from engine.runner import Runner

DATA = Path(__file__).parents[1] / "data"
ACCOUNTS = ("main", "ada")


@pytest.fixture(params=range(1, LATEST))
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A home of an earlier schema."""
    with tarfile.open(DATA / f"home-v{request.param}.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path


def visit(home: Path, hours: int = 0) -> tuple[dict[str, Any], str]:
    """Open the home, let hours pass and trade: what it says of its accounts before, and its state's hash after."""

    async def stay() -> tuple[dict[str, Any], str]:
        desk = open_desk(home)
        told = {name: said(desk, name) for name in ACCOUNTS}
        if hours:
            await desk.set_clock("jump", time_text(TimeNs(desk.kernel.state.now + hours * HOUR_NS)))
            order = {"symbol": "SPY", "side": "buy", "type": "market", "quantity": "10", "client_order_id": "once"}
            assert (await desk.submit("main", order))["status"] == "filled"
            await desk.submit("ada", {**order, "symbol": "BTC", "quantity": "0.1"})
        digest = desk.kernel.state_hash()
        await desk.stop()
        return told, digest

    return asyncio.run(stay())


def said(desk: Runner, name: str) -> dict[str, Any]:
    """What a home says of an account."""
    view = desk.view
    orders, fills = view.orders(name)["orders"], view.fills(name)["fills"]
    return settled({"orders": orders, "fills": fills, "portfolio": view.portfolio(name), **view.algos(name, False)})


def settled(told: dict[str, Any]) -> dict[str, Any]:
    """What does not move with the market since the last entry was kept."""
    book = told["portfolio"]
    return {
        "orders": [{k: v for k, v in order.items() if k != "queue_ahead"} for order in told["orders"]],
        "fills": told["fills"],
        "algos": told["algos"],
        "money": {key: book[key] for key in ("cash", "realised_pnl", "fees")},
        "held": [(held["symbol"], held["quantity"], held["average_cost"]) for held in book["positions"]],
    }


def test_an_earlier_home_is_known_whole_and_traded_on(earlier: Path) -> None:
    assert audit(earlier / "ledger.db").ok, "it can be proved before anything is changed"
    kept = json.loads((earlier / "told.json").read_text())
    told = {name: settled({**said, **said["algos"]}) for name, said in kept.items()}
    again, _ = visit(earlier, hours=30)
    assert again == told
    assert audit(earlier / "ledger.db").ok
    last, _ = visit(earlier)
    assert len(last["main"]["fills"]) == len(told["main"]["fills"]) > 3, "that client's id was used before"
    assert len(last["ada"]["fills"]) > len(told["ada"]["fills"])


def test_an_earlier_home_that_dies_again_plays_back(earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of both versions in one journal, without a snapshot between them."""
    monkeypatch.setattr(Runner, "snapshot", lambda self: None)
    _, digest = visit(earlier, hours=30)
    _, again = visit(earlier)
    assert again == digest
    assert audit(earlier / "ledger.db").ok
