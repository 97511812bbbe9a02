"""Powers and decays from exactly rounded operations only, so that every machine gets the same bits.

`math.sqrt` is correctly rounded by IEEE 754; `exp`, `log` and `pow` are not, so they are not used.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

HALF = Fraction(1, 2)
"""The usual exponent of impact; this very object takes the short way."""
_NEWTON_STEPS = 40
_TAYLOR = 12
_CELLS = 64


def root(value: float, degree: int) -> float:
    """The positive `degree`-th root of a non-negative number, by Newton's method from above."""
    if value <= 0.0 or degree == 1:
        return max(value, 0.0)
    if degree == 2:
        return math.sqrt(value)
    mantissa, exponent = math.frexp(value)
    whole, rest = divmod(exponent, degree)
    start = _starts(degree)[rest][int(mantissa * _CELLS)]
    return _descend(value, degree, math.ldexp(start, whole))


@cache
def _starts(degree: int) -> list[list[float]]:
    """Upper bounds of the root of m * 2**rest for rest 0.. and m in cells of [0, 1), so that few steps are left."""
    return [
        [_descend((cell + 1) / _CELLS * 2.0**rest, degree, 2.0) * (1 + 1e-12) for cell in range(_CELLS)]
        for rest in range(degree)
    ]


def _descend(value: float, degree: int, guess: float) -> float:
    for _ in range(_NEWTON_STEPS):
        power = guess
        for _ in range(degree - 2):
            power *= guess
        better = ((degree - 1) * guess + value / power) / degree
        if better >= guess:
            break
        guess = better
    return guess


def power(value: float, exponent: Fraction) -> float:
    """`value ** exponent` for a non-negative value and a small positive fraction (1/2, 3/5, 5/2 ...)."""
    if exponent is HALF:
        return math.sqrt(value)
    whole, rest = divmod(exponent.numerator, exponent.denominator)
    result = 1.0
    for _ in range(whole):
        result *= value
    if rest:
        inner = 1.0
        for _ in range(rest):
            inner *= value
        result *= root(inner, exponent.denominator)
    return result


def decay(ratio: float) -> float:
    """exp(-ratio) for ratio >= 0: Taylor's series of ratio / 2**k, squared k times."""
    if ratio <= 0.0:
        return 1.0
    if ratio > 60.0:
        return 0.0
    halvings = 0
    while ratio > 0.25:
        ratio *= 0.5
        halvings += 1
    term = total = 1.0
    for k in range(1, _TAYLOR):
        term *= -ratio / k
        if total + term == total:
            break  # no later term is larger, so none would change a bit
        total += term
    for _ in range(halvings):
        total *= total
    return total
