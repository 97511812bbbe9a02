"""Shipped number tables and an exponential of our own: the only transcendental functions of the world.

Every operation here is exactly rounded (+ - * and bit moves), so results are the same bytes everywhere.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
U16 = NDArray[np.uint16]

_FILE = Path(__file__).resolve().parent.parent / "data" / "tables.npz"
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
_TAYLOR = tuple(1.0 / n for n in (3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1))
MIXING_PLACES = 4096
"""Entries of a row of mixing factors, for normals from -4.25 to 4.25."""
_SHIFT, _SCALE = 4.25, MIXING_PLACES / 8.5


class Tables(NamedTuple):
    """Quantiles at midpoints of equal probability; see tools/build_tables.py for each."""

    normal: F32
    mixing: F32
    gamma3: F32
    lognormal: F32
    sizes: F32
    depth: F32
    minus_log: F64


@cache
def tables() -> Tables:
    """The tables, read once."""
    with np.load(_FILE) as file:
        return Tables(*(file[name] for name in Tables._fields))


def normal(u: U16) -> F32:
    """Standard normals of 16-bit draws."""
    return tables().normal.take(u)


def mixing(kind: NDArray[np.int64], g: F32) -> F32:
    """Student mixing factors (mean square 1) of normals `g`, by the table row `kind` of each column.

    Normals beyond the table's ends have the factor of its end.
    """
    place = ((g + np.float32(_SHIFT)) * np.float32(_SCALE)).astype(np.int64)
    np.clip(place, 0, MIXING_PLACES - 1, out=place)
    return tables().mixing.ravel().take(place + kind * MIXING_PLACES)


def exp(x: F64) -> F64:
    """e**x to 1e-13 for |x| < 600, by range reduction and a Taylor polynomial."""
    k = np.rint(x * _LOG2E)
    r = x - k * _LN2_HIGH
    r -= k * _LN2_LOW
    out = r * _TAYLOR[0]
    for term in _TAYLOR[1:-1]:
        out += term
        out *= r
    out += 1.0
    out *= ((k.astype(np.int64) + 1023) << 52).view(np.float64)
    return np.asarray(out, np.float64)


def exp32(x: F32) -> F32:
    """e**x to 3e-6 for |x| < 80: enough for intensities and volatility shapes."""
    k = np.rint(x * np.float32(_LOG2E))
    r = x - k * np.float32(_LN2_HIGH)
    out = r * np.float32(1 / 120)
    for term in (1 / 24, 1 / 6, 0.5, 1.0):
        out += np.float32(term)
        out *= r
    out += np.float32(1.0)
    out *= ((k.astype(np.int32) + 127) << 23).view(np.float32)
    return np.asarray(out, np.float32)


def powers(base: F64, count: int) -> F64:
    """base**1 .. base**count along a new leading axis, by repeated multiplication."""
    steps = np.empty((count, *np.shape(base)))
    steps[...] = base
    return np.asarray(np.multiply.accumulate(steps, axis=0))


def column_sum(x: F64) -> F64:
    """Sum over the leading axis in its order (NumPy's own sum may pair terms differently by machine)."""
    return np.asarray(np.add.accumulate(x, axis=0)[-1])
