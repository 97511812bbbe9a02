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
    halves = [2 if top <= i <= bottom else 1 if up <= i <= down else 0 for i in range(scale.rows * 2)]
    glyphs = [_GLYPHS[halves[2 * i], halves[2 * i + 1]] for i in range(scale.rows)]
    return [_HOLLOW.get(g, g) for g in glyphs] if hollow and last >= first else glyphs


def nice_step(span: int, most: int) -> int:
    """The smallest of 1, 2, 5 times a power of ten that divides `span` into at most `most` parts."""
    step = 1
    while span > step * max(1, most):
        for factor in (2, 5, 10):
            if span <= step * factor * max(1, most):
                return step * factor
        step *= 10
    return step
