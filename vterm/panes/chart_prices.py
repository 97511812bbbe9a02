"""Prices of a chart as lines: candles or a line, averages over them, own fills and levels, the axis at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vterm.paint import Line, clip
from vterm.panes.chart_axis import axis_text
from vterm.panes.chart_marks import Level, Spot, labels, spots
from vterm.panes.chart_paint import Sheet, draw_candles, draw_line, draw_overlays
from vterm.panes.chart_studies import Study, Value
from vterm.widgets.candles import Candle, Scale, nice_step, scale_of

if TYPE_CHECKING:
    from vterm.panes.chart_picture import Picture

TALLEST_OVERLAY = 2
"""Overlays widen the scale to at most so many times the range of the bars themselves."""


def price_lines(picture: Picture) -> list[Line]:
    """Candles or a line, averages, own fills and levels, with the axis."""
    frame, series, choice = picture.frame, picture.series, picture.choice
    rows = frame.plan.prices
    candles = [series.candle(slot) for slot in frame.slots]
    own = "own" in choice.shown
    overlays = [(study, picture.study(study)) for study in choice.overlays]
    marks = spots(picture.fills, series, frame) if own else []
    scale = picture.scale = _scale(picture, candles, overlays, marks, rows)
    sheet = picture.sheet(rows)
    axis = Axis(picture, scale)
    axis.ground(sheet, own)
    draw_overlays(sheet, overlays, scale, frame.cells, frame.left)
    if choice.kind == "line":
        draw_line(sheet, [c[3] for c in candles], scale, frame.cells, frame.left, "foreground")
    else:
        hollow = picture.mono or "hollow" in choice.shown
        draw_candles(sheet, candles, scale, frame.cells, frame.left, hollow)
    for spot in marks:
        middle = frame.left + spot.slot * frame.cells + (frame.cells - 1) // 2
        sheet.put(scale.row(spot.price), middle, spot.mark, "bold accent")
    return [(*line, *axis.cell(y)) for y, line in enumerate(sheet.lines())]


def _scale(
    picture: Picture,
    candles: Sequence[Candle],
    overlays: Sequence[tuple[Study, list[Value]]],
    marks: Sequence[Spot],
    rows: int,
) -> Scale:
    low, high = min(c[2] for c in candles), max(c[1] for c in candles)
    also = [mark.price for mark in marks]
    if picture.now is not None and picture.choice.until is None:
        also.append(picture.now)
    room = max(1, high - low) * (TALLEST_OVERLAY - 1) // 2
    also += [round(max(low - room, min(high + room, part))) for _, values in overlays for value in values if value
             for part in value]  # fmt: skip
    low, high = min([low, *also]), max([high, *also])
    held = picture.scale
    if held is not None and held.rows == rows and held.holds(low, high):
        return held
    return scale_of([(high, high, low, low)], rows)


class Axis:
    """The column at the right of the prices: last price, own levels, round prices."""

    def __init__(self, picture: Picture, scale: Scale) -> None:
        self.picture, self.scale = picture, scale
        step = self.step = nice_step(scale.high - scale.low, max(2, scale.rows // 3))
        first = -(-scale.low // step) * step
        self.ticks = {scale.row(value): value for value in range(first, scale.high, step)}
        now = picture.now
        self.last = scale.row(now) if now is not None and scale.low <= now <= scale.high else None
        self.marks: dict[int, tuple[str, str]] = {}

    def ground(self, sheet: Sheet, own: bool) -> None:
        """Lines across, behind everything."""
        for row in self.ticks:
            sheet.ground(row, "┈", "rule")
        rows: dict[int, list[Level]] = {}
        for level in self.picture.levels if own else ():
            if self.scale.low < level.price < self.scale.high:
                rows.setdefault(self.scale.row(level.price), []).append(level)
        self.marks = labels(rows)
        for row, there in rows.items():
            sheet.ground(row, there[0].line, "accent")
        if self.last is not None:
            sheet.ground(self.last, "╌", "faint")

    def cell(self, y: int) -> Line:
        """The axis beside a row."""
        picture, width = self.picture, self.picture.frame.plan.axis
        mark = self.marks.get(y)
        if y == self.last and picture.now is not None:
            role = picture.direction
            lead = (mark[0], "accent") if mark else ("▸", role)
            return (lead, (clip(picture.price(picture.now), width).strip().rjust(width), f"bold {role}"))
        if mark:
            words = mark[1] if len(mark[1]) <= width else mark[1].split()[0]
            return ((mark[0], "accent"), (clip(words, width).strip().rjust(width), "accent"))
        if y in self.ticks:
            text = axis_text(self.ticks[y], picture.series.decimals, self.step)
            return ((" ", "muted"), (text.rjust(width), "muted"))
        return ((" " * (width + 1), "muted"),)
