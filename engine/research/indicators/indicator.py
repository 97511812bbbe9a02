"""What all indicators can: take a bar, tell their value, and say what it would be if a growing bar closed now."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Generic, Self, TypeVar

from engine.research.indicators.bar import Bar

V = TypeVar("V")


class Indicator(Generic[V]):
    """One value a bar. `value` is None until enough bars were seen."""

    value: V | None = None

    def update(self, bar: Bar) -> V | None:
        """The value with this bar, which is over."""
        raise NotImplementedError

    def peek(self, bar: Bar) -> V | None:
        """What `update` would answer; nothing is taken in. For the bar that still grows."""
        return self.clone().update(bar)

    def over(self, bars: Iterable[Bar]) -> list[V | None]:
        """The value at each of these bars, oldest first."""
        return [self.update(bar) for bar in bars]

    def clone(self) -> Self:
        """An independent twin in the same state."""
        twin = type(self).__new__(type(self))
        for name, part in vars(self).items():
            setattr(twin, name, part.clone() if isinstance(part, Indicator) else _copied(part))
        return twin


def _copied(part: object) -> object:
    return part.copy() if isinstance(part, deque) else part


def positive(period: int, least: int = 1) -> int:
    """The period, if it is one: ValueError below `least` bars."""
    if period < least:
        raise ValueError(f"a period of {period} bars is too short; use {least} or more")
    return period
