"""A desk taken back in time, and one forked off it, stand exactly as the first one stood."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from engine.adapters import ledger_swap
from engine.adapters.sqlite_prefix import Cut, reading
from engine.adapters.sqlite_recover import stored_entries
from engine.adapters.sqlite_rows import read_entry
from engine.bootstrap import audit_home, fork_home, open_desk, past_moment, rewind_home
from engine.model.command import AnyCommand, Reach, Submit
from engine.model.format import time_text
from engine.model.ids import SECOND_NS, TimeNs
from engine.model.refusal import Code, Refused
from engine.ports import IntegrityError
from engine.runner import Runner

DATA = Path(__file__).parents[1] / "data"
CLOCK, SEED = "2026-06-15T14:30:00Z", "7"


class Past:
    """A home that has traded, and what its desk was at some of its entries: (state hash, time) by entry."""

    def __init__(self, home: Path, states: dict[int, tuple[str, TimeNs]], orders: list[str]) -> None:
        self.home, self.states, self.orders = home, states, orders

    def note(self, desk: Runner) -> None:
        state = desk.kernel.state
        self.states[state.entries] = (frozen(desk), state.now)


def frozen(desk: Runner) -> str:
    """The whole state without the past, of which the chain of hashes tells."""
    return hashlib.sha256(desk.kernel.freeze()).hexdigest()


@pytest.fixture
def traded(first: Past, own_home: Path) -> Past:
    """A copy of its own for each test."""
    shutil.copytree(first.home, own_home)
    return Past(own_home, first.states, first.orders)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Fills, open orders, an algorithm, a reset and a fork, over two lives of the desk."""
    own_home = tmp_path_factory.mktemp("traded") / "home"
    own_home.mkdir()
    told = Past(own_home, {}, [])

    async def life(first: bool) -> None:
        desk = open_desk(own_home, clock=CLOCK, seed=SEED)
        await desk.ensure_account("main")
        await desk.set_clock("speed", "600")
        for number in range(4):
            told.note(desk)
            sent = await desk.submit(
                "main",
                {
                    "symbol": "AAPL",
                    "side": "buy",
                    "type": "market",
                    "quantity": 20 + number,
                    "client_order_id": f"c{number}{first}",
                },
            )
            told.orders.append(sent["order_id"])
            await asyncio.sleep(0.02)
            desk.step()
            bid = desk.view.quote("KO")["bid"]
            await desk.submit(
                "main", {"symbol": "KO", "side": "buy", "type": "limit", "limit_price": bid, "quantity": 50}
            )
        await desk.start_algo(
            "main", {"symbol": "MSFT", "side": "buy", "quantity": 100, "algo": "twap", "over": "10m", "slices": 10}
        )
        if first:
            await desk.fork_account("main", {"name": "other"})
            await desk.reset_account("main", {"cash": "250000"})
            told.note(desk)
        await desk.set_clock("jump", time_text(desk.kernel.state.now + 300 * SECOND_NS))
        await desk.set_clock("pause")
        told.note(desk)
        await desk.stop()

    asyncio.run(life(True))
    asyncio.run(life(False))
    return told


def opened(home: Path, read: Callable[[Runner], str]) -> str:
    async def run() -> str:
        desk = open_desk(home)
        told = read(desk)
        await desk.let_go()
        return told

    return asyncio.run(run())


def hashes(home: Path) -> list[bytes]:
    with reading(home / "ledger.db") as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT hash FROM journal ORDER BY seq")]


def test_a_forked_desk_stands_as_the_first_one_stood(traded: Past, tmp_path: Path) -> None:
    whole = hashes(traded.home)
    for seq, (state, at) in [*traded.states.items()][::2]:
        into = tmp_path / f"fork-{seq}"
        cut = past_moment(traded.home, time_text(at))
        if cut.seq != seq:  # more than one entry at this moment: the time means all of them
            cut = Cut(seq, at)
        shared = fork_home(traded.home, into, cut)
        kept = hashes(into)
        assert kept == whole[:seq]
        assert shared == kept[-1].hex()
        assert opened(into, frozen) == state
        report = audit_home(into)
        assert report.ok, report.problems
    assert audit_home(traded.home).ok
    assert hashes(traded.home) == whole


