"""A desk that comes back is the desk that went: from the journal alone, and from a snapshot with what followed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.adapters.sqlite import SqliteLedger
from engine.bootstrap import audit_home, open_desk
from engine.clock import OwnClock
from engine.model.ids import TimeNs
from engine.ports import IntegrityError, StoreError
from engine.runner import SNAPSHOT_STEPS, Runner

CLOCK, SEED = "2026-11-23T15:00:00Z", "11"


async def trade(desk: Runner, *, steps: int = 3) -> None:
    """A few orders of several kinds while the market moves."""
    for number in range(steps):
        await desk.submit("main", {"symbol": "AAPL", "side": "buy", "type": "market", "quantity": 20 + number})
        await desk.submit("main", {"symbol": "BTC", "side": "sell", "type": "market", "quantity": "0.01"})
        bid = desk.view.quote("KO")["bid"]
        await desk.submit("main", {"symbol": "KO", "side": "buy", "type": "limit", "limit_price": bid, "quantity": 50})
        await asyncio.sleep(0.12)
        desk.step()


def reopened(home: Path) -> str:
    """State hash of the home as it is found."""

    async def read() -> str:
        desk = open_desk(home)
        digest = desk.kernel.state_hash()
        await desk.let_go()
        return digest

    return asyncio.run(read())


def test_the_journal_alone_rebuilds_the_state(own_home: Path) -> None:
    own_home.mkdir()

    async def run() -> str:
        desk = open_desk(own_home, clock=CLOCK, seed=SEED)
        await trade(desk)
        desk._remember_time()
        digest = desk.kernel.state_hash()
        await desk.let_go()
        return digest

    assert asyncio.run(run()) == reopened(own_home) == reopened(own_home)
    assert audit_home(own_home).ok


def test_a_snapshot_and_what_followed_rebuild_the_state(own_home: Path) -> None:
    own_home.mkdir()

    async def run() -> str:
        desk = open_desk(own_home, clock=CLOCK, seed=SEED)
        await trade(desk)
        desk.snapshot()
        await trade(desk)
        desk._remember_time()
        digest = desk.kernel.state_hash()
        await desk.let_go()
        return digest

    assert asyncio.run(run()) == reopened(own_home)


def test_a_stopped_desk_comes_back_with_its_orders_positions_and_clock(own_home: Path) -> None:
    own_home.mkdir()

    async def run() -> tuple[object, object, object]:
        desk = open_desk(own_home, clock=CLOCK, seed=SEED)
        await trade(desk)
        seen = desk.view.portfolio("main"), desk.view.orders("main"), desk.view.clock()["now"]
        await desk.stop()
        return seen

    portfolio, orders, now = asyncio.run(run())

    async def again() -> tuple[object, object, object]:
        desk = open_desk(own_home)
        seen = desk.view.portfolio("main"), desk.view.orders("main"), desk.view.clock()["now"]
        await desk.stop()
        return seen

    assert asyncio.run(again()) == (portfolio, orders, now)
    report = audit_home(own_home)
    assert report.ok, report.problems
    assert report.nav_stored == report.nav_recomputed


def test_a_changed_byte_is_found(own_home: Path) -> None:
    own_home.mkdir()

    async def run() -> None:
        desk = open_desk(own_home, clock=CLOCK, seed=SEED)
        await trade(desk)
        await desk.stop()

    asyncio.run(run())
    ledger = own_home / "ledger.db"
    data = bytearray(ledger.read_bytes())
    place = data.find(b"KO")
    assert place > 0
    data[place] ^= 1
    ledger.write_bytes(bytes(data))
    assert not audit_home(own_home).ok


def test_a_home_without_a_ledger_has_nothing_to_audit(own_home: Path) -> None:
    with pytest.raises((StoreError, IntegrityError)):
        audit_home(own_home)


@pytest.mark.parametrize("works", [True, False])
def test_a_restart_never_has_many_steps_to_take_again(own_home: Path, works: bool) -> None:
    """Where an order works every step counts; where nothing does, time costs nothing and needs no snapshot."""
    own_home.mkdir()

    async def run() -> int:
        desk = open_desk(own_home, clock=CLOCK, seed=SEED)
        assert isinstance(desk.clock, OwnClock)
        await desk.ensure_account("main")
        if works:
            order = {"symbol": "KO", "side": "buy", "type": "limit", "limit_price": "10.00", "quantity": 1}
            await desk.submit("main", order)
        desk.clock.set(at=TimeNs(desk.kernel.state.now + (SNAPSHOT_STEPS + 10) * desk.kernel.state.step_ns))
        desk.step()
        desk._remember_time()
        now = desk.kernel.state.now
        await desk.let_go()
        store = SqliteLedger(own_home / "ledger.db")
        snapshot = store.recover().snapshot
        store.close()
        return int(now - snapshot.at) if snapshot else -1

    assert asyncio.run(run()) == (0 if works else -1)
