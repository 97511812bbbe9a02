"""A server with the shapes of the Messages API: each request is answered by the next reply of a script.

A reply is an async function that writes to the connection; those below write what is documented, in pieces, and what
goes wrong in practice. Every request is kept, so that a test can read what a model was told.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any

Reply = Callable[["Exchange"], Awaitable[None]]
Block = dict[str, Any]


class Exchange:
    """One request, and the means to answer it."""

    def __init__(self, path: str, headers: dict[str, str], body: Any, writer: asyncio.StreamWriter) -> None:
        self.path, self.headers, self.body, self._writer = path, headers, body, writer

    async def head(self, status: int, kind: str = "text/event-stream", **more: str) -> None:
        """Status line and headers; the body ends with the connection."""
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
        await self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def event(self, kind: str, **fields: Any) -> None:
        """One event of the stream."""
        data = json.dumps({"type": kind, **fields})
        await self.raw(f"event: {kind}\ndata: {data}\n\n".encode())

    def cut(self) -> None:
        """End the connection without a word."""
        self._writer.transport.abort()


class Server:
    """Listens on loopback. `open_now` and `most_open` count requests that are being answered at one time."""

    def __init__(self, replies: Sequence[Reply], last: Reply | None = None) -> None:
        self._replies, self._last = list(replies), last
        self.requests: list[Exchange] = []
        self.open_now = self.most_open = 0
        self.gone = 0
        self.url = ""

    @property
    def bodies(self) -> list[Any]:
        """What was asked, request by request."""
        return [exchange.body for exchange in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            exchange = await _request(reader, writer)
            self.requests.append(exchange)
            reply = self._replies.pop(0) if self._replies else self._last
            if reply is None:
                await exchange.head(500, "application/json")
                return
            answering = asyncio.create_task(reply(exchange))  # type: ignore[arg-type]
            leaving = asyncio.create_task(_left(reader))
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self.gone += 1
            for task in (answering, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone += 1
        finally:
            self.open_now -= 1
            writer.close()


async def _left(reader: asyncio.StreamReader) -> None:
    """Until the other side goes."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(1024):
            pass


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Exchange(first.split()[1], headers, json.loads(body or b"null"), writer)


@contextlib.asynccontextmanager
async def serving(*replies: Reply, last: Reply | None = None) -> AsyncIterator[Server]:
    """A server with a script, and what answers once the script is over."""
    server = Server(replies, last)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()


def text(words: str) -> Block:
    """A block of text."""
    return {"type": "text", "text": words}


def tool(name: str, args: Any = None, call: str = "") -> Block:
    """A block that asks for a tool; `args` a value, or the raw JSON of one as str."""
    raw = args if isinstance(args, str) else json.dumps(args or {}, ensure_ascii=False)
    return {"type": "tool_use", "id": call, "name": name, "raw": raw}


def pieces(whole: str, size: int) -> Iterator[str]:
    """A text in pieces of a size, split anywhere."""
    return (whole[at : at + size] for at in range(0, len(whole), size))


def says(*blocks: Block, stop: str = "", size: int = 5, read: int = 100, wrote: int = 20) -> Reply:
    """A whole step: blocks in fragments of `size` characters."""

    async def reply(it: Exchange) -> None:
        await it.head(200)
        await started(it, read)
        for index, block in enumerate(blocks):
            await streamed(it, index, block, size)
        uses = any(block["type"] == "tool_use" for block in blocks)
        await ended(it, stop or ("tool_use" if uses else "end_turn"), wrote)

    return reply


async def started(it: Exchange, read: int = 100) -> None:
    """message_start, and a ping."""
    usage = {"input_tokens": read, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "fake", "content": [],
               "stop_reason": None, "stop_sequence": None, "usage": usage}  # fmt: skip
    await it.event("message_start", message=message)
    await it.event("ping")


async def streamed(it: Exchange, index: int, block: Block, size: int = 5, most: int | None = None) -> None:
    """One block; only the first `most` characters of it, and no end, where that is given."""
    is_tool = block["type"] == "tool_use"
    call = block.get("id") or f"toolu_{id(it) % 10_000}_{index}"
    empty = {"type": "tool_use", "id": call, "name": block["name"], "input": {}} if is_tool else text("")
    await it.event("content_block_start", index=index, content_block=empty)
    whole = block["raw"] if is_tool else block["text"]
    kind, field = ("input_json_delta", "partial_json") if is_tool else ("text_delta", "text")
    for piece in pieces(whole[:most], size):
        await it.event("content_block_delta", index=index, delta={"type": kind, field: piece})
    if most is None:
        await it.event("content_block_stop", index=index)


async def ended(it: Exchange, stop: str, wrote: int = 20) -> None:
    """message_delta and message_stop."""
    await it.event("message_delta", delta={"stop_reason": stop, "stop_sequence": None}, usage={"output_tokens": wrote})
    await it.event("message_stop")


def fails(status: int, kind: str = "overloaded_error", said: str = "Overloaded", **headers: str) -> Reply:
    """An error in place of a stream."""

    async def reply(it: Exchange) -> None:
        await it.head(status, "application/json", **headers)
        await it.raw(json.dumps({"type": "error", "error": {"type": kind, "message": said}}).encode())

    return reply


def breaks(block: Block, most: int, how: str = "cut", kind: str = "overloaded_error") -> Reply:
    """A step that ends after `most` characters of its block: `cut`, `end` (in order, too early), `hang`, or `error`."""

    async def reply(it: Exchange) -> None:
        await it.head(200)
        await started(it)
        await streamed(it, 0, block, most=most)
        if how == "cut":
            await asyncio.sleep(0.02)  # so that what was sent is read
            it.cut()
        elif how == "hang":
            await asyncio.Event().wait()
        elif how == "error":
            await it.event("error", error={"type": kind, "message": "Overloaded"})

    return reply


async def hangs(it: Exchange) -> None:
    """No answer at all."""
    await asyncio.Event().wait()


def answering(*, after: float = 0.0, reply: Reply) -> Reply:
    """A reply that comes late."""

    async def late(it: Exchange) -> None:
        await asyncio.sleep(after)
        await reply(it)

    return late
