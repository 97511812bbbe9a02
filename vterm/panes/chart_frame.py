"""Which bars are in view and where each stands: zooming, panning and pointing are sums over them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vterm.panes.chart_choice import ZOOMS, ChartChoice

if TYPE_CHECKING:
    from vterm.panes.chart_plan import Plan
    from vterm.panes.chart_series import Series

EDGE = 24
"""Bars left of the picture below which more of the past is asked for."""


@dataclass(frozen=True)
class Frame:
    """Slots from the left, each a range of bars; the newest stands at the right edge of the picture."""

    plan: Plan
    slots: tuple[range, ...]
    cells: int
    bars: int
    end: int

    @property
    def room(self) -> int:
        """Slots that the picture has room for."""
        return max(1, self.plan.cells // self.cells)

    @property
    def left(self) -> int:
        """Blank cells before the first slot."""
        return max(0, self.plan.cells - len(self.slots) * self.cells)

    @property
    def first(self) -> int:
        """The oldest bar in view."""
        return self.slots[0].start if self.slots else 0

    def slot_of(self, index: int) -> int | None:
        """The slot of a bar, None where it is out of view."""
        if not self.slots or not self.first <= index < self.end:
            return None
        if self.bars == 1:
            return index - self.first
        return next(place for place, slot in enumerate(self.slots) if index in slot)

    def slot_at(self, x: int) -> int | None:
        """The slot under a column of the picture; the nearest one for a column beside them."""
        if not self.slots:
            return None
        return max(0, min(len(self.slots) - 1, (x - self.left) // self.cells))


def frame_of(series: Series, choice: ChartChoice, plan: Plan) -> Frame:
    """What is in view. A view of the past ends where there is no more of it."""
    bars, cells = choice.slot
    count = max(1, plan.cells // cells)
    end = len(series) if choice.until is None else series.index(choice.until) + 1
    end = max(end, min(len(series), count * bars))
    return Frame(plan, tuple(series.slots(end, count, bars)), cells, bars, end)


def pan(choice: ChartChoice, series: Series, frame: Frame, slots: int) -> None:
    """Look so many slots later; at the newest bar the view is live again."""
    least = min(len(series), frame.room * frame.bars)
    _end(choice, series, max(least, frame.end + slots * frame.bars))


def zoom(choice: ChartChoice, series: Series, frame: Frame, by: int, anchor: int | None = None) -> bool:
    """Nearer (-1) or farther (+1); the bar in slot `anchor` stays in its place, else the newest. Whether it changed."""
    at = choice.zoom + by
    if not 0 <= at < len(ZOOMS):
        return False
    choice.zoom = at
    if anchor is not None and frame.slots:
        bars, cells = choice.slot
        right = (len(frame.slots) - 1 - anchor) * frame.cells // cells
        _end(choice, series, frame.slots[anchor].stop + right * bars)
    return True


def _end(choice: ChartChoice, series: Series, end: int) -> None:
    choice.until = None if end >= len(series) else series.at[max(1, end) - 1]


def step(choice: ChartChoice, series: Series, frame: Frame, by: int) -> None:
    """Move the cursor by slots; without one it begins at the newest bar. The view follows it."""
    if not frame.slots:
        return
    here = None if choice.cursor is None else frame.slot_of(series.index(choice.cursor))
    if here is None:
        choice.cursor = series.at[frame.slots[-1].stop - 1]
        return
    if 0 <= here + by < len(frame.slots):
        choice.cursor = series.at[frame.slots[here + by].stop - 1]
        return
    beyond = max(0, frame.first - 1) if by < 0 else min(len(series) - 1, frame.end)
    pan(choice, series, frame, by)
    choice.cursor = series.at[beyond]


def wanted(series: Series, frame: Frame) -> int:
    """How many bars the view would like to have, 0 while it has them; what averages look back on is counted in."""
    missing = frame.room - len(frame.slots)
    if missing > 0 or (frame.first < EDGE and frame.end < len(series)):
        return len(series) + max(missing, frame.room) * frame.bars + 200
    return 0
