"""How far prices move: Wilder's average true range, and rolling volatility."""

from __future__ import annotations

from collections import deque
from math import fsum, log, sqrt

from engine.research.indicators.averages import Rma
from engine.research.indicators.bar import Bar
from engine.research.indicators.indicator import Indicator, positive


class Atr(Indicator[float]):
    """Wilder's: the smoothed true range, which is a bar's range stretched to the close before it. Unit: the price's."""

    def __init__(self, period: int = 14) -> None:
        self.period = positive(period)
        self._mean = Rma(period)
        self._before: float | None = None

    def update(self, bar: Bar) -> float | None:
        """With the bar's range; the first bar has no close before it and only provides one."""
        before, self._before = self._before, bar.close
        if before is not None:
            self.value = self._mean.take(max(bar.high, before) - min(bar.low, before))
        return self.value


class Volatility(Indicator[float]):
    """Sample deviation of `period` logarithmic returns, times the root of `a_year` bars (1: per bar). A fraction."""

    def __init__(self, period: int = 20, a_year: float = 1.0) -> None:
        self.period, self._scale = positive(period, 2), sqrt(a_year)
        self._returns: deque[float] = deque(maxlen=period)
        self._before: float | None = None

    def update(self, bar: Bar) -> float | None:
        """With the bar's close; one that has no logarithm (zero, negative) begins anew."""
        before, self._before = self._before, bar.close
        if bar.close <= 0 or before is None or before <= 0:
            self._returns.clear()
            self.value = None
            return None
        self._returns.append(log(bar.close / before))
        if len(self._returns) == self.period:
            mean = fsum(self._returns) / self.period
            variance = fsum((each - mean) ** 2 for each in self._returns) / (self.period - 1)
            self.value = self._scale * sqrt(variance)
        return self.value
