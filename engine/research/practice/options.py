"""Option chains: what is listed, at what prices, with which sensitivities. European, settled in cash, not tradable."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from math import ceil, exp, floor, log10, sqrt
from typing import NamedTuple

from engine.desk import Document
from engine.model.ids import DAY_NS
from engine.model.instrument import Instrument
from engine.model.refusal import Code, refuse
from engine.research.practice.asked import Asked
from engine.research.practice.black_scholes import Terms, call, greeks, put
from engine.research.practice.desk import Universe, instead_of
from engine.research.practice.draws import Draws
from engine.research.practice.figures import signed, text
from engine.research.practice.surface import Surface, surface
from engine.research.practice.times import day_of, hours_on, moment_text, text_of

CLASSES = ("equities", "etfs", "indices")
WEEKS, MONTHS = 5, 6
REACH, LEAST = 4.0, 8
"""Deviations of the forward within which strikes are listed, and steps to either side at least."""

SOON = 5 * DAY_NS
"""An expiry nearer than this is not the one that is shown unasked."""


class Expiry(NamedTuple):
    """A listed expiry: its date, the close at which it ends (ns), and weekly or monthly."""

    day: int
    at: int
    kind: str


class Option(NamedTuple):
    """One strike of one expiry as it is priced now."""

    strike: float
    terms: Terms
    call: float
    put: float


def listed(universe: Universe, instrument: Instrument) -> list[Expiry]:
    """Expiries: the last session of each of the next weeks, and of the week of each third Friday, soonest first."""
    today = day_of(universe.now)
    friday = today + (4 - date.fromordinal(today).weekday()) % 7
    found: dict[int, Expiry] = {}
    fridays = [friday + 7 * week for week in range(MONTHS * 5 + 1)]
    months = [day for day in fridays if 15 <= date.fromordinal(day).day <= 21][:MONTHS]
    for day in sorted({*fridays[:WEEKS], *months}):
        expiry = _expiry(universe, instrument, day, "monthly" if day in months else "weekly")
        if expiry is not None and expiry.at > universe.now:
            found.setdefault(expiry.day, expiry)
    return sorted(found.values())


def _expiry(universe: Universe, instrument: Instrument, friday: int, kind: str) -> Expiry | None:
    calendar = universe.stage.calendar(instrument.session)
    for day in range(friday, friday - 5, -1):
        hours = hours_on(calendar, day)
        if hours is not None:
            return Expiry(day, hours.closes, kind)
    return None


def step_of(instrument: Instrument) -> float:
    """Between strikes: about an eighth of a month's deviation at the catalogue's price, 1, 2, 2.5 or 5 times a power
    of ten. It does not follow the price, so listed strikes stay listed."""
    wanted = float(instrument.price0) * instrument.daily_vol * sqrt(21) / 8
    power = 10.0 ** floor(log10(wanted))
    return next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= wanted * 0.999)


def strikes_of(instrument: Instrument, found: Surface, expiry: Expiry) -> list[float]:
    """Strikes of an expiry, ascending: every step near the money, fewer far out."""
    step, forward = step_of(instrument), found.forward(expiry.at)
    wide = REACH * found.at_money(expiry.at) * sqrt(found.years(expiry.at))
    near = round(forward / step)
    low, high = ceil(forward * exp(-wide) / step), floor(forward * exp(wide) / step)
    low, high = max(1, min(low, near - LEAST)), max(high, near + LEAST)
    coarse = 1
    while (high - low) / coarse > 60:
        coarse *= 2
    kept = [k for k in range(low, high + 1) if k % coarse == 0 or abs(k - near) <= 6]
    return [round(k * step, 10) for k in kept]


def priced(found: Surface, strike: float, expiry: Expiry) -> Option:
    """Call and put of a strike: one volatility for both, so that parity holds."""
    terms = Terms(
        found.spot, strike, found.years(expiry.at), found.rate, found.dividend, found.volatility(strike, expiry.at)
    )
    return Option(strike, terms, call(terms), put(terms))


def chain(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """One expiry's calls and puts around the money, or the list of expiries."""
    asked.only("expiry", "strikes")
    found = _surface(universe, instrument)
    expiries = listed(universe, instrument)
    expiry = _chosen(expiries, asked, universe.now)
    count = asked.number("strikes", 8, 1, 25)
    every = strikes_of(instrument, found, expiry)
    middle = bisect_left(every, found.forward(expiry.at))
    rows = [_row(universe, instrument, found, k, expiry) for k in every[max(0, middle - count) : middle + count]]
    return {
        "symbol": str(instrument.symbol),
        "currency": instrument.currency,
        "style": "European, settled in cash at the close of the expiry; for reading, not tradable on this desk",
        "spot": text(found.spot, instrument.tick.decimals + 1),
        "expiries": [_listing(found, one) for one in expiries],
        "expiry": text_of(expiry.day),
        "expires_at": moment_text(expiry.at),
        "years": text(found.years(expiry.at), 6),
        "rate": text(found.rate, 6),
        "dividend_yield": text(found.dividend, 6),
        "forward": text(found.forward(expiry.at), 4),
        "at_money_volatility": text(found.at_money(expiry.at), 4),
        "report_before_expiry": found.now < found.report_at <= expiry.at,
        "listed_strikes": len(every),
        "strikes": rows,
    }


