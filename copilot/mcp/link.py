"""One conversation with another program's MCP server: started for it, asked, ended. Written by hand and small, so that
every bound is here: lines, their number, time.

The server gets an empty environment (a path, and a language), a scratch folder, no descriptor of ours, and is ended
with all that it started. What it asks of us (sampling, elicitation, roots) is answered with a no.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from copilot.tools.finding import Document
from engine.model.refusal import Code, Refused, refuse
from engine.model.text import safe

WITHIN_S = 20.0
"""Start, listing and one call together."""
MOST_LINE, MOST_BETWEEN = 512 * 1024, 200
"""Bytes of one line, and lines that may come before the one that is waited for."""
PROTOCOL = "2025-11-25"
BARE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_NOT_HERE = {"code": -32601, "message": "not offered"}


class Link:
    """A running server. Methods raise Refused with SOURCE_UNAVAILABLE."""

    def __init__(self, process: Process) -> None:
        self._process, self._asked = process, 0

    async def greet(self) -> None:
        """Shake hands; nothing is offered."""
        info = {"name": "vterm", "version": "1"}
        await self.ask("initialize", {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": info})
        await self._say({"jsonrpc": "2.0", "method": "notifications/initialized"})

    async def ask(self, method: str, params: Document) -> Document:
        """The result of a request."""
        self._asked += 1
        await self._say({"jsonrpc": "2.0", "id": self._asked, "method": method, "params": params})
        for _ in range(MOST_BETWEEN):
            message = await self._hear()
            if "method" in message:
                if "id" in message:
                    await self._say({"jsonrpc": "2.0", "id": message["id"], "error": _NOT_HERE})
            elif message.get("id") == self._asked:
                return _result(message)
        raise _broken("it talks without answering")

    async def _say(self, message: Document) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(message) + b"\n")
        await self._process.stdin.drain()

    async def _hear(self) -> Document:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readuntil(b"\n")
            message: Any = msgspec.json.decode(line)
        except asyncio.IncompleteReadError:
            raise _broken("it ended") from None
        except asyncio.LimitOverrunError:
            raise _broken(f"a line of it is over {MOST_LINE // 1024} KiB") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _broken("it does not speak the protocol") from None
        if not isinstance(message, dict):
            raise _broken("it does not speak the protocol")
        return message


@asynccontextmanager
async def linked(command: tuple[str, ...], within_s: float = WITHIN_S) -> AsyncIterator[Link]:
    """A server that was started and greeted; gone afterwards, with its children. Raises Refused."""
    with tempfile.TemporaryDirectory(prefix="vterm-mcp-", ignore_cleanup_errors=True) as scratch:
        env = {**BARE, "HOME": scratch, "TMPDIR": scratch}
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=env, cwd=scratch, start_new_session=True,
                limit=MOST_LINE,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise _broken(f"it does not start: {type(error).__name__}") from None
        try:
            async with asyncio.timeout(within_s):
                link = Link(process)
                await link.greet()
                yield link
        except TimeoutError:
            raise _broken(f"it did not answer within {within_s:.0f} s") from None
        except OSError:
            raise _broken("it ended") from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _result(message: Document) -> Document:
    found = message.get("result")
    if isinstance(found, dict):
        return found
    error = message.get("error")
    why = safe(error.get("message", ""), 200) if isinstance(error, dict) else ""
    raise _broken(f"it refuses: {why}")


def _broken(why: str) -> Refused:
    return refuse(Code.SOURCE_UNAVAILABLE, "the other server gives no answer", cause=why, fix="see what it is doing")
