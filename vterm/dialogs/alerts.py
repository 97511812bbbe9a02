"""The account's alerts: active ones first, then what fired; one is dropped with x."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from engine.desk import Document
from engine.model.text import safe
from themes import DIALOGS
from vterm.paint import Line, clip, fit, left_right
from vterm.paint import on as laid_on
from vterm.state import DeskState
from vterm.widgets.line_view import LineView

NOTHING = "no alerts yet · a sets one: alert BTC above 70000"
REFRESH_SECONDS = 0.25
_STYLES = {"active": "foreground", "fired": "warning", "cancelled": "faint"}


def words(alert: Document) -> str:
    """An alert in one line: what it waits for, what fired it, what it is to remind of."""
    text = safe(str(alert.get("text", "")))
    fired = f" · at {safe(str(alert['fired_value']))}" if alert.get("fired_value") else ""
    note = f" · {safe(str(alert['note']))}" if alert.get("note") else ""
    return f"{text}{fired}{note}"


class AlertsDialog(ModalScreen[str]):
    """Answers "set" where a new one is wanted, else nothing. `drop` takes an alert's id."""

    CSS_PATH = DIALOGS

    def __init__(self, state: DeskState, drop: Callable[[str], None]) -> None:
        super().__init__(classes="dialog")
        self.state, self.drop = state, drop
        self.rows: list[Document] = []
        self.cursor = 0

    def compose(self) -> ComposeResult:
        """One list."""
        with Vertical(classes="box") as box:
            box.border_title = "Alerts"
            box.border_subtitle = "a set one · x drop · esc closes"
            view = LineView(id="alerts")
            view.can_focus = False
            yield view

    def on_mount(self) -> None:
        """Fill it, and keep it new."""
        self.call_after_refresh(self.paint)
        self.set_interval(REFRESH_SECONDS, self.paint)

    def paint(self) -> None:
        """Draw the list."""
        view = self.query_one("#alerts", LineView)
        self.rows = self.state.listed_alerts()
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor))
        width = view.size.width or 66
        lines = [self._line(alert, i == self.cursor, width) for i, alert in enumerate(self.rows)]
        view.show(lines or [((NOTHING, "muted"),)])
        view.reveal(self.cursor)

    def _line(self, alert: Document, here: bool, width: int) -> Line:
        state = safe(str(alert.get("state", "")))
        at = safe(str(alert.get("fired_at") or alert.get("created_at") or ""))[11:19]
        text = clip(" " + words(alert), max(8, width - 20))
        line = left_right(
            ((text, _STYLES.get(state, "muted")),), ((f"{state:<10}", "muted"), (at + " ", "muted")), width
        )
        return laid_on(fit(line, width), "select") if here else fit(line, width)

    def on_key(self, event: events.Key) -> None:
        """Move, drop, set one, close."""
        if event.key in ("escape", "q", "enter"):
            self.dismiss("")
        elif event.key == "a":
            self.dismiss("set")
        elif event.key in ("down", "j", "up", "k"):
            self.cursor += 1 if event.key in ("down", "j") else -1
            self.paint()
        elif event.key == "x" and self.rows and self.rows[self.cursor].get("state") == "active":
            self.drop(str(self.rows[self.cursor]["alert_id"]))
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A click on a row moves there, one outside closes."""
        view = self.query_one("#alerts", LineView)
        if not self.query_one(".box").region.contains(event.screen_x, event.screen_y):
            self.dismiss("")
        elif view.region.contains(event.screen_x, event.screen_y):
            index = view.body_index(event.screen_y - view.region.y)
            self.cursor = index if index is not None else self.cursor
            self.paint()
