"""copilot: ask, and be answered with the tool calls behind every figure; what it proposes waits for a signature."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vterm.cli.output import write_json
from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from copilot.keeper_door import Door
    from copilot.tools.finding import Document
    from copilot.wire import Answered
    from vterm.cli.context import Context

MOST_INPUT = 256 * 1024
"""Bytes of a document on standard input."""
MOST_CONTEXT = 100


def args_copilot(parser: ArgumentParser) -> None:
    """vterm copilot TEXT; with --json and no TEXT a document {"text", "context"} on standard input"""
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what is asked, in plain words")


def run_copilot(context: Context, args: Namespace) -> int:
    """Answer one turn."""
    if args.text[:1] == ["mcp"] and args.text[1:2] in ([], ["add"], ["list"], ["remove"]):
        from vterm.cli.copilot_mcp import run_copilot_mcp

        return run_copilot_mcp(context, args.text[1:])
    text, foreign = (" ".join(args.text), []) if args.text else _document(context)
    if not text.strip():
        raise usage("nothing was asked", "vterm copilot am I over-exposed to tech")
    answer = asyncio.run(_answer(context, text, foreign))
    if context.json:
        write_json(answer)
        return 0
    from engine.model.text import safe

    sys.stdout.write("\n".join(str(safe(line, 2_000)) for line in str(answer["text"]).splitlines()) + "\n")
    return 0


def _document(context: Context) -> tuple[str, list[tuple[str, str]]]:
    """The question, and the foreign texts beside it as (channel, text)."""
    if not context.json and sys.stdin.isatty():
        raise usage("nothing was asked", "vterm copilot am I over-exposed to tech")
    raw = sys.stdin.buffer.read(MOST_INPUT + 1)
    if len(raw) > MOST_INPUT:
        raise _bad("PAYLOAD_TOO_LARGE", f"the document is over {MOST_INPUT // 1024} KiB", "shorten its context")
    if not context.json:
        return raw.decode("utf-8", "replace"), []
    import msgspec

    try:
        given = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _bad("MALFORMED_JSON", "standard input is not a JSON document", _SHAPE) from None
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise _bad("TYPE_ERROR", "the document has no text", _SHAPE)
    rows = given.get("context") or []
    if not isinstance(rows, list) or len(rows) > MOST_CONTEXT or not all(_is_context(row) for row in rows):
        raise _bad("TYPE_ERROR", f"context is not a list of at most {MOST_CONTEXT} texts", _SHAPE)
    return given["text"], [(row["channel"], row["text"]) for row in rows]


_SHAPE = 'send {"text": "...", "context": [{"channel": "news_body", "text": "..."}]}'


def _is_context(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("channel"), str) and isinstance(row.get("text"), str)


def _bad(code: str, message: str, fix: str) -> Exception:
    from engine.model.refusal import Code

    return stop(code, message, fix, Code(code).exit_code)


async def _answer(context: Context, text: str, foreign: list[tuple[str, str]]) -> Document:
    from copilot.keeper import Keeper
    from copilot.keeper_settings import chosen
    from copilot.wire import Answered, Ask
    from engine.model.refusal import Code, Refused
    from vterm.cli.stop import Stop

    try:
        choice = chosen(context.home.path, os.environ)
    except Refused as refused:
        unfit = refused.refusal
        if unfit.code in (Code.ENUM_ERROR, Code.MISSING_FIELD):
            raise usage(unfit.message, unfit.fix) from None
        raise Stop(unfit.document(), unfit.code.exit_code) from None
    try:
        # What came with the question was written by others: it is counted, so that what is proposed after it is
        # marked on its card, and never read as words to act on.
        beside = tuple({"channel": channel, "text": words} for channel, words in dict.fromkeys(foreign))
        async with _door(context) as door:
            keeper = Keeper(door, choice.provider, minimise=choice.minimise)
            try:
                await keeper.start()
                await keeper.ask(Ask("1", text, context=beside))
                async for event in keeper.events():
                    if isinstance(event, Answered):
                        return _ended(event)
            finally:
                await keeper.close()
    except Refused as refused:
        raise Stop(refused.refusal.document(), refused.refusal.code.exit_code) from None
    raise stop("COPILOT_GONE", "the copilot gave no answer", "ask again", 6)


@asynccontextmanager
async def _door(context: Context) -> AsyncIterator[Door]:
    """The home's engine, or with --no-daemon one inside this command; the worker is a process of its own either way."""
    if context.no_daemon:
        from vterm.cli.embedded_door import embedded_door

        async with embedded_door(context.home, context.account, context.options) as inside:
            yield inside
        return
    from copilot.keeper_door import HomeDoor

    yield HomeDoor(context.home, context.account, context.options)


def _ended(event: Answered) -> Document:
    """The answer of a turn. Raises Stop where it failed."""
    if event.ended == "failed" and event.refusal is not None:
        from engine.model.refusal import Code
        from engine.model.text import safe

        told = {name: str(safe(str(event.refusal.get(name, "")), 300)) for name in ("code", "message", "fix")}
        known = told["code"] in Code.__members__
        raise stop(told["code"], told["message"], told["fix"], Code(told["code"]).exit_code if known else 6)
    return event.answer
