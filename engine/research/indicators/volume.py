"""What was traded beside where: the volume-weighted average price and on-balance volume."""

from __future__ import annotations

from engine.research.indicators.bar import Bar
from engine.research.indicators.indicator import Indicator


class Vwap(Indicator[float]):
    """The mean of typical prices (high + low + close) / 3, each weighing its bar's volume, since the last `reset`."""

    def __init__(self) -> None:
        self._money = self._volume = 0.0

    def reset(self) -> None:
        """A session begins."""
        self._money = self._volume = 0.0
        self.value = None

    def update(self, bar: Bar) -> float | None:
        """With the bar; None until something was traded."""
        self._money += (bar.high + bar.low + bar.close) / 3 * bar.volume
        self._volume += bar.volume
        if self._volume > 0:
            self.value = self._money / self._volume
        return self.value


class Obv(Indicator[float]):
    """Granville's: a bar's volume is added where it closed higher, taken off where lower. Begins with the first's."""

    def __init__(self) -> None:
        self._before: float | None = None

    def update(self, bar: Bar) -> float | None:
        """With the bar's close and volume."""
        before, self._before = self._before, bar.close
        if before is None or self.value is None:
            self.value = 0.0 + bar.volume
        elif bar.close != before:
            self.value += bar.volume if bar.close > before else -bar.volume
        return self.value
