"""The shape of an order: any bytes become an `OrderRequest` or a refusal that says what to change.

Checks run from the outside in: size, JSON, names of fields, types, words, numbers, symbol, lattice, sense. What
stands here is the contract's order payload and `when`, the price rule (engine/risk/condition.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from engine.model.ids import Lots, Ticks, TimeNs
from engine.model.instrument import ASSET_CLASSES, Grid, Instrument
from engine.model.order import BUY, SELL, Condition, OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Code, refuse
from engine.risk.amount import Amount, on_grid, read_amount
from engine.risk.condition import parse_when
from engine.risk.schema_document import SESSION_CLASSES, SESSIONS, request_document
from engine.risk.schema_sense import check_fields, check_levels, inconsistent, missing
from engine.risk.stamp import day_of, read_stamp
from engine.risk.wire import kind, parse_object, shown

__all__ = ["FIELDS", "Resolver", "parse_order", "request_document"]

REQUIRED = ("symbol", "side", "type", "quantity")
TEXTS = ("symbol", "asset_class", "session", "side", "type", "time_in_force", "expire_at", "when", "client_order_id")
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
"""Every field of an order payload."""

POST_ONLY, BRACKET = "post_only", "bracket"
"""Type words of the original system: a limit order that only rests; and what take_profit and stop_loss make of any."""

_SIDES = {"buy": BUY, "sell": SELL}
_WORDS: dict[str, tuple[str, ...]] = {
    "side": tuple(_SIDES),
    "type": (*(word.value for word in OrderType), POST_ONLY),
    "time_in_force": tuple(word.value for word in TimeInForce),
    "session": SESSIONS,
    "asset_class": ASSET_CLASSES,
}
_PERCENT = Grid(1, 4)
_ALL = 1_000_000
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
    expire_at = _expiry(body.get("expire_at"), on)
    instrument = catalogue.resolve(body["symbol"], on, True)
    _check_class(body, instrument, strict)
    lattice = _on_lattice(amounts, instrument)
    body = _plain_type(body)
    check_fields(body, OrderType(body["type"]), instrument)
    when = _conditions(body.get("when"), instrument, catalogue, on)
    request = _request(body, lattice, instrument, expire_at, when)
    check_levels(request, instrument)
    return request


def _expiry(text: str | None, on: date) -> TimeNs | None:
    if text is None:
        return None
    at = read_stamp("expire_at", text, end_of_day=True)
    if day_of(at) < on.isoformat():
        raise refuse(
            Code.OUT_OF_RANGE,
            f"expire_at {shown(text)} has passed",
            cause=f"the market's date is {on.isoformat()}",
            fix="choose a later date",
            field="expire_at",
        )
    return at


def _on_lattice(amounts: Mapping[str, Amount], instrument: Instrument) -> dict[str, int]:
    """Whole lots, ticks and millionths of the amounts."""
    lattice: dict[str, int] = {}
    for field, amount in amounts.items():
        if field == "trail_percent":
            lattice[field] = on_grid(amount, _PERCENT, "step")
        elif field in ("quantity", "display_quantity"):
            lattice[field] = on_grid(amount, instrument.lot, "lot")
        else:
            lattice[field] = on_grid(amount, instrument.tick, "tick")
    if lattice.get("trail_percent", 0) >= _ALL:
        raise refuse(
            Code.OUT_OF_RANGE,
            "trail_percent leaves no price to stop at",
            cause="it is 100 or more",
            fix="use less than 100",
            field="trail_percent",
        )
    return lattice


def _plain_type(body: dict[str, Any]) -> dict[str, Any]:
    """The payload with `post_only` the type word said as a limit order that only rests."""
    if body["type"] != POST_ONLY:
        return body
    if body.get("post_only") is False:
        raise inconsistent("post_only", "the type is post_only", 'leave it out or send "type": "limit"')
    return {**body, "type": OrderType.LIMIT.value, "post_only": True}


def _conditions(text: str | None, own: Instrument, catalogue: Resolver, on: date) -> tuple[Condition, ...]:
    return () if text is None else parse_when(text, own, lambda symbol: catalogue.resolve(symbol, on, False))


def _request(
    body: Mapping[str, Any],
    lattice: Mapping[str, int],
    instrument: Instrument,
    expire_at: TimeNs | None,
    when: tuple[Condition, ...],
) -> OrderRequest:
    def ticks(field: str) -> Ticks | None:
        return Ticks(lattice[field]) if field in lattice else None

    display = lattice.get("display_quantity")
    return OrderRequest(
        symbol=instrument.symbol,
        side=_SIDES[body["side"]],
        type=OrderType(body["type"]),
        quantity=Lots(lattice["quantity"]),
        limit_price=ticks("limit_price"),
        time_in_force=TimeInForce(body.get("time_in_force", TimeInForce.GTC.value)),
        extended=body.get("session") == "extended",
        post_only=body.get("post_only", False),
        reduce_only=body.get("reduce_only", False),
        queue=body.get("queue", True),
        client_order_id=body.get("client_order_id", ""),
        stop_price=ticks("stop_price"),
        trail_ticks=lattice.get("trail_amount"),
        trail_ppm=lattice.get("trail_percent"),
        take_profit=ticks("take_profit"),
        stop_loss=ticks("stop_loss"),
        display=None if display is None else Lots(display),
        expire_at=expire_at,
        when=when,
    )


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
            raise missing(field, f"an order needs {', '.join(required)}")


def _similar(field: str) -> str | None:
    if len(field) > 40:
        return None
    from difflib import get_close_matches  # only a mistake needs it

    near = get_close_matches(field.lower(), sorted(FIELDS), n=1, cutoff=0.6)
    return near[0] if near else None


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
        if field not in body or body[field] in words:
            continue
        fix = f"use one of: {', '.join(words)}"
        if field == "type" and body[field] == BRACKET:
            fix = "send the entry's own type (market, limit, stop, …) with take_profit, stop_loss or both"
        raise refuse(
            Code.ENUM_ERROR,
            f"{field} cannot be {shown(body[field])}",
            cause="the word is not one of those that are known, spelled exactly",
            fix=fix,
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
            raise missing("session", f"{instrument.asset_class} name their session: regular or extended")
    elif "session" in body:
        raise inconsistent("session", f"{instrument.asset_class} have no sessions to choose from", "leave it out")
