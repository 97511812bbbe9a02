"""Who thinks in a turn: the planner, a script or a model; each ends in one Answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from copilot.agent.port import Model
from copilot.answer import Answer
from copilot.scripted import Script, play
from copilot.tools.call import Hands
from copilot.tools.finding import Document
from copilot.wire import Answered, Ask, Budget, Called, FromWorker, Open, Outcome, Proposed, Provider, Text
from copilot.worker.outside import Outside
from engine.desk import DeskUnreachable
from engine.model.refusal import Code, Refusal, Refused
from engine.model.text import safe

OFFLINE = "Offline planner"
SCRIPTED = "Scripted"
_WORDS = {"EXECUTED": "was signed and executed", "DECLINED": "was declined", "EXPIRED": "expired unsigned"}
Tell = Callable[[FromWorker], Awaitable[None]]


def model_of(provider: Provider) -> Model | None:
    """The model of a provider; None for those that ask none. Raises Refused."""
    if provider.kind in ("offline", "scripted"):
        return None
    from copilot.agent.choose import model_for

    return model_for(provider)


def label_of(provider: Provider, model: Model | None) -> str:
    """Who thinks, in words for the screen."""
    if model is not None:
        return model.label
    return SCRIPTED if provider.kind == "scripted" else OFFLINE


class Thought:
    """One turn, whoever thinks it."""

    def __init__(
        self, hands: Hands, ask: Ask, opened: Open, tell: Tell, outside: Outside, stop: asyncio.Event,
        outcomes: Sequence[Outcome],
    ) -> None:  # fmt: skip
        self.hands, self.ask, self.opened, self.tell = hands, ask, opened, tell
        self.outside, self.stop, self.outcomes = outside, stop, outcomes
        self.budget: Budget = opened.budget

    async def answered(self, model: Model | None) -> Answered:
        """The turn's end. Raises nothing but what ends the worker."""
        if model is not None:
            return await self._modelled(model)
        said = outcome_lines(self.outcomes)
        if said:
            await self.tell(Text(self.ask.turn, said))
        if self.opened.provider.kind == "scripted":
            found = await self._bounded(self._scripted)
        else:
            from copilot.agent.offline import planned

            found = await planned(self.hands, self.ask, self.budget, self.tell, stop=self.stop)
        return _beginning(found, said)

    async def _modelled(self, model: Model) -> Answered:
        from copilot.agent.loop import run

        outside = self.outside if self.outside.tools else None
        return await run(
            self.hands, self.ask, model, self.budget, self.tell, outside,
            stop=self.stop, minimise=self.opened.minimise, outcomes=self.outcomes,
        )  # fmt: skip

    async def _bounded(self, work: Callable[[], Awaitable[Answered]]) -> Answered:
        """Work that ends when it is done, stopped or out of time."""
        working = asyncio.ensure_future(work())
        stopping = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({working, stopping}, timeout=self.budget.seconds, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            return _empty(self.ask, "stopped" if stopping.done() else "budget")
        except Refused as refused:
            return _empty(self.ask, "failed", refused.refusal)
        except DeskUnreachable as error:
            return _empty(self.ask, "failed", Refusal(Code.STALE_MARKET, "the desk does not answer", str(error)))
        finally:
            stopping.cancel()
            working.cancel()
            await asyncio.wait({working, stopping})

    async def _scripted(self) -> Answered:
        script = Script.of(self.opened.provider.script.encode())
        own = {str(each.get("text", "")) for each in self.ask.context}
        self.hands.turn.foreign += sum(1 for _, text in script.foreign if text.strip() and text not in own)
        answer = await play(self.hands, script, self._made, self.outside, self.budget.calls)
        for proposal in answer.proposals:
            await self.tell(Proposed(self.ask.turn, proposal))
        await self.tell(Text(self.ask.turn, answer.text))
        return Answered(self.ask.turn, answer.document(), tokens={"input": 0, "output": 0})

    async def _made(self, n: int, tool: str, args: Document, document: Document | None) -> None:
        """A call begins (no document yet) or has ended."""
        if document is None:
            await self.tell(Called(self.ask.turn, n, tool, args))
            return
        took, error = float(document.get("took_ms", 0.0)), document.get("error")
        await self.tell(Called(self.ask.turn, n, tool, args, bool(document["ok"]), took, tool, error))


def outcome_lines(outcomes: Sequence[Outcome]) -> str:
    """What became of proposals since the last turn, in words."""
    lines = []
    for one in outcomes:
        name, reason = safe(one.proposal_id, 40), safe(one.reason, 280)
        why = f': "{reason}"' if str(reason) else ""
        lines.append(f"{name} {_WORDS.get(one.status, f'is {safe(one.status, 40)}')}{why}.\n")
    return "".join(lines) + ("\n" if lines else "")


def _beginning(found: Answered, said: str) -> Answered:
    if not said:
        return found
    answer = {**found.answer, "text": said + str(found.answer.get("text", ""))}
    return msgspec.structs.replace(found, answer=answer)


def _empty(ask: Ask, ended: str, refusal: Refusal | None = None) -> Answered:
    error = refusal.document()["error"] if refusal is not None else None
    assert error is None or isinstance(error, dict)
    return Answered(ask.turn, Answer("", True, (), (), ()).document(), ended=ended, refusal=error,
                    tokens={"input": 0, "output": 0})  # fmt: skip
