"""The passes over one symbol's holders as compiled loops: the same integers as by NumPy, sooner.

Needs numba (the extra `fast`). Importing that costs half a second and compiling more, which pays where thousands of
accounts are valued; a desk of a few does without.
"""

from __future__ import annotations

from typing import Any

from numba import njit

_compiled = njit(cache=True, error_model="numpy", boundscheck=False)


@_compiled
def step(nav: Any, accounts: Any, lots: Any, by: int) -> None:
    """Every lot is worth `by` more."""
    for at in range(accounts.size):
        nav[accounts[at]] += lots[at] * by


@_compiled
def round_all(nav: Any, accounts: Any, lots: Any, values: Any, ratio: tuple[int, int, int]) -> None:
    """Value positions anew at whole + rest/d Minor a lot, half to even."""
    whole, rest, d = ratio
    half, even = d // 2, d & 1 == 0
    for at in range(accounts.size):
        above = lots[at] * rest + half
        rounded = above // d
        value = lots[at] * whole + rounded
        if even and rounded * d == above:
            value -= value & 1
        nav[accounts[at]] += value - values[at]
        values[at] = value
