"""What a tool is: arguments, a function, a group. The group decides by type what the function is handed.

A `Retrieve` and a `Diagnose` are handed a desk that can be read. An `Execute` is also handed somebody to propose to.
None is ever handed a desk that trades: there is no such parameter.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from copilot.tools.finding import Document, Finding
from engine.desk import DeskReader, Proposer


class Args(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every tool's arguments: one struct a tool, each field with a description, bounds and a unit."""


A = TypeVar("A", bound=Args)


class Group(StrEnum):
    """The three groups."""

    RETRIEVE = "retrieve"
    DIAGNOSE = "diagnose"
    EXECUTE = "execute"


class Risk(StrEnum):
    """What a tool's output may do to whoever reads it."""

    FIGURES = "figures"
    """Numbers and words of the desk's own making."""
    FOREIGN = "foreign"
    """May hold somebody else's words, marked as such; taints the turn."""
    PROPOSAL = "proposal"
    """Lays something before a person, who may sign it."""


class Tool(Generic[A]):
    """A tool of one of the groups; made by the decorators below."""

    GROUP: ClassVar[Group]

    def __init__(
        self, run: Callable[..., Awaitable[Finding]], args: type[A], *, risk: Risk, example: Document, needs: str = ""
    ) -> None:
        self.run, self.args, self.risk, self.example, self.needs = run, args, risk, example, needs
        self.name: str = getattr(run, "__name__", "")
        self.description = inspect.cleandoc(inspect.getdoc(run) or "")


class Retrieve(Tool[A]):
    """Fetches what is there."""

    GROUP = Group.RETRIEVE


class Diagnose(Tool[A]):
    """Works something out."""

    GROUP = Group.DIAGNOSE


class Execute(Tool[A]):
    """Proposes, for a person to sign."""

    GROUP = Group.EXECUTE


AnyTool = Tool[Any]
Reads = Callable[[DeskReader, A], Awaitable[Finding]]
Proposes = Callable[[DeskReader, Proposer, A], Awaitable[Finding]]


def retrieve(
    args: type[A], *, example: Document, risk: Risk = Risk.FIGURES, needs: str = ""
) -> Callable[[Reads[A]], Retrieve[A]]:
    """Make a function that reads a tool; `needs` says what it waits for where that is not built yet."""
    return lambda run: Retrieve(run, args, risk=risk, example=example, needs=needs)


def diagnose(
    args: type[A], *, example: Document, risk: Risk = Risk.FIGURES, needs: str = ""
) -> Callable[[Reads[A]], Diagnose[A]]:
    """Make a function that works something out a tool."""
    return lambda run: Diagnose(run, args, risk=risk, example=example, needs=needs)


def execute(args: type[A], *, example: Document) -> Callable[[Proposes[A]], Execute[A]]:
    """Make a function that proposes a tool."""
    return lambda run: Execute(run, args, risk=Risk.PROPOSAL, example=example)
