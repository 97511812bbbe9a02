"""Changes to an open order: the payload of an amend and the request it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.model.ids import Lots, Ticks
from engine.model.instrument import Instrument
from engine.model.order import OrderRequest
from engine.model.refusal import Code, refuse
from engine.risk.amount import on_grid, read_amount
from engine.risk.schema_sense import TAKES, a, check_levels, inconsistent
from engine.risk.wire import parse_object, shown

FIELDS = ("quantity", "limit_price", "stop_price")


class Changes(msgspec.Struct, frozen=True):
    """What is to be different, on the instrument's lattice; None stays. `quantity` counts what is filled already."""

    quantity: Lots | None = None
    limit_price: Ticks | None = None
    stop_price: Ticks | None = None


def parse_changes(raw: bytes | str | Mapping[str, Any], request: OrderRequest, instrument: Instrument) -> Changes:
    """The changes that a payload asks of an order with this `request`. Raises Refused, and nothing else."""
    body = parse_object(dict(raw) if isinstance(raw, Mapping) else raw)
    for field in body:
        if field not in FIELDS:
            raise refuse(
                Code.UNKNOWN_FIELD,
                f"an amend has no field {shown(field)}",
                cause=f"{', '.join(FIELDS)} can change",
                fix="cancel the order and send another for anything else",
                field=shown(field),
            )
    if not body:
        raise refuse(
            Code.MISSING_FIELD,
            "an amend changes something",
            cause="the payload is empty",
            fix=f"send {', '.join(FIELDS[:-1])} or {FIELDS[-1]}",
            field=FIELDS[0],
        )
    amounts = {field: read_amount(field, value) for field, value in body.items()}
    for field in FIELDS[1:]:
        if field in amounts and field not in TAKES[request.type]:
            raise inconsistent(field, f"{a(request.type.value)} order has no {field.replace('_', ' ')}", "leave it out")
    steps = {
        field: on_grid(amount, *((instrument.lot, "lot") if field == "quantity" else (instrument.tick, "tick")))
        for field, amount in amounts.items()
    }
    changes = Changes(
        Lots(steps["quantity"]) if "quantity" in steps else None,
        Ticks(steps["limit_price"]) if "limit_price" in steps else None,
        Ticks(steps["stop_price"]) if "stop_price" in steps else None,
    )
    check_levels(changed(request, changes), instrument)
    return changes


def changed(request: OrderRequest, changes: Changes) -> OrderRequest:
    """The request with the changes in it."""
    quantity, limit, stop = changes.quantity, changes.limit_price, changes.stop_price
    return msgspec.structs.replace(
        request,
        quantity=request.quantity if quantity is None else quantity,
        limit_price=request.limit_price if limit is None else limit,
        stop_price=request.stop_price if stop is None else stop,
    )
