"""The power goes at any moment: many disks made from one recorded run, each opened by the real desk."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import msgspec

from engine import runner as runner_room
from engine import turns as turns_room
from engine.adapters import sqlite_open
from engine.bootstrap import LEDGER, audit_home
from engine.model.refusal import Refused
from engine.ports import IntegrityError, StoreError
from tests.crash.desk import ACCOUNTS, open_desk, order
from tests.crash.disk import MODES, Deed, Disk
from tests.crash.points import OFTEN, SOON_S, AnswersFirst
from tests.crash.recorder import Recorder

FULL, NORMAL, MUTANT = "full", "normal", "answers first"
_CALLERS, _SESSIONS = 5, 2


class Cuts(msgspec.Struct):
    """What cutting came to. `losing` counts cuts after which something acknowledged was missing."""

    cuts: int = 0
    acknowledged: int = 0
    losing: int = 0
    missing: int = 0
    most_missing: int = 0
    imbalance: int = 0
    nav_differences: int = 0
    unsound: int = 0
    seconds: float = 0.0
    why: list[str] = []

    @property
    def sound(self) -> bool:
        """Whether every promise held."""
        return not self.losing + self.imbalance + self.nav_differences + self.unsound


def run(cuts: int, seed: int = 1, *, kind: str = FULL, orders: int = 120) -> Cuts:
    """Record a run of `orders`, then cut it at `cuts` random moments."""
    begun, chance, figures = time.perf_counter(), Random(seed), Cuts(cuts=cuts)
    with tempfile.TemporaryDirectory() as folder:
        deeds = record(Path(folder) / "recorded", orders, seed, kind)
        places = sorted(chance.randrange(len(deeds) + 1) for _ in range(cuts))
        disk, done = Disk(), 0
        for number, place in enumerate(places):
            for deed in deeds[done:place]:
                disk.take(deed)
            done = place
            home = Path(folder) / f"cut-{number}"
            _lay_down(disk.cut(chance, MODES[number % len(MODES)]), home)
            _judge(home, disk.heard, figures)
    figures.seconds = round(time.perf_counter() - begun, 1)
    return figures


def record(home: Path, orders: int, seed: int, kind: str) -> list[Deed]:
    """A desk at work, closed once in the middle, and all that it asked of its disk."""
    home.mkdir()
    recorder = Recorder(home)
    with recorder.recording(), _settings(kind):
        for session in range(_SESSIONS):
            asyncio.run(_trade(home, recorder, orders // _SESSIONS, f"{seed}.{session}"))
    truth = recorder.truth()
    on_disk = {path.name: path.read_bytes() for path in home.glob("ledger.*")}
    assert truth == on_disk, "something reached the disk and was not recorded"
    return recorder.deeds


@contextlib.contextmanager
def _settings(kind: str) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(runner_room, "SNAPSHOT_ENTRIES", OFTEN))
        stack.enter_context(patch.object(turns_room, "IDLE_S", SOON_S))
        if kind == NORMAL:
            weaker = tuple(("synchronous", "NORMAL", 1) if s[0] == "synchronous" else s for s in sqlite_open._SETTINGS)
            stack.enter_context(patch.object(sqlite_open, "_SETTINGS", weaker))
        if kind == MUTANT:
            stack.enter_context(patch.object(runner_room, "GroupWriter", AnswersFirst))
        yield


async def _trade(home: Path, recorder: Recorder, orders: int, name: str) -> None:
    runner = open_desk(home)
    market = asyncio.create_task(runner.run())
    for account in ACCOUNTS:
        await runner.ensure_account(account)

    async def call(caller: int) -> None:
        chance = Random(f"{name}.{caller}")
        for count in range(orders // _CALLERS):
            account, document = chance.choice(ACCOUNTS), order(chance, f"p{name}.{caller}.{count}")
            with contextlib.suppress(Refused):
                await runner.submit(account, document)
            recorder.heard(f"{account} {document['client_order_id']}")

    await asyncio.gather(*(call(caller) for caller in range(_CALLERS)))
    await runner.stop()
    await market


def _lay_down(image: dict[str, Any], home: Path) -> None:
    home.mkdir()
    for name, content in image.items():
        body = content.rstrip(b"\0")
        with (home / name).open("wb") as file:
            file.write(body)
            file.truncate(len(content))


def _judge(home: Path, heard: list[str], figures: Cuts) -> None:
    """Open what is left with the real desk, and count what it lost."""
    figures.acknowledged += len(heard)
    try:
        if heard:
            report = audit_home(home)
            figures.imbalance += report.imbalance != "0"
            figures.nav_differences += report.nav_stored != report.nav_recomputed
            if not report.ok:
                raise IntegrityError(f"audit: {'; '.join(report.problems)}")
        missing = asyncio.run(_missing(home, heard))
    except (StoreError, IntegrityError) as error:
        if "lost entry" not in str(error):
            figures.unsound += 1
            figures.why.append(f"{home.name}: {error}")
            return
        (home / LEDGER).with_suffix(".head").unlink()
        missing = asyncio.run(_missing(home, heard))
    finally:
        for path in home.iterdir():
            path.unlink()
        home.rmdir()
    figures.losing += missing > 0
    figures.missing += missing
    figures.most_missing = max(figures.most_missing, missing)


async def _missing(home: Path, heard: list[str]) -> int:
    """How many acknowledged orders the desk of `home` does not know."""
    runner = open_desk(home)
    missing = 0
    for word in heard:
        account, name = word.split(" ")
        try:
            runner.view.find_order(account, name)
        except Refused:
            missing += 1
    await runner.stop()
    return missing
