"""Past closes of instruments in VCR, read from the market once: a session that is over does not change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
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
_MOST_KEPT = 5_000
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


class _Wanted(msgspec.Struct, frozen=True):
    """Closes of an instrument, and of the pair that its currency is converted by."""

    instrument: Instrument
    own: dict[int, int]
    pair: Instrument | None
    other: dict[int, int] | None
    inverted: bool


class _Converted(msgspec.Struct, frozen=True):
    """Closes in VCR, and what they were made of."""

    own: dict[int, int]
    other: dict[int, int] | None
    closes: dict[int, float]


class Closes:
    """Closes of one desk's market. To be asked on its thread only; what comes out is the asker's own."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._sessions: dict[int, _Sessions] = {}
        self._hours: dict[int, _Hours] = {}
        self._converted: dict[str, _Converted] = {}

    def daily(self, instruments: Iterable[Instrument]) -> Job[dict[str, dict[int, float]]]:
        """For each symbol its closes in VCR by session date (a day counted from 1970), of finished sessions of the
        last LOOK_BACK days. What has none is there, empty."""
        wanted = []
        for instrument in instruments:
            if self._stale(instrument):
                yield None
            closes, pair = self._of(instrument), fx_pair(instrument.currency)
            other = self._kernel.catalogue.find(pair[0]) if pair is not None else None
            if other is not None and self._stale(other):
                yield None
            wanted.append(
                _Wanted(instrument, closes, other, self._of(other) if other else None, bool(pair and pair[1]))
            )
        known = self._converted
        fresh: dict[str, _Converted] = yield lambda: _convert(wanted, known)
        self._converted = {**known, **fresh} if len(known) < _MOST_KEPT else fresh
        return {str(one.instrument.symbol): fresh[one.instrument.symbol].closes for one in wanted}

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


def _convert(wanted: Iterable[_Wanted], known: Mapping[str, _Converted]) -> dict[str, _Converted]:
    """Closes in VCR by symbol, those that are known already as they are."""
    rates: dict[str, tuple[list[int], list[float]]] = {}
    found: dict[str, _Converted] = {}
    for one in wanted:
        symbol, of = one.instrument.symbol, one.pair.symbol if one.pair else ""
        before = known.get(symbol)
        if before is not None and before.own is one.own and before.other is one.other:
            found[symbol] = before
            continue
        if one.pair is not None and one.other is not None and of not in rates:
            rates[of] = _rates(one.pair, one.other, inverted=one.inverted)
        found[symbol] = _Converted(one.own, one.other, _in_vcr(one.instrument, one.own, rates.get(of)))
    return found


def _rates(pair: Instrument, closes: Mapping[int, int], *, inverted: bool) -> tuple[list[int], list[float]]:
    """(session dates, what one unit of the currency was worth then), in order."""
    step = _step(pair)
    rows = [(day, ticks * step) for day, ticks in sorted(closes.items()) if ticks > 0]
    return [day for day, _ in rows], [1 / price if inverted else price for _, price in rows]


def _in_vcr(
    instrument: Instrument, closes: Mapping[int, int], rates: tuple[list[int], list[float]] | None
) -> dict[int, float]:
    step, basis = _step(instrument), instrument.basis_ticks
    own = {day: (ticks + basis) * step for day, ticks in closes.items()}
    if rates is None:
        return own
    days, levels = rates
    places = ((day, price, bisect_right(days, day)) for day, price in own.items())
    return {day: price * levels[place - 1] for day, price, place in places if place}


def _step(instrument: Instrument) -> float:
    return instrument.tick.units / float(10**instrument.tick.decimals)
