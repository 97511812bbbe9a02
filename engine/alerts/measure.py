"""What an alert measures of its market now, and whether that is what it waits for."""

from __future__ import annotations

from engine.market.shown import ShownMarket
from engine.matching.triggers import subject
from engine.model.alert import ABOVE, MILLION, Alert, AlertKind, AlertRequest
from engine.model.ids import MINUTE_NS, TimeNs
from engine.model.instrument import Instrument

MINUTE_STEPS = 600
"""Rates of volume are told per 100 ms."""
THOUSANDTHS = 1000


class Reading:
    """One market in one step, each thing read once however many alerts look at it."""

    __slots__ = ("_known", "at", "instrument", "shown")

    def __init__(self, shown: ShownMarket, instrument: Instrument, at: TimeNs) -> None:
        self.shown, self.instrument, self.at = shown, instrument, at
        self._known: dict[str, int | None] = {}

    def of(self, name: str) -> int | None:
        """The present value of a condition's subject."""
        if name not in self._known:
            self._known[name] = subject(self.shown, self.instrument, name, self.at)
        return self._known[name]


def measure(reading: Reading, alert: Alert) -> int | None:
    """The present value in the unit of the alert's own; None where the market shows none.

    Notes on the alert what the next look needs: the best price, the volume of the minute. Call it in every step.
    """
    request, kind = alert.request, alert.request.kind
    if kind is AlertKind.VOLUME:
        return _volume(reading, alert)
    if kind is AlertKind.IMBALANCE:
        return reading.of("imbalance")
    mid2 = reading.of("price")
    if mid2 is None or mid2 <= 0 or kind is AlertKind.PRICE:
        return mid2 if kind is AlertKind.PRICE else None
    if kind is AlertKind.SPREAD:
        wide = reading.of("spread")
        return wide * MILLION // mid2 if wide is not None and request.relative else wide
    if kind is AlertKind.TRAIL:
        return _trail(alert, mid2)
    base = set_base(alert, mid2) if request.from_set else previous_close(reading.shown, reading.instrument)
    if base <= 0:
        return None
    size = abs(mid2 - base) * MILLION // base
    return size if mid2 >= base else -size


def met(request: AlertRequest, value: int) -> bool:
    """Whether a measured value is what the alert waits for."""
    if request.kind is AlertKind.PRICE:
        return request.way * (value - request.value) >= 0
    if request.kind in (AlertKind.CHANGE, AlertKind.IMBALANCE):
        return (value * request.way if request.way else abs(value)) >= request.value
    return value >= request.value


def previous_close(shown: ShownMarket, instrument: Instrument) -> int:
    """The close of the day before in half ticks."""
    return 2 * (int(shown.source.prev_close[instrument.column]) + instrument.basis_ticks)


def set_base(alert: Alert, mid2: int) -> int:
    """The price that the alert was set at: the first that was shown."""
    alert.base = alert.base or mid2
    return alert.base


def _trail(alert: Alert, mid2: int) -> int:
    """How far the price has come back from its best: from its highest, or, above, from its lowest."""
    best = set_base(alert, mid2)
    alert.base = best = min(best, mid2) if alert.request.way == ABOVE else max(best, mid2)
    back = abs(mid2 - best)
    return back * MILLION // best if alert.request.relative else back


def _volume(reading: Reading, alert: Alert) -> int | None:
    """What traded in the last minutes against what usually does, in millionths; None until they are all seen.

    Read at whole minutes only. A gap (a close, a halt) begins the window anew: it has not a usual volume.
    """
    source, column, at = reading.shown.source, reading.instrument.column, reading.at
    if at % MINUTE_NS:
        return None
    lots, before = int(source.volume_day[column]), alert.seen_lots
    if alert.seen_at != at - MINUTE_NS:
        alert.minutes.clear()
    elif lots >= before:
        alert.minutes.append((lots - before, alert.seen_usual))
    alert.seen_at, alert.seen_lots = at, lots
    alert.seen_usual = int(source.volume_rate(column) * (MINUTE_STEPS * THOUSANDTHS))
    count = alert.request.over_ns // MINUTE_NS
    del alert.minutes[:-count]
    usual = sum(usual for _, usual in alert.minutes)
    if len(alert.minutes) < count or usual <= 0:
        return None
    return sum(traded for traded, _ in alert.minutes) * THOUSANDTHS * MILLION // usual