def test_both_go_on_alike_under_the_same_commands(traded: Past, tmp_path: Path) -> None:
    """What the first desk did after the moment, done by the fork, gives the very same entries."""
    order = traded.orders[5]
    cut = past_moment(traded.home, before=order)
    fork_home(traded.home, tmp_path / "fork", cut)
    whole = hashes(traded.home)
    with reading(traded.home / "ledger.db") as connection:
        stored = [read_entry(*rows) for rows in stored_entries(connection, None)]
    entries = [entry for entry in stored if entry.seq > cut.seq]
    first = msgspec.json.decode(entries[0].body, type=AnyCommand)
    assert isinstance(first, Submit)

    def go_on(desk: Runner) -> str:
        again = []
        extra = desk.kernel.state.entries - cut.seq
        for entry in entries:
            if entry.kind == "tick":
                again += desk.kernel.advance(entry.at)
            else:
                again += desk.kernel.apply(msgspec.json.decode(entry.body, type=AnyCommand))[0]
        shifted = [msgspec.structs.replace(e, seq=e.seq - extra) for e in again]
        assert shifted == entries
        return str(extra)

    assert opened(tmp_path / "fork", go_on) in ("0", "1")
    assert hashes(tmp_path / "fork")[: cut.seq] == whole[: cut.seq]


def test_a_rewound_desk_keeps_what_came_after(traded: Past) -> None:
    home, whole = traded.home, hashes(traded.home)
    cut = past_moment(home, before=traded.orders[2])
    kept = rewind_home(home, cut)
    assert kept == home / "rewound-1"
    assert hashes(kept) == whole
    assert audit_home(kept).ok
    assert hashes(home)[: cut.seq] == whole[: cut.seq]
    report = audit_home(home)
    assert report.ok, report.problems

    def standing(desk: Runner) -> str:
        assert desk.kernel.find_order("main", traded.orders[2]) is None
        assert desk.kernel.find_order("main", traded.orders[1]) is not None
        return time_text(desk.kernel.state.now)

    assert opened(home, standing) == time_text(cut.at)
    again = rewind_home(home, past_moment(home, before=traded.orders[1]))
    assert again == home / "rewound-2"
    assert audit_home(home).ok
    assert hashes(kept) == whole


def test_between_two_entries_the_market_stands_at_the_time_asked_for(traded: Past, tmp_path: Path) -> None:
    _, at = list(traded.states.values())[4]
    between = TimeNs(at + 90 * SECOND_NS + 1)
    cut = past_moment(traded.home, time_text(between))
    fork_home(traded.home, tmp_path / "fork", cut)
    assert opened(tmp_path / "fork", lambda desk: time_text(desk.kernel.state.now)) == time_text(between)
    last = opened(tmp_path / "fork", lambda desk: str(desk.kernel.state.entries - cut.seq))
    assert last == "1", "one Reach, and nothing else"
    assert Reach.__struct_config__.tag == "reach"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"at": "2020-01-01T00:00:00Z"}, Code.OUT_OF_RANGE),
        ({"at": "2031-01-01T00:00:00Z"}, Code.OUT_OF_RANGE),
        ({"at": "noon"}, Code.NUMBER_FORMAT),
        ({"before": "o999999"}, Code.UNKNOWN_ORDER),
        ({"before": "c0True", "account": "other"}, Code.UNKNOWN_ORDER),
    ],
)
def test_moments_that_are_not_there(traded: Past, words: dict[str, str], code: Code) -> None:
    with pytest.raises(Refused) as refused:
        past_moment(traded.home, words.get("at", ""), words.get("before", ""), words.get("account", "main"))
    assert refused.value.refusal.code is code


