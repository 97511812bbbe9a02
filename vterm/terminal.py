"""The terminal as a Textual application: looks, life, and what it must not offer."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

import themes
from vterm import theme
from vterm.bridge import FRAME_SECONDS, Bridge
from vterm.screens.main import MainScreen
from vterm.settings import Settings
from vterm.state import DeskState

if TYPE_CHECKING:
    from textual.app import SystemCommand
    from textual.screen import Screen

    from engine.desk import Desk

Connect = Callable[[], Awaitable["Desk"]]


class VtermApp(App[int], inherit_bindings=False):
    """One desk on one screen."""

    TITLE = "vterm"
    CSS_PATH = str(themes.STYLES / "desk.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "leave", "Quit", show=False, priority=True)]
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT = 4

    def __init__(
        self,
        connect: Connect,
        *,
        state: DeskState | None = None,
        settings: Settings | None = None,
        live: bool = True,
    ) -> None:
        self.settings = settings or Settings()
        self.palette = theme.load(self.settings.theme)
        super().__init__()
        self.state = state or DeskState()
        self.bridge = Bridge(self.state, connect, self._paint)
        self.bridge.first_symbol = self.settings.symbol
        self.live = live
        self._listening: asyncio.Task[None] | None = None
        self.broken = ""
        self.register_theme(theme.textual_theme(self.palette))
        self.theme = self.palette.name
        self.palette = self._worn(self.palette.name)

    # -- looks ----------------------------------------------------------------------------------------------

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Own variables, so that any theme can stand under our sheets."""
        return theme.css_variables(self.palette)

    def _worn(self, name: str) -> theme.Palette:
        palette = theme.load(name)
        if not self.no_color:
            return palette
        return theme.Palette(palette.name, palette.title, palette.dark, palette.roles, palette.tints, mono=True)

    def wear(self, name: str) -> None:
        """Change to this theme and remember it."""
        self.palette = self._worn(name)
        self.register_theme(theme.textual_theme(self.palette))
        self.theme = name
        self.settings.theme = name

    # -- life -----------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """The only screen there is."""
        return MainScreen(self.state, self.bridge, (self.size.width, self.size.height))

    @property
    def main(self) -> MainScreen:
        """The screen under any dialog."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def on_mount(self) -> None:
        """The first frame comes first; then the desk."""
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        from vterm.dialogs.palette import ActionProvider, InstrumentProvider

        # What the start allocated stays: the collector need not look at it again, and was off while it grew.
        gc.freeze()
        gc.enable()
        type(self).COMMANDS = {lambda: ActionProvider, lambda: InstrumentProvider}
        self._listening = asyncio.create_task(self.bridge.run())
        if self.live:
            self.set_interval(FRAME_SECONDS, self.bridge.flush)

    def _paint(self, topics: set[str]) -> None:
        if self.is_running and self.screen_stack:
            self.main.paint(topics)

    async def on_unmount(self) -> None:
        """Let go of the desk; keep what the user chose."""
        if self._listening is not None:
            self._listening.cancel()
        self.settings.symbol = self.state.symbol or self.settings.symbol
        self.settings.save()
        await self.bridge.close()

    def action_leave(self) -> None:
        """Quit, after asking where orders work."""
        self.leave()

    def leave(self) -> None:
        """Quit, after asking where orders work."""
        from vterm.dialogs.ask import AskDialog

        working = len(self.state.working())
        if not working or isinstance(self.screen, AskDialog):
            self.exit(0)
            return
        words = "an order still works" if working == 1 else f"{working} orders still work"
        text = f"{words[0].upper()}{words[1:]} on this desk. They stay where they are; leave anyway?"
        self.push_screen(AskDialog("Leave", text, "Leave", "Stay"), lambda yes: self.exit(0) if yes else None)

    # -- what a terminal full of foreign text must not offer ------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None of the framework's own: they write files and change what the table of actions governs."""
        return ()

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Taken out: writes a file."""

    async def action_simulate_key(self, key: str) -> None:
        """Taken out: presses keys for somebody else."""

    def action_suspend_process(self) -> None:
        """Taken out: leaves the screen to whoever asked."""

    def _fatal_error(self) -> None:
        """A bug ends in one line on the way out, never in a traceback on the screen."""
        self._exit_renderables.clear()
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        self.broken = f"{type(error).__name__}: {error}"
        super()._handle_exception(error)
