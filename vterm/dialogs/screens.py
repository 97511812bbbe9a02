"""The eight screens as a list: what a click on the name of the desk opens, for whoever has no keys."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from themes import DIALOGS
from vterm.actions import SCREENS
from vterm.paint import Line, fit
from vterm.paint import on as laid_on
from vterm.widgets.line_view import LineView

ABOUT = (
    "ladder, chart, tape, ticket, orders",
    "what it is all worth, how it got there, what it risks",
    "every instrument, movers, breadth, hours",
    "one instrument seen whole",
    "what you have done, counted",
    "what the copilot would be told, and questions",
    "orders, fills, costs, journal",
    "theme, keys, what moves and rings",
)


class ScreensDialog(ModalScreen[int]):
    """Answers the number of a screen, 0 for none. `here` is the one in sight."""

    CSS_PATH = DIALOGS
    AUTO_FOCUS = ""

    def __init__(self, here: int) -> None:
        super().__init__(classes="dialog")
        self.cursor = here - 1

    def compose(self) -> ComposeResult:
        """One list."""
        with Vertical(classes="box") as box:
            box.border_title = "Screens"
            box.border_subtitle = "1 to 8, enter or a click · esc closes"
            view = LineView(id="screens")
            view.can_focus = False
            yield view

    def on_mount(self) -> None:
        """Fill it."""
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """A row a screen."""
        view = self.query_one("#screens", LineView)
        cells = view.size.width or 56
        view.show([self._line(place, cells) for place in range(len(SCREENS))])

    def _line(self, place: int, cells: int) -> Line:
        line: Line = ((f" {place + 1}  ", "accent"), (f"{SCREENS[place]:<11}", "foreground"), (ABOUT[place], "muted"))
        return laid_on(fit(line, cells), "select") if place == self.cursor else fit(line, cells)

    def on_key(self, event: events.Key) -> None:
        """Move, take, close."""
        event.stop()
        event.prevent_default()
        if event.key in ("escape", "q", "f10"):
            self.dismiss(0)
        elif event.key in ("down", "j", "up", "k"):
            self.cursor = max(0, min(len(SCREENS) - 1, self.cursor + (1 if event.key in ("down", "j") else -1)))
            self.paint()
        elif event.key == "enter":
            self.dismiss(self.cursor + 1)
        elif event.key.isdigit() and 1 <= int(event.key) <= len(SCREENS):
            self.dismiss(int(event.key))

    def on_click(self, event: events.Click) -> None:
        """A click on a row takes it, one outside closes."""
        view = self.query_one("#screens", LineView)
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss(0)
        elif view.region.contains(event.screen_x, event.screen_y):
            index = view.body_index(event.screen_y - view.region.y)
            if index is not None and index < len(SCREENS):
                self.dismiss(index + 1)
