"""Make the number tables of the world, shipped as bytes so that every processor reads the same ones.

    python tools/build_tables.py

The world itself calls no exp, log or random normal: it looks numbers up here. Quantiles sit at the midpoints
(i + 0.5) / n of equal probabilities. Chi-square and gamma quantiles come from a fine numeric distribution
function, which is accurate enough since the shipped bytes, not the formula, define the market.
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TARGET = Path(__file__).resolve().parents[1] / "engine" / "market" / "data" / "tables.npz"

MIXING = ((5.8, 3.5), (4.2, 3.5), (4.4, 3.5), (4.6, 3.5), (4.5, 3.5), (9.0, 2.2), (8.0, 2.2), (10.0, 2.2), (12.0, 1.6))
"""(degrees of freedom, cap) of each Student mixing table, in the order of world/classes.py."""

SIZE_BODIES = (0.8, 0.5, 2.1, 1.1)
"""Log standard deviation of trade sizes: equity, forex, crypto, one-lot futures."""

SPAN = 4.25
"""Mixing tables are read by a normal in [-SPAN, SPAN)."""


def normals(count: int) -> Floats:
    """Normal quantiles at the midpoints."""
    inverse = NormalDist().inv_cdf
    return np.array([inverse((i + 0.5) / count) for i in range(count)])


def gamma_quantile(shape: float, probability: Floats) -> Floats:
    """Quantile of Gamma(shape, 1) by a trapezium rule on a logarithmic grid."""
    x = np.exp(np.linspace(math.log(1e-9 * shape), math.log(shape + 30 * math.sqrt(shape) + 60), 400_001))
    density = np.exp((shape - 1) * np.log(x) - x - math.lgamma(shape))
    steps = np.diff(x) * (density[1:] + density[:-1]) / 2
    distribution = np.concatenate([[0.0], np.cumsum(steps)])
    distribution /= distribution[-1]
    return np.asarray(np.interp(probability, distribution, x))


def mixing(df: float, cap: float, count: int) -> Floats:
    """sqrt((df-2)/chi2) as an increasing function of a normal, capped, mean square 1."""
    grid = -SPAN + 2 * SPAN * (np.arange(count) + 0.5) / count
    tail = np.array([0.5 * math.erfc(g / math.sqrt(2)) for g in grid])
    q = np.minimum(np.sqrt((df - 2) / (2 * gamma_quantile(df / 2, tail))), cap)
    weight = np.exp(-grid * grid / 2)
    return np.asarray(q / math.sqrt(float((q * q * weight).sum() / weight.sum())))


def sizes(body: float, count: int) -> Floats:
    """Lognormal to the 90 % quantile, Pareto with exponent 1.75 beyond, mean 1."""
    p = (np.arange(count) + 0.5) / count
    edge = math.exp(body * NormalDist().inv_cdf(0.9))
    out = np.where(p < 0.9, np.exp(body * normals(count)), edge * (0.1 / (1 - p)) ** (1 / 1.75))
    return np.asarray(out / out.mean())


def lognormal(sd: float, count: int) -> Floats:
    """Lognormal quantiles of mean 1."""
    out = np.exp(sd * normals(count))
    return np.asarray(out / out.mean())


def main() -> None:
    """Write the table file."""
    p = (np.arange(4096) + 0.5) / 4096
    depth = np.minimum(lognormal(0.35, 256), 1.5)
    np.savez(
        TARGET,
        normal=normals(65536).astype("<f4"),
        mixing=np.stack([mixing(df, cap, 4096) for df, cap in MIXING]).astype("<f4"),
        gamma3=(gamma_quantile(3.0, p) / 3).astype("<f4"),
        lognormal=lognormal(0.45, 4096).astype("<f4"),
        sizes=np.stack([sizes(body, 4096) for body in SIZE_BODIES]).astype("<f4"),
        depth=(depth / depth.mean()).clip(None, 1.5).astype("<f4"),
        minus_log=(-np.log(p)).astype("<f8"),
    )


if __name__ == "__main__":
    main()
