"""Chance with names: a draw is a pure function of (seed, what it is for, counter)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

from engine.rng import Stream

T = TypeVar("T")
_NORMAL = NormalDist()
_SPAN = 1 << 64


class Draws:
    """Draws of one subject; the same names give the same draws in any process."""

    __slots__ = ("_stream",)

    def __init__(self, seed: int, *names: object) -> None:
        self._stream = Stream(seed, "practice " + " ".join(str(name) for name in names))

    def unit(self, counter: int) -> float:
        """A number in (0, 1)."""
        return (self._stream.word(counter) + 0.5) / _SPAN * (1 - 1e-12)

    def between(self, counter: int, low: float, high: float) -> float:
        """A number in (low, high)."""
        return low + (high - low) * self.unit(counter)

    def whole(self, counter: int, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + self._stream.below(counter, high - low + 1)

    def normal(self, counter: int) -> float:
        """A standard normal, clipped at 3."""
        return max(-3.0, min(3.0, _NORMAL.inv_cdf(self.unit(counter))))

    def pick(self, counter: int, items: Sequence[T]) -> T:
        """One of `items`."""
        return items[self._stream.below(counter, len(items))]

    def shuffled(self, first: int, items: Sequence[T]) -> list[T]:
        """`items` in an order of chance."""
        order = sorted(range(len(items)), key=lambda place: self._stream.word(first + place))
        return [items[place] for place in order]