def _listing(found: Surface, expiry: Expiry) -> Document:
    return {
        "date": text_of(expiry.day),
        "expires_at": moment_text(expiry.at),
        "kind": expiry.kind,
        "at_money_volatility": text(found.at_money(expiry.at), 4),
    }


def _row(universe: Universe, instrument: Instrument, found: Surface, strike: float, expiry: Expiry) -> Document:
    option = priced(found, strike, expiry)
    return {
        "strike": strike_text(strike),
        "volatility": text(option.terms.volatility, 4),
        "call": _side(universe, instrument, option, expiry, "call"),
        "put": _side(universe, instrument, option, expiry, "put"),
    }


def _side(universe: Universe, instrument: Instrument, option: Option, expiry: Expiry, right: str) -> Document:
    price = option.call if right == "call" else option.put
    bid, ask, decimals = market(instrument, option, right)
    return {
        "contract": contract(instrument, expiry, option.strike, right),
        "bid": text(bid, decimals) if bid > 0 else None,
        "ask": text(ask, decimals),
        "theory": text(price, 4),
        "delta": signed(greeks(option.terms, right).delta, 4),
        "open_interest": _interest(universe, instrument, option, expiry, right),
    }


def market(instrument: Instrument, option: Option, right: str) -> tuple[float, float, int]:
    """(bid, ask, decimals): around the theory, wider with its sensitivity to volatility, on the option's own tick."""
    price = max(0.0, option.call if right == "call" else option.put)
    unit = max(float(instrument.tick.fraction()), 10.0 ** (floor(log10(float(instrument.price0))) - 4))
    tick = unit * (5 if price >= 300 * unit else 1)
    half = max(tick / 2, 0.006 * price, 0.004 * greeks(option.terms, right).vega)
    bid, ask = floor((price - half) / tick + 1e-9) * tick, ceil((price + half) / tick - 1e-9) * tick
    decimals = max(0, -floor(log10(unit) + 1e-9))
    return max(0.0, bid), max(tick, ask), decimals


def contract(instrument: Instrument, expiry: Expiry, strike: float, right: str) -> str:
    """A contract's name: AAPL-2026-12-18-250-C."""
    return f"{instrument.symbol}-{text_of(expiry.day)}-{strike_text(strike)}-{right[0].upper()}"


def strike_text(strike: float) -> str:
    """A strike without needless zeros."""
    return f"{strike:.10f}".rstrip("0").rstrip(".")


