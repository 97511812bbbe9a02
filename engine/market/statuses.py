"""When venues change their state, told from their calendars alone."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping

from engine.market.auctions import DayCalendar
from engine.model.ids import TimeNs
from engine.model.session import MarketSession

Change = tuple[TimeNs, str, MarketSession]
"""(when, venue key, the state from then on)."""


def changes(calendars: Mapping[str, DayCalendar], after: int, until: int) -> Iterator[Change]:
    """Every change of a venue's state in (after, until], in time order, venues of one instant by key.

    Days are read as they are reached, so that nothing is paid for what nobody asks."""
    return heapq.merge(*(_of(key, calendars[key], after, until) for key in sorted(calendars)), key=_order)


def _of(key: str, calendar: DayCalendar, after: int, until: int) -> Iterator[Change]:
    days = calendar.days
    state = MarketSession.CLOSED
    ended: TimeNs | None = None
    # The day before tells the state in which the first day finds its venue.
    for number in range(max(0, calendar.day_index(after) - 1), len(days)):
        for segment in days[number].segments:
            if ended is not None and ended < segment.start:
                if after < ended <= until:
                    yield ended, key, MarketSession.CLOSED
                state = MarketSession.CLOSED
            if segment.start > until:
                return
            if segment.state is not state and after < segment.start:
                yield segment.start, key, segment.state
            state, ended = segment.state, segment.end
    if ended is not None and after < ended <= until:
        yield ended, key, MarketSession.CLOSED


def _order(change: Change) -> tuple[int, str]:
    return change[0], change[1]
