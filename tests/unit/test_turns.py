"""Commits of an event loop: who comes alone, who comes in a crowd, snapshots in their place, and an idle moment."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from engine import turns
from engine.ledger.writer import Failure, GroupWriter
from engine.model.account import Transfer
from engine.model.ids import TimeNs
from engine.ports import JournalEntry, Snapshot, StoreError
from engine.turns import FEW_ROWS, TurnCommits
from tests.unit.test_ledger_writer import FakeStore, entry

LOOP = "the loop's thread"


class Watched(FakeStore):
    """Notes on which thread it was used, and how long it says that it takes."""

    def __init__(self, bad: int = 10**9) -> None:
        super().__init__(bad)
        self.threads: list[str] = []

    def commit(self, entries: object) -> None:
        self.threads.append(threading.current_thread().name)
        super().commit(entries)  # type: ignore[arg-type]

    def snapshot(self, snapshot: Snapshot) -> None:
        self.groups.append([-snapshot.seq])
        super().snapshot(snapshot)


def run(store: Watched, use: Callable[[TurnCommits], Awaitable[None]]) -> list[bool]:
    """Use the commits of a loop in it; for each commit, whether it was on the loop's thread."""
    writer = GroupWriter(store)
    here = threading.current_thread().name

    async def main() -> None:
        await use(TurnCommits(writer))

    asyncio.run(main())
    if writer.failure is None:
        writer.close()
    return [name == here for name in store.threads]


def big(seq: int) -> JournalEntry:
    moved = tuple(Transfer(i, TimeNs(seq), "a", "b", "VCR", 1, "funding", "") for i in range(FEW_ROWS))
    return JournalEntry(seq, TimeNs(seq), "step", b"{}", transfers=moved)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is never slow, whatever this machine does."""
    monkeypatch.setattr(turns, "QUICK_S", 60.0)


def test_who_comes_alone_is_written_in_the_loop() -> None:
    store = Watched()

    async def use(commits: TurnCommits) -> None:
        commits._cost_s = 0.0
        for seq in (1, 2, 3):
            await commits.committed([entry(seq)])

    assert run(store, use) == [True] * 3 and store.groups == [[1], [2], [3]]


def test_the_first_ones_are_timed_on_the_thread() -> None:
    store = Watched()

    async def use(commits: TurnCommits) -> None:
        commits._cost_s = turns.QUICK_S
        await commits.committed([entry(1)])
        while not commits._writer.idle:  # the thread notes a moment after its answer that it has nothing to do
            await asyncio.sleep(0)
        await commits.committed([entry(2)])

    assert run(store, use) == [False, True]


def test_a_crowd_is_one_commit_of_the_thread() -> None:
    store, told = Watched(), list[int]()

    async def use(commits: TurnCommits) -> None:
        commits._cost_s = 0.0
        store.gate.clear()
        waiting = [commits.committed([entry(seq)]) for seq in range(1, 6)]
        for seq, future in enumerate(waiting, 1):
            future.add_done_callback(lambda _, seq=seq: told.append(seq))  # type: ignore[misc]
        asyncio.get_running_loop().call_later(0.05, store.gate.set)
        await asyncio.gather(*waiting)

    assert not any(run(store, use)) and told == [1, 2, 3, 4, 5]
    assert [seq for group in store.groups for seq in group] == [1, 2, 3, 4, 5] and len(store.groups) <= 2


def test_much_work_and_a_slow_disk_go_to_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Watched()

    async def use(commits: TurnCommits) -> None:
        commits._cost_s = 0.0
        await commits.committed([big(1)])
        monkeypatch.setattr(turns, "QUICK_S", -1.0)
        await commits.committed([entry(2)])

    assert run(store, use) == [False, False]


def test_nobody_overtakes_what_the_thread_has() -> None:
    store = Watched()

    async def use(commits: TurnCommits) -> None:
        commits._cost_s = 0.0
        store.gate.clear()
        first = [commits.committed([entry(seq)]) for seq in (1, 2)]
        commits.send()
        last = commits.committed([entry(3)])
        asyncio.get_running_loop().call_later(0.05, store.gate.set)
        await asyncio.gather(*first, last)

    assert not any(run(store, use))
    assert [seq for group in store.groups for seq in group] == [1, 2, 3]


def test_a_snapshot_keeps_its_place() -> None:
    store = Watched()

    async def use(commits: TurnCommits) -> None:
        commits._cost_s = 0.0
        first = commits.committed([entry(1)])
        commits.snapshot(Snapshot(1, TimeNs(1), b"", {}, {}))
        await asyncio.gather(first, commits.committed([entry(2)]))

    run(store, use)
    assert store.groups == [[1], [-1], [2]]


@pytest.mark.parametrize("crowd", [1, 3])
def test_a_failure_is_answered_to_all_and_nothing_is_written_after_it(crowd: int) -> None:
    store, told = Watched(bad=1), list[Failure | None]()

    async def use(commits: TurnCommits) -> None:
        commits._cost_s = 0.0
        for seq in range(1, crowd + 1):
            commits.submit([entry(seq)], told.append)
        while len(told) < crowd:
            await asyncio.sleep(0)
        with pytest.raises(StoreError, match="disk is full"):
            await commits.committed([entry(9)])

    run(store, use)
    assert [type(failure) for failure in told] == [StoreError] * crowd and store.groups == []


def test_who_comes_after_the_end_is_told() -> None:
    store = Watched()

    async def use(commits: TurnCommits) -> None:
        commits._writer.close()
        commits._cost_s = 0.0
        for count in (1, 2):
            found = await asyncio.gather(
                *(commits.committed([entry(seq)]) for seq in range(count)), return_exceptions=True
            )
            assert ["is closed" in str(one) for one in found] == [True] * count

    run(store, use)


def test_the_store_tidies_up_once_nobody_came_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "IDLE_S", 0.02)
    store = Watched()

    async def use(commits: TurnCommits) -> None:
        for seq in (1, 2):
            await commits.committed([entry(seq)])
            while store.folds < seq:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            assert store.folds == seq

    run(store, use)
