"""HTTP over the home's Unix socket, asynchronously: one connection a request, a few at a time."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import msgspec

from engine.client.signer import Signer
from engine.desk import DeskUnreachable
from engine.home import Home

TIMEOUT_S = 15.0


class NotRunning(DeskUnreachable):
    """Nothing listens, so nothing can have been received: whatever was to be sent may be sent again."""


async def connect(home: Home) -> socket.socket:
    """A connected, non-blocking socket. Raises DeskUnreachable."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        home.connect(sock)
    except OSError as error:
        sock.close()
        if error.errno in (errno.ENOENT, errno.ECONNREFUSED):
            raise NotRunning(f"the engine of {home.path} is not running") from None
        raise DeskUnreachable(f"the engine of {home.path} cannot be reached: {error}") from None
    sock.setblocking(False)
    return sock


async def request(
    home: Home,
    account: str,
    method: str,
    path: str,
    body: object = None,
    origin: str = "",
    signer: Signer | None = None,
) -> tuple[int, dict[str, Any]]:
    """(HTTP status, document); `origin` says who sends an order where that is no person, `signer` under which key.

    Raises DeskUnreachable.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await _exchange(home, _head(account, method, path, body, origin, signer))
    except TimeoutError:
        raise DeskUnreachable(f"the engine of {home.path} did not answer within {TIMEOUT_S:.0f} s") from None
    except (OSError, EOFError, ValueError) as error:
        raise DeskUnreachable(f"the engine of {home.path} stopped answering: {error}") from None


async def _exchange(home: Home, sent: bytes) -> tuple[int, dict[str, Any]]:
    reader, writer = await asyncio.open_unix_connection(sock=await connect(home))
    try:
        writer.write(sent)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        status_line, *lines = head.split(b"\r\n")
        fields = {name.lower(): value for name, _, value in (line.partition(b":") for line in lines)}
        answer = await reader.readexactly(int(fields.get(b"content-length", b"0")))
    finally:
        writer.close()
    document: dict[str, Any] = msgspec.json.decode(answer)
    return int(status_line.split()[1]), document


def _head(account: str, method: str, path: str, body: object, origin: str, signer: Signer | None) -> bytes:
    sent = b"" if body is None else msgspec.json.encode(body)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: vterm\r\nConnection: close\r\n"
        f"X-VTerm-Account: {account}\r\nX-VTerm-Source: local\r\n"
    )
    if origin:
        head += f"X-VTerm-Origin: {origin}\r\n"
    if signer is not None:
        head += "".join(f"{name}: {value}\r\n" for name, value in signer.headers(method, path, sent).items())
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n"
    return head.encode("latin-1") + b"\r\n" + sent
