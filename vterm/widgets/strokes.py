"""Lines in braille, several over each other: two by four dots a cell. Knows integers only, and names of roles.

A stroke may be dashed or dotted, so that lines which cross can be told apart without their colours.
"""

from __future__ import annotations

from collections.abc import Sequence

_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BLANK = 0x2800

DASHES: tuple[tuple[int, int], ...] = ((1, 1), (6, 8), (1, 3))
"""(drawn, of so many) dot columns: solid, dashed, dotted."""
SAMPLES = ("⠤⠤", "⠤ ⠤", "⠄⠄")

Cells = dict[tuple[int, int], tuple[int, str]]
"""(row, column) of a cell: its dots, and the role of the stroke that came last."""


def stroke(cells: Cells, heights: Sequence[int | None], role: str, dash: int = 0) -> None:
    """Draw a line through `heights`, one a dot column, in dots from the top; None is a gap."""
    drawn, period = DASHES[dash % len(DASHES)]
    before: int | None = None
    for x, y in enumerate(heights):
        if y is None:
            before = None
            continue
        start = y if before is None or before == y else before + (1 if y > before else -1)
        before = y
        if x % period < drawn:
            dots(cells, x, min(start, y), max(start, y), role)


def dots(cells: Cells, x: int, top: int, bottom: int, role: str) -> None:
    """Fill a dot column from `top` to `bottom`, both counted."""
    for y in range(top, bottom + 1):
        place = (y // 4, x // 2)
        known = cells.get(place)
        cells[place] = ((known[0] if known else 0) | _BITS[x % 2][y % 4], role)


def glyph(bits: int) -> str:
    """The character of a cell's dots."""
    return chr(_BLANK + bits)


def spread(values: Sequence[float | None], cells: int) -> list[float | None]:
    """One value a slot of `cells` cells as one value a dot column: on straight lines between the slots' middles."""
    each = cells * 2
    if each == 2:
        return [half for k, value in enumerate(values) for half in (value, _between(values, k, 0.5))]
    out: list[float | None] = [None] * (len(values) * each)
    middle = (cells - 1) // 2 * 2
    for k, value in enumerate(values):
        if value is None:
            continue
        for step in range(each):
            place = k * each + middle + step
            if place < len(out):
                out[place] = _between(values, k, step / each)
    return out


def _between(values: Sequence[float | None], k: int, share: float) -> float | None:
    here = values[k]
    after = values[k + 1] if k + 1 < len(values) else None
    if here is None or not share:
        return here
    return None if after is None else here + (after - here) * share
