"""--no-daemon: the engine inside this command, for one command; the same application, without a socket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine import lock
from engine.bootstrap import open_desk
from engine.client.start import StartOptions
from engine.gateway.app import create_app
from engine.gateway.hub import Hub
from engine.gateway.keys import Keys

if TYPE_CHECKING:
    from engine.home import Home
    from engine.runner import Runner


class EmbeddedDesk:
    """Opens the home at the first request, closes it at the end. Raises HomeError where an engine has the home."""

    def __init__(self, home: Home, account: str, options: StartOptions | None) -> None:
        self._home, self._account, self._options = home, account, options or StartOptions()
        self._loop = asyncio.new_event_loop()
        self._lock: IO[bytes] | None = None
        self._runner: Runner | None = None
        self._market: asyncio.Task[None] | None = None
        self._app: Any = None

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """(HTTP status, body)."""
        return self._loop.run_until_complete(self._send(method, path, body))

    def close(self) -> None:
        """Keep the state and let go of the home."""
        if self._runner is not None:
            self._loop.run_until_complete(self._leave(self._runner))
        if self._lock is not None:
            self._lock.close()
        self._loop.close()

    async def _open(self) -> None:
        self._home.prepare()
        self._lock = lock.take(self._home)
        options = self._options
        replay = (Path(options.replay), options.format) if options.replay else None
        store = Path(self._home.store(options.replay, options.format, options.symbol))
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._runner = open_desk(
            store, clock=options.clock, seed=options.seed, replay=replay, symbol=options.symbol,
            scenario=options.scenario,
        )  # fmt: skip
        self._market = asyncio.create_task(self._runner.run())
        await self._runner.ensure_account("main")
        self._app = create_app(
            self._runner, Hub(self._runner), stop=lambda: None, health=lambda: {"status": "ok"},
            keys=Keys(self._home.path),
        )  # fmt: skip

    async def _leave(self, runner: Runner) -> None:
        await runner.stop()
        if self._market is not None:
            await self._market

    async def _send(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        if self._app is None:
            await self._open()
        where, _, query = path.partition("?")
        headers = [(b"x-vterm-account", self._account.encode()), (b"x-vterm-source", b"local")]
        if body is not None:
            headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        scope = _scope(method, where, query, headers)
        status, parts = 500, []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body or b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)
        return status, b"".join(parts)


def _scope(method: str, path: str, query: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    from urllib.parse import unquote

    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": None,
        "server": None,
    }
