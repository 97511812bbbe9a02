"""The worker's end of the wire: messages in, messages out, a line each."""

from __future__ import annotations

import asyncio
import os

import msgspec

from copilot.wire import FromWorker, ToWorker, line

MOST_LINE = 1024 * 1024
"""Bytes of a line, either way."""


class Mail:
    """Reads what the keeper says and writes what the worker does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._decoder = msgspec.json.Decoder(ToWorker)

    @classmethod
    async def over(cls, reads: int, writes: int) -> Mail:
        """A wire over two pipes."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=MOST_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        await loop.connect_read_pipe(lambda: protocol, os.fdopen(reads, "rb", 0))
        out, flow = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(writes, "wb", 0))
        return cls(reader, asyncio.StreamWriter(out, flow, None, loop))

    async def next(self) -> ToWorker | None:
        """The next message; None where the keeper has gone. Raises ValueError for what is none."""
        raw = await self._reader.readline()
        return self._decoder.decode(raw) if raw.endswith(b"\n") else None

    async def tell(self, message: FromWorker) -> None:
        """Say something; waits while the keeper does not read."""
        self._writer.write(line(message))
        await self._writer.drain()
