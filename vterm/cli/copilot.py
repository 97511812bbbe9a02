"""copilot: ask, and be answered with the tool calls behind every figure; what it proposes waits for a signature."""

from __future__ import annotations

import asyncio
import os
import sys

from vterm.cli.output import write_json
from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from copilot.answer import Answer
    from vterm.cli.context import Context

MOST_INPUT = 256 * 1024
"""Bytes of a document on standard input."""
MOST_CONTEXT = 100


def args_copilot(parser: ArgumentParser) -> None:
    """vterm copilot TEXT; with --json and no TEXT a document {"text", "context"} on standard input"""
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what is asked, in plain words")


def run_copilot(context: Context, args: Namespace) -> int:
    """Answer one turn."""
    text, foreign = (" ".join(args.text), []) if args.text else _document(context)
    if not text.strip():
        raise usage("nothing was asked", "vterm copilot am I over-exposed to tech")
    answer = asyncio.run(_answer(context, text, foreign))
    if context.json:
        write_json(answer.document())
        return 0
    from engine.model.text import safe

    sys.stdout.write("\n".join(str(safe(line, 2_000)) for line in answer.text.splitlines()) + "\n")
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


async def _answer(context: Context, text: str, foreign: list[tuple[str, str]]) -> Answer:
    from pathlib import Path

    from copilot.scripted import Script, play
    from copilot.tools.call import Hands
    from copilot.turn import Turn
    from engine.client.desk import DeskClient
    from engine.model.refusal import Refused
    from vterm.cli.stop import Stop

    model = os.environ.get("VTERM_COPILOT", "")
    if model and not model.startswith("scripted:"):
        raise usage(f"VTERM_COPILOT names no model: {model[:40]!r}", "unset it, or give it scripted:FILE")
    try:
        script = Script.read(Path(model.removeprefix("scripted:"))) if model else None
    except OSError as error:
        raise usage(f"the script cannot be read: {error.strerror}", "VTERM_COPILOT=scripted:FILE") from None
    except Refused as refused:
        raise Stop(refused.refusal.document(), refused.refusal.code.exit_code) from None
    desk = DeskClient(context.home, context.account, context.options)
    await desk.ready()
    # What came with the question was written by others: it is counted, so that what is proposed after it is marked on
    # its card, and never read as words to act on.
    texts = {*foreign, *(script.foreign if script is not None else ())}
    hands = Hands(desk, desk, Turn(foreign=sum(1 for _, each in texts if each.strip())))
    if script is not None:
        return await play(hands, script)
    from copilot.offline.planner import answer

    return await answer(hands, text)
