"""What the loop asks of a model, whoever serves it: one streamed step of a conversation.

A step is what a model says before it stops: words, calls of tools, or both. Messages are the loop's own nouns; an
adapter turns them into its provider's.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec

from copilot.tools.finding import Document


class Words(msgspec.Struct, frozen=True, tag="words"):
    """Text, of a person or a model."""

    text: str


class Use(msgspec.Struct, frozen=True, tag="use"):
    """A model asks for a tool. `args` is JSON as the model wrote it, which may be none at all."""

    call: str
    tool: str
    args: str


class Found(msgspec.Struct, frozen=True, tag="found"):
    """What a call came to, for the model; `ok` False where it was refused."""

    call: str
    text: str
    ok: bool = True


class Opaque(msgspec.Struct, frozen=True, tag="opaque"):
    """A block that only its provider understands, and wants back as it was."""

    block: Document


Part = Words | Use | Found | Opaque


class Message(msgspec.Struct, frozen=True):
    """One side's parts; `role` is user or assistant."""

    role: str
    parts: tuple[Part, ...]


class Offer(msgspec.Struct, frozen=True):
    """A tool as a model is told of it."""

    name: str
    description: str
    schema: Document


class Request(msgspec.Struct, frozen=True):
    """A step that is wanted. `closed`: tools are named for the model to understand what it did, and may not be used."""

    system: str
    messages: tuple[Message, ...]
    offers: tuple[Offer, ...] = ()
    most_tokens: int = 8_192
    closed: bool = False


class Spent(msgspec.Struct, frozen=True):
    """Tokens, beyond those already said."""

    input: int = 0
    output: int = 0


class Done(msgspec.Struct, frozen=True):
    """A step is whole. `stop` is end, tools, length, pause or refusal; `parts` all that the model said, in its order;
    `dropped` how many calls were left out as too many."""

    stop: str
    parts: tuple[Part, ...]
    dropped: int = 0


Piece = Words | Spent | Done
"""What a step streams: words as they come, tokens as they are known, and Done last."""


class Trouble(msgspec.Struct, frozen=True):
    """Why a model gives no answer; docs/copilot.md lists the codes."""

    code: str
    message: str
    fix: str

    def document(self) -> Document:
        """As Answered.refusal has it."""
        return {"code": self.code, "message": self.message, "fix": self.fix}


class ModelError(Exception):
    """A step broke off. `again`: another try may go through; `wait` the seconds that the provider asks for."""

    def __init__(self, trouble: Trouble, *, again: bool, wait: float | None = None) -> None:
        super().__init__(trouble.message)
        self.trouble, self.again, self.wait = trouble, again, wait


class Model(Protocol):
    """Somebody who thinks."""

    label: str
    """Who, in words for the screen; no key and no address in it."""

    def step(self, request: Request) -> AsyncGenerator[Piece, None]:
        """Stream one step. Closing the iterator closes the connection. Raises ModelError where the step breaks off."""

    async def close(self) -> None:
        """Give back connections."""


class Outside(Protocol):
    """Tools that the keeper runs. `tools` describes them (copilot.tools.registry.described)."""

    @property
    def tools(self) -> tuple[Document, ...]:
        """The tools that there are."""

    async def run(self, tool: str, args: Document) -> Document:
        """The document of copilot.tools.call.call; never raises for what a tool did wrong."""
