"""An alert is told exactly once: also where the engine dies after the commit, or the commit itself fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from engine.bootstrap import audit_home, open_desk
from engine.ports import JournalEntry, StoreError
from engine.runner import Runner

CLOCK, SEED = "2026-11-23T15:00:00Z", "11"
SOON: dict[str, Any] = {"symbol": "BTC", "kind": "price", "direction": "above", "value": 1}
NEVER: dict[str, Any] = {"symbol": "BTC", "kind": "trail", "value": "40%"}
Told = list[str]


def session(home: Path, work: Callable[[Runner], Awaitable[None]]) -> Told:
    """What a desk tells of alerts that fire while `work` is done; it then dies without a word."""

    async def run() -> Told:
        told: Told = []
        desk = open_desk(home, clock=CLOCK, seed=SEED)
        desk.bus.subscribe(
            lambda events: told.extend(e["alert"]["alert_id"] for e in events if e["type"] == "alert.fired")
        )
        await work(desk)
        await desk.let_go()
        await asyncio.sleep(0)
        return told

    return asyncio.run(run())


async def passing(desk: Runner) -> None:
    """A few steps of the market, and what they caused committed or refused."""
    for _ in range(4):
        await asyncio.sleep(0.11)
        desk.step()
    while desk._pending:
        await asyncio.sleep(0.01)


def states(desk: Runner) -> dict[str, str]:
    return {row["alert_id"]: row["state"] for row in desk.view.alerts("main")["alerts"]}


async def both(desk: Runner) -> None:
    await desk.set_alert("main", NEVER)
    await desk.set_alert("main", SOON)
    await passing(desk)


def test_what_was_told_is_kept_and_not_told_again(own_home: Path) -> None:
    own_home.mkdir()
    assert session(own_home, both) == ["al000002"]

    async def again(desk: Runner) -> None:
        assert states(desk) == {"al000001": "active", "al000002": "fired"}
        await passing(desk)

    assert session(own_home, again) == []
    assert audit_home(own_home).ok


def test_what_could_not_be_kept_was_not_told_and_fires_once_later(own_home: Path) -> None:
    own_home.mkdir()

    async def full(desk: Runner) -> None:
        await desk.set_alert("main", NEVER)
        await desk.set_alert("main", SOON)

        def commit(entries: list[JournalEntry]) -> None:
            raise StoreError("the disk is full")

        desk._store.commit = commit  # type: ignore[method-assign, assignment]
        await passing(desk)
        assert desk.failure is not None and states(desk)["al000002"] == "fired"

    assert session(own_home, full) == []

    async def again(desk: Runner) -> None:
        assert states(desk) == {"al000001": "active", "al000002": "active"}
        await passing(desk)

    assert session(own_home, again) == ["al000002"]
    assert audit_home(own_home).ok
