"""Past closes of instruments in VCR, read from the market once: a session that is over does not change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

import msgspec

from engine.kernel import Kernel
from engine.market.catalogue import fx_pair
from engine.model.ids import DAY_NS, HOUR_NS, TimeNs
from engine.model.instrument import Instrument
from engine.views.jobs import Job

LOOK_BACK = 365
"""Calendar days of closes that risk figures are made of: about 252 sessions."""

_EPOCH = date(1970, 1, 1).toordinal()
_GAP = 5
"""Days without any trading that an hourly series bridges."""


class _Sessions(msgspec.Struct):
    """Closes of a column in ticks by session date, complete until `until`."""

    closes: dict[int, int]
    until: int


class _Hours(msgspec.Struct):
    """Ends of hours and the closes at them, in ticks, of the days from `first` on; `until` is the last hour asked."""

    first: int
    ends: list[int]
    closes: list[int]
    until: int


class Closes:
    """Closes of one desk's market. To be asked on its thread only; what comes out is the asker's own."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._sessions: dict[int, _Sessions] = {}
        self._hours: dict[int, _Hours] = {}

    def daily(self, instruments: Iterable[Instrument]) -> Job[dict[str, dict[int, float]]]:
        """For each symbol its closes in VCR by session date (a day counted from 1970), of finished sessions of the
        last LOOK_BACK days. What has none is there, empty."""
        found: dict[str, dict[int, float]] = {}
        for instrument in instruments:
            if self._stale(instrument):
                yield None
            closes = self._of(instrument)
            rates = None
            pair = fx_pair(instrument.currency)
            if pair is not None and self._kernel.catalogue.find(pair[0]) is not None:
                other = self._kernel.catalogue[pair[0]]
                if self._stale(other):
                    yield None
                rates = self._rates(other, inverted=pair[1])
            found[instrument.symbol] = _converted(instrument, closes, rates)
        return found

    def _stale(self, instrument: Instrument) -> bool:
        known = self._sessions.get(instrument.column)
        return known is None or known.until <= self._kernel.state.now

    def _of(self, instrument: Instrument) -> dict[int, int]:
        if self._stale(instrument):
            self._sessions[instrument.column] = self._read(instrument)
        return self._sessions[instrument.column].closes

    def _read(self, instrument: Instrument) -> _Sessions:
        now, calendar = self._kernel.state.now, self._kernel.shown.calendars[instrument.session]
        start = TimeNs((now // DAY_NS - LOOK_BACK) * DAY_NS)
        closes: dict[int, int] = {}
        for bar in self._kernel.shown.source.bars(instrument.column, DAY_NS, start, TimeNs(now + 1)):
            day = calendar.days[calendar.day_index(bar.at)]
            if day.segments[-1].end <= now:
                closes[date.fromisoformat(day.label).toordinal() - _EPOCH] = int(bar.close)
        running = calendar.days[min(calendar.day_index(now), len(calendar.days) - 1)]
        over = int(running.segments[-1].end)
        return _Sessions(closes, over if over > now else now + DAY_NS)

    def _rates(self, pair: Instrument, *, inverted: bool) -> list[tuple[int, float]]:
        """What one unit of a currency was worth, by session date, in order."""
        step = _step(pair)
        rows = sorted(self._of(pair).items())
        return [(day, 1 / (ticks * step) if inverted else ticks * step) for day, ticks in rows if ticks > 0]

    # --- hours --------------------------------------------------------------------------------

    def hourly(self, instrument: Instrument, since: int) -> Job[tuple[list[int], list[float]]]:
        """(ends of hours, closes at them) in the instrument's own currency, from a few days before `since` to now."""
        now = int(self._kernel.state.now)
        first, whole = since // DAY_NS - _GAP, now // HOUR_NS * HOUR_NS
        known = self._hours.get(instrument.column)
        if known is None or known.first > first:
            known = _Hours(first, [], [], first * DAY_NS)
        while known.until < whole:
            until = min(whole, (known.until // DAY_NS + 1) * DAY_NS)
            start, end = TimeNs(known.until), TimeNs(until)
            for bar in self._kernel.shown.source.bars(instrument.column, HOUR_NS, start, end):
                known.ends.append(bar.at + HOUR_NS)
                known.closes.append(int(bar.close))
            known.until = until
            yield None
        self._hours[instrument.column] = known
        step, place = _step(instrument), bisect_right(known.ends, first * DAY_NS)
        return known.ends[place:], [(ticks + instrument.basis_ticks) * step for ticks in known.closes[place:]]


def level_at(ends: list[int], closes: list[float], at: int) -> float | None:
    """The last close at or before a moment."""
    place = bisect_right(ends, at)
    return closes[place - 1] if place else None


def _converted(
    instrument: Instrument, closes: dict[int, int], rates: list[tuple[int, float]] | None
) -> dict[int, float]:
    step, basis = _step(instrument), instrument.basis_ticks
    own = {day: (ticks + basis) * step for day, ticks in closes.items()}
    if rates is None:
        return own
    days = [day for day, _ in rates]
    found = {}
    for day, price in own.items():
        place = bisect_right(days, day)
        if place:
            found[day] = price * rates[place - 1][1]
    return found


def _step(instrument: Instrument) -> float:
    return instrument.tick.units / 10**instrument.tick.decimals
