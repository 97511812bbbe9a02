"""A yes-or-no question. The safe answer has the focus; enter takes the one that has it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from engine.model.text import safe
from themes import DIALOGS
from vterm.widgets.line_view import LineView


class AskDialog(ModalScreen[bool]):
    """Answers True only for an explicit yes (y, or enter after moving to it)."""

    CSS_PATH = DIALOGS

    def __init__(self, title: str, question: str, yes: str, no: str = "Keep") -> None:
        super().__init__(classes="dialog")
        self.heading, self.question, self.yes, self.no = title, question, yes, no
        self.on_yes = False

    def compose(self) -> ComposeResult:
        """The question and the two answers."""
        with Vertical(classes="box") as box:
            box.border_title = Content(self.heading)
            box.border_subtitle = "y yes · n or esc no"
            yield Static(Content(safe(self.question, multiline=True)))
            choices = LineView(id="choices")
            choices.can_focus = False
            yield choices

    def on_mount(self) -> None:
        """Draw the answers."""
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """The chosen answer stands on the selection colour."""
        no, yes = f"  {self.no}  ", f"  {self.yes}  "
        chosen, other = "bold accent on select", "muted"
        self.query_one("#choices", LineView).show(
            [((no, other if self.on_yes else chosen), ("   ", "muted"), (yes, chosen if self.on_yes else other))]
        )

    def on_key(self, event: events.Key) -> None:
        """Left and right choose, enter takes, y and n answer at once."""
        event.stop()
        if event.key in ("left", "right", "tab", "shift+tab", "h", "l"):
            self.on_yes = not self.on_yes
            self.paint()
        elif event.key == "enter":
            self.dismiss(self.on_yes)
        elif event.key in ("y", "Y"):
            self.dismiss(True)
        elif event.key in ("n", "N", "escape"):
            self.dismiss(False)

    def on_click(self, event: events.Click) -> None:
        """The answers are buttons."""
        region = self.query_one("#choices", LineView).region
        if not region.contains(event.screen_x, event.screen_y):
            return
        x = event.screen_x - region.x
        if x < len(self.no) + 4:
            self.dismiss(False)
        elif len(self.no) + 7 <= x < len(self.no) + len(self.yes) + 11:
            self.dismiss(True)
