"""The group writer: order of answers, one commit for all that waits, and the end after a failure."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence

import pytest

from engine.ledger.writer import Failure, GroupWriter
from engine.model.ids import TimeNs
from engine.ports import IntegrityError, JournalEntry, Recovered, Snapshot, StoreError


def entry(seq: int) -> JournalEntry:
    return JournalEntry(seq, TimeNs(seq), "reach", b"{}")


class FakeStore:
    """Keeps what it is given; waits at `gate` before each commit; fails from entry `bad` on."""

    def __init__(self, bad: int = 10**9, fault: type[Exception] = StoreError) -> None:
        self.groups: list[list[int]] = []
        self.snapshots: list[int] = []
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.gate.set()
        self.bad, self.fault = bad, fault
        self.folds = 0
        self.fold_fault: type[Exception] | None = None

    def commit(self, entries: Sequence[JournalEntry]) -> None:
        self.entered.set()
        self.gate.wait()
        if any(each.seq >= self.bad for each in entries):
            raise self.fault("the disk is full")
        self.groups.append([each.seq for each in entries])

    def snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot.seq)

    def recover(self) -> Recovered:
        return Recovered(None, ())

    def fold(self) -> None:
        self.folds += 1
        if self.fold_fault is not None:
            raise self.fold_fault("what is stored contradicts itself")

    def meta(self, key: str) -> str | None:
        return None

    def set_meta(self, key: str, value: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def test_all_that_waits_is_one_commit_and_answers_keep_their_order() -> None:
    store, answers = FakeStore(), list[tuple[int, Failure | None]]()
    store.gate.clear()
    writer = GroupWriter(store)
    for seq in range(1, 6):
        writer.submit([entry(seq)], lambda failure, seq=seq: answers.append((seq, failure)))  # type: ignore[misc]
        if seq == 1:
            store.entered.wait()
    assert answers == []
    store.gate.set()
    writer.flush()
    assert store.groups == [[1], [2, 3, 4, 5]]
    assert answers == [(seq, None) for seq in range(1, 6)]
    writer.close()


def test_a_snapshot_comes_after_the_entries_before_it() -> None:
    store = FakeStore()
    store.gate.clear()
    writer = GroupWriter(store)
    writer.submit([entry(1)], lambda _: None)
    store.entered.wait()
    writer.submit([entry(2)], lambda _: None)
    writer.snapshot(Snapshot(2, TimeNs(2), b"", {}, {}))
    writer.submit([entry(3)], lambda _: None)
    store.gate.set()
    writer.close()
    assert store.groups == [[1], [2], [3]] and store.snapshots == [2]


def test_after_a_failure_nothing_is_written_and_everybody_hears_of_it() -> None:
    store, answers = FakeStore(bad=2), list[Failure | None]()
    writer = GroupWriter(store)
    for seq in (1, 2, 3):
        writer.submit([entry(seq)], answers.append)
        with pytest.raises(StoreError) if seq > 1 else threading.Lock():
            writer.flush()
    assert [type(answer) for answer in answers] == [type(None), StoreError, StoreError]
    assert store.groups == [[1]] and str(writer.failure) == "the disk is full"
    with pytest.raises(StoreError, match="disk is full"):
        writer.close()
    with pytest.raises(StoreError, match="disk is full"):
        writer.submit([entry(4)], answers.append)


def test_closing_writes_what_waits_and_takes_no_more() -> None:
    store, answers = FakeStore(), list[Failure | None]()
    writer = GroupWriter(store)
    for seq in range(1, 50):
        writer.submit([entry(seq)], answers.append)
    writer.close()
    writer.close()
    assert answers == [None] * 49
    assert [seq for group in store.groups for seq in group] == list(range(1, 50))
    with pytest.raises(StoreError, match="is closed"):
        writer.submit([entry(50)], answers.append)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_store_leaves_nobody_waiting() -> None:
    store, answers = FakeStore(bad=1, fault=ZeroDivisionError), list[Failure | None]()
    writer = GroupWriter(store)
    writer.submit([entry(1)], answers.append)
    writer._thread.join()
    assert [type(answer) for answer in answers] == [StoreError]
    with pytest.raises(StoreError, match="fault of its own"):
        writer.submit([entry(2)], answers.append)
    with pytest.raises(StoreError, match="fault of its own"):
        writer.flush()


def test_many_threads_may_submit() -> None:
    store, answers = FakeStore(), list[Failure | None]()
    writer = GroupWriter(store)
    threads = [
        threading.Thread(
            target=lambda first=first: [writer.submit([entry(first + i)], answers.append) for i in range(200)]  # type: ignore[misc]
        )
        for first in range(0, 1_000, 200)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert answers == [None] * 1_000
    assert sorted(seq for group in store.groups for seq in group) == list(range(1_000))


@pytest.mark.parametrize(("fault", "stopped"), [(StoreError, False), (IntegrityError, True)])
def test_a_fault_while_tidying_up_stops_trading_only_where_the_store_is_damaged(
    fault: type[Exception], stopped: bool
) -> None:
    store, answers = FakeStore(), list[Failure | None]()
    store.fold_fault = fault
    writer = GroupWriter(store)
    writer.submit([entry(1)], answers.append)
    with contextlib.suppress(IntegrityError):
        writer.flush()
    writer.fold()
    with contextlib.suppress(IntegrityError):
        writer.flush()
    writer.submit([entry(2)], answers.append)
    with contextlib.suppress(IntegrityError):
        writer.close()
    assert store.folds == 1
    assert [answer is not None for answer in answers] == [False, stopped]
    assert store.groups == ([[1]] if stopped else [[1], [2]])


def test_the_caller_may_write_for_itself_until_something_fails() -> None:
    store = FakeStore(bad=3)
    writer = GroupWriter(store)
    assert writer.idle and writer.write([entry(1)]) is None
    writer.submit([entry(2)], lambda _: None)
    writer.flush()
    failure = writer.write([entry(3)])
    assert isinstance(failure, StoreError) and writer.write([entry(4)]) is failure
    assert store.groups == [[1], [2]]
    with pytest.raises(StoreError, match="disk is full"):
        writer.close()
    assert writer.closed


def test_nobody_writes_once_it_is_closed() -> None:
    store = FakeStore()
    writer = GroupWriter(store)
    writer.close()
    assert "is closed" in str(writer.write([entry(1)])) and store.groups == []


def test_a_fault_of_the_store_under_the_caller_is_told_to_whoever_comes_next() -> None:
    writer = GroupWriter(FakeStore(bad=1, fault=ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        writer.write([entry(1)])
    assert "fault of its own" in str(writer.write([entry(2)]))
    with pytest.raises(StoreError, match="fault of its own"):
        writer.close()
