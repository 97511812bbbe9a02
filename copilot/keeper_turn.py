"""What a worker may say within a turn, and what of it is believed: nothing about the desk that the engine does not say.

A worker that says too much, something about another turn, or of a proposal that is not there or not its own, lies.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import msgspec

from copilot.answer import Answer
from copilot.tools.finding import Document
from copilot.wire import Answered, Called, FromWorker, Note, Proposed, Run, Text
from engine.desk import DeskUnreachable
from engine.model.proposal import REQUIRES_USER_CONFIRMATION
from engine.model.refusal import Refused

MOST_EVENTS = 20_000
MOST_BYTES = 16 * 1024 * 1024
MOST_RUNS = 25
_TOLD = ("proposal_id", "purpose", "summary", "status", "expires_at", "taint")
_NAME = re.compile(r"p[0-9]{1,12}\Z", re.ASCII)
_WAITING = ("PROPOSED", "READY", "PRESENTED")
Look = Callable[[str], Awaitable[Document]]


class Lie(Exception):
    """The worker said what it cannot know or may not say."""


class WatchedTurn:
    """One turn as the keeper follows it."""

    def __init__(self, turn: str, origins: Collection[str], tools: Collection[str], look: Look) -> None:
        self.turn, self._origins, self._tools, self._look = turn, origins, tools, look
        self._events = self._bytes = self._runs = 0
        self._proposals: dict[str, Document] = {}
        self.stopping = False

    async def heard(self, message: Any, size: int) -> FromWorker | None:
        """The message as it may be passed on; None where it is for the keeper itself or could not be checked. Raises
        Lie."""
        self._events += 1
        self._bytes += size
        if self._events > MOST_EVENTS or self._bytes > MOST_BYTES:
            raise Lie("said too much")
        if isinstance(message, Run):
            self._runs += 1
            if message.tool not in self._tools or self._runs > MOST_RUNS:
                raise Lie("asked for a tool that is not there")
            return None
        if not isinstance(message, Text | Called | Proposed | Note | Answered) or message.turn != self.turn:
            raise Lie("spoke of another turn")
        if isinstance(message, Proposed):
            return await self._proposed(message)
        if isinstance(message, Answered):
            answer = {**empty(), **message.answer, "proposals": list(self._proposals.values())}
            return msgspec.structs.replace(message, answer=answer)
        return message

    async def _proposed(self, message: Proposed) -> Proposed | None:
        """In the engine's words."""
        name = message.proposal.get("proposal_id")
        if not isinstance(name, str) or not _NAME.match(name):
            raise Lie("spoke of a proposal that is not there")
        try:
            found = await self._look(name)
        except Refused:
            raise Lie("spoke of a proposal that is not there") from None
        except DeskUnreachable:
            return None
        if found.get("origin") not in self._origins:
            raise Lie("claimed somebody else's proposal")
        told = {name: found[name] for name in _TOLD if name in found}
        if told.get("status") in _WAITING:
            told["status"] = REQUIRES_USER_CONFIRMATION
        self._proposals[str(found["proposal_id"])] = told
        return Proposed(self.turn, told)

    def failed(self, code: str, message: str, fix: str) -> Answered:
        """The end of a turn that the worker did not end."""
        answer = {**empty(), "proposals": list(self._proposals.values())}
        refusal: Document | None = {"code": code, "message": message, "fix": fix}
        return Answered(self.turn, answer, ended="failed", refusal=refusal, tokens={"input": 0, "output": 0})

    def stopped(self) -> Answered:
        """The end of a turn that a person ended and the worker did not."""
        answer = {**empty(), "proposals": list(self._proposals.values())}
        return Answered(self.turn, answer, ended="stopped", tokens={"input": 0, "output": 0})


def empty() -> Document:
    """An answer that says nothing."""
    return Answer("", True, (), (), ()).document()
