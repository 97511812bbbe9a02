"""Many positions in one instrument valued at once: lots at n/d Minor each, exactly as `Valuer` rounds each of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.model.number import div_half_even
from engine.portfolio.valuation import Ratio

Numbers = NDArray[Any]
"""int64, or objects that are Python integers where int64 could not hold every figure."""

LIMIT = 1 << 62
"""No product, sum or intermediate of the int64 paths reaches this."""
_SIMPLE = 1_000_000


def ties(lots: Numbers, d: int) -> NDArray[np.intp]:
    """Where lots * n / d lies halfway between two integers, for any n that shares no factor with an even d.

    Halfway means lots * n = d/2 modulo d; n is odd and has an inverse there, also odd, so lots = d/2 modulo d.
    """
    return np.flatnonzero(lots % d == d // 2)


def split(most: int, n: int, d: int) -> Ratio | None:
    """(whole, rest) with n = whole * d + rest such that `value` may use int64 for lots of at most `most` in size; None
    where there are none. Without a whole part it is sooner done."""
    if most * abs(n) + d < LIMIT:
        return 0, n
    whole, rest = divmod(n, d)
    fits = most * rest + d < LIMIT and most * (abs(whole) + 1) < LIMIT
    return (whole, rest) if fits else None


def value(lots: Numbers, parts: Ratio, d: int, halfway: NDArray[np.intp] | None, out: Numbers, spare: Numbers) -> None:
    """lots * n / d, half to even, into `out`; n/d in lowest terms, `parts` of n by `split`.

    lots * whole is exact, and lots * rest stays small whatever the price is. `halfway` is what `ties` says of an even
    d.
    """
    whole, rest = parts
    np.multiply(lots, rest, out)
    np.add(out, d // 2, out)
    np.floor_divide(out, d, out)
    if whole:
        np.multiply(lots, whole, spare)
        np.add(out, spare, out)
    if halfway is not None and halfway.size:
        up = out[halfway]
        out[halfway] = up - (up & 1)


def value_slowly(lots: Numbers, n: int, d: int, out: Numbers) -> None:
    """The same by Python integers of any size."""
    out[:] = [div_half_even(held * n, d) for held in lots.tolist()]


class Share:
    """n/d of a notional, rounded down, for many notionals at once.

    A share may come from a measured number and have seventeen digits. A simple fraction beside it gives the same
    whole numbers: v * n/d lies between v * simple and the next multiple of 1/simple.d, on a known side, while v is at
    most `reach`.
    """

    def __init__(self, n: int, d: int) -> None:
        self.n, self.d = n, d
        simple = Fraction(n, d).limit_denominator(_SIMPLE)
        self.simple = simple.numerator, simple.denominator
        apart = self.simple[0] * d - n * self.simple[1]
        self.less = int(apart > 0)
        self.reach = LIMIT if not apart else min(LIMIT, (d - 1) // abs(apart))

    def of(self, notional: int) -> int:
        """One notional (not below 0)."""
        return notional * self.n // self.d

    def relief_of(self, value: int) -> int:
        """What a position of this value needs less than its whole notional, as a negative number."""
        return self.of(abs(value)) - abs(value)

    def relief(self, values: Numbers, most: int) -> Numbers:
        """The same of many values, none larger than `most` in size."""
        if most >= self.reach or values.dtype.kind == "O":
            return np.array([self.relief_of(v) for v in values.tolist()], dtype=values.dtype)
        n, d = self.simple
        size = np.abs(values)
        whole = size // d
        part = ((size - whole * d) * n - self.less) // d
        relief: Numbers = np.maximum(whole * n + part, 0) - size
        return relief