def test_a_wall_clock_cannot_go_back_but_can_be_forked(own_home: Path, tmp_path: Path) -> None:
    own_home.mkdir()

    async def run() -> str:
        desk = open_desk(own_home, clock="wall", seed=SEED)
        await desk.ensure_account("main")
        now = time_text(desk.kernel.state.now)
        await desk.stop()
        return now

    at = asyncio.run(run())
    with pytest.raises(Refused, match="cannot go back"):
        past_moment(own_home, at, back=True)
    fork_home(own_home, tmp_path / "fork", past_moment(own_home, at))
    assert opened(tmp_path / "fork", lambda desk: time_text(desk.kernel.state.now)) == at


def test_a_fork_needs_an_empty_folder(traded: Past, tmp_path: Path) -> None:
    cut = past_moment(traded.home, before=traded.orders[0])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    with pytest.raises(Refused, match="not empty"):
        fork_home(traded.home, tmp_path / "full", cut)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]
    fork_home(traded.home, tmp_path / "deep" / "er", cut)
    assert audit_home(tmp_path / "deep" / "er").ok


def test_a_rewind_killed_at_any_step_leaves_the_old_desk_or_the_new_one(traded: Past) -> None:
    """A process of its own dies before its n-th change of the file system, for every n; no step is left out."""
    home, order = traded.home, traded.orders[2]
    old = hashes(home)
    length = past_moment(home, before=order).seq
    outcomes, step, done = [], 0, False
    while not done:
        spare = home.with_name(f"home-{step}")
        shutil.copytree(home, spare)
        done = _dies_at(step, spare, order)
        report = audit_home(spare)
        assert report.ok, (step, report.problems)
        if (spare / "rewind.todo").exists() or done:
            opened(spare, frozen)
        now = hashes(spare)
        went = now != old
        if went:
            assert now[:length] == old[:length]
            assert len(now) <= length + 1
            assert hashes(spare / "rewound-1") == old
            assert audit_home(spare / "rewound-1").ok
        assert audit_home(spare).ok
        assert not (spare / "rewind.todo").exists()
        outcomes.append(went)
        step += 1
    assert outcomes == sorted(outcomes), "once it is decided it stays decided"
    assert outcomes[0] is False
    assert outcomes.count(True) > 5
    assert outcomes.count(False) > 3


def _dies_at(step: int, home: Path, order: str) -> bool:
    """Rewind in a child that dies before change number `step`; whether it came to its end instead."""
    child = os.fork()
    if child == 0:
        left = step

        def counted(change: Callable[..., object]) -> Callable[..., object]:
            def changing(*words: object, **more: object) -> object:
                nonlocal left
                if left == 0:
                    os._exit(9)
                left -= 1
                return change(*words, **more)

            return changing

        code = 1
        try:
            cut = past_moment(home, before=order, back=True)
            for name in ("rename", "unlink", "fsync", "mkdir"):
                setattr(os, name, counted(getattr(os, name)))
            rewind_home(home, cut)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), code
    return code == 0


def test_a_home_of_an_earlier_version_can_be_forked(tmp_path: Path) -> None:
    with tarfile.open(DATA / "home-v1.tar.xz") as packed:
        packed.extractall(tmp_path / "old", filter="data")
    old = tmp_path / "old"
    whole = hashes(old)
    with reading(old / "ledger.db") as connection:
        times = [row[0] for row in connection.exec_driver_sql("SELECT at FROM journal ORDER BY seq")]
    for at in (times[len(times) // 3], (times[-2] + times[-1]) // 2, times[-1]):
        into = tmp_path / f"fork-{at}"
        cut = past_moment(old, time_text(at))
        fork_home(old, into, cut)
        assert hashes(into)[: cut.seq] == whole[: cut.seq]
        assert opened(into, lambda desk: time_text(desk.kernel.state.now)) == time_text(at)
        report = audit_home(into)
        assert report.ok, report.problems
    assert hashes(old) == whole, "the source is only read"


def test_a_damaged_plan_is_told(traded: Past) -> None:
    (traded.home / "rewind.todo").write_bytes(b"{")
    with pytest.raises(IntegrityError, match="is damaged"):
        ledger_swap.finish_exchange(traded.home)
