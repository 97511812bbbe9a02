"""What indicators read on an instrument's bars, each with one plain sentence: what it is, never what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from engine.research.indicators import Atr, Bands, Bollinger, Ema, Indicator, Macd, MacdValue, PriceBar, Rsi, Sma
from engine.research.indicators.averages import Average

Row = dict[str, Any]
EVERY = ("5m", "1h", "1d")
"""Bars that are read."""
BARS = 260
"""Bars of each: enough for an average of 200, and for smoothed values to forget where they began."""
HIGH, LOW = 70.0, 30.0
"""Wilder's bounds of the RSI."""
Reading = tuple[float | None, str]


def price_bars(rows: Iterable[Row]) -> list[PriceBar]:
    """Bars of a `bars` document as plain numbers."""
    return [PriceBar(*(float(row[name]) for name in ("open", "high", "low", "close", "volume"))) for row in rows]


def readings(bars: Sequence[PriceBar], decimals: int) -> list[Row]:
    """A row an indicator at the last bar, in one order always; `value` is null while there is too little."""
    return [_row(name, period, unit, read(bars), decimals) for name, period, unit, read in _TABLE]


def _row(name: str, period: str, unit: str, reading: Reading, decimals: int) -> Row:
    value, says = reading
    places = decimals if unit == "price" else 1
    if unit == "price" and name in ("MACD", "ATR"):
        places = decimals + 1
    return {
        "name": name,
        "period": period,
        "unit": unit,
        "value": None if value is None else _plain(f"{value:.{places}f}"),
        "says": says,
    }


def _plain(text: str) -> str:
    return text.removeprefix("-") if not text.strip("-0.") else text


def _lacking(needed: int, have: int) -> Reading:
    return None, f"needs {needed} bars, there are {have}"


def _last(study: Indicator[Any], bars: Sequence[PriceBar]) -> Any:
    found = None
    for bar in bars:
        found = study.update(bar)
    return found


def _average(kind: Callable[[int], Average], period: int) -> Callable[[Sequence[PriceBar]], Reading]:
    def read(bars: Sequence[PriceBar]) -> Reading:
        value: float | None = _last(kind(period), bars)
        if value is None:
            return _lacking(period, len(bars))
        return value, _beside(bars[-1].close, value)

    return read


def _beside(price: float, value: float) -> str:
    if not value or price == value:
        return "the price stands on it"
    part = 100 * (price - value) / abs(value)
    return f"price {abs(part):.2f} % {'above' if part > 0 else 'below'}"


def _rsi(period: int) -> Callable[[Sequence[PriceBar]], Reading]:
    def read(bars: Sequence[PriceBar]) -> Reading:
        value: float | None = _last(Rsi(period), bars)
        if value is None:
            return _lacking(period + 1, len(bars))
        words = f"≥ {HIGH:.0f}: mostly rises" if value >= HIGH else f"≤ {LOW:.0f}: mostly falls"
        return value, words if value >= HIGH or value <= LOW else f"between {LOW:.0f} and {HIGH:.0f}"

    return read


def _macd(bars: Sequence[PriceBar]) -> Reading:
    value: MacdValue | None = _last(Macd(), bars)
    if value is None:
        return _lacking(34, len(bars))
    side = "above" if value.histogram > 0 else "below" if value.histogram < 0 else "on"
    return value.macd, f"{side} signal, {'above' if value.macd > 0 else 'below'} 0"


def _atr(bars: Sequence[PriceBar]) -> Reading:
    value: float | None = _last(Atr(14), bars)
    if value is None:
        return _lacking(15, len(bars))
    price = abs(bars[-1].close)
    return value, f"{100 * value / price:.2f} % of the price" if price else "a bar's usual span"


def _band(part: str) -> Callable[[Sequence[PriceBar]], Reading]:
    def read(bars: Sequence[PriceBar]) -> Reading:
        value: Bands | None = _last(Bollinger(), bars)
        if value is None:
            return _lacking(20, len(bars))
        price, width = bars[-1].close, value.high - value.low
        if part == "high":
            return value.high, "price beyond it" if price > value.high else _beside(price, value.high)
        if part == "low":
            return value.low, "price beyond it" if price < value.low else _beside(price, value.low)
        place = f"price {100 * (price - value.low) / width:.0f} % up the bands" if width > 0 else "no width"
        return value.middle, place

    return read


_TABLE: tuple[tuple[str, str, str, Callable[[Sequence[PriceBar]], Reading]], ...] = (
    *(("SMA", str(period), "price", _average(Sma, period)) for period in (20, 50, 200)),
    *(("EMA", str(period), "price", _average(Ema, period)) for period in (12, 26, 50)),
    *(("RSI", str(period), "0-100", _rsi(period)) for period in (7, 14, 21)),
    ("MACD", "12 26 9", "price", _macd),
    ("ATR", "14", "price", _atr),
    ("Bollinger high", "20", "price", _band("high")),
    ("Bollinger mid", "20", "price", _band("middle")),
    ("Bollinger low", "20", "price", _band("low")),
)
