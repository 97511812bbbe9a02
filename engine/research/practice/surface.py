"""The implied volatility of an underlying by expiry and strike.

Level: the catalogue's daily volatility. Term: what the last 20 sessions moved pulls short expiries up or down and fades
with time; a company's next report adds the variance of a usual one. Skew: a falling, slightly bent line in deviations
from the forward, flat far out.
"""

from __future__ import annotations

from math import exp, log, sqrt, tanh
from typing import NamedTuple

from engine.market.dividends import payers
from engine.market.rates import rate_of
from engine.model.instrument import Instrument
from engine.research.practice.desk import Universe
from engine.research.practice.releases import last_ended
from engine.research.practice.times import SECOND, day_of

YEAR = 365.25 * 86_400 * SECOND
SESSIONS, USUAL = 252, 20
FADE = 6.0
"""How fast the last weeks are forgotten, a year."""

REPORT = 2.0
"""Usual overnight deviations that a report moves a price by."""

_SKEW = {"equities": (-0.045, 0.012), "etfs": (-0.07, 0.010), "indices": (-0.085, 0.010)}


class Surface(NamedTuple):
    """One underlying at one moment: `level` and `recent` volatility a year, the moment of the next report (0: none)
    and the deviation it adds, the skew's slope and bend, interest and dividend yield (continuous, a year)."""

    spot: float
    now: int
    level: float
    recent: float
    report_at: int
    report: float
    slope: float
    bend: float
    rate: float
    dividend: float

    def years(self, expiry: int) -> float:
        """Years from now to a moment."""
        return (expiry - self.now) / YEAR

    def forward(self, expiry: int) -> float:
        """The price for delivery at a moment."""
        return self.spot * exp((self.rate - self.dividend) * self.years(expiry))

    def at_money(self, expiry: int) -> float:
        """Volatility a year of the strike at the forward."""
        years = self.years(expiry)
        faded = (1 - exp(-FADE * years)) / (FADE * years)
        variance = self.level**2 + (self.recent**2 - self.level**2) * faded
        event = self.report**2 / years if self.now < self.report_at <= expiry else 0.0
        return sqrt(variance + event)

    def volatility(self, strike: float, expiry: int) -> float:
        """Volatility a year of a strike."""
        centre = self.at_money(expiry)
        place = log(strike / self.forward(expiry)) / (centre * sqrt(self.years(expiry)))
        bent = 3 * tanh(place / 3)
        return centre * (1 + self.slope * bent + self.bend * bent * bent)


def surface(universe: Universe, instrument: Instrument) -> Surface:
    """The surface of an underlying now."""
    level = instrument.daily_vol * sqrt(SESSIONS)
    sessions = universe.finished(instrument, USUAL)
    moves = [log(s.close / s.before) for s in sessions if s.close > 0 and s.before > 0]
    seen = sqrt(sum(m * m for m in moves) / len(moves) * SESSIONS) if moves else level
    spot = universe.stage.price(instrument)
    report_at, report = 0, 0.0
    if instrument.asset_class == "equities":
        firm = universe.firm(instrument, "options")
        number = last_ended(firm.company, day_of(universe.now))
        due = next(firm.releases.of(n) for n in range(number - 1, number + 3) if firm.releases.of(n).at > universe.now)
        report_at, report = due.at, REPORT * firm.company.night
    rate = log(1 + rate_of(instrument.currency).ppm / 1e6)
    slope, bend = _SKEW[instrument.asset_class]
    return Surface(
        spot, universe.now, level, level * min(1.8, max(0.6, seen / level)), report_at, report, slope, bend, rate,
        dividend_yield(instrument),
    )  # fmt: skip


def dividend_yield(instrument: Instrument) -> float:
    """The catalogue's yield, continuous."""
    payer = payers().get(str(instrument.symbol))
    return log(1 + payer.digits / 10**payer.places / 100) if payer is not None else 0.0
