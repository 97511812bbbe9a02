"""Where research data comes from: a port, so that a made-up universe and a real source are asked the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.desk import Document
from engine.model.instrument import Instrument
from engine.model.session import SessionDay
from engine.model.stage import Payout, Plot, Traded
from engine.views.jobs import Job


class ResearchSource(Protocol):
    """Answers questions about companies, options and economies.

    Implementations never tell what was not public at the market time they are asked at. Every document has `origin`
    (who says so), `simulated` and `at`.
    """

    @property
    def origin(self) -> str:
        """practice, edgar, …"""

    @property
    def kinds(self) -> Sequence[str]:
        """What can be asked for."""

    def read(self, kind: str, symbol: str, query: Mapping[str, str]) -> Job[Document]:
        """The document of a kind, about a symbol ("" for the whole market). Raises Refused."""


class Days(Protocol):
    """A venue's calendar."""

    @property
    def days(self) -> Sequence[SessionDay]:
        """All days, in time order."""

    @property
    def ordinals(self) -> Sequence[int]:
        """Date ordinals of `days`."""

    def day_index(self, at: int) -> int:
        """Index of the day that contains `at`, or of the next one."""


class Stage(Protocol):
    """The market that a practice universe tells about. What lies ahead of `now` is for planning dates only."""

    @property
    def now(self) -> int:
        """Market time in ns."""

    @property
    def seed(self) -> int:
        """The market's seed."""

    @property
    def anchor(self) -> int:
        """When the catalogue's prices held, in ns."""

    @property
    def plot(self) -> Plot | None:
        """The scenario, where there is one."""

    @property
    def instruments(self) -> Sequence[Instrument]:
        """Every instrument, futures by their roots."""

    def resolve(self, symbol: str) -> Instrument:
        """The instrument that a reader means. Raises Refused."""

    def calendar(self, session: str) -> Days:
        """The calendar of a session key."""

    def price(self, instrument: Instrument) -> float:
        """The shown mid, in the instrument's currency."""

    def sessions(self, instrument: Instrument, first: int, last: int) -> Sequence[Traded]:
        """Sessions whose date ordinals lie in [first, last], future ones too."""

    def jumps(self, instrument: Instrument, start: int, end: int) -> Sequence[tuple[int, float]]:
        """(minute in ns, log size) of jumps in [start, end)."""

    def news_halts(self, instrument: Instrument, start: int, end: int) -> Sequence[tuple[int, int]]:
        """(since, until) of halts for news that begin in [start, end)."""

    def payouts(self, instrument: Instrument, year: int) -> Sequence[Payout]:
        """Dividends with an ex-date in a year, future ones too."""


__all__ = ["Days", "Payout", "Plot", "ResearchSource", "Stage", "Traded"]
