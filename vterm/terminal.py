"""The terminal as a Textual application: looks, life, and what it must not offer."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingsMap, BindingType
from textual.command import CommandPalette
from textual.events import InputEvent, Paste
from textual.filter import Monochrome, NoColor

import themes
from engine.model.text import safe
from vterm import keymap, theme
from vterm.bridge import FRAME_SECONDS, Bridge
from vterm.glyphs import twins
from vterm.input_guard import GuardedApp
from vterm.key_names import typed
from vterm.layouts_life import SAVE_SECONDS, DeskMemory
from vterm.line_speed import gauge_of, gauged
from vterm.palette import Palette
from vterm.palette_file import PaletteError
from vterm.screens.main import MainScreen
from vterm.settings import Choice, Settings
from vterm.stale import faded
from vterm.state import DeskState
from vterm.surroundings import Surroundings
from vterm.tidying import COLLECT_AFTER, LOOK_SECONDS, Tidying

if TYPE_CHECKING:
    from textual import events
    from textual.app import SystemCommand
    from textual.driver import Driver
    from textual.screen import Screen

    from engine.desk import Desk

SEEN_SECONDS = 10.0

Connect = Callable[[], Awaitable["Desk"]]
READ_AHEAD_SECONDS = 2.0


class VtermApp(GuardedApp, inherit_bindings=False):
    """One desk on one screen."""

    TITLE = "vterm"
    CSS_PATH = str(themes.STYLES / "desk.tcss")
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT = 4

    def __init__(
        self,
        connect: Connect,
        *,
        state: DeskState | None = None,
        settings: Settings | None = None,
        live: bool = True,
        surroundings: Surroundings | None = None,
        tour: bool = True,
    ) -> None:
        self.settings = settings or Settings()
        self.surroundings = surroundings or Surroundings()
        self.told: list[str] = []
        self.gauge = gauge_of(monotonic)
        self.tidying = Tidying()
        self._held: ExitStack | None = None
        self._dropped = False
        self.keymap, self.keys_state = keymap.DEFAULT, "none, the terminal's own keys hold"
        self.palette = theme.load(theme.DEFAULT)
        super().__init__()
        self._grey = next((f for f in self._filters if isinstance(f, Monochrome | NoColor)), Monochrome(enabled=False))
        if self.surroundings.colours == "none":
            self._grey = NoColor()
        if self._grey not in self._filters:
            self._filters.append(self._grey)
        self.state = state or DeskState()
        self.bridge = Bridge(self.state, connect, self._paint)
        self.bridge.first_symbol = self.settings.symbol
        self.live = live
        self.tour = tour
        self._listening: asyncio.Task[None] | None = None
        self.broken = ""
        self.read_home()
        self.dress()
        self.memory = DeskMemory(self.home, self.state.source)
        self.told += [self.memory.told] if self.memory.told else []
        self.bridge.first_symbol = self.memory.found.symbol or self.settings.symbol

    # -- looks ----------------------------------------------------------------------------------------------

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Own variables, so that any theme can stand under our sheets."""
        return theme.css_variables(self.palette)

    @property
    def home(self) -> Path | None:
        """The folder that the settings came from."""
        return self.settings.path.parent if self.settings.path else None

    def read_home(self) -> None:
        """Keys and palettes of the home, now; what is refused is told, and the terminal's own hold."""
        self.told = []
        if self.home is None:
            return
        self.told += theme.own(self.home / "themes")
        try:
            found = keymap.load(self.home / "keys.toml")
            self.keymap = found or keymap.DEFAULT
            self.keys_state = "in use" if found else "none, the terminal's own keys hold"
        except keymap.KeysError as error:
            self.keymap, self.keys_state = keymap.DEFAULT, f"refused: {error}"
            self.told.append(f"{error} (the terminal's own keys hold)")
        self._bind()

    def _bind(self) -> None:
        """Keys that hold in dialogs, too. One that types a letter cannot."""
        made = BindingsMap()
        for name, action in (("quit", "leave"), ("palette", "command_palette")):
            for key in self.keymap.keys(name):
                if not typed(key):
                    made.bind(key, action, show=False, priority=True)
        self._bindings = made

    @property
    def colours(self) -> str:
        """full, 16 or none: what is chosen, else what NO_COLOR and the terminal say."""
        chosen = self.settings.colours
        return chosen if chosen != "auto" else "none" if self.no_color else self.surroundings.colours

    @property
    def plain_glyphs(self) -> bool:
        """Whether the font is a console's."""
        chosen = self.settings.glyphs
        return (chosen if chosen != "auto" else self.surroundings.glyphs) == "plain"

    def dress(self) -> None:
        """Look as the settings say."""
        colours = self.colours
        self.palette = self._worn(self.settings.theme)
        self.faded = faded(self.palette)
        self._grey.enabled = colours == "none"
        self.register_theme(theme.textual_theme(self.palette))
        self.theme = f"{self.palette.name}-red-up" if self.palette.red_up else self.palette.name
        self.set_class(self.plain_glyphs, "-plain")
        self.set_class(self.palette.sixteen, "-sixteen")
        self.gauge.choose(self.settings.line)
        self.state.flashes.enabled = not self.calm
        self.animation_level = "none" if self.calm else "full"

    @property
    def calm(self) -> bool:
        """Whether nothing flashes, blinks or turns: as chosen, or for a slow line."""
        return self.settings.reduced_motion == "on" or self.gauge.slow

    def _worn(self, name: str) -> Palette:
        colours = self.colours
        try:
            found = theme.load(name)
        except PaletteError:
            found = theme.load(theme.DEFAULT)
        if colours == "16" or (colours == "none" and self.surroundings.colours != "full"):
            found = theme.load(theme.SIXTEEN[found.cvd])
        if self.settings.up_colour == "red":
            found = found.turned()
        glyphs = twins() if self.plain_glyphs else {}
        sample = self._sample if colours == "full" else lambda _: self.palette
        return replace(found, mono=colours == "none", twins=glyphs, other=sample, _styles={})

    def _sample(self, name: str) -> Palette:
        """Another theme as it would be worn."""
        found = theme.load(name)
        return found.turned() if self.settings.up_colour == "red" else found

    def wear(self, name: str) -> None:
        """Change to this theme and remember it."""
        self.settings.theme = name
        self.dress()
        self.settings.save()

    def choose(self, choice: Choice, value: str) -> None:
        """Change a setting and remember it."""
        self.settings.put(choice, value)
        self.dress()
        self.settings.save()

    def bell(self) -> None:
        """Ring, for those who want it."""
        if self.settings.bell == "on":
            super().bell()

    def action_command_palette(self) -> None:
        """Every command by name. The framework's own hint has a glyph that consoles lack."""
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(CommandPalette(placeholder="Search for commands", id="--command-palette"))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A cursor that stands still, where nothing is to blink."""
        if self.calm and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    # -- life -----------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """The only screen there is."""
        size = (self.size.width, self.size.height)
        return MainScreen(self.state, self.bridge, size, self.memory.arrangement(*size))

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
        gc.set_threshold(*COLLECT_AFTER)
        self._heed_signals()
        self.memory.restore(self.main)
        self.set_interval(SAVE_SECONDS, self._remember)
        self._seen(first=True)
        self.set_interval(SEEN_SECONDS, self._seen)
        type(self).COMMANDS = {lambda: ActionProvider, lambda: InstrumentProvider}
        self._listening = asyncio.create_task(self.bridge.run())
        if self.live:
            self.set_interval(FRAME_SECONDS, self.beat)
            self.set_timer(READ_AHEAD_SECONDS, self._read_ahead)
            self.set_interval(LOOK_SECONDS, self.tidying.look)
        for line in self.told[:3]:
            self.main.say(line, "warning")
        if self.tour and self.settings.tour in ("new", "on") and self.state.source == "SIM":
            self.main.welcome()

    def _seen(self, first: bool = False) -> None:
        """Remember until when the account was looked at; at the start, read it. A recording has another time."""
        from vterm import notices_file

        if self.home is None or self.state.source != "SIM":
            return
        if first:
            self.state.left_at = notices_file.read(self.home).get(self.state.account, "")
        elif self.state.link == "live" and not self.state.left_at:
            notices_file.write(self.home, self.state.account, self.state.at)

    async def _read_ahead(self) -> None:
        from vterm.screens.kept import read_ahead

        await asyncio.to_thread(read_ahead)
        gc.collect()
        gc.freeze()

    def get_driver_class(self) -> type[Driver]:
        """The terminal's driver, which tells the gauge what it writes."""
        return gauged(super().get_driver_class(), self.gauge)

    def beat(self) -> None:
        """Hand on what came, unless the line still carries the last picture: then it is gathered for one more."""
        if self.gauge.gone:
            self.told_to_go(signal.SIGHUP)
            return
        if self.gauge.ready():
            self._let_go()
        elif self._held is None:
            self._held = ExitStack()
            self._held.enter_context(self.batch_update())
        self.bridge.flush()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        held.close()
        if self._dropped:
            self._dropped = False
            self.screen.refresh()
        self.screen.check_idle()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """What a new layout paints while pictures are held would be lost: the screen is then painted whole."""
        self._dropped = self._dropped or self._held is not None
        super()._display(screen, renderable)

    def _paint(self, topics: set[str]) -> None:
        if self._held is not None or not self.gauge.rested():
            self.bridge.touch(topics)
            return
        if self.is_running and self.screen_stack:
            self.memory.hear(self.main)
            self.main.paint(topics)

    async def on_unmount(self) -> None:
        """Let go of the desk; keep what the user chose."""
        if self._listening is not None:
            self._listening.cancel()
        self._seen()
        self.settings.symbol = self.state.symbol or self.settings.symbol
        self.settings.save()
        await self.bridge.close()

    def _heed_signals(self) -> None:
        """A window that is closed, or a machine that shuts down, leaves in order; a driven screen has no signals."""
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.told_to_go, number)

    def told_to_go(self, number: int) -> None:
        """Somebody ends the terminal: the desk is kept, and orders stay where they are."""
        self.exit(128 + number)

    def _remember(self) -> None:
        """Keep the desk as it is, for the next start."""
        if self.screen_stack and isinstance(self.screen_stack[0], MainScreen):
            self.memory.keep(self.screen_stack[0])

    def exit(self, result: int | None = None, return_code: int = 0, message: Any = None) -> None:
        """Leave; what is on the screen is kept first, while it is there."""
        self._remember()
        self._let_go()
        super().exit(result, return_code, message)

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

    async def on_event(self, event: events.Event) -> None:
        """What is pasted is foreign, too: it is made safe before any field has it."""
        if isinstance(event, Paste):
            event.text = safe(event.text, multiline=True)
        elif isinstance(event, InputEvent):
            self.tidying.heard()
        await super().on_event(event)

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
