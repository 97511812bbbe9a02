"""Several instruments on one scale: each in percent of its price where the picture begins. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from engine.model.number import div_half_even, to_text
from vterm.panes.chart_series import Series

DECIMALS = 4
"""A percent is 10000 of the units here."""
POINTS = 10**DECIMALS


class Compared(NamedTuple):
    """An instrument's percent at each slot, None before it had a price."""

    symbol: str
    values: list[int | None]

    @property
    def last(self) -> int | None:
        """The newest percent."""
        return next((value for value in reversed(self.values) if value is not None), None)


def percent_text(value: int | None) -> str:
    """`+1.24%`, `—` where there is no price."""
    if value is None:
        return "—"
    shown = div_half_even(value, POINTS // 100)
    return f"{'+' if shown > 0 else ''}{to_text(shown, 2)}%"


def risen(symbol: str, series: Series, times: Sequence[int]) -> Compared:
    """How far the close known at each of `times` (UTC seconds) is from the first one in percent."""
    values: list[int | None] = []
    base = 0
    for at in times:
        place = bisect_right(series.at, at) - 1
        close = series.candles[place][3] if place >= 0 else 0
        base = base or close
        values.append(div_half_even((close - base) * 100 * POINTS, base) if base > 0 and close > 0 else None)
    return Compared(symbol, values)


def spaced(wanted: dict[str, int], rows: int) -> dict[int, str]:
    """Row by row which label stands there: those that meet move apart, in their order from the top."""
    found: dict[int, str] = {}
    names = sorted(wanted, key=lambda name: wanted[name])[: max(0, rows)]
    for place, name in enumerate(names):
        row = max(wanted[name], max(found, default=-1) + 1)
        found[min(row, rows - (len(names) - place))] = name
    return found
