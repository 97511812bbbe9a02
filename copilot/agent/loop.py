"""The agent loop: ask the model, make its calls, give back what they came to, until it has nothing more to ask for.

One turn has one model stream at a time, a bound of calls, of seconds and of tokens. Whatever ends it (its own end, a
budget, a person, trouble) ends in one Answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

import msgspec

from copilot.agent.attempts import Patience, whole_step
from copilot.agent.commands import Line, command_of
from copilot.agent.course import Course, Over
from copilot.agent.errands import Errands
from copilot.agent.hiding import hidden
from copilot.agent.history import earlier
from copilot.agent.mentions import fact_of, mentioned
from copilot.agent.minimise import rounded_text
from copilot.agent.modes import Mode, mode_of
from copilot.agent.offers import offered
from copilot.agent.port import Done, Message, Model, Outside, Part, Request, Trouble, Use, Words
from copilot.agent.prompts import foreign_of, question_of, system_of
from copilot.tools.call import Hands
from copilot.tools.finding import Document
from copilot.wire import Answered, Ask, Budget, FromWorker, Note, Outcome, Said
from engine.model.text import safe

MOST_TOKENS = 8_192
"""Of one step's answer, thoughts included."""
MOST_LINE = 20_000
"""Characters of a person's line that a model is given."""
FEW = 5
"""With so many calls left the person is told."""
MOST_STEPS = 40
LEAST_TOKENS = 256
"""With fewer left no step is begun."""
_CHARS_A_TOKEN = 3.5
"""Where a server tells no usage, tokens are reckoned from characters."""


async def run(
    hands: Hands,
    ask: Ask,
    model: Model,
    budget: Budget,
    tell: Callable[[FromWorker], Awaitable[None]],
    outside: Outside | None = None,
    *,
    stop: asyncio.Event | None = None,
    minimise: bool = False,
    outcomes: Sequence[Outcome] = (),
    patience: Patience | None = None,
) -> Answered:
    """Answer one question.

    `tell` gets Text, Called, Proposed and Note as they come; the Answered is returned and not told. Setting `stop` ends
    the turn at once with what was said; a cancelled task ends with CancelledError, its connection closed. `outcomes`
    are what became of proposals since the last turn. `hands.turn` brings the taint of the conversation so far; the
    texts of `ask.context` are added to it. Never raises for what a model, a tool or an endpoint did wrong.
    """
    course = Course(ask, tell)
    line = command_of(ask.text)
    if isinstance(line, Trouble):
        return course.answered("failed", line)
    hands.turn.foreign = max(hands.turn.foreign, len(ask.context))
    turn = _Turn(
        hands,
        course,
        model,
        budget,
        outside,
        line,
        minimise=minimise,
        outcomes=outcomes,
        patience=patience or Patience(),
    )
    return await _until(turn, course, budget, stop)


async def _until(turn: _Turn, course: Course, budget: Budget, stop: asyncio.Event | None) -> Answered:
    """The turn's end, by itself, by time, or by a person."""
    thinking = asyncio.create_task(turn.converse())
    stopping = asyncio.create_task((stop or asyncio.Event()).wait())
    try:
        await asyncio.wait({thinking, stopping}, timeout=budget.seconds, return_when=asyncio.FIRST_COMPLETED)
        if thinking.done():
            return await _ended(thinking, course)
        stopped = stopping.done()
        await _cancelled(thinking)
        if stopped:
            return course.answered("stopped")
        if not course.text and not course.calls:
            why = f"the model did not answer within {budget.seconds:g} s"
            return course.answered("failed", Trouble("MODEL_DOWN", why, "ask again in a while, or ask offline"))
        await _say_last(course, f"This turn has used its {budget.seconds:g} s and ends here.")
        return course.answered("budget")
    finally:
        stopping.cancel()
        await _cancelled(thinking)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


async def _ended(thinking: asyncio.Task[None], course: Course) -> Answered:
    try:
        await thinking
    except Over as over:
        await _say_last(course, over.line)
        return course.answered(over.ended, over.trouble)
    return course.answered("done")


async def _say_last(course: Course, line: str) -> None:
    if line:
        course.new_step()
        await course.say(line, model=False)


