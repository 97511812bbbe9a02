"""Documents about accounts become names, money and moments, or refusals."""

from __future__ import annotations

from typing import Any

from engine.model.account import START_CASH
from engine.model.format import parse_time
from engine.model.ids import MINOR_PER_VCR, AccountId, Minor, TimeNs
from engine.model.instrument import Grid
from engine.model.refusal import Code, refuse
from engine.risk.amount import on_grid, read_amount
from engine.risk.wire import Number, kind, parse_object, shown

LONGEST_NAME = 64
LEAST_CASH, MOST_CASH = 100 * MINOR_PER_VCR, 100_000_000 * MINOR_PER_VCR
"""Start money, in Minor: enough for an order, and far from what a sum over all accounts could not hold."""
_MONEY = Grid(1, 6)


def account_id(name: object) -> AccountId:
    """The name of a new account. Raises Refused."""
    text = name if isinstance(name, str) and not isinstance(name, Number) else ""
    if len(text) > LONGEST_NAME or not text.replace("-", "").replace("_", "").isalnum():
        raise refuse(
            Code.FORBIDDEN,
            "an account name is letters, digits, - and _",
            cause=f"it has {len(text)} characters" if text else f"it is {kind(name)}",
            fix=f"use --account main, or another of at most {LONGEST_NAME} characters",
            field="name",
        )
    return AccountId(text)


def parse_opening(document: object) -> tuple[AccountId, Minor]:
    """(name, start money) of {"name", "cash"?}. Raises Refused."""
    members = _members(document, ("name", "cash"), needed="name")
    return account_id(members["name"]), _cash(members)


def parse_reset(document: object) -> Minor:
    """Start money of {"cash"?}. Raises Refused."""
    return _cash(_members(document, ("cash",)))


def parse_fork(document: object) -> tuple[AccountId, TimeNs | None]:
    """(name of the new account, the moment or None for now) of {"name", "at"?}. Raises Refused."""
    members = _members(document, ("name", "at"), needed="name")
    at = members.get("at")
    if at is None:
        return account_id(members["name"]), None
    try:
        return account_id(members["name"]), parse_time(at if type(at) is str else "")
    except ValueError as error:
        fix = "use a time like 2026-11-23T14:31:00Z"
        raise refuse(Code.NUMBER_FORMAT, str(error), fix=fix, field="at") from None


def _cash(members: dict[str, Any]) -> Minor:
    if members.get("cash") is None:
        return START_CASH
    cash = on_grid(read_amount("cash", members["cash"]), _MONEY, "smallest amount of money")
    if not LEAST_CASH <= cash <= MOST_CASH:
        least, most = LEAST_CASH // MINOR_PER_VCR, MOST_CASH // MINOR_PER_VCR
        fix = f"use {least} to {most} VCR"
        raise refuse(Code.OUT_OF_RANGE, f"start money is from {least} to {most} VCR", fix=fix, field="cash")
    return Minor(cash)


def _members(document: object, known: tuple[str, ...], needed: str = "") -> dict[str, Any]:
    members = parse_object(document)
    for word in members:
        if word not in known:
            raise refuse(
                Code.UNKNOWN_FIELD, f"there is no field {shown(word)}", fix=f"use {', '.join(known)}", field=shown(word)
            )
    if needed and members.get(needed) is None:
        raise refuse(Code.MISSING_FIELD, f"{needed} is missing", fix=f'send {{"{needed}": "…"}}', field=needed)
    return members
