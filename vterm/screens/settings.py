"""Screen 8: what the terminal remembers, each theme beside a sample of itself, and what it runs on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events

from engine.model.text import safe
from vterm import settings, theme
from vterm.paint import DOWN, FLAT, UP, Line, clip, fit
from vterm.screens.pages import Page

if TYPE_CHECKING:
    from vterm.screens.main import MainScreen
    from vterm.terminal import VtermApp

VALUE_AT, VALUE_WIDE = 20, 12
SAMPLE_AT = 42


def sample(name: str) -> Line:
    """A theme in its own colours: a rise, a fall, nothing, a warning, the copilot, a row of the book."""
    cells = ((f" {UP} 1.24% ", "up"), (f" {DOWN} 0.31% ", "down"), (f" {FLAT} 0.00 ", "flat"), (" near ", "warning"),
             (" copilot ", "agent"), (" 68,512", "foreground on book-bid"), (".50 ", "muted on book-bid"))  # fmt: skip
    return tuple((text, f"{name}:{style}" if " on " in style else f"{name}:{style} on background")
                 for text, style in cells)  # fmt: skip


class SettingsPage(Page):
    """Enter, ← and → change the row; a click on the value does, too."""

    CONTEXT: ClassVar[str] = "settings"
    AGES: ClassVar[bool] = False
    TOPICS: ClassVar[frozenset[str]] = frozenset({"clock", "link", "theme"})
    NAME: ClassVar[str] = "Settings"

    @property
    def terminal(self) -> VtermApp:
        """The application, whose settings these are."""
        return cast("VtermApp", self.app)

    @property
    def desk(self) -> MainScreen:
        """The screen, which does what is asked."""
        return cast("MainScreen", self.screen)

    # -- painting -------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> None:
        """Themes, choices, facts: each group under its heading."""
        rows: list[tuple[str | None, Line]] = [(None, ((" THEME", "muted"),))]
        rows += [(f"theme {name}", self._theme(name, width)) for name in theme.names()]
        rows += [(None, ()), (None, ((" LOOKS AND NOTICES", "muted"),))]
        rows += [(f"set {choice.name}", self._choice(choice)) for choice in settings.CHOICES]
        rows += [(None, ()), (None, ((" MARKET'S CLOCK", "muted"),)), *self._clock()]
        rows += [(None, ()), (None, ((" THIS DESK", "muted"),)), *self._facts(width)]
        self.keep([key for key, _ in rows])
        self.entitle("Settings", f"{self.keymap.hint('setting_next', 'settings')} changes · kept in terminal.toml")
        self.show([self.mark(i, line) for i, (_, line) in enumerate(rows)])

    def _theme(self, name: str, width: int) -> Line:
        chosen = name == self.terminal.settings.theme
        title = clip(theme.load(name).title, SAMPLE_AT - 8)
        line: Line = (("   ● " if chosen else "   ○ ", "accent" if chosen else "faint"),
                      (title, "bold foreground" if chosen else "foreground"), (" ", "muted"))  # fmt: skip
        return (*line, *sample(name), (" ", "muted")) if width >= SAMPLE_AT + 54 else (*line, *sample(name)[:3])

    def _choice(self, choice: settings.Choice) -> Line:
        value = self.terminal.settings.value(choice)
        about = choice.about
        if value == "auto":
            about = {
                "colours": f"here {self.terminal.colours}; ",
                "glyphs": f"here {'plain' if self.terminal.plain_glyphs else 'full'}; ",
                "line": f"here {'slow' if self.terminal.gauge.slow else 'fast'}; ",
            }[choice.name] + about
        return _row(choice.title, value, about)

    def _clock(self) -> list[tuple[str | None, Line]]:
        clock, hint = self.state.clock, self.keymap.hint
        now = f"{safe(str(clock.get('now', '')))[:19].replace('T', ' ')} UTC" if clock else "—"
        speed = f"×{safe(str(clock.get('speed', '1')))[:8]}"
        return [
            ("do pause", _row("Clock", "stands still" if clock.get("paused") else "runs", f"{now} · {hint('pause')}")),
            ("do faster", _row("Speed", speed, f"{hint('faster')} faster, {hint('slower')} slower")),
            ("do next_open", _row("Next open", "jump", hint("next_open"))),
        ]

    def _facts(self, width: int) -> list[tuple[str | None, Line]]:
        app, state = self.terminal, self.state
        link = {"live": "answers", "stale": "is silent", "down": "is away", "opening": "is opening"}[state.link]
        home = safe(str(app.home)) if app.home else "—"
        keys, room = app.keys_state, width - VALUE_AT - VALUE_WIDE - 8
        return [
            ("fact account", _row("Account", safe(state.account)[:24], f"{state.source}, chosen with --account")),
            ("fact engine", _row("Engine", link, f"seq {state.seq:,}" if state.seq else "")),
            ("fact home", _row("Home", "", home if len(home) <= room + 12 else "…" + home[-room - 10 :])),
            ("read keys", _row("keys.toml", "read again", keys)),
            ("fact alerts", _row("Alerts run", "allowed" if runs(app.home) else "no",
                                 "a command of yours when an alert fires: [alerts] run in settings.toml")),
        ]  # fmt: skip

    # -- changing -------------------------------------------------------------------------------------------

    def do_setting_next(self) -> None:
        """Take it, or its next value."""
        self._change(1)

    def do_setting_previous(self) -> None:
        """Its value before."""
        self._change(-1)

    def opened(self) -> None:
        """A double click."""
        self._change(1)

    def on_click(self, event: events.Click) -> None:
        """A click on a theme or on a value changes it, elsewhere it only moves the cursor."""
        offset = event.get_content_offset(self)
        index = self.body_index(offset.y) if offset else None
        if offset is None or index is None or index >= len(self.keys) or self.keys[index] is None:
            return
        self.cursor = index
        self.moved()
        event.stop()
        if (self.current or "").startswith("theme ") or VALUE_AT <= offset.x < VALUE_AT + VALUE_WIDE:
            self._change(1)

    def _change(self, by: int) -> None:
        kind, _, name = (self.current or "").partition(" ")
        if kind == "theme":
            self.desk.set_theme(name)
        elif kind == "set":
            choice = settings.BY_NAME[name]
            self.terminal.settings.turn(choice, by)
            self.terminal.choose(choice, self.terminal.settings.value(choice))
            self.call_after_refresh(self.desk.repaint_all)
        elif kind == "do":
            self.desk.perform("slower" if name == "faster" and by < 0 else name)
        elif kind == "read":
            self._read_again()
        elif name == "alerts":
            self.desk.say("Alerts may run commands where settings.toml of the home says [alerts] run = true", "warning")

    def _read_again(self) -> None:
        self.terminal.read_home()
        for line in self.terminal.told[:3] or [f"keys.toml: {self.terminal.keys_state}"]:
            self.desk.say(line, "warning" if self.terminal.told else "information")
        self.desk.repaint_all()


def runs(home: Path | None) -> bool:
    """Whether the home lets alerts run a command."""
    from vterm.cli.alert_watch import allowed

    return home is not None and allowed(str(home))


def _row(title: str, value: str, about: str) -> Line:
    name: Line = ((f"   {title:<{VALUE_AT - 4}} ", "foreground"),)
    return (*name, *fit(((f"{value}", "accent"),), VALUE_WIDE), (f"  {about}", "muted"))
