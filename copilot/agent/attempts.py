"""One step of a model, tried until it is whole: waits between tries, and nothing shown is shown twice.

A step that breaks off after some of its text was shown goes on where it stopped: the next try is given that text and
asked for the rest. A server that begins again instead is let repeat itself unheard.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from time import monotonic

import msgspec

from copilot.agent.course import Course, Over
from copilot.agent.port import Done, Message, Model, ModelError, Part, Request, Spent, Trouble, Words
from copilot.wire import Note

_GO_ON = (
    "(The connection broke there. Go on exactly where the text above stops; repeat nothing and do not mention this.)"
)


class Patience(msgspec.Struct, frozen=True):
    """How often a step is tried, and how long is waited in between: up to `first_s`, doubled each time, at most
    `most_s`, by chance, so that many desks do not come back at once."""

    tries: int = 5
    first_s: float = 0.5
    most_s: float = 8.0

    def wait(self, failed: int, asked: float | None) -> float:
        """Seconds after so many failures; what the provider asks for is the least."""
        most = min(self.most_s, self.first_s * 2.0 ** (failed - 1))
        chance = random.uniform(most / 2, most)
        return chance if asked is None else asked + chance / 4


class Shown:
    """What of a step's text is new to the person."""

    def __init__(self, before: str) -> None:
        self.before, self._held, self._replay = before, "", not before
        self._settled = not before

    def take(self, text: str) -> str:
        """The part of it to show now."""
        if self._settled:
            return text
        self._held += text
        if self.before.startswith(self._held) and self._held != self.before:
            return ""
        self._settled, self._replay = True, self._held.startswith(self.before)
        return self._held[len(self.before) :] if self._replay else self._held

    def whole(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """The step's parts with what earlier tries had said."""
        if not self.before or self._replay:
            return parts
        if not self._settled:  # a beginning of what was said, and no more: it repeats
            parts = tuple(part for part in parts if not isinstance(part, Words))
        return (Words(self.before), *parts)


async def whole_step(model: Model, request: Request, course: Course, deadline: float, patience: Patience) -> Done:
    """A step, whole, its text told as it comes. Raises Over where no try goes through."""
    said = ""
    failed = 0
    while True:
        shown = Shown(said)
        try:
            async with aclosing(model.step(_resumed(request, said))) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Done):
                        return msgspec.structs.replace(piece, parts=shown.whole(piece.parts))
                    if isinstance(piece, Spent):
                        course.input += piece.input
                        course.output += piece.output
                    else:
                        fresh = shown.take(_clean(piece.text))
                        said += fresh
                        await course.say(fresh)
            error = ModelError(Trouble("MODEL_DOWN", "the model's answer has no end", "ask again"), again=True)
        except ModelError as broken:
            error = broken
        failed += 1
        await _before_another(error, failed, course, deadline, patience)


async def _before_another(error: ModelError, failed: int, course: Course, deadline: float, patience: Patience) -> None:
    if not error.again or failed >= patience.tries:
        tried = f" ({failed} tries)" if failed > 1 else ""
        trouble = error.trouble
        raise Over("failed", trouble=Trouble(trouble.code, trouble.message + tried, trouble.fix)) from error
    wait = patience.wait(failed, error.wait)
    if monotonic() + wait >= deadline:
        what = f"{error.trouble.message}; it asks to wait {wait:.0f} s, longer than this turn has"
        raise Over("failed", trouble=Trouble(error.trouble.code, what, error.trouble.fix)) from error
    nth = f"try {failed + 1} of {patience.tries}"
    await course.tell(Note(course.ask.turn, f"{error.trouble.message}; again in {wait:.1f} s, {nth}"))
    await asyncio.sleep(wait)


def _resumed(request: Request, said: str) -> Request:
    if not said.strip():
        return request
    again = (Message("assistant", (Words(said.rstrip()),)), Message("user", (Words(_GO_ON),)))
    return msgspec.structs.replace(request, messages=(*request.messages, *again))


def _clean(text: str) -> str:
    """Half a surrogate pair is no text, and would break whoever writes it down."""
    return text.encode("utf-8", "replace").decode()
