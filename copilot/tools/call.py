"""One call of a tool, from its name and raw arguments to a document that says what came of it. Never raises for
what a caller, a desk or a tool did wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

import msgspec

from copilot.tools.finding import MOST_BYTES, Document, Finding
from copilot.tools.registry import find
from copilot.tools.schema import read_args
from copilot.tools.tool import AnyTool, Args, Execute
from copilot.turn import Turn, TurnProposer
from engine.desk import DeskReader, DeskUnreachable, Proposer
from engine.model.refusal import Code, Refusal, Refused

LONGEST_S = 20.0
"""A call that takes longer is given up."""


class Hands:
    """What the calls of a turn are handed: a desk to read and, where proposals are wanted, somebody to propose to."""

    def __init__(self, reader: DeskReader, proposer: Proposer | None = None, turn: Turn | None = None) -> None:
        self.reader, self.turn = reader, turn or Turn()
        self.proposer = TurnProposer(proposer, self.turn) if proposer is not None else None


async def call(
    hands: Hands, name: str, payload: bytes | str | Document, among: Callable[[str], AnyTool] | None = None
) -> Document:
    """{"tool", "ok", "took_ms"} and, if it went well, data, sources, tainted, truncated; otherwise error. `among`
    finds a tool by name; the registry does by itself."""
    began = perf_counter()
    try:
        tool = (among or find)(name)
        finding = await asyncio.wait_for(_run(tool, hands, read_args(tool, payload)), LONGEST_S)
        hands.turn.read(finding)
        body = _fitting(finding)
        head: Document = {"tool": tool.name, "ok": True}
    except Refused as refused:
        head, body = {"tool": name[:64], "ok": False}, refused.refusal.document()
    except TimeoutError:
        gone = Refusal(Code.STALE_MARKET, f"{name[:64]} took longer than {LONGEST_S:.0f} s", fix="ask for less")
        head, body = {"tool": name[:64], "ok": False}, gone.document()
    except DeskUnreachable as error:
        gone = Refusal(Code.STALE_MARKET, "the desk does not answer", str(error), "start it, or wait for it")
        head, body = {"tool": name[:64], "ok": False}, gone.document()
    return {**head, "took_ms": round((perf_counter() - began) * 1000, 1), **body}


async def _run(tool: AnyTool, hands: Hands, args: Args) -> Finding:
    if not isinstance(tool, Execute):
        return await tool.run(hands.reader, args)
    if hands.proposer is None:
        raise Refused(Refusal(Code.FORBIDDEN, f"{tool.name} cannot be used here: nothing may be proposed"))
    return await tool.run(hands.reader, hands.proposer, args)


def _fitting(finding: Finding) -> Document:
    document = finding.document()
    size = len(msgspec.json.encode(document["data"]))
    if size > MOST_BYTES:
        raise Refused(
            Refusal(Code.PAYLOAD_TOO_LARGE, f"the answer has {size // 1024} KiB, {MOST_BYTES // 1024} at most",
                    fix="ask for fewer rows, or a narrower part")
        )  # fmt: skip
    return document