class _Turn:
    """What a turn works with."""

    def __init__(
        self, hands: Hands, course: Course, model: Model, budget: Budget, outside: Outside | None, line: Line | None,
        *, minimise: bool, outcomes: Sequence[Outcome], patience: Patience,
    ) -> None:  # fmt: skip
        self.course, self.model, self.line, self.outcomes, self.patience = course, model, line, outcomes, patience
        self.mode: Mode = mode_of(line.command.mode if line is not None else course.ask.mode)
        tools = line.command.tools if line is not None else self.mode.tools
        offers, names = offered(tools, self.mode, outside if line is None else None)
        self.offers = offers
        self.errands = Errands(hands, course, outside, names, budget.calls, minimise)
        self.tokens = min(budget.tokens_left, course.ask.tokens_left)
        self.deadline = monotonic() + budget.seconds
        self.system = system_of(self.mode)

    async def converse(self) -> None:
        """Step after step; returns at the model's own end, raises Over at any other."""
        messages = await self._opening()
        for _ in range(MOST_STEPS):
            request = self._request(messages)
            before = self.course.spent
            done = await whole_step(self.model, request, self.course, self.deadline, self.patience)
            if self.course.spent == before:
                self.course.input += _reckoned(request)
                self.course.output += int(_length(done.parts) / _CHARS_A_TOKEN)
            uses = [part for part in done.parts if isinstance(part, Use)]
            if done.stop == "pause" and not uses:
                messages = [*messages, *([Message("assistant", parts)] if (parts := _whole(done.parts)) else [])]
                continue
            if done.stop in ("refusal", "length") or not uses:
                return _finish(done)
            messages = [*messages, *await self._answered(done, uses)]
            self.course.new_step()
        raise Over("budget", f"This turn has taken {MOST_STEPS} steps and ends here.")

    async def _opening(self) -> list[Message]:
        ask = self.course.ask
        facts: list[Document] = [
            {"proposal": outcome.proposal_id, "became": outcome.status,
             **({"the_person_said": str(safe(outcome.reason, 280))} if outcome.reason else {})}
            for outcome in self.outcomes
        ]  # fmt: skip
        facts += await self._mentions()
        before, digest = earlier(_rounded(ask.history) if self.errands.minimise else ask.history)
        if digest:
            facts.insert(0, {"said_earlier_in_this_conversation_shortened": digest})
        text = self.line.question if self.line is not None else ask.text
        question = question_of(text.strip()[:MOST_LINE] or "(nothing)", facts, foreign_of(ask.context))
        lines = [*before, Message("user", (Words(question),))]
        return [msgspec.structs.replace(line, parts=tuple(_hidden(part) for part in line.parts)) for line in lines]

    async def _mentions(self) -> list[Document]:
        tickers = mentioned(self.course.ask.text)
        uses = [
            Use(f"mention_{n}", "search_instruments", msgspec.json.encode({"text": ticker}).decode())
            for n, ticker in enumerate(tickers)
        ]
        await self.errands.run(uses)
        return [fact_of(ticker, result) for ticker, result in zip(tickers, self.course.results, strict=False)]

    def _request(self, messages: list[Message]) -> Request:
        left = self.tokens - self.course.spent
        request = Request(self.system, tuple(messages), self.offers, closed=self.errands.left <= 0)
        left -= _reckoned(request)
        if left < LEAST_TOKENS:
            why = "Today's tokens for the model are used up; the planner still answers offline."
            raise Over("budget", why)
        return msgspec.structs.replace(request, most_tokens=min(MOST_TOKENS, left))

    async def _answered(self, done: Done, uses: list[Use]) -> list[Message]:
        """The step and what its calls came to. Raises Over where a model goes on asking with no calls left."""
        left = self.errands.left
        over = max(0, len(uses) - left) + done.dropped
        if left <= 0:
            raise Over("budget", f"The calls of this turn are used up; {over} more were not made.")
        dropped = {use.call for use in uses[left:]}
        kept = tuple(part for part in _whole(done.parts) if not isinstance(part, Use) or part.call not in dropped)
        found: list[Part] = list(await self.errands.run(uses[:left]))
        remain = self.errands.left
        if over or remain <= 0:
            found.append(
                Words(f"({over} calls were not made; {remain} are left in this turn. Go on with what you have.)")
            )
        if over or remain <= FEW < left:
            not_made = f"{over} calls were not made; " if over else ""
            await self.course.tell(Note(self.course.ask.turn, f"{not_made}{remain} calls are left in this turn"))
        return [Message("assistant", kept), Message("user", tuple(found))]


def _finish(done: Done) -> None:
    """The end that a step names. Raises Over unless it is the plain one."""
    if done.stop == "refusal":
        trouble = Trouble("MODEL_DECLINED", "the model declined to answer this", "put it another way, or ask offline")
        raise Over("failed", trouble=trouble)
    if done.stop == "length":
        raise Over("budget", "The answer reached the model's length and ends here; ask for the rest.")


def _rounded(history: Sequence[Said]) -> list[Said]:
    """What the desk had answered before, with its figures rounded."""
    return [Said(line.role, rounded_text(line.text)) if line.role == "assistant" else line for line in history]


def _whole(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Parts as they may be sent back: no empty text, and none that ends in blanks."""
    bare = [Words(part.text.rstrip()) if isinstance(part, Words) else part for part in parts]
    return tuple(part for part in bare if not isinstance(part, Words) or part.text)


def _hidden(part: object) -> Words:
    assert isinstance(part, Words)
    return Words(hidden(part.text))


def _reckoned(request: Request) -> int:
    offers = sum(len(offer.description) + len(msgspec.json.encode(offer.schema)) for offer in request.offers)
    said = sum(_length(message.parts) for message in request.messages)
    return int((len(request.system) + offers + said) / _CHARS_A_TOKEN)


def _length(parts: Sequence[object]) -> int:
    return sum(len(getattr(part, "text", "") or getattr(part, "args", "")) for part in parts)
