"""What a bad day costs: value at risk and its mean beyond, from history and from a normal law.

Losses are positive fractions of NAV over one day. A negative figure says that even the tail was a gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import fsum

import msgspec

from engine.model.number import div_half_even
from engine.portfolio.analytics.ratios import LEAST, deviation, mean

CONFIDENCES = (95, 99)
"""Percent."""


class Tail(msgspec.Struct, frozen=True):
    """Losses of one day at `confidence` percent, as fractions of NAV; None where history is too short."""

    confidence: int
    var: float | None
    cvar: float | None
    normal_var: float | None
    normal_cvar: float | None


def tails(returns: Sequence[float]) -> list[Tail]:
    """Everything at 95 and 99 percent."""
    return [
        Tail(
            confidence,
            historical_var(returns, confidence),
            historical_cvar(returns, confidence),
            normal_var(returns, confidence),
            normal_cvar(returns, confidence),
        )
        for confidence in CONFIDENCES
    ]


def _worst(returns: Sequence[float], confidence: int) -> tuple[list[float], int, Fraction] | None:
    """(losses, greatest first; how many lie wholly in the tail; how much of the next one does)."""
    share = Fraction(100 - confidence, 100) * len(returns)
    if share < 1:
        return None
    whole = int(share)
    return sorted((-value for value in returns), reverse=True), whole, share - whole


def historical_var(returns: Sequence[float], confidence: int) -> float | None:
    """The smallest loss that `confidence` percent of days did not exceed; None with less than one day in the tail."""
    tail = _worst(returns, confidence)
    if tail is None:
        return None
    losses, whole, _ = tail
    return losses[min(whole, len(losses) - 1)]


def historical_cvar(returns: Sequence[float], confidence: int) -> float | None:
    """Mean loss of the worst (100 - confidence) percent of days, the day at the border counted in part.

    Rockafellar and Uryasev 2002: never below the value at risk, also where losses are few or equal.
    """
    tail = _worst(returns, confidence)
    if tail is None:
        return None
    losses, whole, part = tail
    border = losses[min(whole, len(losses) - 1)]
    excess = fsum(loss - border for loss in losses[:whole])
    return border + excess / (whole + part.numerator / part.denominator)


def normal_var(returns: Sequence[float], confidence: int) -> float | None:
    """z times deviation less mean, for a normal law with the mean and deviation (n - 1) of the returns."""
    law = _law(returns)
    if law is None:
        return None
    from statistics import NormalDist

    return NormalDist().inv_cdf(confidence / 100) * law[1] - law[0]


def normal_cvar(returns: Sequence[float], confidence: int) -> float | None:
    """Mean loss beyond `normal_var` for that law."""
    law = _law(returns)
    if law is None:
        return None
    from statistics import NormalDist

    unit = NormalDist()
    density = unit.pdf(unit.inv_cdf(confidence / 100))
    return density / (1 - confidence / 100) * law[1] - law[0]


def _law(returns: Sequence[float]) -> tuple[float, float] | None:
    spread = deviation(returns) if len(returns) >= LEAST else None
    return None if spread is None else (mean(returns), spread)


def in_money(loss: float | None, nav: int) -> int | None:
    """A loss as a fraction of `nav` in Minor, half-even; None where either says nothing."""
    if loss is None or nav <= 0:
        return None
    part, whole = loss.as_integer_ratio()
    return div_half_even(nav * part, whole)
