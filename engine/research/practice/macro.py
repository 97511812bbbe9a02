"""Economic figures of four economies: rates, yields, prices, work, output, and when they are published.

Policy rates are the desk's own (engine/market/data/rates.csv) and never change; yields of the United States are the
indices that the desk shows, the others stand at fixed distances from their policy rate and go half along with New
York's. The simulated market does not react to any of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from engine.desk import Document
from engine.market.rates import rate_of
from engine.model.instrument import Instrument
from engine.model.refusal import Code, Refused, refuse
from engine.research.practice.asked import Asked
from engine.research.practice.desk import Universe
from engine.research.practice.draws import Draws
from engine.research.practice.figures import signed, text
from engine.research.practice.times import (
    MINUTE,
    day_of,
    moment_text,
    month_end,
    months_of,
    opening,
    text_of,
    trading_day,
)
from engine.views.jobs import Job

DAY = 86_400_000_000_000


class Economy(NamedTuple):
    """An economy: name, currency, calendar, minutes of its releases before (-) or after its venue's opening, usual
    inflation, unemployment and growth (per cent a year), and yields' distances from the policy rate at 2, 10, 30 y."""

    name: str
    currency: str
    session: str
    minutes: int
    inflation: float
    jobless: float
    growth: float
    bank: str
    slopes: tuple[float, float, float]


ECONOMIES = {
    "US": Economy("United States", "USD", "US_EQ", -60, 2.6, 4.3, 2.1, "Federal Reserve", (0, 0, 0)),
    "EZ": Economy("Euro area", "EUR", "XETRA", 120, 2.0, 6.3, 1.1, "European Central Bank", (0.05, 0.75, 1.3)),
    "UK": Economy("United Kingdom", "GBP", "LSE", -60, 2.9, 4.6, 1.2, "Bank of England", (0.05, 0.8, 1.5)),
    "JP": Economy("Japan", "JPY", "TSE", -30, 2.3, 2.5, 0.8, "Bank of Japan", (0.3, 1.1, 2.6)),
}
SERIES = ("inflation", "unemployment", "growth", "policy_rate")
_UNITS = {
    "inflation": "consumer prices, per cent on a year before",
    "unemployment": "per cent of the labour force",
    "growth": "output, per cent on the quarter before, a year",
    "policy_rate": "per cent",
}
_YIELDS = (("2y", "US2Y"), ("10y", "US10Y"), ("30y", "US30Y"))


class Figure(NamedTuple):
    """One publication: when (ns), of what, for which period, what it said, what was expected, what it was before."""

    at: int
    place: str
    series: str
    period: str
    actual: float
    expected: float
    previous: float

    def headline(self) -> str:
        """In one line."""
        economy = ECONOMIES[self.place]
        if self.series == "policy_rate":
            return f"{economy.bank} leaves its rate at {text(self.actual, 3)} %"
        names = {"inflation": "inflation", "unemployment": "unemployment", "growth": "growth"}
        said = f"{economy.name}: {names[self.series]} {text(self.actual, 1)} % in {self.period}"
        return f"{said}, {text(self.expected, 1)} % expected"

    def body(self) -> str:
        """In a sentence."""
        return f"The figure before was {text(self.previous, 1)} %. Unit: {_UNITS[self.series]}."


def macro(universe: Universe, instrument: Instrument | None, asked: Asked) -> Job[Document]:
    """Newest figures, yields and the release calendar of one economy or of all four."""
    if instrument is not None:
        raise refuse(
            Code.INCONSISTENT_FIELDS, "economic figures belong to economies, not to instruments",
            fix="leave out the symbol and name the economy: US, EZ, UK or JP", field="symbol",
        )  # fmt: skip
    asked.only("economy", "months", "days")
    place = asked.choice("economy", ("", *ECONOMIES), "")
    months, days = asked.number("months", 6, 1, 24), asked.number("days", 30, 1, 90)
    now = universe.now
    places = (place,) if place else tuple(ECONOMIES)
    ahead = [f for p in places for s in SERIES for f in _published(universe, p, s, now, now + days * DAY)]
    economies = []
    for name in places:
        economies.append(_economy(universe, name, months))
        yield None
    return {
        "economies": economies,
        "calendar": [
            {
                "at": moment_text(f.at),
                "economy": f.place,
                "series": f.series,
                "period": f.period,
                "expected": text(f.expected, _places(f.series)) if _is_told(f, ahead) else None,
                "previous": text(f.previous, _places(f.series)) if _is_told(f, ahead) else None,
            }
            for f in sorted(ahead, key=lambda f: (f.at, f.place, f.series))
        ],
        "note": "the simulated market does not react to these figures",
    }


def _is_told(figure: Figure, ahead: list[Figure]) -> bool:
    """Whether the figure before one to come is public: no earlier one of its kind is still to come."""
    return not any((f.place, f.series) == (figure.place, figure.series) and f.at < figure.at for f in ahead)


