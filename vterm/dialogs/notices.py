"""The notifications centre: all that was told, newest first; by kind, read and unread, and the way to what it was."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from themes import DIALOGS
from vterm.notices import Notice
from vterm.notices_lines import KEYS_LINE, detail, kinds_line, places_of_keys, row_line
from vterm.paint import Line, fit
from vterm.paint import on as laid_on
from vterm.state import DeskState
from vterm.widgets.line_view import LineView

NOTHING = "nothing was told yet · fills, ends of orders, alerts and halts will stand here"
REFRESH_SECONDS = 0.25
DETAIL_ROWS = 2


class NoticesDialog(ModalScreen[Notice]):
    """Answers the notice to go to, or nothing."""

    CSS_PATH = DIALOGS

    def __init__(self, state: DeskState) -> None:
        super().__init__(classes="dialog")
        self.state = state
        self.kind = ""
        self.cursor = 0
        self.rows: list[Notice] = []
        self._current: Notice | None = None
        self._kinds: list[tuple[int, int, str]] = []
        self._keys: list[tuple[int, int, str]] = []
        self._painted: object = None

    def compose(self) -> ComposeResult:
        """Kinds, the list, what is under the cursor in full, keys."""
        with Vertical(classes="box") as box:
            box.border_title = "Notices"
            for name in ("notice-kinds", "notice-list", "notice-keys"):
                view = LineView(id=name)
                view.can_focus = False
                yield view

    def on_mount(self) -> None:
        """Fill it, and keep it new."""
        self.call_after_refresh(self.paint)
        self.set_interval(REFRESH_SECONDS, self._renew)

    def on_resize(self) -> None:
        """Another width has other lines."""
        self.call_after_refresh(self.paint)

    def _renew(self) -> None:
        if self._painted != self.state.notices.changes:
            self.paint()

    def paint(self) -> None:
        """Draw all of it; the cursor stays with its notice while others arrive."""
        notices, view = self.state.notices, self.query_one("#notice-list", LineView)
        self._painted = notices.changes
        self.rows = notices.listed(self.kind)
        if self._current in self.rows:
            self.cursor = self.rows.index(self._current)
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor))
        self._current = self.rows[self.cursor] if self.rows else None
        cells, today = view.size.width or 60, self.state.at[:10]
        lines = [self._row(i, row, cells, today) for i, row in enumerate(self.rows)]
        foot = detail(self._current, cells, DETAIL_ROWS)
        view.show(lines or [((f" {NOTHING}", "muted"),)], foot=foot)
        view.reveal(self.cursor)
        line, self._kinds = kinds_line(notices, self.kind, cells)
        self.query_one("#notice-kinds", LineView).show([line])
        line, self._keys = places_of_keys(KEYS_LINE, cells)
        self.query_one("#notice-keys", LineView).show([line])
        unread = notices.unread
        self.query_one(".box").border_subtitle = f"{unread} unread of {len(notices)}" if len(notices) else None

    def _row(self, index: int, row: Notice, cells: int, today: str) -> Line:
        line = fit(row_line(row, cells, today), cells)
        return laid_on(line, "select") if index == self.cursor else line

    # -- what keys and the pointer do -----------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Move, filter, mark, go, close."""
        page = max(1, self.query_one("#notice-list", LineView).rows - 1)
        steps = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": page, "pageup": -page, "ctrl+d": page // 2,
                 "ctrl+u": -(page // 2), "g": -len(self.rows), "home": -len(self.rows), "G": len(self.rows),
                 "end": len(self.rows)}  # fmt: skip
        if event.key in steps:
            self._step(steps[event.key])
        elif event.key in ("l", "right", "h", "left"):
            self._turn(1 if event.key in ("l", "right") else -1)
        else:
            name = {"escape": "close", "q": "close", "exclamation_mark": "close", "enter": "go", "m": "read",
                    "M": "all"}.get(event.key)  # fmt: skip
            if name is not None:
                self.do(name)
        event.stop()

    def do(self, name: str) -> None:
        """One of the verbs of the last line."""
        notices = self.state.notices
        if name == "close":
            self.dismiss(None)
        elif name == "all":
            notices.mark(notices.listed(self.kind))
            self.paint()
        elif self._current is not None and name == "read":
            notices.mark([self._current], not self._current.read)
            self._step(1)
        elif self._current is not None and name == "go":
            notices.mark([self._current])
            self.dismiss(self._current)

    def _step(self, by: int) -> None:
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor + by))
        self._current = self.rows[self.cursor] if self.rows else None
        self.paint()

    def _turn(self, by: int) -> None:
        kinds = ("", *self.state.notices.counts())
        at = kinds.index(self.kind) if self.kind in kinds else 0
        self.kind = kinds[(at + by) % len(kinds)]
        self.paint()

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self._step(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self._step(-3)

    def on_click(self, event: events.Click) -> None:
        """A row, a kind, a verb; a second click on a row goes there; outside closes."""
        x, y = event.screen_x, event.screen_y
        if not self.query_one(".box").region.contains(x, y):
            self.do("close")
            return
        for name, places in (("notice-kinds", self._kinds), ("notice-keys", self._keys)):
            region = self.query_one(f"#{name}").region
            hit = next((key for a, b, key in places if region.contains(x, y) and a <= x - region.x < b), None)
            if hit is not None:
                if name == "notice-keys":
                    self.do(hit)
                else:
                    self.kind = hit
                    self.paint()
                return
        view = self.query_one("#notice-list", LineView)
        index = view.body_index(y - view.region.y) if view.region.contains(x, y) else None
        if index is not None and index < len(self.rows):
            again = index == self.cursor and event.chain > 1
            self._step(index - self.cursor)
            if again:
                self.do("go")
