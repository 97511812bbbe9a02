"""The events of one or several files in time order, taken up to a time and no further."""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from engine.market.importers.errors import BadDataFile
from engine.market.importers.events import MarketEvent
from engine.market.importers.reading import Format
from engine.market.importers.stream import read_messages


class Feed:
    """Events of the chosen symbols, one looked at ahead. `played` counts those taken; `damage` is why a file
    ended before its end, if one did: what came before it was played."""

    def __init__(self, files: Sequence[Path], fmt: str | Format, symbols: Container[str]) -> None:
        self.played = 0
        self.latest = 0
        self.damage: BadDataFile | None = None
        streams = [self._read(path, fmt, symbols) for path in files]
        self._events = streams[0] if len(streams) == 1 else heapq.merge(*streams, key=attrgetter("at"))
        self._next = next(self._events, None)

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self._next is None

    def until(self, at: int) -> Iterator[MarketEvent]:
        """Take every event with time <= at."""
        while self._next is not None and self._next.at <= at:
            event = self._next
            self._next = next(self._events, None)
            self.played += 1
            self.latest = event.at
            yield event

    def _read(self, path: Path, fmt: str | Format, symbols: Container[str]) -> Iterator[MarketEvent]:
        try:
            for _, events in read_messages(path, fmt):
                for event in events:
                    if event.symbol in symbols:
                        yield event
        except BadDataFile as error:
            self.damage = self.damage or error
