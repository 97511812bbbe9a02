"""Where prices were over the last trading day, of all columns at once and without filling a single tick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.market.traces import Trace
from engine.market.world.tables import F64
from engine.market.world.venue import OPEN_STATES, Venue
from engine.model.ids import MINUTE_NS

_CHUNK = 40
"""Columns told at once, so that whoever shares a thread with the desk can let it go on in between."""


class DayTraces:
    """Ends of finished minutes, picked evenly from as many trading minutes as the running day has in all.

    What is left of them comes from the day before, whose ends are kept while they are asked for.
    """

    def __init__(self, venues: Iterable[Venue]) -> None:
        self._venues = tuple(venues)
        self._before: dict[tuple[int, int], tuple[int, F64]] = {}

    def of(self, minute: int, points: int) -> Iterator[Trace]:
        """The last day before the end of `minute - 1`, at most `points` (1 or more) of it, in pieces."""
        for number, venue in enumerate(self._venues):
            for first in range(0, len(venue.ix), _CHUNK):
                stop = min(first + _CHUNK, len(venue.ix))
                yield self._piece(number, venue, minute, points, (first, stop))

    def _piece(self, number: int, venue: Venue, minute: int, points: int, span: tuple[int, int]) -> Trace:
        line = venue.timeline
        row, index, state = line.place(minute)
        day = line.day(row)
        done = index if state in OPEN_STATES else index + 1
        lacking = len(day.minutes) - done
        minutes, ends = day.minutes[:done], venue.table(row).end[:done, span[0] : span[1]]
        if lacking > 0 and row > line.first:
            past = self._yesterday(number, venue, row - 1, span)[-lacking:]
            minutes = np.concatenate([line.day(row - 1).minutes[-lacking:], minutes])
            ends = np.concatenate([past, ends])
        count = len(minutes)
        picked = np.unique((np.arange(1, points + 1) * count + points - 1) // points - 1)
        prices = np.maximum(np.rint(ends[picked]), 1).astype(np.int64)
        return venue.ix[span[0] : span[1]], (minutes[picked].astype(np.int64) + 1) * MINUTE_NS, prices

    def _yesterday(self, number: int, venue: Venue, row: int, span: tuple[int, int]) -> F64:
        """Ends of a finished day's minutes, (minutes, columns of the span)."""
        known = self._before.get((number, span[0]))
        if known is None or known[0] != row:
            known = self._before[number, span[0]] = row, venue.ends(row, *span)
        return known[1]
