"""Names of the instruments of a Databento file: its symbology, which changes by day, and what records say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from engine.model.ids import DAY_NS

_EPOCH = datetime.date(1970, 1, 1).toordinal()

Interval = tuple[int, int, str]
"""(first ns, end ns, symbol): what an instrument id means in that time."""


class Names:
    """Instrument id and time to symbol.

    `mappings` is the metadata's: symbol as asked for -> intervals with the id as text. A record that names itself
    (definition, symbol mapping) speaks where the metadata is silent; an id nobody names is its own number.
    """

    def __init__(self, mappings: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._known: dict[int, list[Interval]] = {}
        self._said: dict[int, str] = {}
        self._latest: dict[int, Interval] = {}
        for symbol, intervals in mappings.items():
            shared = _overlap(intervals)
            for interval in intervals:
                self._learn(symbol, interval, shared)

    def _learn(self, symbol: str, interval: Mapping[str, Any], shared: bool) -> None:
        ident, name = str(interval["symbol"]), symbol
        if not ident.isdigit():
            if not symbol.isdigit():
                return  # a mapping between names, without the ids that records carry
            ident, name = symbol, ident
        elif shared:
            name = f"{symbol}.{ident}"  # a parent such as ES.FUT stands for many at a time
        start, end = _ns(interval["start_date"]), _ns(interval["end_date"])
        self._known.setdefault(int(ident), []).append((start, end, plain(name)))

    def say(self, ident: int, name: str) -> None:
        """A record of the stream names an instrument."""
        if name:
            self._said[ident] = plain(name)

    def of(self, ident: int, at: int) -> str:
        """The symbol of `ident` at a time."""
        latest = self._latest.get(ident)
        if latest is not None and latest[0] <= at < latest[1]:
            return latest[2]
        for interval in self._known.get(ident, ()):
            if interval[0] <= at < interval[1]:
                self._latest[ident] = interval
                return interval[2]
        known = self._known.get(ident)
        return self._said.get(ident) or (known[0][2] if known else str(ident))


def _overlap(intervals: Sequence[Mapping[str, Any]]) -> bool:
    spans = sorted((each["start_date"], each["end_date"], str(each["symbol"])) for each in intervals)
    return any(one[1] > two[0] and one[2] != two[2] for one, two in pairwise(spans))


def plain(name: str) -> str:
    """A symbol in one word: options and spreads are written with spaces on some venues."""
    return "_".join(name.split())


def _ns(day: datetime.date) -> int:
    return (day.toordinal() - _EPOCH) * DAY_NS
