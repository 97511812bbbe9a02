"""The calls that a step asks for: checked, run side by side within a bound, told of, and put as the model reads them.

What reads goes first and together; what proposes goes after, one by one, in the order it was asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import msgspec

from copilot.agent.claude import object_of
from copilot.agent.course import Course
from copilot.agent.hiding import hidden_in
from copilot.agent.minimise import least, without
from copilot.agent.port import Found, Outside, Use
from copilot.agent.results import LEAST, MOST_CHARS, MOST_TURN, told
from copilot.evidence import Result
from copilot.tools.call import LONGEST_S, Hands, call
from copilot.tools.finding import Document
from copilot.tools.registry import GROUP_OF
from copilot.tools.schema import MOST_BYTES
from copilot.tools.tool import Group
from copilot.wire import Called, Proposed
from engine.model.refusal import Code, Refusal
from engine.model.text import safe

AT_ONCE = 8
_PROPOSAL = ("proposal_id", "purpose", "summary", "status", "expires_at", "taint")


class Errands:
    """Runs calls. `names` maps what a model calls a tool to what it is; `left` calls may still be made."""

    def __init__(
        self, hands: Hands, course: Course, outside: Outside | None, names: dict[str, str], calls: int, minimise: bool
    ) -> None:
        self.hands, self.course, self.outside, self.names = hands, course, outside, names
        self.left, self.minimise = calls, minimise
        self.ids: set[str] = set()
        self._sent = 0
        self._room = asyncio.Semaphore(AT_ONCE)

    async def run(self, uses: Sequence[Use]) -> list[Found]:
        """Make the calls, as many as are left; what each came to, in the order they were asked for."""
        uses = uses[: self.left]
        self.left -= len(uses)
        first = len(self.course.results) + 1
        tainted = self.hands.turn.foreign > 0
        slots: list[Result | None] = [None] * len(uses)

        async def fill(place: int) -> None:
            slots[place] = await self._one(first + place, uses[place], tainted)

        proposing = [n for n, use in enumerate(uses) if GROUP_OF.get(self._name(use)) is Group.EXECUTE]
        reading = [n for n in range(len(uses)) if n not in proposing]
        try:
            async with asyncio.TaskGroup() as group:
                for place in reading:
                    group.create_task(fill(place))
            for place in proposing:
                await fill(place)
        except BaseExceptionGroup as several:  # whoever is told is gone: one such error says it
            raise several.exceptions[0] from None
        finally:  # a turn that is stopped keeps what it found
            self.course.results += [result for result in slots if result is not None]
        return [self._found(use, result) for use, result in zip(uses, slots, strict=True) if result is not None]

    def _name(self, use: Use) -> str:
        return self.names.get(use.tool, use.tool)

    async def _one(self, n: int, use: Use, tainted: bool) -> Result:
        async with self._room:
            name = self._name(use)
            known = name in GROUP_OF or use.tool in self.names
            shown = str(safe(name, 64))
            args = object_of(use.args) if known and len(use.args) <= MOST_BYTES else {}
            await self.course.tell(Called(self.course.ask.turn, n, shown, args))
            document = await self._document(name, use, tainted)
            result = Result(n, shown, args, document)
            await self._ended(result)
            return result

    async def _document(self, name: str, use: Use, tainted: bool) -> Document:
        if use.tool not in self.names and name in GROUP_OF:
            return _refusal(name, Code.FORBIDDEN, f"{name} is not offered in this mode", "use what is offered, or auto")
        if name in GROUP_OF or use.tool not in self.names:
            return await call(self.hands, name, use.args)
        if tainted and not named_in(self.course.ask.text, name):
            why = "foreign text was read in this turn, and the person did not name this tool"
            return _refusal(name, Code.FORBIDDEN, f"{safe(name, 64)} is off: {why}", "the person may name it")
        return await self._from_outside(name, use)

    async def _from_outside(self, name: str, use: Use) -> Document:
        assert self.outside is not None
        began = perf_counter()
        args = object_of(use.args)
        if not args and use.args.strip() not in ("", "{}"):
            return _refusal(name, Code.MALFORMED_JSON, "the arguments are not JSON", "send one object")
        self.hands.turn.foreign += 1  # before it runs: whatever it says, somebody else has said it
        try:
            document = await asyncio.wait_for(self.outside.run(name, args), LONGEST_S)
        except TimeoutError:
            return _refusal(name, Code.STALE_MARKET, f"{safe(name, 64)} took longer than {LONGEST_S:.0f} s", "ask less")
        took = round((perf_counter() - began) * 1000, 1)
        return {"tool": name, "took_ms": took, **document, "ok": bool(document.get("ok")), "tainted": True}

    async def _ended(self, result: Result) -> None:
        turn, took = self.course.ask.turn, float(result.document.get("took_ms", 0.0))
        error = None if result.ok else result.error
        what = str(result.citation()["what"])
        await self.course.tell(Called(turn, result.n, result.tool, result.args, result.ok, took, what, error))
        data = result.data
        if result.ok and isinstance(data, dict) and data.get("proposal_id"):
            proposal = {name: data[name] for name in _PROPOSAL if name in data}
            self.course.proposals.append(proposal)
            await self.course.tell(Proposed(turn, proposal))

    def _found(self, use: Use, result: Result) -> Found:
        result = msgspec.structs.replace(result, document=hidden_in(result.document))
        data: Any = result.data
        if self.minimise:
            data = least(result.tool, data, self.ids)
            document = {**result.document, "data": data}
            self.course.checked.append(msgspec.structs.replace(result, document=document))
        foreign = bool(result.document.get("tainted"))
        text = told(result, data, foreign=foreign, most=MOST_CHARS if self._sent < MOST_TURN else LEAST)
        text = without(text, self.ids) if self.minimise else text
        self._sent += len(text)
        return Found(use.call, text, result.ok)


def named_in(line: str, tool: str) -> bool:
    """Whether a person's own line names a tool, written as one word or as several."""
    line = " ".join(line.lower().replace("_", " ").replace("-", " ").split())
    name = " ".join(tool.lower().replace("_", " ").replace("-", " ").replace(".", " ").replace(":", " ").split())
    return f" {name} " in f" {''.join(c if c.isalnum() else ' ' for c in line)} "


def _refusal(tool: str, code: Code, message: str, fix: str) -> Document:
    return {"tool": tool[:64], "ok": False, "took_ms": 0.0, **Refusal(code, message, fix=fix).document()}
