"""tools list, show, call: what the copilot can use, used by hand."""

from __future__ import annotations

import asyncio
import json
import re
import sys

from vterm.cli.output import plain, show_rows, write_json
from vterm.cli.stop import Stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

GROUPS = ("retrieve", "diagnose", "execute")


def args_tools(parser: ArgumentParser) -> None:
    """vterm tools list [GROUP] | show NAME | call NAME [JSON|-]"""
    parser.add_argument("verb", nargs="?", default="list", choices=("list", "show", "call"), metavar="VERB")
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="a tool; with list a group")
    parser.add_argument("json_args", nargs="?", default="{}", metavar="JSON", help="arguments; - reads standard input")


def run_tools(context: Context, args: Namespace) -> int:
    """What there is, one of them whole, or a call."""
    from copilot.tools import registry

    if args.verb == "list":
        if args.name and args.name not in GROUPS:
            raise usage(f"there is no group {args.name[:40]!r}", f"use {', '.join(GROUPS)}")
        rows = [registry.described(tool) for tool in registry.every() if args.name in ("", tool.GROUP.value)]
        if context.json:
            write_json({"tools": rows})
            return 0
        table = [{**row, "does": _first(row["description"])} for row in rows]
        show_rows(context, table, ("name", "group", "risk", "does"), "tools")
        return 0
    if not args.name:
        raise usage(f"tools {args.verb} needs a name", "`vterm tools list` has them")
    if args.verb == "show":
        from engine.model.refusal import Refused

        try:
            return _told(context, registry.described(registry.find(args.name)))
        except Refused as refused:
            raise Stop(refused.refusal.document(), refused.refusal.code.exit_code) from None
    return _call(context, args.name, sys.stdin.read() if args.json_args == "-" else args.json_args)


def _first(description: str) -> str:
    """The first clause of a description."""
    return re.split(r"[.:](?:\s|$)", " ".join(description.split()), maxsplit=1)[0]


def _call(context: Context, name: str, payload: str) -> int:
    answer = asyncio.run(_answer(context, name, payload))
    if not answer["ok"]:
        from engine.model.refusal import Code

        raise Stop({"error": answer["error"]}, Code(answer["error"]["code"]).exit_code)
    if context.json:
        write_json(answer)
        return 0
    _told(context, answer["data"])
    sources = ", ".join(source["what"] for source in answer["sources"])
    sys.stderr.write(plain(f"{name} · {answer['took_ms']} ms · from {sources}") + "\n")
    return 0


def _told(context: Context, document: dict[str, Any]) -> int:
    """A document to read; ASCII, so that no terminal can be driven by it."""
    if context.json:
        write_json(document)
    else:
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0


async def _answer(context: Context, name: str, payload: str) -> dict[str, Any]:
    from copilot.tools.call import Hands, call
    from engine.client.desk import DeskClient

    desk = DeskClient(context.home, context.account, context.options)
    await desk.ready()
    return await call(Hands(desk), name, payload)
