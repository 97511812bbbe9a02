"""How held instruments move together, from their daily closes, and how much of the book's risk each one is.

Sample covariance (n - 1), nothing shrunk: what is shown is what was. NumPy is imported where it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING

import msgspec

from engine.portfolio.analytics import ratios
from engine.portfolio.analytics.returns import PER_YEAR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

LEAST_COMMON = 20
"""Fewest days that all instruments must have a return of, about a month."""

Closes = Mapping[int, float]
"""A day's number (from 1970) to its close, in one currency all along."""


class Moves(msgspec.Struct, frozen=True):
    """Returns of instruments on the days that all of them have: `rows[i]` of `symbols[i]`, one for each of `days`.

    `left_out` are the symbols with too little history, or a close at or below 0.
    """

    symbols: tuple[str, ...]
    days: tuple[int, ...]
    rows: tuple[tuple[float, ...], ...]
    left_out: tuple[str, ...] = ()

    def of(self, symbol: str) -> tuple[float, ...] | None:
        """The returns of one symbol; None where there are none."""
        return self.rows[self.symbols.index(symbol)] if symbol in self.symbols else None


class Contribution(msgspec.Struct, frozen=True):
    """What one holding is of the book's risk: `weight` of NAV; `volatility` of its own, a year; `contribution` in the
    units of the book's volatility, all of them summing to it; `share` of it; `beta` against the benchmark."""

    symbol: str
    weight: float
    volatility: float
    contribution: float
    share: float | None
    beta: float | None


class Risk(msgspec.Struct, frozen=True):
    """A book's risk from what it holds now: `volatility` a year; `covered` the share of gross that has a history."""

    volatility: float
    beta: float | None
    covered: float
    contributions: tuple[Contribution, ...]


def moves(closes: Mapping[str, Closes], least: int = LEAST_COMMON) -> Moves | None:
    """Simple returns between successive days that all symbols have; None where fewer than `least` of them exist.

    A symbol with fewer closes than that is left out first, so that one newcomer does not take the others' history.
    """
    fit = {
        symbol: days
        for symbol, days in sorted(closes.items())
        if len(days) > least and all(close > 0 for close in days.values())
    }
    if not fit:
        return None
    common = sorted(set.intersection(*(set(days) for days in fit.values())))
    if len(common) <= least:
        return None
    rows = tuple(tuple(days[after] / days[before] - 1 for before, after in pairwise(common)) for days in fit.values())
    return Moves(tuple(fit), tuple(common[1:]), rows, tuple(sorted(closes.keys() - fit.keys())))


def correlation_matrix(found: Moves) -> list[list[float | None]]:
    """Pearson's, in the order of `symbols`; a symbol that never moved has None, also with itself."""
    import numpy as np

    covariance = covariance_matrix(found)
    spreads = np.sqrt(np.diag(covariance))
    still = spreads <= ratios.NOISE
    spreads[still] = 1.0
    matrix = np.clip(covariance / np.outer(spreads, spreads), -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    rows = matrix.tolist()
    return [[None if still[i] or still[j] else value for j, value in enumerate(row)] for i, row in enumerate(rows)]


def covariance_matrix(found: Moves) -> Matrix:
    """Daily sample covariance (n - 1), shape (symbols, symbols)."""
    import numpy as np

    return np.atleast_2d(np.cov(np.array(found.rows), ddof=1))


def book_returns(found: Moves, weights: Mapping[str, float]) -> list[float]:
    """What the book as it is now would have returned on each day (historical simulation), weights of NAV kept daily."""
    import numpy as np

    held = np.array([weights.get(symbol, 0.0) for symbol in found.symbols])
    simulated: list[float] = (held @ np.array(found.rows)).tolist()
    return simulated


def risk(found: Moves, weights: Mapping[str, float], benchmark: str = "", per_year: int = PER_YEAR) -> Risk:
    """Volatility and its Euler parts (Tasche 1999) for signed weights of NAV; what is not weighed counts as 0.

    `benchmark` is a symbol of `found`; without it, or where it never moved, betas are None.
    """
    import numpy as np

    held = np.array([weights.get(symbol, 0.0) for symbol in found.symbols])
    covariance = covariance_matrix(found) * per_year
    pull = covariance @ held
    whole = sqrt(max(0.0, float(held @ pull)))
    parts = held * pull / whole if whole > ratios.NOISE else held * 0.0
    betas = _betas(found, covariance, benchmark)
    gross = sum(abs(weight) for weight in weights.values())
    contributions = []
    for place, symbol in enumerate(found.symbols):
        if weights.get(symbol, 0.0):
            contributions.append(
                Contribution(
                    symbol,
                    weights[symbol],
                    sqrt(float(covariance[place, place])),
                    float(parts[place]),
                    float(parts[place]) / whole if whole > ratios.NOISE else None,
                    betas[place],
                )
            )
    known = [one.weight * one.beta for one in contributions if one.beta is not None]
    covered = sum(abs(one.weight) for one in contributions)
    contributions.sort(key=lambda one: (-abs(one.contribution), one.symbol))
    return Risk(
        whole,
        sum(known) if contributions and len(known) == len(contributions) else None,
        covered / gross if gross else 1.0,
        tuple(contributions),
    )


def _betas(found: Moves, covariance: Matrix, benchmark: str) -> list[float | None]:
    if benchmark not in found.symbols:
        return [None] * len(found.symbols)
    place = found.symbols.index(benchmark)
    spread = float(covariance[place, place])
    if spread <= ratios.NOISE**2:
        return [None] * len(found.symbols)
    betas: list[float | None] = (covariance[:, place] / spread).tolist()
    return betas


def correlations_with(found: Moves, series: Sequence[float]) -> dict[str, float | None]:
    """Pearson's of each symbol with one series of the same days; None where either never moved."""
    import numpy as np

    rows, other = np.array(found.rows), np.array(series)
    rows, other = rows - rows.mean(axis=1, keepdims=True), other - other.mean()
    scale = np.sqrt((rows * rows).sum(axis=1) * (other * other).sum())
    still = scale <= ratios.NOISE**2 * len(series)
    shared = np.clip((rows @ other) / np.where(still, 1.0, scale), -1.0, 1.0).tolist()
    return {symbol: None if flat else value for symbol, flat, value in zip(found.symbols, still, shared, strict=True)}
