"""The desk of one MCP client: a connection that was narrowed to reading one account and proposing in its name."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from copilot.tools.finding import Document
from copilot.worker.narrow_desk import NarrowDesk


class NarrowPeerDesk(NarrowDesk):
    """Implements copilot.mcp.peer.PeerDesk."""

    @property
    def gone(self) -> bool:
        """Whether its connection is lost, for good."""
        return self.lost.is_set()

    async def proposals(self, open_only: bool = False) -> Document:
        """{"proposals": [...]}, newest first."""
        return await self._get("/v1/proposals", open="true" if open_only else "")

    async def narrow(self, account: str, origin: str) -> None:
        """Give up everything else, for good. Raises Refused or DeskUnreachable."""
        await self._call("POST", "/v1/narrow", {"account": account, "scopes": ["read", "propose"], "origins": [origin]})


async def narrowed(connect: Callable[[], Awaitable[socket.socket]], account: str, origin: str) -> NarrowPeerDesk:
    """A desk over a new connection, narrowed before anybody may ask it. Raises Refused or DeskUnreachable."""
    sock = await connect()
    sock.setblocking(False)
    desk = NarrowPeerDesk(*await asyncio.open_unix_connection(sock=sock))
    await desk.narrow(account, origin)
    return desk
