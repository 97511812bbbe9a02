"""A server with the shapes of chat completions: the same scripts as tests/fake_anthropic.py, another wire."""

from __future__ import annotations

import json
from typing import Any

from tests.fake_anthropic import Block, Exchange, Reply, pieces


async def chunk(it: Exchange, delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> None:
    """One chunk."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": "c1", "object": "chat.completion.chunk", "model": "fake", "choices": choices, **more}
    await it.raw(f"data: {json.dumps(body)}\n\n".encode())


def says(*blocks: Block, finish: str = "", size: int = 5, usage: bool = True, done: bool = True, sparse: bool = False) -> Reply:  # fmt: skip  # noqa: E501
    """A whole step. `sparse`: as some local servers do it: no ids, no index, finish "stop", no usage."""

    async def reply(it: Exchange) -> None:
        await it.head(200)
        await chunk(it, {"role": "assistant", "content": ""})
        uses = 0
        for block in blocks:
            if block["type"] == "text":
                for piece in pieces(block["text"], size):
                    await chunk(it, {"content": piece})
                continue
            await _call(it, block, uses, size, sparse)
            uses += 1
        await chunk(it, {}, finish or ("tool_calls" if uses and not sparse else "stop"))
        if usage and not sparse:
            for wrote in (1, 20):  # sums, each with the last of them
                await chunk(it, usage={"prompt_tokens": 100, "completion_tokens": wrote, "total_tokens": 100 + wrote})
        if done:
            await it.raw(b"data: [DONE]\n\n")

    return reply


async def _call(it: Exchange, block: Block, index: int, size: int, sparse: bool) -> None:
    if sparse:
        shape = {"id": block["id"], "index": 0} if block["id"] else {}
        await chunk(it, {"tool_calls": [{**shape, "function": {"name": block["name"], "arguments": block["raw"]}}]})
        return
    head = {"index": index, "id": block["id"] or f"call_{index}", "type": "function"}
    await chunk(it, {"tool_calls": [{**head, "function": {"name": block["name"], "arguments": ""}}]})
    for piece in pieces(block["raw"], size):
        await chunk(it, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]})


def fails(status: int, said: str = "no", kind: str = "server_error", **headers: str) -> Reply:
    """An error in place of a stream."""

    async def reply(it: Exchange) -> None:
        await it.head(status, "application/json", **headers)
        await it.raw(json.dumps({"error": {"message": said, "type": kind}}).encode())

    return reply


def breaks(words: str, how: str = "cut") -> Reply:
    """Some text, and then: `cut`, `end` (in order, too early), `error`, or `garbage`."""

    async def reply(it: Exchange) -> None:
        await it.head(200)
        for piece in pieces(words, 5):
            await chunk(it, {"content": piece})
        if how == "error":
            await it.raw(b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n')
        elif how == "garbage":
            await it.raw(b"data: {not json\n\n")
        elif how == "cut":
            it.cut()

    return reply
