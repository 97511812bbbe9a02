"""Jump mode: a letter on every pane in sight, in the order of the keyboard; the letter goes there."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Static

from themes import DIALOGS

LETTERS = "qwerasdfzxcv"


class JumpOverlay(ModalScreen[str]):
    """Answers the name of the pane, or nothing."""

    CSS_PATH = DIALOGS

    def __init__(self, places: Mapping[str, Region]) -> None:
        super().__init__(classes="dialog")
        rows = sorted(places.items(), key=lambda item: (item[1].y, item[1].x))
        self.letters = dict(zip(LETTERS, (name for name, _ in rows), strict=False))
        self.places = places

    def compose(self) -> ComposeResult:
        """One label a pane, at its upper left corner."""
        for letter, name in self.letters.items():
            label = Static(f" {letter} ")
            region = self.places[name]
            label.styles.position = "absolute"
            label.styles.offset = (region.x + 1, region.y + (1 if region.height > 2 else 0))
            yield label

    def on_key(self, event: events.Key) -> None:
        """A label's letter goes there, anything else leaves."""
        event.stop()
        self.dismiss(self.letters.get(event.key, ""))

    def on_click(self, event: events.Click) -> None:
        """A click goes to the pane under it."""
        for name, region in self.places.items():
            if region.contains(event.screen_x, event.screen_y):
                self.dismiss(name)
                return
        self.dismiss("")
