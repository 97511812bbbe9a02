"""A curve in braille: two by four dots a cell, joined. Knows integers only; colour and labels are the caller's."""

from __future__ import annotations

from collections.abc import Sequence

_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BLANK = 0x2800

Point = tuple[int, int]
"""Where (any unit that grows), and the value there."""


def heights(points: Sequence[Point], first: int, last: int, columns: int) -> list[int | None]:
    """The value at each of `columns` places from `first` to `last`, on straight lines; None outside the points."""
    out: list[int | None] = []
    at, span = 0, max(1, columns - 1)
    for column in range(columns):
        x = first + (last - first) * column // span
        while at + 1 < len(points) and points[at + 1][0] < x:
            at += 1
        if not points or x < points[0][0] or x > points[-1][0]:
            out.append(None)
            continue
        (x0, y0), (x1, y1) = points[at], points[min(at + 1, len(points) - 1)]
        out.append(y0 if x1 <= x0 else y0 + (y1 - y0) * (x - x0) // (x1 - x0))
    return out


def trace(values: Sequence[int | None], low: int, high: int, rows: int) -> list[str]:
    """Lines from the top: one dot column a value, joined to the one before; a blank cell is a space."""
    dots, span = rows * 4, max(1, high - low)
    cells = [[0] * ((len(values) + 1) // 2) for _ in range(rows)]
    before: int | None = None
    for x, value in enumerate(values):
        if value is None:
            before = None
            continue
        y = max(0, min(dots - 1, (high - value) * (dots - 1) // span))
        start = y if before is None or before == y else before + (1 if y > before else -1)
        for dot in range(min(start, y), max(start, y) + 1):
            cells[dot // 4][x // 2] |= _BITS[x % 2][dot % 4]
        before = y
    return ["".join(chr(_BLANK + cell) if cell else " " for cell in row) for row in cells]


def row_of(value: int, low: int, high: int, rows: int) -> int:
    """The cell row that a value lies in."""
    dots = rows * 4
    return max(0, min(dots - 1, (high - value) * (dots - 1) // max(1, high - low))) // 4
