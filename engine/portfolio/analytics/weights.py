"""Target weights: equal, by inverse volatility, and with equal contributions to risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from engine.portfolio.analytics.correlation import Moves, covariance_matrix
from engine.portfolio.analytics.ratios import NOISE

ROUNDS = 10_000
"""Sweeps after which the solver gives up; a hundred is usual."""


def equal_weight(symbols: Sequence[str], whole: float = 1.0) -> dict[str, float]:
    """The same for each."""
    return {symbol: whole / len(symbols) for symbol in symbols}


def inverse_volatility(found: Moves, whole: float = 1.0) -> dict[str, float] | None:
    """Weights in proportion to 1 / volatility; None where one of them never moved."""
    covariance = covariance_matrix(found)
    spreads = [sqrt(float(covariance[place, place])) for place in range(len(found.symbols))]
    if min(spreads) <= NOISE:
        return None
    inverse = [1 / spread for spread in spreads]
    return {symbol: whole * part / sum(inverse) for symbol, part in zip(found.symbols, inverse, strict=True)}


def equal_risk(found: Moves, whole: float = 1.0, tolerance: float = 1e-10) -> dict[str, float] | None:
    """Long-only weights with which every instrument is the same part of the book's variance.

    Minimises x'Cx / 2 - sum(log x) / n one coordinate at a time (Griveau-Billion, Richard, Roncalli 2013); the
    solution is unique (Maillard, Roncalli, Teiletche 2010). None where one never moved or no solution was reached.
    """
    import numpy as np

    covariance = covariance_matrix(found)
    own = np.diag(covariance)
    if own.min() <= NOISE * NOISE:
        return None
    budget = 1 / len(own)
    parts = np.sqrt(budget / own)
    for _ in range(ROUNDS):
        for place, row in enumerate(covariance):
            rest = row @ parts - own[place] * parts[place]
            parts[place] = (np.sqrt(rest * rest + 4 * own[place] * budget) - rest) / (2 * own[place])
        if np.abs(parts * (covariance @ parts) - budget).max() < tolerance * budget:
            shares = (whole * parts / parts.sum()).tolist()
            return dict(zip(found.symbols, shares, strict=True))
    return None


def drift(held: Mapping[str, float], targets: Mapping[str, float]) -> float:
    """Half the sum of what weights are away from their targets: the share of NAV that would change hands."""
    names = sorted(held.keys() | targets.keys())
    return sum(abs(held.get(name, 0.0) - targets.get(name, 0.0)) for name in names) / 2
