"""What a restart has to do again stays small, however many orders the journal holds: counted, not timed."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from benchmarks.restart import orders
from engine.adapters.sqlite import SqliteLedger
from engine.bootstrap import open_desk
from engine.ports import Recovered
from engine.runner import SNAPSHOT_ENTRIES, Runner

CLOCK, SEED, CROWD = "2026-11-23T15:00:00Z", "11", 100


async def send(desk: Runner, first: int, count: int) -> None:
    """Orders of the benchmark, a crowd at a time, every one of them over at the end."""
    wanted = list(orders(first + count))[first:]
    for start in range(0, count, CROWD):
        done = await asyncio.gather(*(desk.submit("main", order) for order in wanted[start : start + CROWD]))
        for order in done:
            if order["type"] == "limit":
                await desk.cancel("main", order["order_id"])
        desk.step()


def left_behind(home: Path, copy: Path) -> Recovered:
    """What the next engine would find if this one died now."""
    shutil.copytree(home, copy)
    store = SqliteLedger(copy / "ledger.db")
    found = store.recover()
    store.close()
    return found


def test_a_restart_replays_few_entries_of_a_long_journal(own_home: Path, tmp_path: Path) -> None:
    own_home.mkdir()

    async def run() -> list[Recovered]:
        desk = open_desk(own_home, clock=CLOCK, seed=SEED)
        found = []
        for number, count in enumerate((400, 2_000)):
            await send(desk, 400 * number, count)
            desk._commits.send()
            await asyncio.to_thread(desk._writer.flush)
            found.append(left_behind(own_home, tmp_path / f"copy-{number}"))
        await desk.stop()
        return found

    early, late = asyncio.run(run())
    assert early.snapshot is not None and late.snapshot is not None
    assert late.snapshot.seq - early.snapshot.seq >= 2_000 - CROWD
    for found in (early, late):
        assert len(found.entries) < SNAPSHOT_ENTRIES + CROWD
    grown = len(late.snapshot.state) - len(early.snapshot.state)
    assert abs(grown) < 2_048, "a snapshot holds what the future needs, not the orders that are over"
