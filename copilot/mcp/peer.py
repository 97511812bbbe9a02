"""The client at the other end: its name, what it was shown, and how much it may ask for at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

from copilot.mcp.outcomes import Outcomes, outcomes_tool
from copilot.tools.call import Hands, call
from copilot.tools.finding import Document
from copilot.tools.registry import every, find
from copilot.tools.tool import AnyTool
from copilot.turn import Turn
from engine.desk import DeskReader, DeskUnreachable, Proposer
from engine.model.refusal import Code, Refusal, Refused

UNNAMED = "unnamed"
MOST_NAME = 32
AT_ONCE = 4
"""Calls that run side by side; what comes in beyond waits."""
MOST_WAITING = 64
"""Calls that have no answer yet; what comes in beyond is refused at once."""
PARTING_S = 0.1
_ODD = re.compile(r"[^A-Za-z0-9_.-]+")


Connect = Callable[[str], Awaitable["PeerDesk"]]
"""A desk for one origin. Raises Refused or DeskUnreachable."""


class PeerDesk(DeskReader, Proposer, Outcomes, Protocol):
    """A desk as a peer sees it: read, propose, and ask what became of proposals. There is no further verb."""

    @property
    def gone(self) -> bool:
        """Whether its connection is lost, for good."""


def client_name(raw: object) -> str:
    """A client's own name as an origin may carry it: [A-Za-z0-9_.-]{1,32}."""
    name = _ODD.sub("-", str(raw)[:256]).strip("-.")[:MOST_NAME].strip("-.")
    return name or UNNAMED


class Peer:
    """One connection. The first name that the client gives itself stays: a second would be a second allowance of open
    proposals. What it has read taints all that it proposes later."""

    def __init__(self, connect: Connect) -> None:
        self._connect, self._turn = connect, Turn(origin="")
        self._desk: PeerDesk | None = None
        self._connecting, self._running = asyncio.Lock(), asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._outcomes = outcomes_tool(lambda: self._turn.origin)

    def meet(self, name: object) -> None:
        """Hear the client's name; once."""
        if not self._turn.origin:
            self._turn.origin = f"mcp:{client_name(name)}"

    @property
    def origin(self) -> str:
        """mcp:CLIENT"""
        self.meet(UNNAMED)
        return self._turn.origin

    def tools(self) -> list[AnyTool]:
        """Everything that the client may call."""
        return [*every(), self._outcomes]

    async def _hands(self) -> Hands:
        """What a call is handed: a desk of this client's own, connected anew where the last one is lost."""
        async with self._connecting:
            if self._desk is None or self._desk.gone:
                self._desk = await self._connect(self.origin)
            return Hands(self._desk, self._desk, self._turn)

    async def idle(self) -> None:
        """Wait until every call has its answer, and a moment for the answer to leave: who has said all that it wanted
        may close its end at once."""
        await asyncio.sleep(PARTING_S)
        while self._waiting:
            await asyncio.sleep(PARTING_S)

    async def run(self, name: str, arguments: Document) -> Document:
        """The document of one call; never raises for what the client did."""
        if self._waiting >= MOST_WAITING:
            return _crowded(name)
        self._waiting += 1
        try:
            async with self._running:
                return await call(await self._hands(), name, arguments, self._find)
        except (Refused, DeskUnreachable) as error:
            return _closed(name, error)
        finally:
            self._waiting -= 1

    def _find(self, name: str) -> AnyTool:
        return self._outcomes if name == self._outcomes.name else find(name)


def _closed(name: str, error: Refused | DeskUnreachable) -> Document:
    gone = Refusal(Code.STALE_MARKET, "the desk does not answer", str(error), "start it, or wait for it")
    refusal = error.refusal if isinstance(error, Refused) else gone
    return {"tool": name[:64], "ok": False, "took_ms": 0.0, **refusal.document()}


def _crowded(name: str) -> Document:
    refusal = Refusal(
        Code.RATE_LIMITED,
        f"{MOST_WAITING} calls wait for their answers",
        fix="wait for answers before you ask for more",
    )
    return {"tool": name[:64], "ok": False, "took_ms": 0.0, **refusal.document()}
