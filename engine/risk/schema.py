"""The shape of an order: any bytes become an `OrderRequest` or a refusal that says what to change.

Checks run from the outside in: size, JSON, names of fields, types, words, numbers, symbol, lattice, sense. What
stands here is the contract's order payload; words of order types that do not work yet are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from engine.model.ids import Lots, Ticks
from engine.model.instrument import ASSET_CLASSES, Instrument
from engine.model.order import BUY, SELL, OrderRequest, OrderType, TimeInForce, side_word
from engine.model.refusal import Code, Refused, refuse
from engine.risk.amount import on_grid, read_amount
from engine.risk.wire import kind, parse_object, shown

REQUIRED = ("symbol", "side", "type", "quantity")
TEXTS = ("symbol", "asset_class", "session", "side", "type", "time_in_force", "expire_at", "client_order_id")
AMOUNTS = (
    "quantity",
    "limit_price",
    "stop_price",
    "trail_amount",
    "trail_percent",
    "take_profit",
    "stop_loss",
    "display_quantity",
)
SWITCHES = ("post_only", "reduce_only", "queue")
FIELDS = frozenset((*TEXTS, *AMOUNTS, *SWITCHES))
"""Every field of the contract's payload."""

LATER = ("stop_price", "trail_amount", "trail_percent", "take_profit", "stop_loss", "display_quantity", "expire_at")
"""Known fields that no order type of today uses."""

SESSIONS = ("regular", "extended")
SESSION_CLASSES = ("equities", "etfs")
_SIDES = {"buy": BUY, "sell": SELL}
_WORDS: dict[str, tuple[str, ...]] = {
    "side": tuple(_SIDES),
    "type": tuple(word.value for word in OrderType),
    "time_in_force": tuple(word.value for word in TimeInForce),
    "session": SESSIONS,
    "asset_class": ASSET_CLASSES,
}
_CLIENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z", re.ASCII)


class Resolver(Protocol):
    """What the schema needs of a catalogue."""

    def resolve(self, text: str, on: date, trading: bool) -> Instrument:
        """The instrument that a text means, or Refused."""


def parse_order(
    raw: bytes | str | Mapping[str, Any], catalogue: Resolver, on: date, *, strict: bool = False
) -> OrderRequest:
    """The order that a payload asks for, on the instrument's own lattice.

    `on` is the market's date (contracts expire); `strict` is REST, where `asset_class`, and `session` for shares and
    ETFs, must be said. Mappings of Python values meet the same checks as text. Raises Refused, and nothing else.
    """
    body = parse_object(dict(raw) if isinstance(raw, Mapping) else raw)
    _check_names(body, ("asset_class", *REQUIRED) if strict else REQUIRED)
    _check_types(body)
    _check_words(body)
    amounts = {field: read_amount(field, body[field]) for field in AMOUNTS if field in body}
    _check_client_id(body.get("client_order_id"))
    instrument = catalogue.resolve(body["symbol"], on, True)
    _check_class(body, instrument, strict)
    quantity = on_grid(amounts["quantity"], instrument.lot, "lot")
    limit = on_grid(amounts["limit_price"], instrument.tick, "tick") if "limit_price" in amounts else None
    _check_sense(body, instrument)
    return OrderRequest(
        symbol=instrument.symbol,
        side=_SIDES[body["side"]],
        type=OrderType(body["type"]),
        quantity=Lots(quantity),
        limit_price=None if limit is None else Ticks(limit),
        time_in_force=TimeInForce(body.get("time_in_force", TimeInForce.GTC.value)),
        extended=body.get("session") == "extended",
        post_only=body.get("post_only", False),
        reduce_only=body.get("reduce_only", False),
        queue=body.get("queue", True),
        client_order_id=body.get("client_order_id", ""),
    )


def request_document(request: OrderRequest, instrument: Instrument) -> dict[str, object]:
    """The payload that asks for `request`: the inverse of `parse_order`, amounts as decimal text."""
    document: dict[str, object] = {"symbol": str(request.symbol), "asset_class": instrument.asset_class}
    if instrument.asset_class in SESSION_CLASSES:
        document["session"] = SESSIONS[request.extended]
    document["side"] = side_word(request.side)
    document["type"] = request.type.value
    document["quantity"] = instrument.quantity_text(request.quantity)
    if request.limit_price is not None:
        document["limit_price"] = instrument.price_text(request.limit_price)
    document["time_in_force"] = request.time_in_force.value
    document["post_only"] = request.post_only
    document["reduce_only"] = request.reduce_only
    document["queue"] = request.queue
    if request.client_order_id:
        document["client_order_id"] = request.client_order_id
    return document


