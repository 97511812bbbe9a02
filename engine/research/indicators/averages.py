"""Moving averages of closes: simple, exponential, linearly weighted, and Wilder's."""

from __future__ import annotations

from collections import deque
from math import fsum

from engine.research.indicators.bar import Bar
from engine.research.indicators.indicator import Indicator, positive


class Average(Indicator[float]):
    """An average that also takes plain numbers."""

    def __init__(self, period: int) -> None:
        self.period = positive(period)

    def update(self, bar: Bar) -> float | None:
        """With the bar's close."""
        return self.take(bar.close)

    def take(self, number: float) -> float | None:
        """With this number."""
        raise NotImplementedError


class Sma(Average):
    """Simple: the mean of the last `period` numbers."""

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)
        self._window: deque[float] = deque(maxlen=period)

    def take(self, number: float) -> float | None:
        """With this number."""
        self._window.append(number)
        if len(self._window) == self.period:
            self.value = fsum(self._window) / self.period
        return self.value


class Wma(Average):
    """Weighted: the newest number counts `period` times, the one before it `period` - 1 times, and so on."""

    def __init__(self, period: int = 20) -> None:
        super().__init__(period)
        self._window: deque[float] = deque(maxlen=period)

    def take(self, number: float) -> float | None:
        """With this number."""
        self._window.append(number)
        if len(self._window) == self.period:
            weighted = fsum(weight * each for weight, each in enumerate(self._window, 1))
            self.value = weighted / (self.period * (self.period + 1) / 2)
        return self.value


class Smoothed(Average):
    """Each number moves the value by a fixed share of the way; it begins as the mean of the first `period`."""

    def __init__(self, period: int, share: float) -> None:
        super().__init__(period)
        self.share = share
        self._first: deque[float] = deque(maxlen=period)

    def take(self, number: float) -> float | None:
        """With this number."""
        if self.value is not None:
            self.value += self.share * (number - self.value)
            return self.value
        self._first.append(number)
        if len(self._first) == self.period:
            self.value = fsum(self._first) / self.period
            self._first.clear()
        return self.value


class Ema(Smoothed):
    """Exponential: a share of 2 / (period + 1)."""

    def __init__(self, period: int = 20) -> None:
        super().__init__(period, 2 / (positive(period) + 1))


class Rma(Smoothed):
    """Wilder's: a share of 1 / period."""

    def __init__(self, period: int = 14) -> None:
        super().__init__(period, 1 / positive(period))
