"""The desk over one inherited connection: requests go out in their order, answers come back in it.

A request that nobody waits for any more still gets its answer read, so that the next one gets its own.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from engine.client.answer import refused_by
from engine.client.requests import DeskRequests
from engine.desk import DeskUnreachable, Document
from engine.model.refusal import Code, refuse

ANSWERS_WITHIN_S = 15.0
MOST_ANSWER = 32 * 1024 * 1024


class NarrowDesk(DeskRequests):
    """Implements engine.desk.DeskReader (without a stream) and Proposer. Whose account it is was decided by whoever
    narrowed the connection. Methods raise Refused, or DeskUnreachable once the connection is lost, for good."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: deque[asyncio.Future[tuple[int, bytes]]] = deque()
        self.lost = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def over(cls, sock: socket.socket) -> NarrowDesk:
        """A desk over a connected socket."""
        sock.setblocking(False)
        return cls(*await asyncio.open_unix_connection(sock=sock))

    async def close(self) -> None:
        """End the connection."""
        self._reading.cancel()
        self._writer.close()

    async def stream(self, channels: Sequence[str]) -> AsyncIterator[Document]:
        """There is none here."""
        raise refuse(Code.FORBIDDEN, "a copilot has no stream of the desk", fix="ask for what is needed")
        yield {}

    async def _call(self, method: str, path: str, body: object = None) -> Document:
        if self.lost.is_set():
            raise DeskUnreachable("the connection to the engine is lost")
        waits: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._waiting.append(waits)
        self._writer.write(_request(method, path, body))
        try:
            status, answer = await asyncio.wait_for(waits, ANSWERS_WITHIN_S)
        except TimeoutError:
            raise DeskUnreachable(f"the engine did not answer within {ANSWERS_WITHIN_S:.0f} s") from None
        document = _document(answer)
        if status >= 400:
            raise refused_by(document)
        return document

    async def _read(self) -> None:
        try:
            while True:
                answer = await _answer(self._reader)
                if not self._waiting:
                    raise ValueError("an answer that nobody asked for")
                waits = self._waiting.popleft()
                if not waits.done():
                    waits.set_result(answer)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            self.lost.set()
            for waits in self._waiting:
                if not waits.done():
                    waits.set_exception(DeskUnreachable("the engine stopped answering"))


def _request(method: str, path: str, body: object) -> bytes:
    sent = b"" if body is None else msgspec.json.encode(body)
    head = f"{method} {path} HTTP/1.1\r\nHost: vterm\r\nX-VTerm-Source: local\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n"
    return head.encode("latin-1") + b"\r\n" + sent


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status_line, *lines = head.split(b"\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(b":") for line in lines)}
    length = int(fields.get(b"content-length", b"0"))
    if not 0 <= length <= MOST_ANSWER:
        raise ValueError("an answer that is too long")
    return int(status_line.split()[1]), await reader.readexactly(length)


def _document(answer: bytes) -> Document:
    try:
        found: Any = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise DeskUnreachable("the engine's answer cannot be read")
    return found
