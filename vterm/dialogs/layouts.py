"""The saved layouts: bring one back, save what is on the screen, delete one."""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from themes import DIALOGS
from vterm.layouts import LayoutError, SavedLayout
from vterm.paint import Line, clip, fit
from vterm.paint import on as laid_on
from vterm.widgets.line_view import LineView

NOTHING = "no layouts yet · s saves what is on the screen under a name"
KEYS = "enter bring back · s save · x delete · esc closes"
NAME_CELLS = 26


class LayoutsDialog(ModalScreen[str]):
    """Answers the name of the layout to bring back, or nothing. `listed` reads them, `save` and `drop` change them;
    all raise LayoutError, whose line is shown."""

    CSS_PATH = DIALOGS
    AUTO_FOCUS = ""

    def __init__(
        self, listed: Callable[[], dict[str, SavedLayout]], save: Callable[[str], None], drop: Callable[[str], None]
    ) -> None:
        super().__init__(classes="dialog")
        self._listed, self._save, self._drop = listed, save, drop
        self.names: list[str] = []
        self.cursor = 0
        self.told = ""

    def compose(self) -> ComposeResult:
        """The list, and a line for a name while one is typed."""
        with Vertical(classes="box") as box:
            box.border_title = "Layouts"
            box.border_subtitle = KEYS
            view = LineView(id="layouts")
            view.can_focus = False
            yield view
            line = Input(id="layout-name", placeholder="name, enter saves", max_length=24)
            line.display = False
            yield line

    def on_mount(self) -> None:
        """Fill it."""
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """Draw the list, and what went wrong below it."""
        view = self.query_one("#layouts", LineView)
        width = view.size.width or 60
        try:
            found = self._listed()
        except LayoutError as error:
            found, self.told = {}, str(error)
        self.names = list(found)
        self.cursor = max(0, min(len(self.names) - 1, self.cursor))
        lines = [self._line(name, found[name], i == self.cursor, width) for i, name in enumerate(self.names)]
        foot: list[Line] = [fit(((self.told, "warning"),), width)] if self.told else []
        view.show(lines or ([] if self.told else [((NOTHING, "muted"),)]), foot=foot)
        view.reveal(self.cursor)

    @staticmethod
    def _line(name: str, layout: SavedLayout, here: bool, width: int) -> Line:
        line: Line = ((f" {clip(name, NAME_CELLS)}", "foreground"), (layout.words(), "muted"))
        return laid_on(fit(line, width), "select") if here else fit(line, width)

    # -- hands ----------------------------------------------------------------------------------------------

    @property
    def _field(self) -> Input:
        return self.query_one("#layout-name", Input)

    def on_key(self, event: events.Key) -> None:
        """Move, bring back, save, delete, close; while a name is typed only esc is a key."""
        if self._field.display:
            if event.key == "escape":
                self._type(False)
                event.stop()
            return
        if event.key in ("escape", "q", "W"):
            self.dismiss("")
        elif event.key in ("down", "j", "up", "k"):
            self.cursor += 1 if event.key in ("down", "j") else -1
        elif event.key == "s":
            self._type(True)
        elif event.key == "enter" and self.names:
            self.dismiss(self.names[self.cursor])
        elif event.key == "x" and self.names:
            self._try(self._drop, self.names[self.cursor])
        event.stop()
        event.prevent_default()
        if self.is_current:
            self.paint()

    def _type(self, typing: bool) -> None:
        self._field.display = typing
        self._field.value = self.names[self.cursor] if typing and self.names else ""
        self.set_focus(self._field if typing else None)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        if self._try(self._save, event.value):
            self._type(False)
        self.paint()

    def _try(self, do: Callable[[str], None], name: str) -> bool:
        try:
            do(name)
        except LayoutError as error:
            self.told = str(error)
            return False
        self.told = ""
        return True

    def on_click(self, event: events.Click) -> None:
        """A click on a row moves there, a second one brings it back, one outside closes."""
        view = self.query_one("#layouts", LineView)
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss("")
        elif view.region.contains(event.screen_x, event.screen_y):
            index = view.body_index(event.screen_y - view.region.y)
            if index is None or index >= len(self.names):
                return
            again, self.cursor = index == self.cursor and event.chain > 1, index
            if again:
                self.dismiss(self.names[index])
            else:
                self.paint()
