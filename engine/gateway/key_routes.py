"""REST of trading keys: made, listed and revoked by the home's own user, never under a key."""

from __future__ import annotations

import re

import msgspec

from engine.desk import Document
from engine.gateway.call import Call
from engine.gateway.keys import MOST_DAYS, Wanted, span_s
from engine.model.number import NumberFormatError, parse_decimal
from engine.model.refusal import Code, refuse

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,32}\Z", re.ASCII)
_MOST_SYMBOLS = 100


class KeyBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/keys. Amounts are VCR as decimal text; `expires` is a span such as 30d or 12h."""

    name: str
    read_only: bool = False
    max_order_value: str | None = None
    max_day_value: str | None = None
    symbols: list[str] = []
    expires: str = f"{MOST_DAYS}d"


async def create_key(call: Call) -> Document:
    """A key for the account that the request names, which is opened if it is new."""
    call.only()
    body = await call.read(KeyBody)
    if not _NAME.match(body.name):
        fix = "use 1 to 32 letters, digits, dots, dashes or underscores"
        raise refuse(Code.OUT_OF_RANGE, "the key's name is not one", fix=fix, field="name")
    if len(body.symbols) > _MOST_SYMBOLS:
        fix = f"name at most {_MOST_SYMBOLS}, or none for all"
        raise refuse(Code.OUT_OF_RANGE, "too many symbols", fix=fix, field="symbols")
    wanted = Wanted(
        name=body.name,
        account=call.account,
        read_only=body.read_only,
        max_order_value=_cap("max_order_value", body.max_order_value),
        max_day_value=_cap("max_day_value", body.max_day_value),
        symbols=tuple(dict.fromkeys(str(call.view.resolve(symbol).symbol) for symbol in body.symbols)),
        lasts_s=span_s(body.expires),
    )
    await call.runner.ensure_account(call.account)
    return call.keys.create(wanted)


async def list_keys(call: Call) -> Document:
    """All keys of the home, newest first, without their secrets."""
    call.only()
    return call.keys.documents()


async def revoke_key(call: Call) -> Document:
    """End a key at once, on every connection."""
    call.only()
    return call.keys.revoke(str(call.request.path_params["key_id"]))


def _cap(field: str, text: str | None) -> str:
    """A cap as plain decimal text, empty for none."""
    if text is None:
        return ""
    try:
        digits, _ = parse_decimal(text)
    except NumberFormatError:
        raise refuse(Code.NUMBER_FORMAT, f"{field} is not a number", fix="write it like 25000", field=field) from None
    if digits <= 0:
        raise refuse(Code.OUT_OF_RANGE, f"{field} must be more than 0", fix="leave it out for none", field=field)
    return text
