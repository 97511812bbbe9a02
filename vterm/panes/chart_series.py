"""The bars of one instrument and period as columns of whole numbers, read once; studies counted once a bar."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.desk import Document
from vterm.panes.chart_choice import SECONDS
from vterm.panes.chart_studies import Counted, Study, Value
from vterm.state import units
from vterm.widgets.candles import Candle

if TYPE_CHECKING:
    from engine.research.indicators import PriceBar

LOOK_BACK = 64


@lru_cache(maxsize=8192)
def seconds(at: str) -> int:
    """UTC seconds of a time text."""
    return int(datetime.fromisoformat(f"{at[:19]}+00:00").timestamp())


def ticks(text: str, decimals: int) -> int:
    """A price as a whole number of its last decimal."""
    if decimals and text[-decimals - 1 : -decimals] == ".":
        return int(text.replace(".", "", 1))
    return units(text, decimals)


class Series:
    """The last bar still grows; all others are over. `at` is when a bar begins, `bars` are in ticks and units."""

    def __init__(self, decimals: int, every: str) -> None:
        self.decimals, self.every = decimals, every
        self.at: list[int] = []
        self.candles: list[Candle] = []
        self.volumes: list[float] = []
        self.widest = 0
        self._bars: list[PriceBar] = []
        self._parts: list[int] = []
        self._counted: dict[str, Counted] = {}
        self._source: list[Document] | None = None
        self._texts: list[str] = []

    def __len__(self) -> int:
        return len(self.at)

    def take(self, bars: list[Document]) -> bool:
        """Follow the desk's bars; whether they go on from those known. What is over is not read again."""
        if bars is self._source:
            return True
        self._source = bars
        goes_on = self._find(bars)
        if goes_on is None:
            self._clear()
            self._add(bars)
            return False
        self._cut(len(self.at) - 1)
        self._add(bars[goes_on:])
        return True

    def _find(self, bars: list[Document]) -> int | None:
        """Where in `bars` the bar stands that was growing, if these bars only go on."""
        if not self.at or not bars or str(bars[0]["at"]) < self._texts[0] or len(self.at) > 2 * len(bars) + LOOK_BACK:
            return None
        for back in range(len(bars) - 1, max(-1, len(bars) - LOOK_BACK), -1):
            if bars[back]["at"] == self._texts[-1]:
                return back
        return None

    def _clear(self) -> None:
        self._cut(0)
        self._counted.clear()
        self.widest = 0

    def _cut(self, length: int) -> None:
        for column in (self.at, self.candles, self.volumes, self._bars, self._parts, self._texts):
            del column[length:]

    def _add(self, bars: Sequence[Document]) -> None:
        decimals, daily = self.decimals, self.every == "1d"
        for bar in bars:
            text = str(bar["at"])
            prices = tuple(ticks(str(bar[name]), decimals) for name in ("open", "high", "low", "close"))
            first, high, low, last = prices
            volume = float(bar["volume"] or 0)
            at = seconds(text)
            self.at.append(at)
            self._texts.append(text)
            self.candles.append((first, high, low, last))
            self.volumes.append(volume)
            self._parts.append(int(text[:4]) * 12 + int(text[5:7]) if daily else at // 86400)
            self.widest = max(self.widest, abs(high), abs(low))

    def grow(self, last: int) -> None:
        """The growing bar stands at this price now."""
        if self.candles:
            first, high, low, _ = self.candles[-1]
            self.candles[-1] = (first, max(high, last), min(low, last), last)

    def runs(self, at: str) -> bool:
        """Whether the last bar is not over at this moment of the desk."""
        return bool(self.at and at) and seconds(at[:19]) < self.at[-1] + SECONDS[self.every]

    def values(self, study: Study) -> list[Value]:
        """The study at every bar, the growing one included."""
        if not self.at:
            return []
        counted = self._counted.get(study.name)
        if counted is None:
            counted = self._counted[study.name] = Counted(study)
        self._fill()
        counted.follow(self._bars, self._parts, len(self.at) - 1)
        return [*counted.values, counted.live(self._bars[-1], self._parts[-1])]

    def _fill(self) -> None:
        from engine.research.indicators import PriceBar

        bars = self._bars
        del bars[len(self.at) - 1 :]
        for k in range(len(bars), len(self.at)):
            bars.append(PriceBar(*self.candles[k], self.volumes[k]))

    def index(self, at: int) -> int:
        """The bar that runs at a moment, the first one for any moment before it; -1 where there is no bar."""
        return max(0, bisect_right(self.at, at) - 1) if self.at else -1

    def slots(self, end: int, count: int, bars: int) -> list[range]:
        """The newest `count` slots before bar `end`. Several bars share a slot by the clock, so that none moves on
        when another bar begins."""
        if bars == 1:
            return [range(k, k + 1) for k in range(max(0, end - count), end)]
        found: list[range] = []
        step = bars * SECONDS[self.every]
        while end > 0 and len(found) < count:
            begin = bisect_left(self.at, self.at[end - 1] // step * step, 0, end)
            found.append(range(begin, end))
            end = begin
        return found[::-1]

    def candle(self, slot: range) -> Candle:
        """One candle of all bars in a slot."""
        if len(slot) == 1:
            return self.candles[slot.start]
        part = self.candles[slot.start : slot.stop]
        return (part[0][0], max(c[1] for c in part), min(c[2] for c in part), part[-1][3])

    def volume(self, slot: range) -> float:
        """What was traded in a slot."""
        return sum(self.volumes[slot.start : slot.stop])

    def moment(self, index: int) -> datetime:
        """When a bar begins."""
        return datetime.fromtimestamp(self.at[index], UTC)
