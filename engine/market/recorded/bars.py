"""Bars of what has been played: one second and one minute, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from engine.model.ids import MINUTE_NS, SECOND_NS, Lots, Ticks, TimeNs
from engine.model.market import Bar

_SECONDS = 2 * 3600
_MINUTES = 60 * 24 * 60


class _Series:
    """Bars of one length; the newest is still growing."""

    def __init__(self, every_ns: int, kept: int) -> None:
        self._every = every_ns
        self._done: deque[Bar] = deque(maxlen=kept)
        self._slot = -1
        self._mids = (0, 0, 0, 0)
        self._volume = 0

    def see(self, at: int, mid: int, lots: int) -> None:
        slot = at // self._every
        if slot != self._slot:
            if self._slot >= 0:
                self._done.append(self._bar())
            self._slot, self._mids, self._volume = slot, (mid, mid, mid, mid), lots
            return
        opened, high, low, _ = self._mids
        self._mids = (opened, max(high, mid), min(low, mid), mid)
        self._volume += lots

    def all(self) -> list[Bar]:
        return [*self._done, self._bar()] if self._slot >= 0 else []

    def _bar(self) -> Bar:
        opened, high, low, close = (Ticks(mid2 // 2) for mid2 in self._mids)
        return Bar(TimeNs(self._slot * self._every), opened, high, low, close, Lots(self._volume))


class MidBars:
    """Bars of one instrument's mid with the traded volume: two hours of seconds, sixty days of minutes."""

    def __init__(self) -> None:
        self._seconds = _Series(SECOND_NS, _SECONDS)
        self._minutes = _Series(MINUTE_NS, _MINUTES)

    def see(self, at: int, mid2: int, lots: int = 0) -> None:
        """The mid (half ticks) at a time, and the lots that traded then."""
        self._seconds.see(at, mid2, lots)
        self._minutes.see(at, mid2, lots)

    def between(self, every_ns: int, start: int, end: int) -> list[Bar]:
        """Bars of `every_ns` (whole seconds) over [start, end), oldest first; stretches without news have none."""
        series = self._minutes if every_ns % MINUTE_NS == 0 else self._seconds
        return _joined((bar for bar in series.all() if start <= bar.at < end), every_ns)


def _joined(bars: Iterable[Bar], every_ns: int) -> list[Bar]:
    joined: list[Bar] = []
    for bar in bars:
        at = TimeNs(bar.at - bar.at % every_ns)
        if joined and joined[-1].at == at:
            last = joined[-1]
            high, low = Ticks(max(last.high, bar.high)), Ticks(min(last.low, bar.low))
            joined[-1] = Bar(at, last.open, high, low, bar.close, Lots(last.volume + bar.volume))
        else:
            joined.append(Bar(at, bar.open, bar.high, bar.low, bar.close, bar.volume))
    return joined
