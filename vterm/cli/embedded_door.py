"""--no-daemon for the copilot: an engine inside this command, and a real connection to it for the worker."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine import lock
from engine.bootstrap import open_desk
from engine.client.start import StartOptions
from engine.gateway.keys import Keys
from engine.gateway.serve import Gateway

if TYPE_CHECKING:
    from copilot.tools.finding import Document
    from engine.home import Home
    from engine.runner import Runner


class EmbeddedDoor:
    """Implements copilot.keeper_door.Door: the gateway listens on a socket in a folder of this command's own."""

    def __init__(self, runner: Runner, path: str, account: str) -> None:
        self._runner, self._path, self.account = runner, path, account

    async def connect(self) -> socket.socket:
        """A connection that is not narrowed yet."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(self._path)
        return sock

    async def proposal(self, proposal_id: str) -> Document:
        """A proposal as the engine has it."""
        return self._runner.view.proposal(self.account, proposal_id)


@asynccontextmanager
async def embedded_door(home: Home, account: str, options: StartOptions | None) -> AsyncIterator[EmbeddedDoor]:
    """The home's desk, open within the block. Raises HomeError where an engine has the home."""
    home.prepare()
    given = options or StartOptions()
    replay = (Path(given.replay), given.format) if given.replay else None
    store = Path(home.store(given.replay, given.format, given.symbol))
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock.take(home), tempfile.TemporaryDirectory(prefix="vterm-") as folder:
        runner = open_desk(store, clock=given.clock, seed=given.seed, replay=replay, symbol=given.symbol,
                           scenario=given.scenario)  # fmt: skip
        market = asyncio.create_task(runner.run())
        await runner.ensure_account(account)
        path = os.path.join(folder, "s")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        os.chmod(path, 0o600)
        gateway = Gateway(runner, lambda: None, keys=Keys(home.path))
        await gateway.start(listener)
        try:
            yield EmbeddedDoor(runner, path, account)
        finally:
            await gateway.stop()
            await runner.stop()
            await market