def _economy(universe: Universe, place: str, months: int) -> Document:
    economy, now = ECONOMIES[place], universe.now
    figures = {s: list(_published(universe, place, s, now - (months + 4) * 31 * DAY, now)) for s in SERIES}
    return {
        "economy": place,
        "name": economy.name,
        "currency": economy.currency,
        "central_bank": economy.bank,
        "policy_rate": text(_policy(economy), 3),
        "yields": _yields(universe, place),
        "series": [
            {
                "name": name,
                "unit": _UNITS[name],
                "figures": [
                    {
                        "period": f.period,
                        "released_at": moment_text(f.at),
                        "actual": text(f.actual, _places(name)),
                        "expected": text(f.expected, _places(name)),
                        "previous": text(f.previous, _places(name)),
                        "change": signed(f.actual - f.previous, _places(name)),
                    }
                    for f in reversed(figures[name][-(months if name != "growth" else max(1, months // 3)) :])
                ],
            }
            for name in SERIES
        ],
    }


def _places(series: str) -> int:
    return 3 if series == "policy_rate" else 1


def _policy(economy: Economy) -> float:
    return rate_of(economy.currency).ppm / 10_000


def _yields(universe: Universe, place: str) -> list[Document]:
    rows, economy = [], ECONOMIES[place]
    for (term, symbol), slope in zip(_YIELDS, economy.slopes, strict=True):
        instrument = _instrument(universe, symbol)
        if instrument is None:
            continue
        shown = universe.stage.price(instrument)
        moved = 0.5 * (shown - float(instrument.price0))
        level = shown if place == "US" else _policy(economy) + slope + moved
        rows.append({"term": term, "yield": text(level, 3), "symbol": symbol if place == "US" else None})
    return rows


def _instrument(universe: Universe, symbol: str) -> Instrument | None:
    try:
        return universe.stage.resolve(symbol)
    except Refused:
        return None


def releases_between(universe: Universe, start: int, end: int) -> Iterator[Figure]:
    """All publications in (start, end]."""
    for place in ECONOMIES:
        for series in SERIES:
            yield from _published(universe, place, series, start, end)


def _published(universe: Universe, place: str, series: str, start: int, end: int) -> Iterator[Figure]:
    """Publications of a series in (start, end], oldest first."""
    for month in range(months_of(day_of(start)) - 4, months_of(day_of(end)) + 1):
        figure = _figure(universe, place, series, month)
        if figure is not None and start < figure.at <= end:
            yield figure


def _figure(universe: Universe, place: str, series: str, month: int) -> Figure | None:
    """What is published about a month (counted from year 0); None where nothing is."""
    economy = ECONOMIES[place]
    calendar = universe.stage.calendar(economy.session)
    draws = Draws(universe.seed, "macro", place, series, month)
    last = month_end(month)
    if series == "policy_rate":
        if month % 12 in (1, 3, 7, 9):
            return None
        day, rate = trading_day(calendar, month_end(month - 1) + draws.whole(0, 14, 22)), _policy(economy)
        at = opening(calendar, day) + 270 * MINUTE
        return Figure(at, place, series, text_of(day)[:7], rate, rate, rate)
    if series == "growth" and month % 3 != 2:
        return None
    wait = {"inflation": (9, 16), "unemployment": (3, 8), "growth": (25, 31)}[series]
    day = trading_day(calendar, last + draws.whole(0, *wait))
    at = opening(calendar, day) + economy.minutes * MINUTE
    back = 3 if series == "growth" else 1
    actual, before = (_level(universe, place, series, m) for m in (month, month - back))
    when = date.fromordinal(last)
    period = f"Q{month % 12 // 3 + 1} {when.year}" if series == "growth" else f"{when.year}-{when.month:02d}"
    return Figure(at, place, series, period, actual, _expected(before, economy, series, draws), before)


def _expected(before: float, economy: Economy, series: str, draws: Draws) -> float:
    usual = {"inflation": economy.inflation, "unemployment": economy.jobless, "growth": economy.growth}[series]
    spread = {"inflation": 0.08, "unemployment": 0.05, "growth": 0.35}[series]
    return round(before + 0.15 * (usual - before) + spread * draws.normal(5), 1)


def _level(universe: Universe, place: str, series: str, month: int) -> float:
    """A figure to a tenth: inflation follows from twelve months of price changes, the rest from fading shocks."""
    economy = ECONOMIES[place]
    if series == "inflation":
        index = 1.0
        for m in range(month - 11, month + 1):
            index *= 1 + economy.inflation / 1200 + 0.0011 * _shock(universe.seed, place, "prices", m)
        return round(100 * (index - 1), 1)
    usual, size, step = (economy.jobless, 0.09, 1) if series == "unemployment" else (economy.growth, 0.8, 3)
    level, weight = usual, 1.0
    for m in range(month, month - 24 * step, -step):
        level += size * weight * _shock(universe.seed, place, series, m)
        weight *= 0.9 if series == "unemployment" else 0.3
    return round(level, 1)


@lru_cache(maxsize=8192)
def _shock(seed: int, place: str, series: str, month: int) -> float:
    """What is new in a month: asked for by every figure of the two years after it."""
    return Draws(seed, "shock", place, series, month).normal(0)
