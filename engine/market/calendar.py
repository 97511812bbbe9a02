"""When a venue trades: days and states read from the shipped UTC tables, without a time zone in sight.

A table lists runs of days with the same hours and the days that differ (tools/build_sessions.py makes it). Only what
is asked for is read, and a day's segments become objects when somebody looks at that day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import overload

from engine.model.ids import DAY_NS, MINUTE_NS, TimeNs
from engine.model.session import MarketSession, Segment, SessionDay

_TABLES = Path(__file__).parent / "data" / "sessions"
_EPOCH = date(1970, 1, 1).toordinal()
_WEEKS = {"Mon-Fri": range(5), "Mon-Sun": range(7)}
_STATES = {state.word: state for state in MarketSession}

Shape = tuple[tuple[int, int, MarketSession], ...]
"""Segments of a day in ns from its label's UTC midnight: (start, end, state), each starting where the last ended."""


class BeyondTable(LookupError):
    """A time for which no session is known."""


class Days(Sequence[SessionDay]):
    """All days of a calendar in time order; each is made when it is first looked at."""

    def __init__(self, ordinals: list[int], shapes: list[Shape]) -> None:
        self._ordinals = ordinals
        self._shapes = shapes
        self._made: list[SessionDay | None] = [None] * len(ordinals)

    def __len__(self) -> int:
        return len(self._ordinals)

    @overload
    def __getitem__(self, index: int) -> SessionDay: ...

    @overload
    def __getitem__(self, index: slice) -> list[SessionDay]: ...

    def __getitem__(self, index: int | slice) -> SessionDay | list[SessionDay]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._made[index] or self._make(index)

    def _make(self, index: int) -> SessionDay:
        ordinal = self._ordinals[index]
        midnight = (ordinal - _EPOCH) * DAY_NS
        segments = tuple(
            Segment(TimeNs(midnight + start), TimeNs(midnight + end), state)
            for start, end, state in self._shapes[index]
        )
        day = self._made[index] = SessionDay(date.fromordinal(ordinal).isoformat(), segments)
        return day

    def __iter__(self) -> Iterator[SessionDay]:
        return (self[number] for number in range(len(self)))


class Calendar:
    """The days of one session key. Times are ns since 1970 UTC; a segment is [start, end).

    `ordinals` are the labels as `date.toordinal` numbers. Between days, and outside the table, the venue is closed.
    """

    def __init__(self, key: str, ordinals: list[int], shapes: list[Shape]) -> None:
        self.key = key
        self.ordinals = ordinals
        self.days = Days(ordinals, shapes)
        self._shapes = shapes
        self._midnights = [(ordinal - _EPOCH) * DAY_NS for ordinal in ordinals]
        self._starts = [at + shape[0][0] for at, shape in zip(self._midnights, shapes, strict=True)]
        self._ends = [at + shape[-1][1] for at, shape in zip(self._midnights, shapes, strict=True)]

    @cached_property
    def _closes(self) -> list[int]:
        """End of the last regular segment of each day; only `close_of` asks for it."""
        return [at + _regular_end(shape) for at, shape in zip(self._midnights, self._shapes, strict=True)]

    def state(self, at: int) -> MarketSession:
        """What the venue is doing at a time; CLOSED where the table knows nothing."""
        index = bisect_right(self._starts, at) - 1
        if index >= 0:
            offset = at - self._midnights[index]
            for _, end, state in self._shapes[index]:
                if offset < end:
                    return state
        return MarketSession.CLOSED

    def day_at(self, at: int) -> SessionDay | None:
        """The day that runs at a time, its breaks included; None between days."""
        index = self.day_index(at)
        return self.days[index] if index < len(self._starts) and self._starts[index] <= at else None

    def day_index(self, at: int) -> int:
        """Index of the day that runs at a time, else of the next one; `len(days)` behind the last."""
        return bisect_right(self._ends, at)

    def next_open(self, at: int) -> TimeNs:
        """`at` itself in a regular session, else the next start of one (after lunch counts). Raises BeyondTable."""
        for index in range(self.day_index(at), len(self._shapes)):
            midnight = self._midnights[index]
            for start, end, state in self._shapes[index]:
                if state is MarketSession.REGULAR and at < midnight + end:
                    return TimeNs(max(at, midnight + start))
        raise self._beyond()

    def close_of(self, at: int) -> TimeNs:
        """The first end of a day's last regular segment that is later than `at`. Raises BeyondTable."""
        index = bisect_right(self._closes, at)
        if index == len(self._closes):
            raise self._beyond()
        return TimeNs(self._closes[index])

    def index_of(self, label: str) -> int:
        """Index of the day with an ISO date. KeyError where the venue does not trade on it."""
        ordinal = date.fromisoformat(label).toordinal()
        index = bisect_left(self.ordinals, ordinal)
        if index == len(self.ordinals) or self.ordinals[index] != ordinal:
            raise KeyError(label)
        return index

    def last_day_before(self, at: int) -> SessionDay:
        """The newest day that has ended by a time. Raises BeyondTable."""
        index = self.day_index(at) - 1
        if index < 0:
            raise self._beyond()
        return self.days[index]

    def _beyond(self) -> BeyondTable:
        first, last = date.fromordinal(self.ordinals[0]), date.fromordinal(self.ordinals[-1])
        return BeyondTable(f"sessions of {self.key} are known from {first} to {last} only")


def calendar_keys() -> tuple[str, ...]:
    """Every session key that has a table, sorted."""
    return tuple(sorted(path.stem for path in _TABLES.glob("*.txt")))


@cache
def load_calendar(key: str) -> Calendar:
    """The calendar of a session key such as US_EQ, read once. KeyError where there is none."""
    path = _TABLES / f"{key}.txt"
    if key not in calendar_keys():
        raise KeyError(key)
    shapes: dict[int, Shape] = {}
    for line in path.read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            _read(line, shapes)
    ordinals = sorted(shapes)
    return Calendar(key, ordinals, [shapes[ordinal] for ordinal in ordinals])


def _read(line: str, shapes: dict[int, Shape]) -> None:
    """Lay a run over `shapes`, or one day that differs."""
    first, second, rest = line.split(" ", 2) if line.count(" ") > 1 else (*line.split(" "), "")
    start = date.fromisoformat(first).toordinal()
    if second == "closed":
        shapes.pop(start, None)
    elif second[0].isdigit():
        week, hours = rest.split(" ", 1)
        shape, weekdays = _shape(hours), _WEEKS[week]
        for ordinal in range(start, date.fromisoformat(second).toordinal() + 1):
            if (ordinal + 6) % 7 in weekdays:
                shapes[ordinal] = shape
    else:
        shapes[start] = _shape(f"{second} {rest}")


@lru_cache(maxsize=256)
def _shape(hours: str) -> Shape:
    words = hours.split()
    marks = [(_offset(clock), word) for word, clock in zip(words[::2], words[1::2], strict=True)]
    return tuple((start, end, _STATES[word]) for (start, word), (end, _) in pairwise(marks))


def _offset(clock: str) -> int:
    hours, minutes = clock.removeprefix("-").split(":")
    offset = (int(hours) * 60 + int(minutes)) * MINUTE_NS
    return -offset if clock.startswith("-") else offset


def _regular_end(shape: Shape) -> int:
    return max(end for _, end, state in shape if state is MarketSession.REGULAR)
