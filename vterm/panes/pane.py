"""What every pane of the desk has: a context for its keys, topics it repaints for, a title and a foot."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from vterm.keymap import DEFAULT, Keymap
from vterm.paint import Line, clip, on, unarmed
from vterm.palette import Palette
from vterm.stale import OLD_MARK, old
from vterm.state import DeskState
from vterm.widgets.line_view import LineView


class QuotesWanted(Message):
    """These instruments are in sight and have no stream of their own."""

    def __init__(self, symbols: list[str]) -> None:
        super().__init__()
        self.symbols = symbols


class Pane(LineView):
    """A line view that paints one part of the state. Methods `do_<action>` answer the actions of its context."""

    CONTEXT: ClassVar[str] = ""
    TOPICS: ClassVar[frozenset[str]] = frozenset()
    NAME: ClassVar[str] = ""
    AGES: ClassVar[bool] = True
    """Whether what it shows is of a moment, and greys when that has passed."""

    def __init__(self, state: DeskState, id: str = "") -> None:
        super().__init__(id=id or self.CONTEXT, classes="pane")
        self.state = state
        self._titles = (self.NAME, "")
        self._painted = False
        if self.NAME:
            self.border_title = Content(self.NAME)

    @property
    def keymap(self) -> Keymap:
        """Keys of the running application."""
        return getattr(self.app, "keymap", DEFAULT)

    @property
    def palette(self) -> Palette:
        """Colours of the running application; all grey where the values are old."""
        return getattr(self.app, "faded", super().palette) if self.AGES and old(self.state) else super().palette

    def render_lines(self, crop: Region) -> list[Strip]:
        """The first frame has what there is to show, without waiting for an event."""
        if not self._painted:
            self.painting_first = True
            self.repaint()
            self.painting_first = False
        return super().render_lines(crop)

    def concerns(self, topics: set[str]) -> bool:
        """Whether one of these topics is in the picture now."""
        return bool(self.TOPICS & topics)

    def repaint(self) -> None:
        """Paint again, if there is room to."""
        self._painted = True
        outside = self._counted
        size = self._counted = self._room
        try:
            if size.width and size.height and self.display:
                self.paint(size.width, size.height)
        finally:
            self._counted = outside

    def paint(self, width: int, height: int) -> None:
        """Compute the lines and `show` them."""
        raise NotImplementedError

    def entitle(self, title: str, foot: str = "") -> None:
        """Name above, facts below; foreign text in them was made safe by the caller. Old values say so."""
        foot = f"{OLD_MARK} old · {foot}".rstrip(" ·") if self.AGES and old(self.state) else foot
        if self._titles != (title, foot):
            self._titles = (title, foot)
            twins = self.palette.twins
            self.border_title = Content(unarmed(title).translate(twins) or " ")
            self.border_subtitle = Content(unarmed(foot).translate(twins)) if foot else None

    def empty(self, sentence: str, height: int, width: int) -> None:
        """One muted sentence in the middle of nothing."""
        words, lines, room = sentence.split(), [""], max(8, width - 4)
        for word in words:
            if len(lines[-1]) + len(word) + 1 > room:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
        top = max(0, (height - len(lines)) // 2)
        body: list[Line] = [()] * top
        body += [((line.center(width), "muted"),) for line in lines]
        self.show(body)

    def on_resize(self, event: events.Resize) -> None:
        self.repaint()

    # The framework sets `has_focus` after these two.

    def on_focus(self) -> None:
        self.call_next(self.repaint)

    def on_blur(self) -> None:
        self.call_next(self.repaint)


class ListPane(Pane):
    """A pane with one row selected. `keys` names the rows, so that the cursor stays with its row."""

    def __init__(self, state: DeskState, id: str = "") -> None:
        super().__init__(state, id)
        self.keys: list[str | None] = []
        self.cursor = 0

    @property
    def current(self) -> str | None:
        """The key of the cursor row, None on a heading or an empty list."""
        return self.keys[self.cursor] if 0 <= self.cursor < len(self.keys) else None

    def keep(self, keys: list[str | None]) -> None:
        """Replace the rows' keys; the cursor follows its row, or stays as near as it can."""
        wanted = self.current
        self.keys = keys
        if wanted is not None and wanted in keys:
            self.cursor = keys.index(wanted)
        self.cursor = max(0, min(self.cursor, len(keys) - 1))
        if keys and keys[self.cursor] is None:
            self._step(1) or self._step(-1)

    def mark(self, index: int, line: Line) -> Line:
        """The line with the cursor's background where the cursor stands and the pane has the focus."""
        return on(line, "cursor") if index == self.cursor and self.has_focus else line

    def moved(self) -> None:
        """The cursor stands on another row."""
        self.repaint()
        self.reveal(self.cursor)

    def _step(self, by: int) -> bool:
        at = self.cursor + by
        while 0 <= at < len(self.keys):
            if self.keys[at] is not None:
                self.cursor = at
                return True
            at += by
        return False

    def _jump(self, by: int) -> None:
        sign = 1 if by > 0 else -1
        for _ in range(abs(by)):
            if not self._step(sign):
                break
        self.moved()

    def do_row_down(self) -> None:
        """Next row."""
        self._jump(1)

    def do_row_up(self) -> None:
        """Previous row."""
        self._jump(-1)

    def do_row_page_down(self) -> None:
        """A page down."""
        self._jump(max(1, self.rows - 1))

    def do_row_page_up(self) -> None:
        """A page up."""
        self._jump(-max(1, self.rows - 1))

    def do_row_half_down(self) -> None:
        """Half a page down."""
        self._jump(max(1, self.rows // 2))

    def do_row_half_up(self) -> None:
        """Half a page up."""
        self._jump(-max(1, self.rows // 2))

    def do_row_first(self) -> None:
        """First row."""
        self._jump(-len(self.keys) or -1)

    def do_row_last(self) -> None:
        """Last row."""
        self._jump(len(self.keys) or 1)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; a second one on the same row opens it."""
        offset = event.get_content_offset(self)
        index = self.body_index(offset.y) if offset else None
        if index is None or index >= len(self.keys) or self.keys[index] is None:
            return
        again = index == self.cursor and event.chain > 1
        self.cursor = index
        self.moved()
        if again:
            self.opened()

    def opened(self) -> None:
        """A double click on the cursor row."""


def label(text: str, cells: int) -> Line:
    """A muted label, padded."""
    return ((clip(text, cells), "muted"),)
