"""How a quantity is cut: equal slices (Q/N every T/N), or slices as large as the volume that usually trades then."""

from __future__ import annotations

from collections.abc import Sequence

from engine.market.shown import ShownMarket
from engine.model.algo import AlgoKind, AlgoRequest
from engine.model.ids import DAY_NS, MINUTE_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.session import MarketSession

PROFILE_DAYS = 5
"""Sessions whose volumes make the profile of a VWAP."""


def spacing(request: AlgoRequest) -> int:
    """Time between two slices, in ns: T/N."""
    return max(1, request.over_ns // max(1, request.slices))


def sliced(shown: ShownMarket, instrument: Instrument, request: AlgoRequest, start: TimeNs) -> list[int]:
    """Lots of each slice, summing to the quantity; empty for POV, which follows what trades."""
    if request.kind is AlgoKind.POV:
        return []
    weights = [1] * request.slices
    if request.kind is AlgoKind.VWAP:
        found = profile(shown, instrument, request, start)
        weights = found if sum(found) else weights
    return shares(int(request.quantity), weights)


def shares(quantity: int, weights: Sequence[int]) -> list[int]:
    """`quantity` cut in proportion to `weights`; the rounding of one slice is made good by the next."""
    total, done, given = sum(weights), 0, 0
    cut = []
    for weight in weights:
        done += weight
        upto = quantity * done // total
        cut.append(upto - given)
        given = upto
    return cut


def profile(shown: ShownMarket, instrument: Instrument, request: AlgoRequest, start: TimeNs) -> list[int]:
    """Lots that traded in each slice's time of day over the last sessions; zeros where there is no history."""
    volumes = [0] * request.slices
    every = spacing(request)
    for back in _sessions_back(shown, instrument, start):
        first = start - back
        bars = shown.source.bars(
            instrument.column, MINUTE_NS, TimeNs(first // MINUTE_NS * MINUTE_NS), TimeNs(first + request.over_ns)
        )
        by_minute = {int(bar.at): int(bar.volume) for bar in bars}
        for number in range(request.slices):
            volumes[number] += _volume(by_minute, first + number * every, every)
    return volumes


def _volume(by_minute: dict[int, int], start: int, length: int) -> int:
    """Lots in [start, start + length), a minute's volume spread evenly over it."""
    total, at = 0, start
    while at < start + length:
        minute = at // MINUTE_NS * MINUTE_NS
        until = min(minute + MINUTE_NS, start + length)
        total += by_minute.get(minute, 0) * (until - at) // MINUTE_NS
        at = until
    return total


def _sessions_back(shown: ShownMarket, instrument: Instrument, start: TimeNs) -> list[int]:
    """How far back, in ns, the last sessions stood at this time of their day."""
    calendar = shown.calendars[instrument.session]
    number = calendar.day_index(start)
    if number >= len(calendar.days):
        return []
    here = _open_of(calendar.days[number].segments)
    found = []
    for before in range(number - 1, max(-1, number - 1 - PROFILE_DAYS), -1):
        there = _open_of(calendar.days[before].segments)
        if here is not None and there is not None:
            found.append(here - there)
    return [back for back in found if back >= DAY_NS // 2]


def _open_of(segments: Sequence[object]) -> int | None:
    starts = [s.start for s in segments if s.state is MarketSession.REGULAR]  # type: ignore[attr-defined]
    return min(starts) if starts else None
