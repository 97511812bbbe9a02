"""The gateway on a Unix socket: uvicorn in a loop that is already running, for peers of the same user only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import struct
import time
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from engine.gateway.app import create_app
from engine.gateway.hub import Hub
from engine.gateway.keys import Keys
from engine.gateway.narrow import Connection, carried
from engine.gateway.served import ServedRunner

if TYPE_CHECKING:
    from engine.research.source import ResearchSource

log = logging.getLogger("engine.gateway")

MAX_FRAME = 1_048_576


class _PeerChecked(H11Protocol):
    """Only processes of the engine's own user may speak; WebSockets come through here too."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("socket")
        if _foreign(peer):
            log.warning("refused a peer of another user")
            transport.close()
        self._connection = Connection()
        self.app_state = carried(self.app_state, self._connection)
        super().connection_made(transport)  # type: ignore[arg-type]

    def timeout_keep_alive_handler(self) -> None:
        """Whoever was handed a narrowed connection cannot open another: it stays until its peer ends it."""
        if self._connection.narrowed is None:
            super().timeout_keep_alive_handler()


def _foreign(peer: socket.socket) -> bool:
    """Whether the peer runs as another user than we do; unknown systems rely on the socket's mode 0600."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None or peer.family != socket.AF_UNIX:
        return False
    _, user, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return bool(user not in (os.geteuid(), 0))


class _Server(uvicorn.Server):
    """Signals belong to the engine process, not to uvicorn."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Gateway:
    """Serves `runner` until stopped; `about` is told on /healthz."""

    def __init__(
        self,
        runner: ServedRunner,
        stop: Callable[[], None],
        about: dict[str, str | None] | None = None,
        keys: Keys | None = None,
        sources: Mapping[str, ResearchSource] | None = None,
    ) -> None:
        self._runner, self._about, self._begun = runner, about or {}, time.monotonic()
        self.hub = Hub(runner)
        app = create_app(runner, self.hub, stop=stop, health=self.health, keys=keys, sources=sources)
        config = uvicorn.Config(
            app,
            http=_PeerChecked,
            ws="websockets-sansio",
            ws_max_size=MAX_FRAME,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def clients(self) -> int:
        """Open connections."""
        return len(self._server.server_state.connections)

    @property
    def requests(self) -> int:
        """Requests answered since the start."""
        return self._server.server_state.total_requests

    async def start(self, listener: socket.socket) -> None:
        """Listen on a bound socket; returns when connections are accepted."""
        self.hub.open()
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]), name="gateway")
        while not self._server.started:
            if self._task.done():
                self._task.result()
            await asyncio.sleep(0.001)

    async def stop(self) -> None:
        """Answer what has come in, close every stream, stop listening."""
        self.hub.close()
        self._server.should_exit = True
        if self._task is not None:
            await self._task

    def health(self) -> dict[str, Any]:
        """The document of /healthz."""
        books = self._runner.books()
        return {
            "status": "drift" if books["state"] == "drift" else "ok",
            "pid": os.getpid(),
            "uptime_s": round(time.monotonic() - self._begun, 1),
            "clients": self.clients,
            "busy": self._runner.busy,
            **self._about,
            "books": books,
            "clock": self._runner.view.clock(),
        }
