"""A model that obeys whatever a script says, for tests: the worst that any model could do with these tools.

A script is one JSON document or one a line: calls {"tool", "args"}, or cases with `attack_calls` of them (and the
foreign `text` they came from, with its `channel`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from copilot.answer import MOST_CALLS, Answer
from copilot.evidence import Result
from copilot.tools.call import Hands, call
from copilot.tools.finding import Document
from copilot.tools.registry import GROUP_OF
from engine.model.refusal import Code, refuse
from engine.model.text import safe

LABEL = "Scripted: a file of tool calls stands in for the model."
_PROPOSAL = ("proposal_id", "purpose", "summary", "status", "expires_at", "taint")


class Script(msgspec.Struct, frozen=True):
    """The calls in their order, and the (channel, text) of the foreign texts that they came from."""

    calls: tuple[Document, ...]
    foreign: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, path: Path) -> Script:
        """A file. Raises Refused with MALFORMED_JSON where it is no script, OSError where it cannot be read."""
        return cls.of(path.read_bytes())

    @classmethod
    def of(cls, raw: bytes) -> Script:
        """A file's content. Raises Refused with MALFORMED_JSON or TYPE_ERROR where it is no script."""
        try:
            return _script(_items(raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise refuse(Code.MALFORMED_JSON, "the script is not JSON", fix="one call or case a line") from error


def _items(raw: bytes) -> list[Any]:
    try:
        whole = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return [msgspec.json.decode(line) for line in raw.splitlines() if line.strip()]
    return whole if isinstance(whole, list) else [whole]


def _script(items: Sequence[Any]) -> Script:
    calls: list[Document] = []
    texts: list[tuple[str, str]] = []
    for item in items:
        if not isinstance(item, dict):
            raise refuse(Code.TYPE_ERROR, "a line of the script is no object", fix='{"tool": NAME, "args": {...}}')
        own: Any = item.get("attack_calls") or item.get("calls") or ([item] if "tool" in item else [])
        calls += [each for each in own if isinstance(each, dict) and isinstance(each.get("tool"), str)]
        if isinstance(item.get("text"), str) and isinstance(item.get("channel"), str):
            texts.append((item["channel"], item["text"]))
    return Script(tuple(calls), tuple(texts))


Made = Callable[[int, str, Document, Document | None], Awaitable[None]]
"""Told of each call: its number, tool and arguments, when it begins (None) and with its document when it has ended."""


class Elsewhere(Protocol):
    """Tools that run outside."""

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""

    async def run(self, tool: str, args: Document) -> Document:
        """The document of one call."""


async def play(
    hands: Hands, script: Script, told: Made | None = None, outside: Elsewhere | None = None, most: int = MOST_CALLS
) -> Answer:
    """Make every call, obediently, as far as a turn goes; what each came to is said in the desk's words only."""
    made: list[Result] = []
    calls: list[Document] = []
    for n, each in enumerate(script.calls[:most], 1):
        tool, args = str(each["tool"]), each.get("args") or {}
        elsewhere = outside is not None and tool not in GROUP_OF and outside.has(tool)
        kept = args if (tool in GROUP_OF or elsewhere) and isinstance(args, dict) else {}
        shown = str(safe(tool, 64))
        if told is not None:
            await told(n, shown, kept, None)
        if outside is not None and elsewhere:
            hands.turn.foreign += 1  # before it runs: whatever it says, somebody else has said it
            document = await outside.run(tool, kept)
        else:
            document = await call(hands, tool, msgspec.json.encode(args))
        if told is not None:
            await told(n, shown, kept, document)
        made.append(Result(n, shown, kept, document))
        calls.append({"tool": shown, "args": kept, "ok": document["ok"], "took_ms": document["took_ms"],
                      **({} if document["ok"] else {"error": document["error"]})})  # fmt: skip
    left = len(script.calls) - len(made)
    lines = [_line(result) for result in made]
    if left > 0:
        lines.append(f"{left} further calls were not made: a turn has {most}.")
    proposals = tuple(
        {name: result.data[name] for name in _PROPOSAL if name in result.data} for result in made
        if result.ok and isinstance(result.data, dict) and "proposal_id" in result.data
    )  # fmt: skip
    text = "\n".join([*lines, "Nothing was sent; what is proposed waits for a person.", "", LABEL])
    return Answer(text, True, tuple(calls), tuple(result.citation() for result in made), proposals)


def _line(result: Result) -> str:
    if not result.ok:
        return f"{result.tool}: {result.error.get('code')} [{result.n}]"
    proposal = result.data.get("proposal_id") if isinstance(result.data, dict) else None
    return f"{result.tool}: {'proposed ' + str(proposal) if proposal else 'read'} [{result.n}]"
