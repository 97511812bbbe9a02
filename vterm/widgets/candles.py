"""Candles in cells: one column each, half a cell exact, in the thin glyphs that leave air between columns.

Knows integers only: open, high, low, close of any unit. A rising candle has a hollow body where colour is
missing (`hollow`), so that the shape says what the colour says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Candle = tuple[int, int, int, int]

_WICK, _BODY = "│", "┃"
# (upper half, lower half) of a cell: 0 nothing, 1 wick, 2 body
_GLYPHS = {
    (0, 0): " ", (0, 1): "╷", (1, 0): "╵", (1, 1): "│", (0, 2): "╻", (2, 0): "╹", (2, 2): "┃", (1, 2): "╽",
    (2, 1): "╿",
}  # fmt: skip
_HOLLOW = {"┃": "║", "╻": "║", "╹": "║", "╽": "║", "╿": "║"}


@dataclass(frozen=True)
class Scale:
    """Maps values to half cells: `low` is the bottom edge of the lowest row, `high` the top of the highest."""

    low: int
    high: int
    rows: int

    def half(self, value: int) -> int:
        """Half cells from the top, within the picture."""
        span = max(1, self.high - self.low)
        at = (self.high - value) * self.rows * 2 // span
        return max(0, min(self.rows * 2 - 1, at))

    def row(self, value: int) -> int:
        """The row a value lies in."""
        return self.half(value) // 2

    def value(self, row: int) -> int:
        """The value in the middle of a row."""
        return self.high - (2 * row + 1) * (self.high - self.low) // (2 * self.rows)

    def dot(self, value: float) -> int | None:
        """Braille dots from the top, four a row; None outside the picture."""
        at = int((self.high - value) * self.rows * 4 // max(1, self.high - self.low))
        return at if 0 <= at < self.rows * 4 else None

    def holds(self, low: int, high: int) -> bool:
        """Whether values from `low` to `high` are in the picture and fill more than half of it."""
        return self.low <= low and high <= self.high and (high - low) * 20 >= (self.high - self.low) * 11


def scale_of(candles: Sequence[Candle], rows: int, also: Sequence[int] = ()) -> Scale:
    """The range of the candles and `also`, with a little air above and below."""
    low = min([c[2] for c in candles] + list(also))
    high = max([c[1] for c in candles] + list(also))
    air = max(1, (high - low) // (rows * 3 or 1))
    return Scale(low - air, high + air, rows)


def column(candle: Candle, scale: Scale, hollow: bool = False) -> list[str]:
    """The glyphs of one candle from the top row to the bottom row."""
    first, high, low, last = candle
    top, bottom = scale.half(max(first, last)), scale.half(min(first, last))
    up, down = scale.half(high), scale.half(low)
    glyphs = [" "] * scale.rows
    for row in range(up // 2, down // 2 + 1):
        upper, lower = (2 if top <= i <= bottom else 1 if up <= i <= down else 0 for i in (2 * row, 2 * row + 1))
        glyphs[row] = _GLYPHS[upper, lower]
    return [_HOLLOW.get(g, g) for g in glyphs] if hollow and last >= first else glyphs


def wide(candle: Candle, scale: Scale, cells: int, hollow: bool = False) -> list[str]:
    """The same candle `cells` wide, the last cell left free: a thin one and air, or a body of odd width."""
    if cells == 1:
        return column(candle, scale, hollow)
    if cells < 4:
        return [glyph.ljust(cells) for glyph in column(candle, scale, hollow)]
    body, first, last = (cells - 2) // 2 * 2 + 1, candle[0], candle[3]
    if hollow and last >= first:
        return [text.ljust(cells) for text in _box(candle, scale, body)]
    blocks = {"┃": "█", "╹": "▀", "╿": "▀", "╻": "▄", "╽": "▄"}
    return [
        (blocks[glyph] * body if glyph in blocks else glyph.center(body)).ljust(cells)
        for glyph in column(candle, scale)
    ]


def _box(candle: Candle, scale: Scale, body: int) -> list[str]:
    """A body drawn as a frame: rising, where no colour says so."""
    top, bottom, inner = scale.row(candle[3]), scale.row(candle[0]), (body - 2) // 2
    high, low = scale.row(candle[1]), scale.row(candle[2])
    rows = [("│" if high <= row <= low else " ").center(body) for row in range(scale.rows)]
    for row in range(top, bottom + 1):
        rows[row] = "│" + " " * (body - 2) + "│"
    up, down = "┴" if high < top else "─", "┬" if low > bottom else "─"
    side = "─" * inner
    rows[top], rows[bottom] = f"┌{side}{up}{side}┐", f"└{side}{down}{side}┘"
    if top == bottom:
        rows[top] = "├" + "─" * (body - 2) + "┤"
    return rows


def nice_step(span: int, most: int) -> int:
    """The smallest of 1, 2, 5 times a power of ten that divides `span` into at most `most` parts."""
    step = 1
    while span > step * max(1, most):
        for factor in (2, 5, 10):
            if span <= step * factor * max(1, most):
                return step * factor
        step *= 10
    return step
