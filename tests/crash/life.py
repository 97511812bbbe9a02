"""One life of a desk: it recovers, proves that nothing is missing, trades, and is killed."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from engine import runner as runner_room
from engine.model.refusal import Refused
from engine.runner import Runner
from tests.crash.consumer import Consumer, client_ids, committed
from tests.crash.desk import ACCOUNTS, open_desk, order
from tests.crash.points import CONSUMER, AnswersFirst, Death

CALLERS = 6
MOST_ORDERS = 600
_CATCH_UP_S = 0.005


class Found(msgspec.Struct):
    """What a life found of the lives before it: names of missing orders,
    numbers of client ids and of fills, and how long it took to recover."""

    acknowledged: int = 0
    missing: tuple[str, ...] = ()
    doubles: int = 0
    unanswered: int = 0
    effects_wrong: int = 0
    ready_ms: float = 0.0
    why: tuple[str, ...] = ()


class Memory:
    """What callers sent and heard, in a file that outlives the process. One writer."""

    def __init__(self, path: Path) -> None:
        self.sent: dict[str, tuple[str, dict[str, Any]]] = {}
        self.heard: dict[str, str] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            word = json.loads(line)
            if "order" in word:
                self.sent[word["name"]] = word["account"], word["order"]
            else:
                self.heard[word["name"]] = word["answer"]
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def send(self, name: str, account: str, document: dict[str, Any]) -> None:
        """Noted before it is sent."""
        self.sent[name] = account, document
        self._note({"name": name, "account": account, "order": document})

    def hear(self, name: str, answer: str) -> None:
        """Noted after it was answered."""
        self.heard[name] = answer
        self._note({"name": name, "answer": answer})

    def unanswered(self) -> list[str]:
        """Names that nobody answered for."""
        return [name for name in self.sent if name not in self.heard]

    def _note(self, word: dict[str, Any]) -> None:
        os.write(self._fd, json.dumps(word).encode() + b"\n")


def live(home: Path, death: Death, seed: int, report_fd: int, *, mutant: bool = False) -> None:
    """Recover, report a `Found` as JSON, then trade until `death`; without a point, close in order."""
    if mutant:
        setattr(runner_room, "GroupWriter", AnswersFirst)  # noqa: B010 - a name that it only imports
    death.put_on()
    asyncio.run(_live(home, death, seed, report_fd))


async def _live(home: Path, death: Death, seed: int, report_fd: int) -> None:
    begun = time.perf_counter()
    runner = open_desk(home)
    ready_ms = (time.perf_counter() - begun) * 1000
    memory = Memory(home / "heard.jsonl")
    market = asyncio.create_task(runner.run())
    for account in ACCOUNTS:
        await runner.ensure_account(account)
    consumer = Consumer(home, lambda: death.passed(CONSUMER))
    found = await _check(runner, memory, consumer, home)
    found.ready_ms = ready_ms
    os.write(report_fd, msgspec.json.encode(found) + b"\n")
    if death.point:
        follow = asyncio.create_task(_follow(consumer))
        await asyncio.gather(*(_call(runner, memory, number, seed) for number in range(CALLERS)))
        follow.cancel()
    await runner.stop()
    await market


async def _check(runner: Runner, memory: Memory, consumer: Consumer, home: Path) -> Found:
    """Everything acknowledged is there as it was answered; everything else is sent twice more and is there once."""
    found = Found(acknowledged=len(memory.heard), unanswered=len(memory.unanswered()))
    why: list[str] = []
    kept = {name: _kept(runner, memory.sent[name][0], name) for name in memory.heard}
    found.missing = tuple(name for name, answer in memory.heard.items() if kept[name] != answer)
    for name in memory.unanswered():
        first, second = await asyncio.gather(*(_send(runner, *memory.sent[name]) for _ in range(2)))
        memory.hear(name, first)
        if first != second:
            found.doubles += 1
            why.append(f"{name}: {first}, {second}")
    owed = _fills(home)  # the market runs on: what is committed while the consumer catches up may be done, too
    consumer.catch_up()
    done, known = consumer.effects(), _fills(home)
    found.effects_wrong = (
        sum(count != 1 for count in done.values()) + len(owed - done.keys()) + len(done.keys() - known)
    )
    made = client_ids(list(committed(home)))
    found.doubles += sum(count - 1 for count in made.values()) + len(made.keys() - memory.sent.keys())
    found.why = tuple(why[:5])
    return found


def _fills(home: Path) -> set[str]:
    return {str(fill.fill_id) for entry in committed(home) for fill in entry.fills}


def _kept(runner: Runner, account: str, name: str) -> str:
    try:
        kept = runner.view.find_order(account, name)
    except Refused as refused:
        return refused.refusal.code.value
    return kept.refusal.code.value if kept.refusal else str(kept.order_id)


async def _send(runner: Runner, account: str, document: dict[str, Any]) -> str:
    """The order's id, or the code of its refusal."""
    try:
        return str((await runner.submit(account, document))["order_id"])
    except Refused as refused:
        return refused.refusal.code.value


async def _call(runner: Runner, memory: Memory, number: int, seed: int) -> None:
    chance = Random(f"{seed}.{number}")
    for count in range(MOST_ORDERS // CALLERS):
        name = f"k{seed}.{number}.{count}"
        account, document = chance.choice(ACCOUNTS), order(chance, name)
        memory.send(name, account, document)
        memory.hear(name, await _send(runner, account, document))


async def _follow(consumer: Consumer) -> None:
    while True:
        await asyncio.to_thread(consumer.catch_up)
        await asyncio.sleep(_CATCH_UP_S)
