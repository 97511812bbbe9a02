"""What state a venue is in."""

from __future__ import annotations

import enum

import msgspec

from engine.model.ids import TimeNs


class MarketSession(enum.IntEnum):
    """State of one venue at one time. The integers are what arrays carry."""

    CLOSED = 0
    REGULAR = 1
    PRE = 2
    POST = 3
    HALTED = 4
    BREAK = 5

    @property
    def word(self) -> str:
        """Lower-case word of wires and screens."""
        return self.name.lower()


class Segment(msgspec.Struct, frozen=True, array_like=True):
    """A stretch [start, end) of one session day in one state (never CLOSED)."""

    start: TimeNs
    end: TimeNs
    state: MarketSession


class Halt(msgspec.Struct, frozen=True, array_like=True):
    """One instrument's trading stands still in [since, until); `reason` is luld, news or volatility."""

    reason: str
    since: TimeNs
    until: TimeNs


class SessionDay(msgspec.Struct, frozen=True, array_like=True):
    """One trading day of a calendar: its label date (ISO) and its segments in time order."""

    label: str
    segments: tuple[Segment, ...]