def _check_names(body: Mapping[str, Any], required: Sequence[str]) -> None:
    for field in body:
        if field not in FIELDS:
            near = _similar(field)
            raise refuse(
                Code.UNKNOWN_FIELD,
                f"an order has no field {shown(field)}",
                fix=f"did you mean {near}?" if near else "leave it out; `vterm help order` lists the fields",
                field=shown(field),
            )
    for field in required:
        if field not in body:
            raise _missing(field, f"an order needs {', '.join(required)}")


def _similar(field: str) -> str | None:
    if len(field) > 40:
        return None
    from difflib import get_close_matches  # only a mistake needs it

    near = get_close_matches(field.lower(), sorted(FIELDS), n=1, cutoff=0.6)
    return near[0] if near else None


def _missing(field: str, cause: str) -> Refused:
    return refuse(Code.MISSING_FIELD, f"{field} is missing", cause=cause, fix=f"add {field}", field=field)


def _check_types(body: Mapping[str, Any]) -> None:
    for field, value in body.items():
        if field in TEXTS and (not isinstance(value, str) or kind(value) != "a text"):
            wanted = "a text"
        elif field in SWITCHES and not isinstance(value, bool):
            wanted = "true or false"
        elif field in AMOUNTS and not isinstance(value, str):
            wanted = "a number"
        else:
            continue
        raise refuse(
            Code.TYPE_ERROR,
            f"{field} must be {wanted}",
            cause=f"it is {kind(value)}",
            fix=f"send {wanted}" if value is not None else "leave the field out or give it a value",
            field=field,
        )


def _check_words(body: Mapping[str, Any]) -> None:
    for field, words in _WORDS.items():
        if field in body and body[field] not in words:
            raise refuse(
                Code.ENUM_ERROR,
                f"{field} cannot be {shown(body[field])}",
                cause="the word is not one of those that work today, spelled exactly",
                fix=f"use one of: {', '.join(words)}",
                field=field,
            )


def _check_client_id(text: str | None) -> None:
    if text is not None and not _CLIENT_ID.match(text):
        raise refuse(
            Code.OUT_OF_RANGE,
            f"client_order_id {shown(text)} is not a valid id",
            cause="an id has 1 to 64 characters of A-Z a-z 0-9 _ . : -",
            fix="choose a shorter id of those characters",
            field="client_order_id",
        )


def _check_class(body: Mapping[str, Any], instrument: Instrument, strict: bool) -> None:
    given = body.get("asset_class")
    if given is not None and given != instrument.asset_class:
        raise refuse(
            Code.WRONG_ASSET_CLASS,
            f"{instrument.symbol} is not in {shown(given)}",
            cause=f"{instrument.symbol} belongs to {instrument.asset_class}",
            fix=f'send "asset_class": "{instrument.asset_class}"',
            field="asset_class",
        )
    if instrument.asset_class in SESSION_CLASSES:
        if strict and "session" not in body:
            raise _missing("session", f"{instrument.asset_class} name their session: regular or extended")
    elif "session" in body:
        raise _inconsistent("session", f"{instrument.asset_class} have no sessions to choose from", "leave it out")


def _inconsistent(field: str, cause: str, fix: str) -> Refused:
    return refuse(
        Code.INCONSISTENT_FIELDS, f"{field} does not fit the rest of the order", cause=cause, fix=fix, field=field
    )


def _check_sense(body: Mapping[str, Any], instrument: Instrument) -> None:
    market = body["type"] == OrderType.MARKET
    if market and "limit_price" in body:
        raise _inconsistent("limit_price", "a market order has no limit price", 'leave it out or send "type": "limit"')
    if not market and "limit_price" not in body:
        raise _missing("limit_price", f"a limit order names its price, a multiple of {instrument.price_text(1)}")
    if body.get("post_only"):
        if market:
            raise _inconsistent("post_only", "a market order always takes", 'send "type": "limit" or leave it out')
        if body.get("time_in_force") in (TimeInForce.IOC, TimeInForce.FOK):
            raise _inconsistent("post_only", f"{body['time_in_force']} never waits", "use DAY or GTC")
    for field in LATER:
        if field in body:
            raise _inconsistent(field, f"a {body['type']} order has no {field}", "leave it out")
