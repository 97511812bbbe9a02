"""A list of painted lines that repaints only what changed.

Head and foot lines stand still, the body scrolls between them. Whoever owns the view hands it finished
lines; the view compares them with what is on the screen and asks for a repaint of the rows that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from vterm.paint import Line, fit, harmless, joined
from vterm.palette import Palette
from vterm.theme import DEFAULT, load

KEPT_SCREENS = 2
"""Painted lines are kept for so many screens of them, twice over: each takes some kilobytes, and a moving price never
comes back to most of them."""


@dataclass(frozen=True, slots=True)
class Edges:
    """A view of a size: the rows of its content (`top` to before `bottom`) and what stands left and right of each."""

    size: Size
    top: int
    bottom: int
    left: tuple[Segment, ...]
    right: tuple[Segment, ...]


class LineView(ScrollView, can_focus=True):
    """Shows `head`, the visible part of `body`, and `foot`, each a sequence of lines."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.head: tuple[Line, ...] = ()
        self.body: tuple[Line, ...] = ()
        self.foot: tuple[Line, ...] = ()
        self._strips: dict[Line, Strip] = {}
        self._strips_before: dict[Line, Strip] = {}
        self._strip_key: object = None
        self._dressed: dict[str, Style] = {}
        self.repainted = 0
        self.painting_first = False
        self._dressed_for: object = None
        self._own_style: Style | None = None
        self._edges: Edges | None = None
        self._counted: Size | None = None

    @property
    def palette(self) -> Palette:
        """Colours of the running application."""
        return getattr(self.app, "palette", None) or load(DEFAULT)

    @property
    def rows(self) -> int:
        """How many body lines are visible at once."""
        return max(0, self.size.height - len(self.head) - len(self.foot))

    @property
    def allow_vertical_scroll(self) -> bool:
        """Whether there is more than the window shows; no bar is painted, so the framework would say never."""
        return self.is_scrollable and self.max_scroll_y > 0

    def show(self, body: Sequence[Line], head: Sequence[Line] = (), foot: Sequence[Line] = ()) -> None:
        """Put these lines on the screen; only rows that differ are painted again."""
        width, height = self._room
        before = self._seen(height)
        self.head, self.body, self.foot = tuple(head), tuple(body), tuple(foot)
        rows = len(self.head) + len(self.body) + len(self.foot)
        if self.virtual_size != (width, rows):
            # Not through the reactive attribute: that would lay out the whole screen for a list that got longer.
            self.set_reactive(LineView.virtual_size, Size(width, rows))
            if self.scroll_y > self.max_scroll_y:
                self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)
        if self.painting_first:
            return
        after = self._seen(height)
        changed = [Region(0, y, width, 1) for y in range(height) if after[y] != before[y]]
        if changed:
            self.repainted += len(changed)
            self.refresh(*changed)

    def reveal(self, index: int) -> None:
        """Scroll so that body line `index` is visible."""
        top, rows = int(self.scroll_y), self.rows
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True)
        elif rows and index >= top + rows:
            self.scroll_to(y=index - rows + 1, animate=False, immediate=True)

    def body_index(self, y: int) -> int | None:
        """Which body line is painted at row `y` of the content, if one is."""
        if y < len(self.head) or y >= self.size.height - len(self.foot):
            return None
        index = y - len(self.head) + int(self.scroll_y)
        return index if 0 <= index < len(self.body) else None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Strips of a region; the room is asked for once and not once a row."""
        self._counted = self.size
        try:
            outer = self.outer_size
            edges = self._edges_of(outer) if (crop.x, crop.width) == (0, outer.width) else None
            return super().render_lines(crop) if edges is None else self._framed(crop, outer, edges)
        finally:
            self._counted = None

    def _edges_of(self, outer: Size) -> Edges | None:
        """What stands beside each row, learnt from one that the framework painted."""
        if self._edges is None or self._edges.size != outer:
            gutter = self.styles.gutter
            if outer.height <= gutter.height or outer.width <= gutter.width:
                return None
            whole = super().render_lines(Region(0, gutter.top, outer.width, 1))[0]
            left, right = whole.crop(0, gutter.left), whole.crop(outer.width - gutter.right, outer.width)
            self._edges = Edges(outer, gutter.top, outer.height - gutter.bottom, tuple(left), tuple(right))
        return self._edges

    def _framed(self, crop: Region, outer: Size, edges: Edges) -> list[Strip]:
        """Rows as the framework would paint them: it knows nothing of lines that come back, and asks for all its styles
        at every row."""
        filters, background = self.get_line_filters(), self.background_colors[1]
        palette, own = self.palette, self._style_of_all()
        key = (palette.look, edges, own, background, *filters)
        if key != self._strip_key:
            self._strips, self._strips_before, self._strip_key = {}, {}, key
        height, top, above = self._room.height, int(self.scroll_y), super().render_lines
        strips = []
        for y in crop.line_range:
            if edges.top <= y < edges.bottom:
                line = self._standing(y - edges.top, height, top)
                strips.append(self._painted_before(line) or self._keep(line, edges, filters, background))
            else:
                strips += above(Region(0, y, outer.width, 1))
        return strips

    def _painted_before(self, line: Line) -> Strip | None:
        """The row of a line that was painted before."""
        strip = self._strips.get(line)
        if strip is None:
            strip = self._strips_before.get(line)
            if strip is not None:
                self._strips[line] = strip
        return strip

    def _keep(self, line: Line, edges: Edges, filters: Sequence[LineFilter], background: Color) -> Strip:
        segments = [*edges.left, *self._segments(line), *edges.right]
        for each in filters:
            segments = each.apply(segments, background)
        if len(self._strips) > KEPT_SCREENS * edges.size.height:
            self._strips, self._strips_before = {}, self._strips
        strip = self._strips[line] = Strip(segments, edges.size.width)
        return strip

    def render_line(self, y: int) -> Strip:
        """The strip of content row `y`, without what stands beside it."""
        width, height = self._room
        return Strip(self._segments(self._standing(y, height, int(self.scroll_y))), width)

    def _segments(self, line: Line) -> list[Segment]:
        palette, own = self.palette, self._style_of_all()
        if (palette.look, own) != self._dressed_for:
            self._dressed, self._dressed_for = {}, (palette.look, own)
        return [Segment(text.translate(palette.twins), self._style(name, palette, own))
                for text, name in joined(fit(harmless(line), self._room.width))]  # fmt: skip

    def _style_of_all(self) -> Style:
        own = self._own_style
        if own is None:
            own = self._own_style = self.rich_style
        return own

    def _style(self, name: str, palette: Palette, own: Style) -> Style:
        """A cell's style on the pane's own; added once a name, where the framework would add it once a cell."""
        found = self._dressed.get(name)
        if found is None:
            found = self._dressed[name] = own + palette.style(name)
        return found

    def _set_dirty(self, *regions: Region) -> None:
        """Where all of it is to be painted, what stands beside the rows may be another."""
        if not regions:
            self._edges = None
        super()._set_dirty(*regions)

    def notify_style_update(self) -> None:
        """The style sheet says something else now (focus, theme): forget the resolved style."""
        self._own_style = self._edges = None
        super().notify_style_update()

    @property
    def _room(self) -> Size:
        """The size, which costs a walk through the screen: as it was at the start of a paint, where one goes on."""
        return self._counted or self.size

    def _seen(self, height: int) -> list[Line]:
        """What stands on the screen's rows."""
        head, foot, top = self.head, self.foot, int(self.scroll_y)
        rows = max(0, height - len(head) - len(foot))
        if not rows:
            return [self._standing(y, height, top) for y in range(height)]
        body = self.body[top : top + rows]
        return [*head, *body, *(((),) * (rows - len(body))), *foot]

    def _standing(self, y: int, height: int, top: int) -> Line:
        head, foot = len(self.head), len(self.foot)
        if y < head:
            return self.head[y]
        from_foot = y - (height - foot)
        if from_foot >= 0:
            return self.foot[from_foot]
        index = y - head + top
        return self.body[index] if index < len(self.body) else ()
