"""The terminal's way in: the engine starts first, the screen is drawn beside it, the desk is connected last.

Imports next to nothing, so that the engine is on its way before Textual is read.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.client.start import StartOptions
    from engine.desk import Desk


class Launch:
    """Starts the engine of a home at once, in a thread; gives the screen its desk when it asks."""

    def __init__(self, home: Path, account: str, replay: tuple[Path, str] | None) -> None:
        self.home, self.account, self.replay = home, account, replay
        self.failure: Exception | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._start, name="engine-start", daemon=True)
        self._thread.start()

    def _options(self) -> StartOptions:
        from engine.client.start import StartOptions

        if self.replay is None:
            return StartOptions()
        return StartOptions(replay=str(self.replay[0]), format=self.replay[1])

    def _start(self) -> None:
        from engine.client.start import ensure_engine
        from engine.desk import DeskUnreachable
        from engine.home import Home, HomeError

        try:
            ensure_engine(Home(str(self.home)), self._options())
        except (HomeError, DeskUnreachable, OSError) as error:
            self.failure = error

    async def connect(self) -> Desk:
        """The desk, once its engine answers. An engine that cannot start ends the terminal."""
        from engine.desk import DeskUnreachable

        while self._thread.is_alive():
            await asyncio.sleep(0.01)
        if self.failure is not None:
            self.on_failure()
            raise DeskUnreachable(str(self.failure))
        from engine.client.desk import DeskClient
        from engine.home import Home

        return DeskClient(Home(str(self.home)), self.account, self._options())


def run(home: Path, account: str, replay: tuple[Path, str] | None) -> int:
    """The terminal on the desk of this home, until it is left. Returns the exit code.

    Raises what kept the engine from starting (HomeError, DeskUnreachable), after the screen is given back.
    """
    gc.disable()  # until the first frame: collecting while everything is new costs a sixth of the start
    launch = Launch(home, account, replay)
    from vterm import surroundings
    from vterm.settings import Settings
    from vterm.state import DeskState
    from vterm.terminal import VtermApp

    around = surroundings.of(os.environ)
    settings, tour = Settings.load(home / "terminal.toml"), os.environ.get("VTERM_TOUR") != "off"
    state = DeskState()
    state.account = account
    if replay is not None:
        state.source, state.market_name = "REPLAY", replay[0].name
    app = VtermApp(launch.connect, state=state, settings=settings, surroundings=around, tour=tour)
    launch.on_failure = lambda: app.exit(6)
    result = app.run()
    if launch.failure is not None:
        raise launch.failure
    if app.broken:
        print(f"vterm: a bug ended the terminal ({app.broken}); your orders are safe with the engine", file=sys.stderr)
        return 70
    return int(result or 0)
