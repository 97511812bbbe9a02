"""How the rows and columns of a chart are shared out: legend, prices, volume, strip, times, axis. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Rows of each part from the top, and cells of the picture and of the axis at its right."""

    legend: int
    prices: int
    volume: int
    strip: int
    cells: int
    axis: int

    @property
    def rows(self) -> int:
        """All rows, the line of times included."""
        return self.legend + self.prices + self.volume + (self.strip + 1 if self.strip else 0) + 1


def plan(width: int, height: int, axis: int, *, volume: bool, strip: bool, overlays: bool, tall: bool = False) -> Plan:
    """Prices come first: in a small pane the strip takes the place of the volume, and the legend has one line.

    `tall` is a chart that needs a second line of legend in any case (several instruments).
    """
    legend = 0 if height < 8 else 2 if (overlays or tall) and height >= 11 else 1
    rest = height - legend - 1
    below = 0
    if strip and rest >= 9:
        below = max(3, min(9, rest // 4))
        rest -= below + 1
    bars = max(2, min(6, rest // 6)) if volume and rest >= (9 if below else 8) else 0
    return Plan(legend, max(1, rest - bars), bars, below, max(1, width - axis - 1), axis)
