"""Prices, volume and strip as cells. Knows series, scales and roles; no widget, no desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vterm.paint import LEVELS, Line, Span, joined
from vterm.panes.chart_studies import Study, Value
from vterm.widgets.candles import Candle, Scale, wide
from vterm.widgets.strokes import Cells, dots, glyph, spread, stroke

STROKES = (("accent", 0), ("agent", 1), ("warning", 2), ("foreground", 1))
"""Role and dash of the first, second, third and fourth overlay: no two alike without their colours."""
BANDS = (("muted", 0), ("faint", 1), ("muted", 0))
WICKS = "│╷╵"
FIRST_BRAILLE = "\u2800"


@dataclass
class Sheet:
    """Rows of cells, and the column under the cursor (its first cell and its width)."""

    rows: int
    cells: int
    cursor: tuple[int, int] | None = None
    bare: bool = False
    grid: list[list[Span]] = field(init=False)

    def __post_init__(self) -> None:
        self.grid = [[(" ", "rule")] * self.cells for _ in range(self.rows)]

    def ground(self, row: int, mark: str, role: str) -> None:
        """A line across."""
        if 0 <= row < self.rows:
            self.grid[row] = [(mark, role)] * self.cells

    def put(self, row: int, at: int, text: str, role: str) -> None:
        """Text over what is there, cut at the edges; a blank lets what is there be seen."""
        if not 0 <= row < self.rows:
            return
        line = self.grid[row]
        for place, char in enumerate(text, at):
            if char != " " and 0 <= place < self.cells:
                line[place] = (char, role)

    def strokes(self, cells: Cells) -> None:
        """Braille over what is there."""
        for (row, place), (bits, role) in cells.items():
            if 0 <= row < self.rows and 0 <= place < self.cells:
                self.grid[row][place] = (glyph(bits), role)

    def lines(self) -> list[Line]:
        """Finished lines; the cursor's column stands on a tint, or is dotted where there are no tints."""
        if self.cursor is not None:
            start, width = self.cursor
            for line in self.grid:
                for place in range(max(0, start), min(self.cells, start + width)):
                    char, role = line[place]
                    if not self.bare:
                        line[place] = (char, role if " on " in role else f"{role} on cursor")
                    elif char in " ┈╌":
                        line[place] = (":", "muted")
        return [joined(line) for line in self.grid]


def role_of(candle: Candle) -> str:
    """up, down or flat."""
    return "up" if candle[3] > candle[0] else "down" if candle[3] < candle[0] else "flat"


def draw_candles(sheet: Sheet, candles: Sequence[Candle], scale: Scale, cells: int, left: int, hollow: bool) -> None:
    """One candle a slot, from column `left`. Bodies stand before lines that were drawn, lines before wicks."""
    blank = " " * cells
    for k, candle in enumerate(candles):
        role = role_of(candle)
        top, bottom = scale.row(candle[1]), scale.row(candle[2])
        for row, text in enumerate(wide(candle, scale, cells, hollow)[top : bottom + 1], top):
            if text == blank:
                continue
            for place, char in enumerate(text, left + k * cells):
                if char != " " and not (char in WICKS and sheet.grid[row][place][0] >= FIRST_BRAILLE):
                    sheet.grid[row][place] = (char, role)


def draw_line(
    sheet: Sheet, values: Sequence[float | None], scale: Scale, cells: int, left: int, role: str, dash: int = 0
) -> None:
    """A line through one value a slot."""
    found: Cells = {}
    heights = [None if value is None else scale.dot(value) for value in spread(values, cells)]
    stroke(found, heights, role, dash)
    sheet.strokes({(row, place + left): cell for (row, place), cell in found.items()})


def draw_overlays(
    sheet: Sheet, overlays: Sequence[tuple[Study, Sequence[Value]]], scale: Scale, cells: int, left: int
) -> None:
    """Averages and bands."""
    for number, (study, values) in enumerate(overlays):
        looks = BANDS if len(study.parts) == 3 else (STROKES[number % len(STROKES)],)
        for part, (role, dash) in enumerate(looks):
            draw_line(sheet, [v[part] if v else None for v in values], scale, cells, left, role, dash)


def draw_volume(rows: int, total: int, volumes: Sequence[float], cells: int, left: int, sheet: Sheet) -> None:
    """Bars in eighths of a cell; `total` is the width of the sheet that they stand in."""
    most = max(volumes, default=0.0)
    if most <= 0:
        return
    body = 1 if cells < 4 else (cells - 2) // 2 * 2 + 1
    for k, volume in enumerate(volumes):
        eighths = round(volume / most * rows * 8) if volume else 0
        eighths = max(1, eighths) if volume > 0 else 0
        full, rest = divmod(eighths, 8)
        for row in range(full):
            sheet.put(rows - 1 - row, left + k * cells, "█" * body, "faint")
        if rest and full < rows:
            sheet.put(rows - 1 - full, left + k * cells, LEVELS[rest - 1] * body, "faint")


def strip_scale(study: Study, values: Sequence[Value], rows: int) -> tuple[float, float]:
    """The range of a study in view: 0 to 100, even around zero for a difference, else its own with some air."""
    if study.unit == "hundred":
        return 0.0, 100.0
    known = [part for value in values if value for part in value]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if len(study.parts) == 3:
        reach = max(abs(low), abs(high)) or 1.0
        return -reach, reach
    air = (high - low) / (rows * 4) or abs(high) / 100 or 1.0
    return low - air, high + air


def draw_strip(sheet: Sheet, study: Study, values: Sequence[Value], cells: int, left: int) -> tuple[float, float]:
    """Lines of a study, the gap of a difference as bars from zero; answers the range that was drawn."""
    low, high = strip_scale(study, values, sheet.rows)
    dots_high, found = sheet.rows * 4, Cells()
    span = (high - low) or 1.0

    def place(value: float | None) -> int | None:
        return None if value is None else max(0, min(dots_high - 1, int((high - value) / span * dots_high)))

    for guide in study.guides:
        sheet.ground((place(guide) or 0) // 4, "┈", "rule")
    lines = len(study.parts) or 1
    if lines == 3:
        lines, zero, bars = 2, dots_high // 2, Cells()
        for x, value in enumerate(spread([v[2] if v else None for v in values], cells)):
            at = place(value)
            if at is not None and value:
                dots(bars, x, min(at, zero), max(at, zero - 1), "faint")
        # Bars first and by themselves: a cell has one colour, and that is the line's where both are.
        sheet.strokes({(row, at + left): cell for (row, at), cell in bars.items()})
    for part in reversed(range(lines)):
        heights = [place(value) for value in spread([v[part] if v else None for v in values], cells)]
        stroke(found, heights, ("accent", "agent")[part], part)
    sheet.strokes({(row, at + left): cell for (row, at), cell in found.items()})
    return low, high
