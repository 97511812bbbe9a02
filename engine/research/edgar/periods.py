"""Figures of one tag over time: of a day, or of a quarter or year, worked out where a filing gives only longer spans.

Filings repeat and correct figures: of several for one span the one filed last holds, up to the day asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from engine.research.edgar.shapes import Fact

QUARTER, YEAR = range(80, 101), range(350, 381)
"""Days of a fiscal quarter and year: 13 or 14 weeks, 52 or 53."""
ONE = timedelta(days=1)


class Span(NamedTuple):
    """First and last day."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.end - self.start).days + 1


class Figure(NamedTuple):
    """A figure, where it was filed, and whether it was worked out of longer spans."""

    value: Decimal
    filed: str
    accn: str
    form: str
    derived: bool = False


class Series:
    """The figures of several tags that mean the same: the first that has a span or a day wins."""

    def __init__(self, tags: Iterable[Iterable[Fact]], until: date) -> None:
        self.spans: dict[Span, Figure] = {}
        self.days: dict[date, Figure] = {}
        self._each: list[dict[Span, Figure]] = []
        for facts in tags:
            spans, days = _newest(facts, until)
            self._each.append(spans)
            self.spans, self.days = spans | self.spans, days | self.days

    def of(self, span: Span) -> Figure | None:
        """What belongs to a span: as filed, or of one tag a longer one less what came before."""
        filed = self.spans.get(span)
        if filed is not None:
            return filed
        for spans in self._each:
            for longer, whole in spans.items():
                before = spans.get(Span(longer.start, span.start - ONE)) if longer.end == span.end else None
                if before is not None:
                    return Figure(whole.value - before.value, whole.filed, whole.accn, whole.form, derived=True)
        return None

    def at(self, day: date) -> Figure | None:
        """What held at the end of a day."""
        return self.days.get(day)

    def periods(self, lengths: range) -> Iterator[Span]:
        """Every span of such a length that is known or can be worked out, each end once."""
        found = {span.end: span for span in self.spans if span.days in lengths}
        for spans in self._each:
            for longer in spans:
                for shorter in spans:
                    rest = Span(shorter.end + ONE, longer.end)
                    if shorter.start == longer.start and shorter.end < longer.end and rest.days in lengths:
                        found.setdefault(longer.end, rest)
        return iter(found.values())


def _newest(facts: Iterable[Fact], until: date) -> tuple[dict[Span, Figure], dict[date, Figure]]:
    spans: dict[Span, Figure] = {}
    days: dict[date, Figure] = {}
    for fact in sorted(facts, key=lambda one: one.filed):
        end, filed, start = _day(fact.end), _day(fact.filed), _day(fact.start)
        if end is None or filed is None or filed > until or fact.val is None:
            continue
        figure = Figure(Decimal(fact.val), fact.filed, fact.accn, fact.form)
        if start is None:
            days[end] = figure
        elif start <= end:
            spans[Span(start, end)] = figure
    return spans, days


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
