"""When a company tells its quarter, and how far from what was expected: the market's own gap decides.

A quarter is reported at the largest overnight gap of its reporting window, and the surprise has the gap's sign. The
report is public at the moment at which the gap can be known (the opening), so nobody can trade on it before. Dates
ahead are therefore known to the calendar; results are not.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.research.practice.companies import Company
from engine.research.practice.draws import Draws
from engine.research.practice.times import day_of, month_end, months_of, opening, text_of, trading_day
from engine.research.source import Days, Stage, Traded

WINDOW = (14, 45)
"""Days after a quarter's end between which it is reported."""


class Quarter(NamedTuple):
    """A fiscal quarter: its running number, its name, its first and last date."""

    number: int
    name: str
    year: int
    place: int
    first: int
    last: int


class Release(NamedTuple):
    """A quarter's report: when it is public (ns), on which date, and its surprise as a share of what was expected."""

    quarter: Quarter
    at: int
    day: int
    gap: float | None
    surprise: float
    when: str


def quarter(company: Company, number: int) -> Quarter:
    """A quarter by its number (4 a year, counted on from year 0)."""
    months = 3 * number + company.end
    place = (number - company.last - 1) % 4 + 1
    year_end = number + 4 - place
    year = (3 * year_end + company.end) // 12
    return Quarter(number, f"Q{place} {year}", year, place, month_end(months - 3) + 1, month_end(months))


def last_ended(company: Company, day: int) -> int:
    """The number of the newest quarter that ended before a date."""
    number = (months_of(day) - company.end) // 3 + 1
    while quarter(company, number).last >= day:
        number -= 1
    return number


class Releases:
    """Reports of one company; each is worked out once."""

    def __init__(self, stage: Stage, company: Company) -> None:
        self._stage = stage
        instrument = stage.resolve(company.symbol)
        self._instrument, self._calendar = instrument, stage.calendar(instrument.session)
        self.company = self._placed(company)
        self._known: dict[int, Release] = {}

    def of(self, number: int) -> Release:
        """The report of a quarter, past or to come."""
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = self._found(quarter(self.company, number))
        return found

    def latest(self, at: int) -> Release:
        """The newest report that is public at a moment."""
        number = last_ended(self.company, day_of(at))
        while self.of(number).at > at:
            number -= 1
        return self.of(number)

    def between(self, start: int, end: int) -> list[Release]:
        """Reports that become public in (start, end], oldest first."""
        first, last = (last_ended(self.company, day_of(at)) for at in (start - 60 * 86_400_000_000_000, end))
        return [r for r in map(self.of, range(first - 1, last + 1)) if start < r.at <= end]

    def _placed(self, company: Company) -> Company:
        """The company with a fiscal calendar in which a scenario's earnings fall where earnings are told."""
        plot = self._stage.plot
        if plot is None or plot.name != "earnings-gap" or plot.symbol != company.symbol:
            return company
        begins = day_of(plot.begins)
        told = next(s.day for s in self._stage.sessions(self._instrument, begins, begins + 8) if s.known > plot.begins)
        for end in (company.end, 0, 1, 2):
            placed = company._replace(end=end)
            ended = quarter(placed, last_ended(placed, told)).last
            if WINDOW[0] <= told - ended <= WINDOW[1]:
                return placed
        return company

    def _found(self, asked: Quarter) -> Release:
        first, last = asked.last + WINDOW[0], asked.last + WINDOW[1]
        draws = Draws(self._stage.seed, "release", self.company.symbol, asked.number)
        sessions = self._stage.sessions(self._instrument, first, last)
        whole = sessions and sessions[0].day <= first + 6 and sessions[-1].day >= last - 6
        if not whole:
            return self._unseen(asked, draws)
        told = max(sessions, key=lambda s: abs(s.gap))
        after_close = told.known < told.opens
        when = "after the close" if after_close else "at the opening"
        day = day_of(told.known) if after_close else told.day
        return Release(asked, told.known, day, told.gap, self._surprise(told, draws), when)

    def _surprise(self, told: Traded, draws: Draws) -> float:
        if not told.gap:
            return 0.0
        size = 0.012 + 0.03 * min(abs(told.gap) / self.company.night, 6.0) * draws.between(0, 0.6, 1.4)
        return size if told.gap > 0 else -size

    def _unseen(self, asked: Quarter, draws: Draws) -> Release:
        """A report from before the market's own history."""
        calendar: Days = self._calendar
        day = trading_day(calendar, asked.last + draws.whole(1, WINDOW[0] + 4, WINDOW[1] - 8))
        return Release(asked, opening(calendar, day), day, None, 0.05 * draws.normal(2) + 0.001, "at the opening")


def named(release: Release) -> str:
    """A quarter with its last date."""
    return f"{release.quarter.name} (ended {text_of(release.quarter.last)})"
