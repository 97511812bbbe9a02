"""Changing an open order: its quantity and the prices that its type has. Enter goes on, on the last field it sends."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from engine.desk import Document
from engine.model.number import NumberFormatError, parse_decimal, trim
from engine.model.text import safe
from themes import DIALOGS
from vterm.paint import Line, fit, grouped, left_right, on
from vterm.widgets.line_edit import LineEdit
from vterm.widgets.line_view import LineView
from vterm.wording import described

DIGITS = "0123456789."
LABELS = {"quantity": "whole quantity", "limit_price": "limit price", "stop_price": "stop price"}
_SEND = "send"


class AmendDialog(ModalScreen[Document]):
    """Answers with the fields that differ, or with nothing."""

    CSS_PATH = DIALOGS

    def __init__(self, order: Document) -> None:
        super().__init__(classes="dialog")
        self.order = order
        self.edits: dict[str, LineEdit] = {}
        for name in LABELS:
            if order.get(name) is not None:
                self.edits[name] = LineEdit(allowed=DIGITS)
                self.edits[name].set(trim(str(order[name])) if name == "quantity" else str(order[name]))
        self.names = [*self.edits, _SEND]
        self.at = self.names[-2]
        self.fresh = True

    def compose(self) -> ComposeResult:
        """What the order is, its fields, the button."""
        with Vertical(classes="box") as box:
            box.border_title = Content("Amend")
            box.border_subtitle = "tab next · enter send · esc leave"
            order = {**self.order, "quantity": trim(str(self.order["quantity"]))}
            yield Static(Content(safe(described(order, grouped), 200)))
            lines = LineView(id="amend")
            lines.can_focus = False
            lines.styles.height = len(self.names) + 1
            yield lines

    def on_mount(self) -> None:
        """Draw the fields."""
        self.call_after_refresh(self.paint)

    def changes(self) -> Document:
        """What was made different, as numbers that the desk reads."""
        found: Document = {}
        for name, edit in self.edits.items():
            try:
                if parse_decimal(edit.text) != parse_decimal(str(self.order[name])):
                    found[name] = edit.text
            except NumberFormatError:
                found[name] = edit.text
        return found

    def paint(self) -> None:
        """Labels left, numbers right, the focus on the selection colour."""
        view = self.query_one("#amend", LineView)
        width = view.size.width
        lines: list[Line] = [()]
        for name, edit in self.edits.items():
            label: Line = ((LABELS[name], "muted"),)
            if name == self.at:
                lines.append(on(left_right(label, self._typed(edit), width), "select"))
            else:
                lines.append(left_right(label, ((grouped(edit.text), "foreground"), (" ", "muted")), width))
        button = (("[ Amend ]", "accent" if self.changes() else "faint"),)
        lines.append(on(fit(button, width), "select") if self.at == _SEND else fit(button, width))
        view.show(lines)

    def _typed(self, edit: LineEdit) -> Line:
        """The text with its cursor; all of it where the next digit replaces it."""
        if self.fresh:
            return ((edit.text, "reverse foreground"), (" ", "foreground"))
        before, cell, after = edit.text[: edit.cursor], edit.text[edit.cursor :][:1], edit.text[edit.cursor + 1 :]
        space = " " if cell else ""
        return ((before, "bold foreground"), (cell or " ", "reverse foreground"), (after + space, "bold foreground"))

    def on_key(self, event: events.Key) -> None:
        """Typing in the field, moving between fields, sending."""
        event.stop()
        edit = self.edits.get(self.at)
        if event.key == "escape":
            self.dismiss({})
            return
        if event.key in ("tab", "down"):
            self._step(1)
        elif event.key in ("shift+tab", "up"):
            self._step(-1)
        elif event.key == "enter":
            self._enter()
            return
        elif edit is not None:
            self._type(edit, event.key, event.character or "")
        self.paint()

    def _type(self, edit: LineEdit, key: str, char: str) -> None:
        """The first digit replaces what stood there, a cursor key keeps it."""
        if not char or char not in DIGITS:
            edit.key(key)
        else:
            if self.fresh:
                edit.set("")
            edit.insert(char)
        self.fresh = False

    def _step(self, by: int) -> None:
        self.fresh = True
        self.at = self.names[(self.names.index(self.at) + by) % len(self.names)]

    def _enter(self) -> None:
        if self.at in self.names[:-2]:
            self._step(1)
            self.paint()
        elif self.changes():
            self.dismiss(self.changes())

    def on_paste(self, event: events.Paste) -> None:
        """A pasted number."""
        edit = self.edits.get(self.at)
        if edit is not None and edit.insert(event.text.strip().replace(",", "")[:40]):
            self.paint()
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A field takes the focus, the button sends."""
        region = self.query_one("#amend", LineView).region
        row = event.screen_y - region.y - 1
        if not region.contains(event.screen_x, event.screen_y) or not 0 <= row < len(self.names):
            return
        self.at, self.fresh = self.names[row], False
        self.paint()
        if self.at == _SEND:
            self._enter()
