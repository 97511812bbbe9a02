"""Figures of a series of daily returns: risk, reward for it, and both against a benchmark.

Every function takes returns as fractions, oldest first, and gives None where fewer than `LEAST` of them exist or what
it would divide by is nothing. Formulas and sources: docs/analytics.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

import msgspec

from engine.portfolio.analytics.returns import PER_YEAR, annual_return

LEAST = 5
"""Fewest returns of which a figure is told: a week, the shortest window of daily figures."""

NOISE = 1e-12
"""A deviation below this is what floating point leaves of none."""


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean of at least one value."""
    return fsum(values) / len(values)


def deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation (n - 1); None below two values."""
    if len(values) < 2:
        return None
    centre = mean(values)
    found = sqrt(fsum((value - centre) ** 2 for value in values) / (len(values) - 1))
    return found if found > NOISE else 0.0


def volatility(returns: Sequence[float], per_year: int = PER_YEAR) -> float | None:
    """Annualised standard deviation; 0.0 for a flat curve."""
    spread = deviation(returns) if len(returns) >= LEAST else None
    return None if spread is None else spread * sqrt(per_year)


def sharpe(returns: Sequence[float], risk_free: float = 0.0, per_year: int = PER_YEAR) -> float | None:
    """Mean excess return over its deviation, annualised (Sharpe 1994). `risk_free` is a day's."""
    excess = [value - risk_free for value in returns]
    return _reward(excess, per_year)


def sharpe_error(returns: Sequence[float], risk_free: float = 0.0, per_year: int = PER_YEAR) -> float | None:
    """Standard error of `sharpe` were returns independent and normal (Lo 2002): how little a short history says."""
    found = sharpe(returns, risk_free, 1)
    if found is None:
        return None
    return sqrt((1 + found * found / 2) / len(returns) * per_year)


def sortino(returns: Sequence[float], target: float = 0.0, per_year: int = PER_YEAR) -> float | None:
    """Mean return beyond a day's `target` over the downside deviation from it, annualised (Sortino 1991)."""
    if len(returns) < LEAST:
        return None
    below = downside(returns, target)
    return mean([value - target for value in returns]) / below * sqrt(per_year) if below > NOISE else None


def downside(returns: Sequence[float], target: float = 0.0) -> float:
    """Root mean square of what returns (at least one) are below `target`; all n of them count."""
    return sqrt(fsum(min(value - target, 0.0) ** 2 for value in returns) / len(returns))


def calmar(returns: Sequence[float], per_year: int = PER_YEAR) -> float | None:
    """Annual return over the deepest drawdown (Young 1991)."""
    if len(returns) < LEAST:
        return None
    deepest = max_drawdown(returns)
    grown = annual_return(returns, per_year)
    return grown / -deepest if grown is not None and deepest < -NOISE else None


def max_drawdown(returns: Sequence[float]) -> float:
    """Deepest fall from a peak as a fraction of it, 0.0 or below; the start counts as a peak."""
    level = peak = 1.0
    worst = 0.0
    for value in returns:
        level *= 1 + value
        peak = max(peak, level)
        worst = min(worst, level / peak - 1)
    return worst


def _reward(excess: Sequence[float], per_year: int) -> float | None:
    spread = deviation(excess) if len(excess) >= LEAST else None
    return mean(excess) / spread * sqrt(per_year) if spread else None


# --- against a benchmark ------------------------------------------------------------------------


class Relative(msgspec.Struct, frozen=True):
    """Figures against a benchmark; `alpha` and `tracking_error` a year."""

    beta: float | None
    alpha: float | None
    correlation: float | None
    tracking_error: float | None
    information_ratio: float | None


def relative(
    returns: Sequence[float], benchmark: Sequence[float], risk_free: float = 0.0, per_year: int = PER_YEAR
) -> Relative:
    """All of them. Both series cover the same days; ValueError where their lengths differ."""
    active = [own - other for own, other in zip(returns, benchmark, strict=True)]
    return Relative(
        beta=beta(returns, benchmark),
        alpha=alpha(returns, benchmark, risk_free, per_year),
        correlation=correlation(returns, benchmark),
        tracking_error=volatility(active, per_year),
        information_ratio=_reward(active, per_year),
    )


def _covariance(one: Sequence[float], other: Sequence[float]) -> float:
    centre, other_centre = mean(one), mean(other)
    pairs = zip(one, other, strict=True)
    return fsum((a - centre) * (b - other_centre) for a, b in pairs) / (len(one) - 1)


def beta(returns: Sequence[float], benchmark: Sequence[float]) -> float | None:
    """Covariance with the benchmark over the benchmark's variance."""
    spread = deviation(benchmark) if len(returns) >= LEAST else None
    return _covariance(returns, benchmark) / spread**2 if spread else None


def alpha(
    returns: Sequence[float], benchmark: Sequence[float], risk_free: float = 0.0, per_year: int = PER_YEAR
) -> float | None:
    """What the mean excess return is beyond beta times the benchmark's (Jensen 1968), times `per_year`."""
    slope = beta(returns, benchmark)
    if slope is None:
        return None
    return per_year * (mean(returns) - risk_free - slope * (mean(benchmark) - risk_free))


def correlation(returns: Sequence[float], benchmark: Sequence[float]) -> float | None:
    """Pearson's, -1 to 1."""
    if len(returns) < LEAST:
        return None
    one, other = deviation(returns), deviation(benchmark)
    if not one or not other:
        return None
    return max(-1.0, min(1.0, _covariance(returns, benchmark) / one / other))
