"""Standard input, one bounded line at a time. A line beyond the bound is read past and never kept."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import BinaryIO

import msgspec

MOST_LINE = 256 * 1024
"""Bytes of one message: sixteen times what a tool's arguments may have."""
OVERLONG = "[]overlong"
"""Stands for a line that was too long, and is no JSON, like any other malformed frame."""
_AHEAD = 16


def take_stdin() -> BinaryIO:
    """The wire, taken away from descriptor 0: whatever else reads standard input afterwards finds its end."""
    private = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return os.fdopen(private, "rb")


class BoundedLines:
    """Lines of a stream. A thread reads, as standard input may be a file, which no event loop watches; the thread ends
    with the stream or with the program."""

    def __init__(self, stream: BinaryIO, most: int = MOST_LINE) -> None:
        self._stream, self._most = stream, most
        self.malformed: Callable[[str], Awaitable[None]] | None = None
        """Told why, of each line that is no JSON; such a line goes no further."""
        self.ended: Callable[[], Awaitable[None]] | None = None
        """Awaited when there is no further line, before whoever reads them is told."""

    async def __aiter__(self) -> AsyncIterator[str]:
        """Each line as text; bytes that are no UTF-8 are replaced."""
        loop = asyncio.get_running_loop()
        ahead: asyncio.Queue[str | None] = asyncio.Queue(_AHEAD)

        def read() -> None:
            line: str | None = ""
            while line is not None:
                line = self._next()
                try:
                    asyncio.run_coroutine_threadsafe(ahead.put(line), loop).result()
                except RuntimeError:  # the loop is closed: nobody listens any more
                    return

        threading.Thread(target=read, name="mcp-stdin", daemon=True).start()
        while (line := await ahead.get()) is not None:
            wrong = self._wrong(line)
            if not wrong:
                yield line
            elif self.malformed is not None:
                await self.malformed(wrong)
        if self.ended is not None:
            await self.ended()

    def _wrong(self, line: str) -> str:
        """Why a line is no message; "" where it may be one."""
        if line == OVERLONG:
            return f"the message has over {self._most // 1024} KiB"
        try:
            msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return "the message is not JSON"
        return ""

    def _next(self) -> str | None:
        raw = self._stream.readline(self._most)
        if not raw:
            return None
        if len(raw) < self._most or raw.endswith(b"\n"):
            return raw.decode("utf-8", "replace")
        while raw and not raw.endswith(b"\n"):
            raw = self._stream.readline(self._most)
        return OVERLONG
