"""One line of words to choose from: tabs. A click picks one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.message import Message

from vterm.paint import Line, Span, left_right, width
from vterm.panes.pane import Pane
from vterm.state import DeskState


class TabStrip(Pane):
    """Words in a row, the chosen one in a bracket; what stands at the right end gives way to them."""

    CONTEXT: ClassVar[str] = "strip"
    can_focus = False

    class Picked(Message):
        """A word was clicked."""

        def __init__(self, strip: TabStrip, key: str) -> None:
            super().__init__()
            self.strip, self.key = strip, key

    def __init__(self, state: DeskState, id: str) -> None:
        super().__init__(state, id)
        self.remove_class("pane")
        self.items: Sequence[tuple[str, str, str]] = ()
        self.chosen = ""
        self.tail: Line = ()
        self._places: list[tuple[int, int, str]] = []

    def offer(self, items: Sequence[tuple[str, str, str]], chosen: str, tail: Line = ()) -> None:
        """Put (key, word, note) in a row and paint."""
        self.items, self.chosen, self.tail = items, chosen, tail
        self.repaint()

    def paint(self, width_: int, height: int) -> None:
        """With notes where all of them fit."""
        noted = self._spans(True)
        spans = noted if width(noted) <= width_ else self._spans(False)
        room = width_ - width(spans)
        tail = self.tail if width(self.tail) <= room else ()
        self.show([left_right(spans, tail, width_)])

    def _spans(self, noted: bool) -> list[Span]:
        spans: list[Span] = []
        self._places = []
        for key, word, note in self.items:
            here, start = key == self.chosen, width(spans)
            spans += [("▌" if here else " ", "accent"), (word, "bold foreground" if here else "muted")]
            if noted and note:
                spans.append((f" {note}", "faint"))
            spans.append(("▐" if here else " ", "accent"))
            self._places.append((start, width(spans), key))
        return spans

    def on_click(self, event: events.Click) -> None:
        """Pick the word under the pointer."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.post_message(self.Picked(self, key))
