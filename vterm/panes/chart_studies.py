"""What can be drawn on a chart beside its prices: averages and bands over them, one study in a strip below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.research.indicators import Indicator, PriceBar


@dataclass(frozen=True)
class Study:
    """`kind` and `sizes` make the indicator; `unit` says how a value is shown: price, hundred (0 to 100), size or
    percent. `guides` are levels to mark, `key` is its letter in the list of studies."""

    name: str
    title: str
    kind: str
    sizes: tuple[int, ...]
    key: str
    about: str
    unit: str = "price"
    guides: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()

    def make(self) -> Indicator[Any]:
        """One that has seen nothing yet. Read only when a chart has bars: the first frame does not wait for it."""
        from engine.research import indicators

        made: Indicator[Any] = getattr(indicators, self.kind)(*self.sizes)
        return made


OVERLAYS: tuple[Study, ...] = (
    Study("sma20", "SMA 20", "Sma", (20,), "s", "mean of 20 closes"),
    Study("sma50", "SMA 50", "Sma", (50,), "m", "mean of 50 closes"),
    Study("sma200", "SMA 200", "Sma", (200,), "l", "mean of 200 closes"),
    Study("ema20", "EMA 20", "Ema", (20,), "e", "newer closes count more"),
    Study("ema50", "EMA 50", "Ema", (50,), "f", "the same, slower"),
    Study("wma20", "WMA 20", "Wma", (20,), "w", "weights fall by a straight line"),
    Study("vwap", "VWAP", "Vwap", (), "v", "price by volume since the day began"),
    Study("bollinger", "Bollinger 20 2", "Bollinger", (20, 2), "b", "mean and two deviations", parts=("", "", "")),
)
STRIPS: tuple[Study, ...] = (
    Study("rsi", "RSI 14", "Rsi", (14,), "r", "rises among all moves, 0 to 100", "hundred", (30, 70)),
    Study("macd", "MACD 12 26 9", "Macd", (12, 26, 9), "d", "fast less slow average", parts=("", "signal", "gap")),
    Study("atr", "ATR 14", "Atr", (14,), "a", "mean true range of a bar"),
    Study("stochastic", "Stochastic 14 3 3", "Stochastic", (14, 3, 3), "c", "place in the range of 14 bars", "hundred",
          (20, 80), ("k", "d")),
    Study("obv", "OBV", "Obv", (), "o", "volume of rises less that of falls", "size"),
    Study("volatility", "Volatility 20", "Volatility", (20,), "y", "deviation of returns a bar", "percent"),
)  # fmt: skip
STUDIES = {study.name: study for study in (*OVERLAYS, *STRIPS)}
ANCHORED = "vwap"
OTHERS = ("volume", "own", "hollow")
"""Names of what is switched like a study and is none."""

Value = tuple[float, ...] | None


class Counted:
    """A study's values at each bar that is over, counted on as bars end."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.values: list[Value] = []
        self._indicator = study.make()
        self._part: int | None = None

    def follow(self, bars: Sequence[PriceBar], parts: Sequence[int], over: int) -> None:
        """Count up to bar `over`; `parts` numbers the day (or month) of each bar, for what begins anew with it."""
        for k in range(len(self.values), over):
            self._enter(self._indicator, parts[k])
            self._part = parts[k]
            self.values.append(_flat(self._indicator.update(bars[k])))

    def live(self, bar: PriceBar, part: int) -> Value:
        """The value of a bar that still grows."""
        twin = self._indicator.clone()
        self._enter(twin, part)
        return _flat(twin.update(bar))

    def _enter(self, indicator: Indicator[Any], part: int) -> None:
        reset = getattr(indicator, "reset", None)
        if self.study.name == ANCHORED and part != self._part and reset is not None:
            reset()


def _flat(value: Any) -> Value:
    if value is None:
        return None
    return tuple(value) if isinstance(value, tuple) else (float(value),)