def _interest(universe: Universe, instrument: Instrument, option: Option, expiry: Expiry, right: str) -> int:
    """Open contracts: as of this morning, more near the money and in monthly expiries."""
    draws = Draws(universe.seed, "interest", contract(instrument, expiry, option.strike, right))
    away = abs(option.strike / option.terms.spot - 1) / max(0.02, instrument.daily_vol * 6)
    usual = instrument.adv_units / 4000 * (3 if expiry.kind == "monthly" else 1)
    age = max(0.2, min(1.0, 1.2 - option.terms.years * 3))
    return round(usual * exp(-away * away / 2) * draws.between(0, 0.4, 1.6) * age)


def sensitivities(universe: Universe, instrument: Instrument, asked: Asked) -> Document:
    """One contract: price, volatility and sensitivities in a trader's units, and what its seller would hedge."""
    asked.only("expiry", "strike", "right")
    found = _surface(universe, instrument)
    expiry = _chosen(listed(universe, instrument), asked, universe.now)
    right = asked.choice("right", ("call", "put"), "call")
    every = strikes_of(instrument, found, expiry)
    wanted = asked.decimal("strike") or found.forward(expiry.at)
    strike = min(every, key=lambda k: abs(k - wanted))
    if asked.text("strike") and abs(strike - wanted) > 1e-9:
        near = ", ".join(strike_text(k) for k in sorted(every, key=lambda k: abs(k - wanted))[:4])
        raise refuse(
            Code.OUT_OF_RANGE, f"no strike of {asked.text('strike')} is listed for {text_of(expiry.day)}",
            fix=f"listed near it: {near}", field="strike",
        )  # fmt: skip
    option = priced(found, strike, expiry)
    price, other = (option.call, option.put) if right == "call" else (option.put, option.call)
    told, (bid, ask, decimals) = greeks(option.terms, right), market(instrument, option, right)
    inside = max(0.0, (found.spot - strike) * (1 if right == "call" else -1))
    return {
        "symbol": str(instrument.symbol),
        "contract": contract(instrument, expiry, strike, right),
        "currency": instrument.currency,
        "right": right,
        "strike": strike_text(strike),
        "expiry": text_of(expiry.day),
        "expires_at": moment_text(expiry.at),
        "spot": text(found.spot, instrument.tick.decimals + 1),
        "forward": text(option.terms.forward, 4),
        "years": text(option.terms.years, 6),
        "rate": text(option.terms.rate, 6),
        "dividend_yield": text(option.terms.dividend, 6),
        "volatility": text(option.terms.volatility, 4),
        "bid": text(bid, decimals) if bid > 0 else None,
        "ask": text(ask, decimals),
        "theory": text(price, 4),
        "other_side_theory": text(other, 4),
        "intrinsic": text(inside, 4),
        "time_value": text(price - inside, 4),
        "delta": signed(told.delta, 6),
        "gamma": text(told.gamma, 8),
        "vega": text(told.vega / 100, 6),
        "theta": signed(told.theta / 365.25, 6),
        "rho": signed(told.rho / 100, 6),
        "units": "delta, gamma: a unit of the spot; vega, rho: a percentage point; theta: a calendar day",
    }


def _surface(universe: Universe, instrument: Instrument) -> Surface:
    if instrument.asset_class not in CLASSES or instrument.sector == "Rates" or str(instrument.symbol) == "VIX":
        raise refuse(
            Code.INCONSISTENT_FIELDS,
            f"{instrument.symbol} has no options here: they are written on shares, funds and share indices",
            fix=f"try AAPL, SPY or SPX; {instead_of(instrument)}",
            field="symbol",
        )
    return surface(universe, instrument)


def _chosen(expiries: list[Expiry], asked: Asked, now: int) -> Expiry:
    day = asked.day("expiry")
    if day is None:
        return next((e for e in expiries if e.kind == "monthly" and e.at > now + SOON), expiries[0])
    for expiry in expiries:
        if expiry.day == day:
            return expiry
    dates = ", ".join(text_of(e.day) for e in expiries)
    raise refuse(Code.OUT_OF_RANGE, f"nothing expires on {text_of(day)}", fix=f"listed: {dates}", field="expiry")
