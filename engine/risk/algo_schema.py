"""The shape of an algorithm's payload: any bytes become an `AlgoRequest` or a refusal that says what to change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.model.algo import AlgoKind, AlgoRequest
from engine.model.ids import HOUR_NS, MINUTE_NS, SECOND_NS, Lots, Ticks
from engine.model.order import BUY, SELL
from engine.model.refusal import Code, Refused, refuse
from engine.risk.amount import on_grid, read_amount
from engine.risk.schema import Resolver
from engine.risk.wire import parse_object, shown

REQUIRED = ("algo", "symbol", "side", "quantity", "over")
FIELDS = (*REQUIRED, "slices", "rate", "limit_price", "session", "client_order_id", "asset_class")
MOST_SLICES = 1000
SHORTEST_NS, LONGEST_NS = SECOND_NS, 24 * HOUR_NS
_UNITS = {"s": SECOND_NS, "m": MINUTE_NS, "h": HOUR_NS}
_SPAN = re.compile(r"([1-9][0-9]{0,5})([smh])\Z", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z", re.ASCII)
_SIDES = {"buy": BUY, "sell": SELL}


def parse_algo(raw: bytes | str | Mapping[str, Any], catalogue: Resolver, on: date) -> AlgoRequest:
    """The algorithm that a payload asks for, on the instrument's lattice. Raises Refused, and nothing else.

    `over` is a span such as 90s, 10m or 2h; `slices` 1 to 1000; `rate` a POV's share of the volume, above 0, at
    most 0.3.
    """
    body = parse_object(dict(raw) if isinstance(raw, Mapping) else raw)
    for field in body:
        if field not in FIELDS:
            raise _bad(Code.UNKNOWN_FIELD, shown(field), "an algorithm has no such field", f"use {', '.join(FIELDS)}")
    for field in REQUIRED:
        if field not in body:
            raise _bad(Code.MISSING_FIELD, field, f"{field} is missing", f"add {field}")
    kind = AlgoKind(_word(body, "algo", tuple(k.value for k in AlgoKind)))
    side = _SIDES[_word(body, "side", tuple(_SIDES))]
    instrument = catalogue.resolve(_text(body, "symbol"), on, True)
    lots = on_grid(read_amount("quantity", body["quantity"]), instrument.lot, "lot")
    limit = None
    if "limit_price" in body:
        limit = Ticks(on_grid(read_amount("limit_price", body["limit_price"]), instrument.tick, "tick"))
    extended = "session" in body and _word(body, "session", ("regular", "extended")) == "extended"
    return AlgoRequest(
        kind=kind,
        symbol=instrument.symbol,
        side=side,
        quantity=Lots(lots),
        over_ns=_span(body),
        slices=_slices(body, kind, lots),
        rate_ppm=_rate(body, kind),
        limit_price=limit,
        extended=extended,
        client_order_id=_client_id(body),
    )


def _bad(code: Code, field: str, message: str, fix: str) -> Refused:
    return refuse(code, message, fix=fix, field=field)


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body[field]
    if not isinstance(value, str):
        raise _bad(Code.TYPE_ERROR, field, f"{field} must be a text", "send a text")
    return value


def _word(body: Mapping[str, Any], field: str, words: tuple[str, ...]) -> str:
    value = _text(body, field)
    if value not in words:
        raise _bad(Code.ENUM_ERROR, field, f"{field} cannot be {shown(value)}", f"use one of: {', '.join(words)}")
    return value


def _span(body: Mapping[str, Any]) -> int:
    text = _text(body, "over")
    match = _SPAN.match(text)
    if match is None:
        raise _bad(Code.NUMBER_FORMAT, "over", f"over {shown(text)} is not a span of time", "write 90s, 10m or 2h")
    span = int(match[1]) * _UNITS[match[2]]
    if not SHORTEST_NS <= span <= LONGEST_NS:
        raise _bad(Code.OUT_OF_RANGE, "over", "an algorithm runs for 1 s to 24 h", "choose a span in between")
    return span


def _slices(body: Mapping[str, Any], kind: AlgoKind, lots: int) -> int:
    if kind is AlgoKind.POV:
        if "slices" in body:
            raise _bad(Code.INCONSISTENT_FIELDS, "slices", "a POV follows the volume and has no slices", "send rate")
        return 1
    if "slices" not in body:
        return min(10, lots)
    count = read_amount("slices", body["slices"])
    if count.decimals or not 1 <= count.digits <= MOST_SLICES:
        raise _bad(Code.OUT_OF_RANGE, "slices", f"slices are a whole number from 1 to {MOST_SLICES}", "send fewer")
    if count.digits > lots:
        raise _bad(Code.OUT_OF_RANGE, "slices", "there are more slices than lots", f"send at most {lots} slices")
    return count.digits


def _rate(body: Mapping[str, Any], kind: AlgoKind) -> int:
    if "rate" not in body:
        return 100_000
    if kind is not AlgoKind.POV:
        raise _bad(Code.INCONSISTENT_FIELDS, "rate", f"a {kind.value} has no rate", "leave it out, or use pov")
    rate = read_amount("rate", body["rate"])
    ppm, rest = divmod(rate.digits * 1_000_000, 10**rate.decimals)
    if rest or not 0 < ppm <= 300_000:
        raise _bad(
            Code.OUT_OF_RANGE, "rate", "a rate is a share above 0 and at most 0.3, to six decimals", "send such as 0.1"
        )
    return int(ppm)


def _client_id(body: Mapping[str, Any]) -> str:
    if "client_order_id" not in body:
        return ""
    text = _text(body, "client_order_id")
    if not _ID.match(text):
        raise _bad(
            Code.OUT_OF_RANGE,
            "client_order_id",
            f"client_order_id {shown(text)} is not a valid id",
            "use 1 to 64 characters of A-Z a-z 0-9 _ . : -",
        )
    return text
