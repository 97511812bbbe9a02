"""The limits of an account as a document, and back."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.model.account import Limits
from engine.model.ids import SECOND_NS
from engine.model.instrument import Grid
from engine.model.number import to_text, trim
from engine.model.refusal import Code, refuse
from engine.risk.amount import on_grid, read_amount
from engine.risk.wire import kind, parse_object, shown

_MONEY, _HUNDREDTHS, _THOUSANDTHS, _WHOLE = Grid(1, 6), Grid(1, 2), Grid(1, 3), Grid(1, 0)
_MILLISECOND = SECOND_NS // 1000

_FIELDS: dict[str, tuple[str, Grid, str, int]] = {
    "max_order_value": ("order_value", _MONEY, "smallest amount of money", 1),
    "max_off_percent": ("off_bps", _HUNDREDTHS, "basis point", 1),
    "max_off_ticks": ("off_ticks", _WHOLE, "tick", 1),
    "daily_loss": ("daily_loss", _MONEY, "smallest amount of money", 1),
    "no_repeat_seconds": ("repeat_ns", _THOUSANDTHS, "millisecond", _MILLISECOND),
    "orders_per_minute": ("orders_per_minute", _WHOLE, "whole order", 1),
}
"""Word on the wire: field of Limits, lattice, its name, what one step is in the field's unit."""
NAMES = tuple(_FIELDS)
_MOST_SECONDS = 86_400


def limits_document(limits: Limits) -> dict[str, str | None]:
    """Every limit by its word, as decimal text; None where there is none."""
    document: dict[str, str | None] = {}
    for word, (field, grid, _, unit) in _FIELDS.items():
        value = getattr(limits, field)
        document[word] = None if value is None else trim(to_text(value // unit, grid.decimals))
    return document


def parse_limits(document: object, present: Limits = Limits()) -> Limits:
    """`present` with what the document changes: an amount sets a limit, null removes it, what is not there stays.
    `unlock` may stand beside them. Raises Refused, naming the field."""
    changes: dict[str, Any] = {}
    for word, value in _members(document).items():
        if word == "unlock":
            continue
        field, grid, detail, unit = _FIELDS[word]
        if value is None:
            changes[field] = None
            continue
        amount = read_amount(word, value)
        changes[field] = on_grid(amount, grid, detail) * unit
        if word == "no_repeat_seconds" and changes[field] > _MOST_SECONDS * SECOND_NS:
            raise refuse(
                Code.OUT_OF_RANGE, f"{word} is longer than a day", fix=f"use at most {_MOST_SECONDS}", field=word
            )
    return msgspec.structs.replace(present, **changes)


def wants_unlock(document: object) -> bool:
    """Whether the document lifts a lock. Raises Refused."""
    value = _members(document).get("unlock", False)
    if not isinstance(value, bool):
        raise refuse(
            Code.TYPE_ERROR,
            "unlock must be true or false",
            cause=f"it is {kind(value)}",
            fix="send true, or leave it out",
            field="unlock",
        )
    return value


def _members(document: object) -> dict[str, Any]:
    members = parse_object(document)
    for word in members:
        if word != "unlock" and word not in _FIELDS:
            raise refuse(
                Code.UNKNOWN_FIELD,
                f"there is no limit {shown(word)}",
                fix=f"use {', '.join(_FIELDS)} or unlock",
                field=shown(word),
            )
    return members
