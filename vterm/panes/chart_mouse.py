"""What the mouse does to a chart: the wheel zooms, dragging pans, a click reads a bar out."""

from __future__ import annotations

from textual import events

from vterm.panes import chart_frame
from vterm.panes.chart_frame import Frame
from vterm.panes.chart_hands import ChartHands
from vterm.state import DeskState

WHEEL_PAN = 4


class ChartMouse(ChartHands):
    """Gestures, each of which a key does as well."""

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self._held: tuple[int, Frame] | None = None
        self._dragged = False

    def _slot_under(self, event: events.MouseEvent) -> int | None:
        offset = event.get_content_offset(self)
        if offset is None or self.picture is None or offset.x >= self.picture.frame.plan.cells:
            return None
        return self.picture.frame.slot_at(offset.x)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        event.prevent_default()
        if event.shift or event.ctrl:
            self._pan(-by * WHEEL_PAN)
        else:
            self._zoom(by, self._slot_under(event))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Nearer, around the pointer; with shift or control later."""
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Farther; with shift or control earlier."""
        self._wheel(event, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Earlier."""
        event.stop()
        event.prevent_default()
        self._pan(-WHEEL_PAN)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Later."""
        event.stop()
        event.prevent_default()
        self._pan(WHEEL_PAN)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the picture."""
        self._dragged = False
        offset = event.get_content_offset(self)
        if event.button == 1 and offset is not None and self.picture is not None:
            self._held = (offset.x, self.picture.frame)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it: earlier bars come from the left."""
        if self._held is None or self.picture is None:
            return
        start, frame = self._held
        slots = (start - event.x + self._edge) // frame.cells
        if slots or self._dragged:
            self._dragged = True
            chart_frame.pan(self.choice, self.picture.series, frame, slots)
            self.repaint()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go."""
        if self._held is not None:
            self._held = None
            self.release_mouse()

    @property
    def _edge(self) -> int:
        return 1 if self.bordered else 0

    def on_click(self, event: events.Click) -> None:
        """The cursor on what was clicked; beside the picture none; on a period's name that period."""
        if self._dragged:
            self._dragged = False
            return
        offset = event.get_content_offset(self)
        if offset is None:
            self._foot(event)
            return
        choice, picture = self.choice, self.picture
        if choice.kind == "depth" and self.sides is not None:
            from vterm.panes.chart_depth import cells_of

            choice.depth_cursor = offset.x - cells_of(self.size.width) // 2
        elif picture is not None:
            slot = picture.frame.slot_at(offset.x) if offset.x < picture.frame.plan.cells else None
            choice.cursor = None if slot is None else picture.series.at[picture.frame.slots[slot].stop - 1]
        self.repaint()

    def _foot(self, event: events.Click) -> None:
        """The names of the periods stand at the right end of the border below."""
        width, height = self.outer_size
        if not self.bordered or event.y != height - 1:
            return
        x = event.x - (width - 3 - len(self.foot_periods))
        end = 0
        for part in self.foot_periods.split("  "):
            start, end = end, end + len(part) + 2
            if start <= x < end - 2:
                self._take_period(part.strip("[]"))
