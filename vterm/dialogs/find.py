"""Find an instrument: type a few letters, enter takes the first."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from engine.model.text import safe
from themes import DIALOGS
from vterm.dialogs.search import ranked
from vterm.paint import Line, change, clip, fit, number
from vterm.paint import on as laid_on
from vterm.state import DeskState
from vterm.widgets.line_view import LineView

MOST = 60


class FindDialog(ModalScreen[str]):
    """Answers the symbol, or nothing."""

    CSS_PATH = DIALOGS

    def __init__(self, state: DeskState, title: str = "Find an instrument") -> None:
        super().__init__(classes="dialog")
        self.state = state
        self.heading = title
        self.found: list[str] = []
        self.cursor = 0

    def compose(self) -> ComposeResult:
        """A line to type in and the list below."""
        with Vertical(classes="box") as box:
            box.border_title = Content(self.heading)
            box.border_subtitle = "enter takes it · esc leaves"
            yield Input(placeholder="symbol or name", id="wanted")
            view = LineView(id="found")
            view.can_focus = False
            yield view

    def on_mount(self) -> None:
        """Everything, until something is typed."""
        self.search("")

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self.search(event.value)

    @on(Input.Submitted)
    def take(self) -> None:
        """The row under the cursor."""
        self.dismiss(self.found[self.cursor] if self.found else "")

    def search(self, text: str) -> None:
        """Fill the list with what answers to the text."""
        self.found = [str(row["symbol"]) for row in ranked(self.state.instruments.values(), text)[:MOST]]
        self.cursor = 0
        self.paint()

    def paint(self) -> None:
        """Draw the list."""
        view = self.query_one("#found", LineView)
        width = view.size.width or 58
        lines = [self.line(symbol, i == self.cursor, width) for i, symbol in enumerate(self.found)]
        view.show(lines or [(("nothing answers to that", "muted"),)])
        view.reveal(self.cursor)

    def line(self, symbol: str, here: bool, width: int) -> Line:
        """One instrument."""
        quote = self.state.quote(symbol)
        blank: Line = ((" " * 20, "muted"),)
        tail = (*number(quote.get("last"), 11), *change(quote.get("change_pct"), 9)) if quote else blank
        kind = safe(str(self.state.instrument(symbol).get("asset_class", "")))
        name = clip(self.state.name(symbol), max(8, width - 45))
        line = fit(((" " + clip(symbol, 10) + " ", "bold foreground" if here else "foreground"), (name + " ", "muted"),
                    (clip(kind, 12), "faint"), *tail), width)  # fmt: skip
        return laid_on(line, "select") if here else line

    def on_resize(self) -> None:
        """Another width."""
        self.call_after_refresh(self.paint)

    def on_key(self, event: events.Key) -> None:
        """Up and down move, esc leaves."""
        if event.key in ("down", "up", "ctrl+n", "ctrl+j", "ctrl+k"):
            by = 1 if event.key in ("down", "ctrl+n", "ctrl+j") else -1
            self.cursor = max(0, min(len(self.found) - 1, self.cursor + by))
            self.paint()
            event.stop()
        elif event.key == "escape":
            self.dismiss("")
            event.stop()

    def on_click(self, event: events.Click) -> None:
        """A click on a row takes it, one outside leaves."""
        view = self.query_one("#found", LineView)
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss("")
            return
        index = view.body_index(event.screen_y - view.region.y) if view.region.contains(
            event.screen_x, event.screen_y) else None  # fmt: skip
        if index is not None and index < len(self.found):
            self.dismiss(self.found[index])
