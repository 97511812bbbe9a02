"""The keeper of a copilot's worker: starts it with nothing but a narrowed connection, asks, listens, and never trusts.

Whatever the worker does (answer, die, hang, flood, lie), every question ends in one Answered, and the next question
finds a worker again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from copilot.keeper_door import Door, narrowed
from copilot.keeper_process import WorkerProcess
from copilot.keeper_turn import Lie, WatchedTurn
from copilot.tools.finding import Document
from copilot.wire import Answered, Ask, Budget, FromWorker, Open, Outcome, Provider, Ran, Ready, Run, Stop
from engine.desk import DeskUnreachable
from engine.model.refusal import Code, Refusal, Refused, refuse

READY_WITHIN_S = 20.0
GRACE_S = 10.0
"""What a worker may take beyond its budget before it counts as hanging."""
STOPS_WITHIN_S = 2.0
OUTSIDE_WITHIN_S = 25.0
_FIX = "ask again; the copilot is started anew"


class OutsideTools(Protocol):
    """Tools that the keeper runs for the worker (custom tools, other servers)."""

    def described(self) -> list[Document]:
        """Each as copilot.tools.registry.described, and its `origin` tool:NAME@HASH where it may propose."""

    async def call(self, name: str, args: Document) -> Document:
        """The document of copilot.tools.call.call; raises nothing but Refused."""


class Keeper:
    """Implements copilot.wire.Companion over a process. `grace` and `module` are for tests."""

    def __init__(
        self,
        door: Door,
        provider: Provider | None = None,
        budget: Budget | None = None,
        outside: OutsideTools | None = None,
        *,
        minimise: bool = False,
        grace: float = GRACE_S,
        module: str = "copilot.worker",
    ) -> None:
        self._door, self._outside, self._grace, self._module = door, outside, grace, module
        self._provider, self._budget, self._minimise = provider or Provider(), budget or Budget(), minimise
        self._events: asyncio.Queue[FromWorker | None] = asyncio.Queue()
        self._starting, self._tasks = asyncio.Lock(), set[asyncio.Task[None]]()
        self._worker: WorkerProcess | None = None
        self._ready = Ready("")
        self._turn: WatchedTurn | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._origins: tuple[str, ...] = ()
        self._tools: dict[str, Document] = {}
        self._closed = False

    @property
    def pid(self) -> int:
        """The worker's process id, 0 where none runs."""
        return self._worker.pid if self._worker is not None else 0

    async def start(self) -> Ready:
        """See that a worker is there. Raises Refused or DeskUnreachable."""
        async with self._starting:
            if self._worker is None:
                await self._begin()
            return self._ready

    async def ask(self, ask: Ask) -> None:
        """Ask; returns at once. One question at a time: another meanwhile is answered with a refusal."""
        if self._closed or self._turn is not None:
            refused = WatchedTurn(ask.turn, (), (), self._door.proposal)
            why = "the copilot is closed" if self._closed else "a question is being answered already"
            self._events.put_nowait(refused.failed("COPILOT_BUSY", why, "stop it, or wait for it"))
            return
        self._turn = WatchedTurn(ask.turn, (), (), self._door.proposal)
        self._task(self._put(ask, self._turn))

    async def stop(self, turn: str) -> None:
        """End a turn; where the worker does not, the worker is ended."""
        watched = self._turn
        if watched is None or watched.turn != turn or watched.stopping:
            return
        watched.stopping = True
        if self._worker is not None:
            self._worker.send(Stop(turn))
        self._wait(STOPS_WITHIN_S, watched)

    async def outcome(self, outcome: Outcome) -> None:
        """Tell what became of a proposal; the next turn knows."""
        if self._worker is not None:
            self._worker.send(outcome)

    async def events(self) -> AsyncIterator[FromWorker]:
        """Everything that the worker says, checked, until the keeper is closed."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """End the worker and the events."""
        self._closed = True
        self._end_turn(None)
        worker, self._worker = self._worker, None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if worker is not None:
            await worker.end()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._events.put_nowait(None)

    async def _begin(self) -> None:
        described = self._outside.described() if self._outside is not None else []
        self._tools = {str(tool["name"]): tool for tool in described}
        self._origins = ("copilot", *dict.fromkeys(str(tool["origin"]) for tool in described if tool.get("origin")))
        sock = await narrowed(self._door, self._origins)
        worker = await WorkerProcess.start(sock, self._module)
        worker.send(Open(self._provider, self._budget, tuple(described), self._minimise))
        try:
            self._ready = await _first(worker)
        except BaseException:
            await worker.end(0)
            raise
        self._worker = worker
        self._task(self._listen(worker))

    async def _put(self, ask: Ask, watched: WatchedTurn) -> None:
        try:
            await self.start()
        except (Refused, DeskUnreachable) as error:
            known = error.refusal if isinstance(error, Refused) else Refusal(Code.STALE_MARKET, str(error))
            self._end_turn(watched.failed(known.code.value, known.message, known.fix or _FIX))
            return
        if self._turn is not watched:
            return
        self._turn = fresh = WatchedTurn(ask.turn, self._origins, self._tools, self._door.proposal)
        fresh.stopping = watched.stopping
        assert self._worker is not None
        self._worker.send(ask)
        if fresh.stopping:
            self._worker.send(Stop(ask.turn))
        self._wait(STOPS_WITHIN_S if fresh.stopping else self._budget.seconds + self._grace, fresh)

    async def _listen(self, worker: WorkerProcess) -> None:
        why = "ended in the middle of an answer"
        decoder = msgspec.json.Decoder(FromWorker)
        try:
            while (raw := await worker.reader.readline()) and self._worker is worker:
                message = decoder.decode(raw)
                if self._turn is None:
                    raise Lie("spoke without being asked")
                passed = await self._turn.heard(message, len(raw))
                if isinstance(message, Run):
                    self._task(self._run(worker, message))
                elif isinstance(passed, Answered):
                    self._end_turn(passed)
                elif passed is not None:
                    self._events.put_nowait(passed)
        except Lie as lie:
            why = str(lie)
        except (ValueError, RecursionError):
            why = "said something that cannot be read"
        if self._worker is worker:  # not one that was given up already, with another in its place
            self._worker = None
            if self._turn is not None and not self._closed:
                self._end_turn(self._turn.failed("WORKER_LOST", f"the copilot's worker {why}", _FIX))
        await worker.end(0)

    async def _run(self, worker: WorkerProcess, message: Run) -> None:
        assert self._outside is not None
        try:
            found = await asyncio.wait_for(self._outside.call(message.tool, message.args), OUTSIDE_WITHIN_S)
        except Refused as refused:
            found = {"tool": message.tool, "ok": False, "took_ms": 0.0, **refused.refusal.document()}
        except TimeoutError:
            late = Refusal(Code.STALE_MARKET, "the tool took too long", fix="ask it for less")
            found = {"tool": message.tool, "ok": False, "took_ms": 0.0, **late.document()}
        worker.send(Ran(message.call, found))

    def _wait(self, seconds: float, watched: WatchedTurn) -> None:
        """End the turn, and the worker, where it is not over by then."""
        if self._clock is not None:
            self._clock.cancel()
        self._clock = asyncio.get_running_loop().call_later(seconds, self._overdue, watched)

    def _overdue(self, watched: WatchedTurn) -> None:
        if self._turn is None or self._turn.turn != watched.turn:
            return
        slow = self._turn.failed("WORKER_HANGS", "the copilot's worker does not come to an end", _FIX)
        self._end_turn(self._turn.stopped() if self._turn.stopping else slow)
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()

    def _end_turn(self, answered: Answered | None) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        self._turn = None
        if answered is not None:
            self._events.put_nowait(answered)

    def _task(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _first(worker: WorkerProcess) -> Ready:
    """A worker's first word. Raises Refused."""
    try:
        raw = await asyncio.wait_for(worker.reader.readline(), READY_WITHIN_S)
        message = msgspec.json.decode(raw, type=Ready | Answered)
    except (TimeoutError, ValueError):
        raise refuse(Code.STALE_MARKET, "the copilot's worker did not start", fix=_FIX) from None
    if isinstance(message, Ready):
        return message
    told = message.refusal or {}
    raise refuse(Code.ENUM_ERROR, str(told.get("message", "no model"))[:200], fix=str(told.get("fix", ""))[:200])
