"""How hard prices move: RSI, MACD and the stochastic oscillator."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from engine.research.indicators.averages import Ema, Rma, Sma
from engine.research.indicators.bar import Bar
from engine.research.indicators.indicator import Indicator, positive


class Rsi(Indicator[float]):
    """Wilder's relative strength, 0 to 100: the share of rises in the smoothed changes. 50 where nothing moved."""

    def __init__(self, period: int = 14) -> None:
        self.period = positive(period, 2)
        self._rises, self._falls = Rma(period), Rma(period)
        self._before: float | None = None

    def update(self, bar: Bar) -> float | None:
        """With the bar's close."""
        before, self._before = self._before, bar.close
        if before is None:
            return None
        change = bar.close - before
        rises, falls = self._rises.take(max(change, 0.0)), self._falls.take(max(-change, 0.0))
        if rises is not None and falls is not None:
            total = rises + falls
            self.value = 100 * rises / total if total else 50.0
        return self.value


class MacdValue(NamedTuple):
    """The difference of the two averages, its own average, and what lies between them."""

    macd: float
    signal: float
    histogram: float


class Macd(Indicator[MacdValue]):
    """Appel's: fast less slow exponential average, and the average of that. Both begin at the same bar."""

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9) -> None:
        if positive(fast) >= slow:
            raise ValueError(f"the fast average ({fast}) must be shorter than the slow one ({slow})")
        self._fast, self._slow, self._signal = Ema(fast), Ema(slow), Ema(signal)
        self._wait = slow - fast

    def update(self, bar: Bar) -> MacdValue | None:
        """With the bar's close."""
        slow = self._slow.take(bar.close)
        if self._wait:
            self._wait -= 1
            return None
        fast = self._fast.take(bar.close)
        if fast is None or slow is None:
            return None
        signal = self._signal.take(fast - slow)
        if signal is not None:
            self.value = MacdValue(fast - slow, signal, fast - slow - signal)
        return self.value


class StochasticValue(NamedTuple):
    """Both 0 to 100: the smoothed place in the range, and the average of that."""

    k: float
    d: float


class Stochastic(Indicator[StochasticValue]):
    """Lane's slow one: where the close lies in the range of `period` bars. 0 where there is no range, as in TA-Lib."""

    def __init__(self, period: int = 14, smooth: int = 3, signal: int = 3) -> None:
        self.period = positive(period)
        self._highs: deque[float] = deque(maxlen=period)
        self._lows: deque[float] = deque(maxlen=period)
        self._smooth, self._signal = Sma(smooth), Sma(signal)

    def update(self, bar: Bar) -> StochasticValue | None:
        """With the bar's range and close."""
        self._highs.append(bar.high)
        self._lows.append(bar.low)
        if len(self._highs) < self.period:
            return None
        low, high = min(self._lows), max(self._highs)
        k = self._smooth.take(100 * (bar.close - low) / (high - low) if high > low else 0.0)
        d = self._signal.take(k) if k is not None else None
        if k is not None and d is not None:
            self.value = StochasticValue(k, d)
        return self.value
