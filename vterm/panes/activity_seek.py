"""The line to type in above the lists: words that a row must have; what narrows the lists stands there too."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from engine.model.text import safe
from vterm.paint import Line, Span, fit, left_right
from vterm.panes.activity_pane import ActivityPane, Narrowed
from vterm.state import DeskState
from vterm.widgets.line_edit import LineEdit

MOST = 60
HINT = "/ search: symbol, state, type, id"


class SeekPane(ActivityPane):
    """Takes text while it has the focus; enter keeps it, esc takes it off."""

    CONTEXT: ClassVar[str] = "seek"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"activity"})

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "activity-seek")
        self.remove_class("pane")
        self.field = LineEdit(most=MOST, number=False)

    def begin(self) -> None:
        """Type here, from what is in force."""
        self.field.set(self.choice.search)
        self.display = True
        self.focus()
        self.repaint()

    def paint(self, width: int, height: int) -> None:
        """The text, with its cursor while it is typed, and what else narrows."""
        if self.has_focus:
            at, text = self.field.cursor, self.field.text
            left: list[Span] = [
                (" / ", "bold accent"),
                (text[:at], "foreground"),
                (text[at : at + 1] or " ", "reverse foreground"),
                (text[at + 1 :], "foreground"),
            ]
            tail: Line = (("enter keeps · esc takes off ", "muted"),) if width >= 60 else ()
            self.show([left_right(left, tail, width)])
            return
        choice, spans = self.choice, list[Span]()
        for name, word in (("/", choice.search), ("only", choice.symbol), ("side", choice.side)):
            if word:
                spans += [(f" {name} ", "accent"), (safe(word, MOST), "foreground")]
        spans = [*spans, ("   esc clears", "faint")] if spans else [(f" {HINT}", "faint")]
        self.show([fit(spans, width)])

    # -- typing ---------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """What types, types; arrows move in the list."""
        taken = True
        if event.key in ("up", "down"):
            pane = self.view.list_pane()
            (pane.do_row_down if event.key == "down" else pane.do_row_up)()
        elif event.is_printable and event.character:
            if self.field.insert(event.character):
                self._put()
        elif self.field.key(event.key):
            self._put()
        else:
            taken = event.key in ("backspace", "delete", "left", "right", "home", "end")
        if taken:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text, on one line."""
        event.stop()
        if self.field.insert(safe(" ".join(event.text.split()), MOST)):
            self._put()

    def _put(self) -> None:
        self.choice.search = self.field.text
        self.repaint()
        self.post_message(Narrowed())

    def on_click(self, event: events.Click) -> None:
        """A click begins to type."""
        self.begin()

    def do_seek_keep(self) -> None:
        """Enter: what is typed stays in force."""
        self.post_message(Narrowed(to_list=True))

    def do_back(self) -> None:
        """Esc: nothing typed is kept."""
        self.field.set("")
        self._put()
        self.post_message(Narrowed(to_list=True))
