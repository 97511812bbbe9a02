"""European options: prices and sensitivities (Black and Scholes 1973, Merton 1973 for a yield)."""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt
from typing import NamedTuple


class Terms(NamedTuple):
    """Spot, strike, years to expiry, interest and dividend yield (continuous, a year), volatility a year."""

    spot: float
    strike: float
    years: float
    rate: float
    dividend: float
    volatility: float

    @property
    def forward(self) -> float:
        """The price for delivery at expiry."""
        return self.spot * exp((self.rate - self.dividend) * self.years)

    @property
    def discount(self) -> float:
        """What one unit at expiry is worth now."""
        return exp(-self.rate * self.years)


class Greeks(NamedTuple):
    """Sensitivities: delta and gamma by one unit of the spot, vega by 1.00 of volatility, theta a year, rho by 1.00."""

    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def call(terms: Terms) -> float:
    """Price of a call."""
    first, second = _places(terms)
    return terms.discount * (terms.forward * _below(first) - terms.strike * _below(second))


def put(terms: Terms) -> float:
    """Price of a put, from the call by parity: call - put = discount (forward - strike)."""
    return call(terms) - terms.discount * (terms.forward - terms.strike)


def greeks(terms: Terms, right: str) -> Greeks:
    """Sensitivities of a `call` or a `put`."""
    first, second = _places(terms)
    sign = 1 if right == "call" else -1
    carry, discount = exp(-terms.dividend * terms.years), terms.discount
    root = sqrt(terms.years)
    density = exp(-first * first / 2) / sqrt(2 * pi)
    theta = (
        -terms.spot * carry * density * terms.volatility / (2 * root)
        - sign * terms.rate * terms.strike * discount * _below(sign * second)
        + sign * terms.dividend * terms.spot * carry * _below(sign * first)
    )
    return Greeks(
        sign * carry * _below(sign * first),
        carry * density / (terms.spot * terms.volatility * root),
        terms.spot * carry * density * root,
        theta,
        sign * terms.strike * terms.years * discount * _below(sign * second),
    )


def _places(terms: Terms) -> tuple[float, float]:
    spread = terms.volatility * sqrt(terms.years)
    first = log(terms.forward / terms.strike) / spread + spread / 2
    return first, first - spread


def _below(x: float) -> float:
    """The standard normal distribution."""
    return 0.5 * erfc(-x / sqrt(2))
