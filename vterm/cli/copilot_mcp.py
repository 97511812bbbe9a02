"""copilot mcp add|list|remove: other programs' MCP servers as tools of the copilot."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from vterm.cli.output import plain, write_json
from vterm.cli.stop import Stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from copilot.mcp.pins import OtherServer
    from vterm.cli.context import Context

_HOW = "vterm copilot mcp add NAME -- COMMAND…"


def run_copilot_mcp(context: Context, words: list[str]) -> int:
    """vterm copilot mcp add NAME -- COMMAND… | list | remove NAME"""
    from copilot.mcp.pins import ServerBook
    from engine.model.refusal import Refused

    verb, rest = (words[0] if words else "list"), words[1:]
    if "--" in rest[:2]:  # between the name and the command, where the parser has left it
        rest.remove("--")
    context.home.prepare()
    book = ServerBook(Path(context.home.path))
    try:
        if verb == "list" and not rest:
            return _told(context, list(book.servers().values()))
        if verb == "remove" and len(rest) == 1:
            book.remove(rest[0])
            return _told(context, list(book.servers().values()))
        if verb == "add" and len(rest) > 1:
            return _add(context, book, rest[0], tuple(rest[1:]))
    except Refused as refused:
        raise Stop(refused.refusal.document(), refused.refusal.code.exit_code) from None
    raise usage("copilot mcp takes add, list or remove", _HOW)


def _add(context: Context, book: Any, name: str, command: tuple[str, ...]) -> int:
    """Start it once, write down what it is, and show all of that: its words are foreign and may lie."""
    from copilot.mcp.others import looked_at
    from copilot.mcp.pins import checked_name

    server = asyncio.run(looked_at(checked_name(name), command))
    book.keep(server)
    return _told(context, [server])


def _told(context: Context, servers: list[OtherServer]) -> int:
    if context.json:
        write_json({"servers": [_document(server) for server in servers]})
        return 0
    for server in servers:
        sys.stdout.write(plain(f"{server.name}  {server.hash[:16]}  off: nobody has agreed to it yet") + "\n")
        sys.stdout.write(plain(f"  runs {' '.join(server.command)}") + "\n")
        for tool in server.tools:
            sys.stdout.write(plain(f"  mcp.{server.name}.{tool.name}: {' '.join(tool.description.split())}") + "\n")
    if not servers:
        sys.stdout.write(f"there is no other server; {_HOW}\n")
    return 0


def _document(server: OtherServer) -> dict[str, Any]:
    tools = [{"name": f"mcp.{server.name}.{tool.name}", "description": tool.description} for tool in server.tools]
    return {"name": server.name, "command": list(server.command), "hash": server.hash, "on": False, "tools": tools}
