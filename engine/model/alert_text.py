"""Alerts in words and numbers with their units: what one waits for, and what it measured."""

from __future__ import annotations

from engine.model.alert import ABOVE, BELOW, EITHER, AlertKind, AlertRequest
from engine.model.ids import MINUTE_NS
from engine.model.instrument import Instrument
from engine.model.number import to_text, trim


def value_text(request: AlertRequest, value: int, instrument: Instrument) -> str:
    """A value in the unit of a request as `engine.alerts.schema` reads it: 70000.5, 5%, 3x, 25bp, 0.6."""
    kind = request.kind
    if kind is AlertKind.CHANGE or (kind is AlertKind.TRAIL and request.relative):
        return f"{trim(to_text(value, 4))}%"
    if kind is AlertKind.SPREAD and request.relative:
        return f"{trim(to_text(value, 2))}bp"
    if kind is AlertKind.VOLUME:
        return f"{trim(to_text(value, 6))}x"
    if kind is AlertKind.IMBALANCE:
        return trim(to_text(value, 6))
    return half_ticks_text(value, instrument)


def half_ticks_text(value: int, instrument: Instrument) -> str:
    """A price or a distance of `value` half ticks."""
    whole, half = divmod(value, 2)
    return instrument.tick.half_text(value) if half else instrument.price_text(whole)


def direction_text(way: int) -> str:
    """The word of a direction."""
    return {ABOVE: "above", BELOW: "below", EITHER: "either"}[way]


def over_text(request: AlertRequest) -> str:
    """The span of a volume alert."""
    return f"{request.over_ns // MINUTE_NS}m"


def described(request: AlertRequest, instrument: Instrument) -> str:
    """What an alert waits for, in one line."""
    symbol, way = instrument.symbol, request.way
    value = value_text(request, request.value, instrument)
    if request.kind is AlertKind.PRICE:
        return f"{symbol} {direction_text(way)} {value}"
    if request.kind is AlertKind.CHANGE:
        verb = {ABOVE: "up", BELOW: "down", EITHER: "up or down"}[way]
        return f"{symbol} {verb} {value} since {'it was set' if request.from_set else 'the close'}"
    if request.kind is AlertKind.TRAIL:
        return f"{symbol} {value} {'above its low' if way == ABOVE else 'below its high'} since it was set"
    if request.kind is AlertKind.VOLUME:
        return f"{symbol} trades {value} its usual volume over {over_text(request)}"
    if request.kind is AlertKind.SPREAD:
        return f"{symbol} spread at least {value}"
    beyond = {ABOVE: f"at least {value}", BELOW: f"at most -{value}", EITHER: f"beyond ±{value}"}[way]
    return f"{symbol} imbalance {beyond}"
