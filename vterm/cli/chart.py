"""A curve as a few lines of blocks: what a terminal can show of a figure over time."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_PLAIN = " .:-=+*#@"
ROWS = 6
_LABEL = 14


def columns() -> int:
    """Characters that a line of a chart may take."""
    try:
        return max(20, min(os.get_terminal_size(sys.stdout.fileno()).columns, 160) - _LABEL)
    except (OSError, ValueError):
        return 80 - _LABEL


def thinned(values: Sequence[float], most: int) -> list[float]:
    """So many values: the last of each stretch, so that the curve ends where it ends; of few each is wide."""
    count = len(values)
    if count <= most:
        wide = max(1, min(4, most // count))
        return [value for value in values for _ in range(wide)]
    return [values[(place + 1) * count // most - 1] for place in range(most)]


def chart(values: Sequence[float], rows: int = ROWS, width: int = 0) -> list[str]:
    """Lines from the top; the highest and lowest value stand at their left. Nothing for fewer than two values."""
    if len(values) < 2:
        return []
    shown = thinned(values, width or columns())
    low, high = min(shown), max(shown)
    span = high - low or 1.0
    steps = _EIGHTHS if _unicode() else _PLAIN
    fine = len(steps) - 1
    heights = [1 + round((value - low) / span * (rows * fine - 1)) for value in shown]
    lines = []
    for row in range(rows - 1, -1, -1):
        cells = "".join(steps[max(0, min(fine, height - row * fine))] for height in heights)
        label = f"{high:,.2f}" if row == rows - 1 else f"{low:,.2f}" if row == 0 else ""
        lines.append(f"{label.rjust(_LABEL - 2)}  {cells}".rstrip())
    return lines


def _unicode() -> bool:
    return "utf" in (getattr(sys.stdout, "encoding", None) or "").lower()
