"""The risk document and the command line that asks for it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from decimal import Decimal

import pytest

from engine.model.account import Limits
from engine.model.ids import DAY_NS
from engine.risk.limits_document import NAMES
from engine.views import View
from tests.still_market import Floor
from vterm.cli.risk import _changes, args_risk
from vterm.cli.stop import Stop


def view(floor: Floor) -> View:
    return View(floor.kernel, dict)


def test_an_empty_account() -> None:
    floor = Floor()
    document = view(floor).risk("main")
    assert document["state"] == "ok" and document["positions"] == []
    assert document["margin_use"] == "0.0000" and document["limit"] == "2000000.00"
    assert document["largest_loser"] is None and document["locked"] is None
    assert document["limits"] == dict.fromkeys(NAMES)


def test_figures_of_positions_add_up() -> None:
    floor = Floor(size=10_000)
    floor.send(1, "AAPL", 500)
    floor.send(-1, "MSFT", 200)
    floor.market.move(floor.ix("MSFT"), 500)
    floor.step()
    document = view(floor).risk("main")
    portfolio = view(floor).portfolio("main")
    assert document["gross_exposure"] == portfolio["gross_exposure"] and document["nav"] == portfolio["nav"]
    assert document["buying_power"] == portfolio["buying_power"]
    rows = document["positions"]
    assert sum(abs(Decimal(row["value"])) for row in rows) == Decimal(document["gross_exposure"])
    assert sum(Decimal(row["margin"]) for row in rows) == Decimal(document["initial_margin"])
    assert [row["symbol"] for row in rows] == ["AAPL", "MSFT"], "the largest first"
    shares = sum(Decimal(row["share_of_limit"]) for row in rows)
    assert abs(shares - Decimal(document["margin_use"])) < Decimal("0.0002")
    assert document["largest_loser"] == "MSFT"
    assert Decimal(document["maintenance_margin"]) < Decimal(document["initial_margin"])


def test_states() -> None:
    floor = Floor()
    holder = floor.kernel.state.accounts["main"]
    holder.limits = Limits(off_ticks=5)
    holder.warned = True
    assert view(floor).risk("main")["state"] == "warning"
    holder.locked, holder.locked_day = "it lost 5 VCR today", floor.now // DAY_NS
    document = view(floor).risk("main")
    assert document["state"] == "locked" and document["locked"]["cause"] == "it lost 5 VCR today"
    assert document["locked"]["until"].endswith("T00:00:00Z") or "00:00:00" in document["locked"]["until"]
    assert document["limits"]["max_off_ticks"] == "5"
    holder.liquidating = True
    assert view(floor).risk("main")["state"] == "liquidating"
    holder.liquidating, holder.locked_day = False, holder.locked_day - 1
    assert view(floor).risk("main")["locked"] is None


# --- the command line ---------------------------------------------------------------------------


def parsed(*words: str) -> Namespace:
    parser = ArgumentParser()
    args_risk(parser)
    return parser.parse_args(words)


def test_flags_become_the_words_of_the_wire() -> None:
    args = parsed("set", "--max-order-value", "9000", "--no-repeat", "2.5", "--off", "daily-loss", "--off", "no_repeat")
    with pytest.raises(Stop):
        _changes(args)
    args = parsed("set", "--max-order-value", "9000", "--no-repeat", "2.5", "--off", "daily-loss")
    assert _changes(args) == {"max_order_value": "9000", "no_repeat_seconds": "2.5", "daily_loss": None}
    every = parsed(
        "set", *(word for name in NAMES for word in (f"--{name.replace('_', '-').removesuffix('-seconds')}", "1"))
    )
    assert sorted(_changes(every)) == sorted(NAMES)
    with pytest.raises(Stop):
        _changes(parsed("set", "--off", "everything"))
