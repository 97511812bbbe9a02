"""The only place that asks what time it is.

A desk's market clock is the wall's, or its own: started somewhere, running at a speed, paused, and standing
still while no engine runs.
"""

from __future__ import annotations

import time
from typing import Protocol

from engine.model.ids import SECOND_NS, TimeNs

FINE_STEP_NS = SECOND_NS // 10
COARSE_STEP_NS = SECOND_NS
FINE_SPEED = 60
"""Up to this speed the market moves in steps of 100 ms, above it in steps of 1 s."""
MAX_SPEED = 3600


class Clock(Protocol):
    """Market time."""

    speed: int
    paused: bool

    def now(self) -> TimeNs:
        """Market time now; never goes back."""


def step_for(speed: int) -> int:
    """How finely the market moves at a speed."""
    return FINE_STEP_NS if speed <= FINE_SPEED else COARSE_STEP_NS


class OwnClock:
    """A desk's own clock."""

    def __init__(self, at: TimeNs, speed: int = 1, *, paused: bool = False) -> None:
        self.speed, self.paused = speed, paused
        self._market, self._wall = int(at), time.monotonic_ns()

    def now(self) -> TimeNs:
        """Market time: what has passed since it was set, times the speed."""
        if self.paused:
            return TimeNs(self._market)
        return TimeNs(self._market + (time.monotonic_ns() - self._wall) * self.speed)

    def set(self, *, at: TimeNs | None = None, speed: int | None = None, paused: bool | None = None) -> None:
        """Change time, speed or whether it runs."""
        self._market = int(self.now() if at is None else at)
        self._wall = time.monotonic_ns()
        self.speed = self.speed if speed is None else speed
        self.paused = self.paused if paused is None else paused


class WallClock:
    """The world's time: it cannot be set."""

    speed, paused = 1, False

    def now(self) -> TimeNs:
        """UTC now."""
        return TimeNs(time.time_ns())


def wall_now() -> TimeNs:
    """UTC now, for choosing where a new home's clock starts."""
    return TimeNs(time.time_ns())


def wall_ms() -> int:
    """Milliseconds of the wall's clock, for what people sign."""
    return time.time_ns() // 1_000_000
