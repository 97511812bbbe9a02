"""The client at the other end: its name, what it was shown, and how much it may ask for at once."""

from __future__ import annotations

import asyncio
import re
from typing import Protocol

from copilot.mcp.outcomes import Outcomes, outcomes_tool
from copilot.tools.call import Hands, call
from copilot.tools.finding import Document
from copilot.tools.registry import every, find
from copilot.tools.tool import AnyTool
from copilot.turn import Turn
from engine.desk import DeskReader, Proposer
from engine.model.refusal import Code, Refusal

UNNAMED = "unnamed"
MOST_NAME = 32
AT_ONCE = 4
"""Calls that run side by side; what comes in beyond waits."""
MOST_WAITING = 64
"""Calls that have no answer yet; what comes in beyond is refused at once."""
PARTING_S = 0.1
_ODD = re.compile(r"[^A-Za-z0-9_.-]+")


class PeerDesk(DeskReader, Proposer, Outcomes, Protocol):
    """A desk as a peer sees it: read, propose, and ask what became of proposals. There is no further verb."""


def client_name(raw: object) -> str:
    """A client's own name as an origin may carry it: [A-Za-z0-9_.-]{1,32}."""
    name = _ODD.sub("-", str(raw)[:256]).strip("-.")[:MOST_NAME].strip("-.")
    return name or UNNAMED


class Peer:
    """One connection. The first name that the client gives itself stays: a second would be a second allowance of open
    proposals. What it has read taints all that it proposes later."""

    def __init__(self, desk: PeerDesk) -> None:
        self.desk = desk
        self._hands: Hands | None = None
        self._waiting = 0
        self._running = asyncio.Semaphore(AT_ONCE)
        self._outcomes = outcomes_tool(desk, lambda: self.origin)

    def tools(self) -> list[AnyTool]:
        """Everything that the client may call."""
        return [*every(), self._outcomes]

    def meet(self, name: object) -> None:
        """Hear the client's name; once."""
        if self._hands is None:
            self._hands = Hands(self.desk, self.desk, Turn(origin=f"mcp:{client_name(name)}"))

    @property
    def hands(self) -> Hands:
        """What this client's calls are handed."""
        self.meet(UNNAMED)
        assert self._hands is not None
        return self._hands

    @property
    def origin(self) -> str:
        """mcp:CLIENT"""
        return self.hands.turn.origin

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
                return await call(self.hands, name, arguments, self._find)
        finally:
            self._waiting -= 1

    def _find(self, name: str) -> AnyTool:
        return self._outcomes if name == self._outcomes.name else find(name)


def _crowded(name: str) -> Document:
    refusal = Refusal(
        Code.RATE_LIMITED,
        f"{MOST_WAITING} calls wait for their answers",
        fix="wait for answers before you ask for more",
    )
    return {"tool": name[:64], "ok": False, "took_ms": 0.0, **refusal.document()}
