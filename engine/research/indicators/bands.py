"""Bollinger's bands: the simple average, and so many standard deviations above and below it."""

from __future__ import annotations

from collections import deque
from math import fsum, sqrt
from typing import NamedTuple

from engine.research.indicators.bar import Bar
from engine.research.indicators.indicator import Indicator, positive


class Bands(NamedTuple):
    """Below, middle, above."""

    low: float
    middle: float
    high: float


class Bollinger(Indicator[Bands]):
    """The deviation is that of the whole window (divided by `period`, not by one less), as Bollinger has it."""

    def __init__(self, period: int = 20, width: float = 2.0) -> None:
        self.period, self.width = positive(period, 2), width
        self._window: deque[float] = deque(maxlen=period)

    def update(self, bar: Bar) -> Bands | None:
        """With the bar's close."""
        self._window.append(bar.close)
        if len(self._window) == self.period:
            mean = fsum(self._window) / self.period
            reach = self.width * sqrt(fsum((each - mean) ** 2 for each in self._window) / self.period)
            self.value = Bands(mean - reach, mean, mean + reach)
        return self.value
