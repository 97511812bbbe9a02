"""A stage whose past and future are read once a month of each name; nothing of it changes, so nothing grows old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.model.instrument import Instrument
from engine.research.practice.times import day_of, month_end, months_of, start_of
from engine.research.source import Days, Payout, Stage, Traded

T = TypeVar("T")
MOST = 20_000
"""Months of names that are kept, about 20 MB; then all are forgotten."""


class Remembered:
    """Implements engine.research.source.Stage over another stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.seed, self.anchor, self.plot = stage.seed, stage.anchor, stage.plot
        self._months: dict[tuple[str, str, int], Sequence[object]] = {}

    @property
    def now(self) -> int:
        """Market time in ns."""
        return self._stage.now

    @property
    def instruments(self) -> Sequence[Instrument]:
        """Every instrument."""
        return self._stage.instruments

    def resolve(self, symbol: str) -> Instrument:
        """The instrument that a reader means."""
        return self._stage.resolve(symbol)

    def calendar(self, session: str) -> Days:
        """The calendar of a session key."""
        return self._stage.calendar(session)

    def price(self, instrument: Instrument) -> float:
        """The shown mid."""
        return self._stage.price(instrument)

    def sessions(self, instrument: Instrument, first: int, last: int) -> list[Traded]:
        """Sessions in [first, last]."""
        whole = self._over("sessions", instrument, first, last, self._stage.sessions)
        return [one for one in whole if first <= one.day <= last]

    def jumps(self, instrument: Instrument, start: int, end: int) -> list[tuple[int, float]]:
        """Jumps in [start, end)."""

        def read(one: Instrument, first: int, last: int) -> Sequence[tuple[int, float]]:
            return self._stage.jumps(one, start_of(first), start_of(last + 1))

        whole = self._over("jumps", instrument, day_of(start), day_of(end), read)
        return [one for one in whole if start <= one[0] < end]

    def news_halts(self, instrument: Instrument, start: int, end: int) -> list[tuple[int, int]]:
        """Halts for news that begin in [start, end)."""

        def read(one: Instrument, first: int, last: int) -> Sequence[tuple[int, int]]:
            return self._stage.news_halts(one, start_of(first), start_of(last + 1))

        whole = self._over("halts", instrument, day_of(start), day_of(end), read)
        return [one for one in whole if start <= one[0] < end]

    def payouts(self, instrument: Instrument, year: int) -> Sequence[Payout]:
        """Dividends of a year."""
        return self._stage.payouts(instrument, year)

    def _over(
        self, what: str, instrument: Instrument, first: int, last: int,
        read: Callable[[Instrument, int, int], Sequence[T]],
    ) -> list[T]:  # fmt: skip
        """All that the months of [first, last] have, in time order."""
        if len(self._months) > MOST:
            self._months.clear()
        found: list[T] = []
        for month in range(months_of(first), months_of(last) + 1):
            key = what, str(instrument.symbol), month
            if key not in self._months:
                self._months[key] = read(instrument, month_end(month - 1) + 1, month_end(month))
            found += self._months[key]  # type: ignore[arg-type]
        return found
