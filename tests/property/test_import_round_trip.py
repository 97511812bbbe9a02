"""Trades that leave one account as a file and come back into another give the same positions, profit and fees."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_audit import audit
from engine.kernel import Kernel
from engine.ledger.invariants import entry_faults
from engine.model.account import START_CASH, Account
from engine.model.command import ImportTrades, UndoImport
from engine.model.event import FillEvent
from engine.model.ids import HOUR_NS, AccountId, TimeNs
from engine.model.refusal import Refusal
from engine.portfolio.imports.plan import ImportBody, plan_import
from engine.ports import Recovered
from engine.recovery import rebuild, snapshot_of
from tests.traded_desk import TradedDesk
from vterm.cli.export import TRADES
from vterm.cli.export_file import csv_bytes


def exported(desk: TradedDesk, account: str) -> str:
    return csv_bytes(desk.view.fills(account)["fills"], TRADES).decode()


def brought_in(desk: TradedDesk, text: str, name: str) -> Account:
    """Import a file; the account it made."""
    kernel = desk.kernel
    wanted = ImportBody(text=text, name=name)
    plan = plan_import(wanted, kernel.catalogue, kernel.valuer, kernel.state.now, kernel.state.accounts)
    assert plan.faults == []
    answer = desk.do(ImportTrades(kernel.state.now, plan.name, plan.cash, tuple(plan.trades)))
    assert answer is None, answer
    return kernel.state.accounts[AccountId(name)]


def day_of_trading(seed: int, *, moving: bool = True) -> TradedDesk:
    """Two accounts that trade often, but hold nothing overnight that time would charge for."""
    desk = TradedDesk(seed, moving=moving)
    for _ in range(40):
        desk.move()
        desk.trade()
        desk.entries += desk.kernel.advance(TimeNs(desk.kernel.state.now + HOUR_NS // 20))
    return desk


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_file_of_trades_comes_back_the_same(seed: int) -> None:
    desk = day_of_trading(seed)
    for account in ("bull", "bear"):
        one = desk.kernel.state.accounts[AccountId(account)]
        two = brought_in(desk, exported(desk, account), f"{account}-again")
        lots = {symbol: (held.lots, held.cost, held.realised) for symbol, held in one.positions.items()}
        assert {symbol: (held.lots, held.cost, held.realised) for symbol, held in two.positions.items()} == lots != {}
        assert (two.realised, two.fees) == (one.realised, one.fees)
        assert two.cash - two.funded == one.cash - START_CASH
        made, again = desk.view.fills(account)["fills"], desk.view.fills(f"{account}-again")["fills"]
        same = ("at", "symbol", "side", "quantity", "price", "value", "fee", "realised_pnl")
        assert [[fill[name] for name in same] for fill in made] == [[fill[name] for name in same] for fill in again]


def test_imports_are_durable_audited_and_undone(tmp_path: Path) -> None:
    desk = day_of_trading(5, moving=False)
    text = exported(desk, "bull")
    brought_in(desk, text, "old-broker")
    desk.live(20)
    ledger = SqliteLedger(tmp_path / "ledger.db")
    ledger.commit(desk.entries)
    ledger.snapshot(snapshot_of(desk.kernel))
    half = len(desk.entries)
    answer = desk.do(UndoImport(at=desk.kernel.state.now, account=AccountId("old-broker")))
    assert answer is None
    desk.live(5)
    ledger.commit(desk.entries[half:])
    ledger.snapshot(snapshot_of(desk.kernel))
    recovered = ledger.recover()
    ledger.close()
    assert recovered.snapshot is not None and recovered.snapshot.seq == desk.kernel.state.entries
    report = audit(tmp_path / "ledger.db")
    assert (report.ok, report.problems, report.nav_stored) == (True, (), report.nav_recomputed)
    again = fresh_kernel()
    rebuild(again, Recovered(None, tuple(desk.entries)))
    assert not again.advance(desk.kernel.state.now)
    assert again.freeze() == desk.kernel.freeze()
    closed = desk.kernel.state.accounts[AccountId("old-broker")]
    assert (closed.cash, closed.positions, closed.closed_at > 0) == (0, {}, True)
    listed = [row["account"] for row in desk.view.account_list()["accounts"]]
    assert "old-broker" not in listed and "bull" in listed
    assert desk.view.fills("old-broker")["fills"]
    assert desk.view.wallet("old-broker")["closing_balance"] == "0.00"
    statement = desk.view.statement("old-broker")
    assert statement["closing"]["nav"] == "0.00"
    refused = desk.do(UndoImport(at=desk.kernel.state.now, account=AccountId("old-broker")))
    assert isinstance(refused, Refusal)
    assert isinstance(desk.do(UndoImport(at=desk.kernel.state.now, account=AccountId("bull"))), Refusal)


def fresh_kernel() -> Kernel:
    """A kernel that has lived nothing yet."""
    twin = TradedDesk(5, moving=False).kernel
    return Kernel(twin.shown, twin.catalogue, twin.start, twin.state.step_ns)


def test_an_import_starts_its_curve_and_its_money_when_it_says() -> None:
    desk = day_of_trading(4)
    account = brought_in(desk, exported(desk, "bear"), "bear-again")
    points = desk.kernel.past.points("bear-again")
    assert [point.at for point in points] == [desk.kernel.state.now]
    assert points[0].nav == desk.kernel.valuer.worth(account).nav
    rows = desk.view.wallet("bear-again")["movements"]
    assert rows[-1]["kind"] == "deposit" or account.funded == 0
    assert all(not row["balance"].startswith("-") for row in rows)
    entry = desk.entries[-1]
    assert entry.kind == "import_trades" and not entry_faults(entry)
    assert all(fill.explain.total() == 2 * fill.price == fill.explain.mid for fill in entry.fills)
    assert all(order.origin == "import" and not order.open for order in entry.orders)
    told = [event.fill.account for event in desk.kernel.take_events() if isinstance(event, FillEvent)]
    assert told and "bear-again" not in told
