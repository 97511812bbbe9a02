"""Indicators of prices: one bar in, one value out, None until there is enough past. docs/indicators.md has formulas.

Each holds only what its next value needs, so a bar costs the same after ten bars as after a million. Windows are added
with `math.fsum`: the value of a bar is the same whenever one began to count before its window, and does not drift.
Nothing here is on a path of money.
"""

from engine.research.indicators.averages import Ema, Rma, Sma, Wma
from engine.research.indicators.bands import Bands, Bollinger
from engine.research.indicators.bar import Bar, PriceBar
from engine.research.indicators.indicator import Indicator
from engine.research.indicators.momentum import Macd, MacdValue, Rsi, Stochastic, StochasticValue
from engine.research.indicators.ranges import Atr, Volatility
from engine.research.indicators.volume import Obv, Vwap

__all__ = [
    "Atr", "Bands", "Bar", "Bollinger", "Ema", "Indicator", "Macd", "MacdValue", "Obv", "PriceBar", "Rma", "Rsi", "Sma",
    "Stochastic", "StochasticValue", "Volatility", "Vwap", "Wma",
]  # fmt: skip
