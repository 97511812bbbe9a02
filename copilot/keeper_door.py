"""How a keeper comes to a desk: a connection for its worker, narrowed before the worker is there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote as quoted

import msgspec

from copilot.tools.finding import Document
from engine.desk import DeskUnreachable

if TYPE_CHECKING:
    from engine.client.start import StartOptions
    from engine.home import Home

NARROWED_WITHIN_S = 10.0
_MOST = 65_536


class Door(Protocol):
    """A desk's side of a keeper. Methods raise Refused or DeskUnreachable."""

    account: str

    async def connect(self) -> socket.socket:
        """A new connection, not narrowed yet."""

    async def proposal(self, proposal_id: str) -> Document:
        """A proposal as the engine has it."""


class HomeDoor:
    """The engine of a home; one that does not run is started."""

    def __init__(self, home: Home, account: str = "main", options: StartOptions | None = None) -> None:
        self.home, self.account, self._options = home, account, options

    async def connect(self) -> socket.socket:
        """A connection to the home's socket."""
        from engine.client import wire
        from engine.client.start import ensure_engine
        from engine.home import HomeError

        try:
            await asyncio.to_thread(ensure_engine, self.home, self._options)
        except HomeError as error:
            raise DeskUnreachable(f"{error.message}; {error.fix}") from None
        return await wire.connect(self.home)

    async def proposal(self, proposal_id: str) -> Document:
        """A proposal as the engine has it."""
        from engine.client import wire
        from engine.client.answer import refused_by

        path = f"/v1/proposals/{quoted(proposal_id, safe='')}"
        status, document = await wire.request(self.home, self.account, "GET", path)
        if status >= 400:
            raise refused_by(document)
        return document


async def narrowed(door: Door, origins: Sequence[str]) -> socket.socket:
    """A connection that from now on only reads the door's account, and proposes in one of these names."""
    sock = await door.connect()
    sock.setblocking(False)
    body = msgspec.json.encode({"account": door.account, "scopes": ["read", "propose"], "origins": list(origins)})
    head = f"POST /v1/narrow HTTP/1.1\r\nHost: vterm\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    try:
        async with asyncio.timeout(NARROWED_WITHIN_S):
            await asyncio.get_running_loop().sock_sendall(sock, head.encode() + b"\r\n\r\n" + body)
            status, document = await _answer(sock)
    except (OSError, ValueError, TimeoutError) as error:
        sock.close()
        raise DeskUnreachable(f"the engine gave no connection for the copilot: {error or 'no answer'}") from None
    if status != 200:
        from engine.client.answer import refused_by

        sock.close()
        raise refused_by(document)
    return sock


async def _answer(sock: socket.socket) -> tuple[int, Document]:
    """The one answer that is due, and not a byte more."""
    loop, data = asyncio.get_running_loop(), b""
    while True:
        piece = await loop.sock_recv(sock, 4_096)
        data += piece
        if not piece or len(data) > _MOST:
            raise ValueError("it cannot be read")
        head, end, body = data.partition(b"\r\n\r\n")
        fields = dict(each.lower().split(b":", 1) for each in head.split(b"\r\n")[1:]) if end else {}
        if end and len(body) >= int(fields.get(b"content-length", b"0")):
            document: Document = msgspec.json.decode(body)
            return int(head.split()[1]), document
