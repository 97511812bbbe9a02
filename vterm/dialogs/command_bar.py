"""The command line at the foot of the screen. Answers the text, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from engine.model.text import safe
from themes import DIALOGS
from vterm.commands import HINT, Wish, read
from vterm.trade_line import Unclear


class CommandBar(ModalScreen[Wish]):
    """Stays open with a reason while the line is not a command."""

    CSS_PATH = DIALOGS

    def __init__(self, resolve: Callable[[str], str], past: list[str]) -> None:
        super().__init__(classes="dialog")
        self.resolve = resolve
        self.past = past
        self._at = len(past)

    def compose(self) -> ComposeResult:
        """Prompt, line, hint."""
        with Horizontal(id="bar"):
            yield Static(":", id="prompt")
            yield Input(id="line")
            yield Static(Content(HINT), id="hint")

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """Read the line; say what is wrong, or answer."""
        try:
            wish = read(event.value, self.resolve)
        except Unclear as error:
            self.query_one("#hint", Static).update(Content(safe(str(error))))
            return
        self.past.append(event.value)
        self.dismiss(wish)

    def on_key(self, event: events.Key) -> None:
        """Esc leaves; up and down bring back earlier lines."""
        if event.key == "escape":
            self.dismiss(None)
            event.stop()
        elif event.key in ("up", "down") and self.past:
            self._at = max(0, min(len(self.past), self._at + (1 if event.key == "down" else -1)))
            line = self.query_one("#line", Input)
            line.value = self.past[self._at] if self._at < len(self.past) else ""
            line.cursor_position = len(line.value)
            event.stop()
