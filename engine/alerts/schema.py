"""The shape of an alert's payload: any bytes become an `AlertRequest` or a refusal that says what to change.

`value` is a number with its unit: a price `70000`, a share `5%` or `25bp`, a multiple `3x`, ticks `4t`. A sign before
a change or an imbalance says its direction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.model.alert import ABOVE, BELOW, DIRECTIONS, EITHER, MILLION, AlertKind, AlertRequest
from engine.model.ids import MINUTE_NS
from engine.model.instrument import Grid, Instrument
from engine.model.refusal import Code, Refused, refuse
from engine.model.text import safe
from engine.risk.amount import on_grid, read_amount
from engine.risk.schema import Resolver
from engine.risk.wire import Number, parse_object, shown

REQUIRED = ("symbol", "kind", "value")
FIELDS = (*REQUIRED, "direction", "from", "over", "session", "note")
NOTE = 200
DEFAULT_MINUTES, MOST_MINUTES = 10, 240
MOST_SHARE = 100 * MILLION
"""No change, trail or spread is wider than a hundred times the price, no volume more than a hundred times the usual."""

_VALUE = re.compile(r"(?P<sign>[+±]|\+-)?(?P<number>-?[0-9.]+)\s?(?P<unit>%|bp|bps|x|t|ticks?)?\Z", re.ASCII)
_SPAN = re.compile(r"([1-9][0-9]{0,3})(m|h)\Z", re.ASCII)
_TICKS = ("t", "tick", "ticks")
_SHARES = {"%": Grid(1, 4), "bp": Grid(1, 2), "bps": Grid(1, 2)}
"""Units of shares, on the lattice that makes each step a millionth."""
_UNITS: dict[AlertKind, tuple[str, ...]] = {
    AlertKind.PRICE: ("",),
    AlertKind.CHANGE: ("%", "bp", "bps"),
    AlertKind.TRAIL: ("", "%", "bp", "bps", *_TICKS),
    AlertKind.VOLUME: ("x", ""),
    AlertKind.SPREAD: ("", "bp", "bps", "%", *_TICKS),
    AlertKind.IMBALANCE: ("",),
}
_WAYS: dict[AlertKind, tuple[str, ...]] = {
    AlertKind.PRICE: ("above", "below"),
    AlertKind.CHANGE: ("either", "above", "below"),
    AlertKind.TRAIL: ("below", "above"),
    AlertKind.VOLUME: ("above",),
    AlertKind.SPREAD: ("above",),
    AlertKind.IMBALANCE: ("either", "above", "below"),
}
"""Directions of each kind; the first is meant where none is named, except for a price, which needs one."""
_EXAMPLES = {
    AlertKind.PRICE: "70000",
    AlertKind.CHANGE: "5%",
    AlertKind.TRAIL: "2%",
    AlertKind.VOLUME: "3x",
    AlertKind.SPREAD: "5bp",
    AlertKind.IMBALANCE: "0.6",
}


def parse_alert(raw: bytes | str | Mapping[str, Any], catalogue: Resolver, on: date) -> AlertRequest:
    """The alert that a payload asks for, on the instrument's lattice. Raises Refused, and nothing else."""
    body = parse_object(dict(raw) if isinstance(raw, Mapping) else raw)
    for field in body:
        if field not in FIELDS:
            raise _bad(Code.UNKNOWN_FIELD, shown(field), "an alert has no such field", f"use {', '.join(FIELDS)}")
    for field in REQUIRED:
        if field not in body:
            raise _bad(Code.MISSING_FIELD, field, f"{field} is missing", f"add {field}")
    kind = AlertKind(_word(body, "kind", tuple(k.value for k in AlertKind)))
    instrument = catalogue.resolve(_text(body, "symbol"), on, False)
    sign, number, unit = _split(body["value"], kind)
    relative = unit in _SHARES and kind in (AlertKind.TRAIL, AlertKind.SPREAD)
    return AlertRequest(
        symbol=instrument.symbol,
        kind=kind,
        value=_value(kind, number, unit, instrument),
        way=_way(body, kind, sign),
        relative=relative,
        from_set=_from_set(body, kind),
        over_ns=_over(body, kind),
        extended="session" in body and _word(body, "session", ("regular", "extended")) == "extended",
        note=_note(body),
    )


def _bad(code: Code, field: str, message: str, fix: str) -> Refused:
    return refuse(code, message, fix=fix, field=field)


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body[field]
    if not isinstance(value, str) or isinstance(value, Number):
        raise _bad(Code.TYPE_ERROR, field, f"{field} must be a text", "send a text")
    return value


def _word(body: Mapping[str, Any], field: str, words: tuple[str, ...]) -> str:
    value = _text(body, field)
    if value not in words:
        raise _bad(Code.ENUM_ERROR, field, f"{field} cannot be {shown(value)}", f"use one of: {', '.join(words)}")
    return value


