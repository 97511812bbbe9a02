"""What passes between a copilot's worker and the program that keeps it: one JSON object a line, each way.

The keeper (terminal, command line) asks, stops, tells outcomes and runs tools from outside; the worker thinks and says
what it does while it does it. A worker never names files, keys of the desk or commands: nothing here could carry them.
All text from the worker is foreign: whoever shows it makes it safe first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

import msgspec

from copilot.tools.finding import Document


class Provider(msgspec.Struct, frozen=True):
    """Who thinks. `kind` is offline (the planner), scripted (`script` holds the text of a script), anthropic, or openai
    (any server of that shape, at `base_url`). `key` opens the model's door and no other."""

    kind: str = "offline"
    model: str = ""
    base_url: str = ""
    key: str = ""
    script: str = ""


class Budget(msgspec.Struct, frozen=True):
    """What a turn may take, and how many tokens are left of the day's."""

    calls: int = 25
    seconds: float = 60.0
    tokens_left: int = 1_000_000


class Said(msgspec.Struct, frozen=True):
    """An earlier line of the conversation: `role` is user or assistant."""

    role: str
    text: str


class Open(msgspec.Struct, frozen=True, tag="open"):
    """The first line to a worker. `outside` describes tools that the keeper runs (copilot.tools.registry.described);
    `minimise`: figures sent to a model are rounded, ids left out."""

    provider: Provider
    budget: Budget = Budget()
    outside: tuple[Document, ...] = ()
    minimise: bool = False


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A question. `mode` is auto, research, trading, portfolio, earnings or scanner; `context` foreign texts beside it
    as {"channel", "text"}; `history` what was said before, oldest first; `tokens_left` of the day."""

    turn: str
    text: str
    mode: str = "auto"
    context: tuple[Document, ...] = ()
    history: tuple[Said, ...] = ()
    tokens_left: int = 1_000_000


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End a turn where it is; what was said stays said."""

    turn: str


class Outcome(msgspec.Struct, frozen=True, tag="outcome"):
    """What became of a proposal (executed, declined with a reason, expired): the next turn knows."""

    proposal_id: str
    status: str
    reason: str = ""


class Ran(msgspec.Struct, frozen=True, tag="ran"):
    """What a tool from outside came to: the document of copilot.tools.call.call."""

    call: str
    document: Document


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker listens. `label` says who thinks, in words for the screen."""

    label: str


class Text(msgspec.Struct, frozen=True, tag="text"):
    """A piece of the answer, markdown."""

    turn: str
    text: str


class Called(msgspec.Struct, frozen=True, tag="called"):
    """A tool call begins (`ok` None) or has ended; `n` is how the text cites it ([n])."""

    turn: str
    n: int
    tool: str
    args: Document
    ok: bool | None = None
    took_ms: float = 0.0
    what: str = ""
    error: Document | None = None


class Run(msgspec.Struct, frozen=True, tag="run"):
    """Ask the keeper to run a tool from outside."""

    call: str
    tool: str
    args: Document


class Proposed(msgspec.Struct, frozen=True, tag="proposed"):
    """A proposal of this turn lies on the desk."""

    turn: str
    proposal: Document


class Note(msgspec.Struct, frozen=True, tag="note"):
    """What a person should know while waiting: trying again, budget near its end."""

    turn: str
    text: str


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """A turn is over: `answer` is copilot.answer.Answer.document(); `chips` questions that could follow; `flagged`
    figures of the text that no result holds; `tokens` {"input", "output"}; `ended` done, stopped, budget or failed, the
    last with a `refusal` {"code", "message", "fix"}."""

    turn: str
    answer: Document
    chips: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    tokens: Document = {}
    ended: str = "done"
    refusal: Document | None = None


ToWorker = Open | Ask | Stop | Outcome | Ran
FromWorker = Ready | Text | Called | Run | Proposed | Note | Answered


class Companion(Protocol):
    """A copilot as a screen or a command sees it, wherever it thinks. Every method may raise Refused."""

    async def start(self) -> Ready:
        """Begin; once."""

    async def ask(self, ask: Ask) -> None:
        """Ask; what comes of it arrives as events with its turn, an Answered last, whatever happens."""

    async def stop(self, turn: str) -> None:
        """End a turn; its Answered still arrives."""

    async def outcome(self, outcome: Outcome) -> None:
        """Tell what became of a proposal."""

    def events(self) -> AsyncIterator[FromWorker]:
        """Everything that the worker says, until it is closed."""

    async def close(self) -> None:
        """End the worker."""


def line(message: Any) -> bytes:
    """A message as it goes over the wire."""
    return msgspec.json.encode(message) + b"\n"
