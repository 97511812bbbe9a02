"""Tools of other programs' servers, for the copilot: named mcp.SERVER.TOOL, pinned, tainted, off until agreed to."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

import msgspec

from copilot.mcp.link import Link, linked
from copilot.mcp.pins import MOST_TOOLS, OtherServer, OtherTool, ServerBook
from copilot.tools.finding import MOST_BYTES, Document, Finding, Origin, Source, foreign
from copilot.tools.registry import GROUP_OF
from engine.model.refusal import Code, Refused, refuse
from engine.model.text import safe

MOST_DESCRIPTION, MOST_SCHEMA = 4_000, 16 * 1024
_TOOL = re.compile(r"^[A-Za-z0-9_-]{1,48}$")
Agreed = Callable[[OtherServer], bool]
"""Whether a person has agreed to a server with this hash."""


async def looked_at(name: str, command: tuple[str, ...]) -> OtherServer:
    """A server as it describes itself now. Raises Refused."""
    async with linked(command) as link:
        return OtherServer(name, command, await _tools(link))


async def _tools(link: Link) -> tuple[OtherTool, ...]:
    rows = (await link.ask("tools/list", {})).get("tools")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_TOOLS:
        raise refuse(Code.OUT_OF_RANGE, f"a server has 1 to {MOST_TOOLS} tools", fix="use another server")
    found = tuple(_tool(row) for row in rows)
    if len({tool.name for tool in found}) < len(found):
        raise refuse(Code.INCONSISTENT_FIELDS, "two of its tools have one name", fix="use another server")
    return found


def _tool(row: Any) -> OtherTool:
    try:
        name, description, schema = str(row["name"]), str(row.get("description", "")), row["inputSchema"]
    except (TypeError, KeyError, AttributeError):
        raise refuse(Code.TYPE_ERROR, "a tool of it is not described as it must be", fix="use another server") from None
    if not _TOOL.match(name) or name in GROUP_OF or name == "list_proposals":
        cause = "tools of other servers may not look like the desk's own"
        raise refuse(
            Code.FORBIDDEN, f"the name {safe(name[:48])} is not allowed", cause=cause, fix="use another server"
        )
    if not isinstance(schema, dict) or len(msgspec.json.encode(schema)) > MOST_SCHEMA:
        raise refuse(Code.PAYLOAD_TOO_LARGE, f"the arguments of {name} are no schema, or too long", fix="use another")
    if len(description) > MOST_DESCRIPTION:
        raise refuse(Code.PAYLOAD_TOO_LARGE, f"the description of {name} is too long to be read", fix="use another")
    return OtherTool(name, description, schema)


class OtherServers:
    """Implements copilot.keeper.OutsideTools."""

    def __init__(self, book: ServerBook, agreed: Agreed) -> None:
        self._book, self._agreed = book, agreed

    def described(self) -> list[Document]:
        """Each tool of the servers that a person has agreed to, as copilot.tools.registry.described."""
        return [
            {
                "name": f"mcp.{server.name}.{tool.name}", "group": "retrieve", "risk": "foreign", "example": {},
                "description": f"From another program, in its own words: {safe(tool.description, MOST_DESCRIPTION)}",
                "schema": tool.schema,
            }
            for server in self._book.servers().values() if self._agreed(server) for tool in server.tools
        ]  # fmt: skip

    async def call(self, name: str, args: Document) -> Document:
        """The document of copilot.tools.call.call; what comes back is somebody else's words."""
        began = perf_counter()
        try:
            found = (await self._answer(name, args)).document()
            head: Document = {"tool": name[:64], "ok": True}
        except Refused as refused:
            head, found = {"tool": name[:64], "ok": False}, refused.refusal.document()
        return {**head, "took_ms": round((perf_counter() - began) * 1000, 1), **found}

    async def _answer(self, name: str, args: Document) -> Finding:
        server, tool = self._find(name)
        async with linked(server.command) as link:
            if OtherServer(server.name, server.command, await _tools(link)).hash != server.hash:
                fix = f"vterm copilot mcp add {server.name} … shows what it is now"
                raise refuse(Code.FORBIDDEN, f"{server.name} is not what was agreed to", cause="it changed", fix=fix)
            answer = await link.ask("tools/call", {"name": tool.name, "arguments": args})
        return _finding(server, tool, answer)

    def _find(self, name: str) -> tuple[OtherServer, OtherTool]:
        for server in self._book.servers().values():
            for tool in server.tools:
                if name == f"mcp.{server.name}.{tool.name}":
                    if not self._agreed(server):
                        fix = "vterm copilot mcp list shows what waits for a person"
                        raise refuse(Code.FORBIDDEN, f"nobody has agreed to {server.name} as it is", fix=fix)
                    return server, tool
        raise refuse(Code.UNKNOWN_TOOL, "there is no such tool", fix="vterm copilot mcp list shows them")


def _finding(server: OtherServer, tool: OtherTool, answer: Document) -> Finding:
    """Texts only, made safe and marked; pictures, links and claims of any kind are left out."""
    parts = answer.get("content")
    texts = [str(part.get("text", "")) for part in parts or () if isinstance(part, dict) and part.get("type") == "text"]
    text = "\n".join(texts)[:MOST_BYTES]
    if answer.get("isError"):
        raise refuse(
            Code.SOURCE_UNAVAILABLE, "the other server's tool failed", cause=str(safe(text, 200)), fix="mend it"
        )
    channel = f"mcp.{server.name}.{tool.name}"
    return Finding({"text": foreign(text, channel)}, (Source(Origin.TOOL, channel),), len(text) == MOST_BYTES)