def _split(value: object, kind: AlertKind) -> tuple[int | None, object, str]:
    """(direction that a sign says, the number without it, the unit)."""
    if not isinstance(value, str) or isinstance(value, Number):
        sign: int | None = None
        if isinstance(value, Number) and value.startswith("-") and kind in (AlertKind.CHANGE, AlertKind.IMBALANCE):
            sign, value = BELOW, Number(value[1:])
        return sign, value, "%" if kind is AlertKind.CHANGE else ""
    match = _VALUE.match(value.strip(" "))
    fix = f"write it like {_EXAMPLES[kind]}"
    if match is None:
        raise _bad(Code.NUMBER_FORMAT, "value", f"value {shown(value)} is not a number with a unit", fix)
    unit, number = match["unit"] or ("%" if kind is AlertKind.CHANGE else ""), match["number"]
    if unit not in _UNITS[kind]:
        raise _bad(Code.NUMBER_FORMAT, "value", f"a {kind.value} alert is not measured in {unit or 'plain units'}", fix)
    sign = {"+": ABOVE, "±": EITHER, "+-": EITHER}.get(match["sign"] or "")
    if kind in (AlertKind.CHANGE, AlertKind.IMBALANCE):
        if sign is None and number.startswith("-"):
            sign, number = BELOW, number[1:]
    elif sign is not None:
        raise _bad(Code.NUMBER_FORMAT, "value", f"a {kind.value} alert has no sign", fix)
    return sign, number, unit


def _value(kind: AlertKind, number: object, unit: str, instrument: Instrument) -> int:
    amount = read_amount("value", number)
    tick = instrument.tick
    if unit in _SHARES:
        value = on_grid(amount, _SHARES[unit], "millionth")
    elif unit in _TICKS:
        return 2 * on_grid(amount, Grid(1, 0), "tick")
    elif kind is AlertKind.PRICE:
        return on_grid(amount, Grid(tick.units * 5, tick.decimals + 1), "half tick")
    elif kind in (AlertKind.TRAIL, AlertKind.SPREAD):
        return 2 * on_grid(amount, tick, "tick")
    else:
        value = on_grid(amount, Grid(1, 6), "millionth")
    most = MILLION if kind is AlertKind.IMBALANCE else MOST_SHARE
    if value > most:
        fix = "an imbalance lies between -1 (all asks) and 1 (all bids)" if most == MILLION else "choose less"
        raise _bad(Code.OUT_OF_RANGE, "value", "value is beyond anything that can happen", fix)
    return value


def _way(body: Mapping[str, Any], kind: AlertKind, sign: int | None) -> int:
    words = _WAYS[kind]
    if "direction" not in body:
        if kind is AlertKind.PRICE:
            raise _bad(Code.MISSING_FIELD, "direction", "direction is missing", "add above or below")
        return DIRECTIONS[words[0]] if sign is None else sign
    way = DIRECTIONS[_word(body, "direction", words)]
    if sign is not None and sign != way:
        raise _bad(
            Code.INCONSISTENT_FIELDS, "direction", "the sign of value says another direction", "leave one of them out"
        )
    return way


def _from_set(body: Mapping[str, Any], kind: AlertKind) -> bool:
    """Whether a change is measured from the price of the moment."""
    if "from" not in body:
        return False
    if kind is not AlertKind.CHANGE:
        raise _bad(
            Code.INCONSISTENT_FIELDS, "from", f"a {kind.value} alert is not measured from a price", "leave it out"
        )
    return _word(body, "from", ("close", "set")) == "set"


def _over(body: Mapping[str, Any], kind: AlertKind) -> int:
    if kind is not AlertKind.VOLUME:
        if "over" in body:
            raise _bad(Code.INCONSISTENT_FIELDS, "over", f"a {kind.value} alert has no span", "leave it out")
        return 0
    if "over" not in body:
        return DEFAULT_MINUTES * MINUTE_NS
    text = _text(body, "over")
    match = _SPAN.match(text)
    if match is None:
        raise _bad(Code.NUMBER_FORMAT, "over", f"over {shown(text)} is not whole minutes", "write 10m or 2h")
    minutes = int(match[1]) * (60 if match[2] == "h" else 1)
    if minutes > MOST_MINUTES:
        raise _bad(Code.OUT_OF_RANGE, "over", f"volume is watched over 1 to {MOST_MINUTES} minutes", "choose fewer")
    return minutes * MINUTE_NS


def _note(body: Mapping[str, Any]) -> str:
    if "note" not in body:
        return ""
    text = _text(body, "note")
    if len(text) > NOTE:
        raise _bad(Code.OUT_OF_RANGE, "note", f"a note has at most {NOTE} characters", "shorten it")
    return str(safe(text, NOTE))
