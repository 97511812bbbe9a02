"""The fields of a payload: their names, and the one form that each value has. What is not listed is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.signing.canonical import Tree, not_canonical
from engine.signing.codes import SigningCode, deny

Part = dict[str, str | list[str]]
"""One object inside a payload: texts, and lists of texts."""

KINDS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"(?:{pattern})\Z", re.ASCII)
    for name, pattern in {
        "one": r"1",
        "count": r"0|[1-9][0-9]{0,17}",
        "amount": r"(?!-0(?:\.0+)?\Z)-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?",
        "word": r"[a-z][a-z_]{0,31}(?:\.[a-z_]{1,31})?",
        "hex16": r"[0-9a-f]{32}",
        "hex32": r"[0-9a-f]{64}",
        "name": r"[A-Za-z0-9_.-]{1,32}",
        "id": r"[A-Za-z0-9_.:-]{1,64}",
        "print": r"SHA256:[A-Za-z0-9+/]{43}",
        "origin": r"human|copilot|mcp:[A-Za-z0-9_.-]{1,32}|(?:tool|strategy):[A-Za-z0-9_.-]{1,28}@[0-9a-f]{64}",
        "pinned": r"[A-Za-z0-9_.-]{1,28}@[0-9a-f]{64}",
        "symbol": r"[A-Za-z0-9^][A-Za-z0-9._^=-]{0,23}",
        "instrument": r"[A-Za-z0-9]{1,12}:[A-Za-z0-9^][A-Za-z0-9._^=-]{0,23}",
        "month": r"[0-9]{4}-(?:0[1-9]|1[0-2])",
        "side": r"buy|sell",
        "currency": r"[A-Z]{3,4}",
        "force": r"[A-Z]{3}",
        "time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
        "span": r"[1-9][0-9]{0,5}(?:ms|s|m|h|d)",
        # Text that somebody worded: no brackets, quotes or backslashes, no blank at an end, no two together.
        "line": r"(?! )(?!.*  )(?!.* \Z)[A-Za-z0-9 .,:;/()&'%+*#=<>@!?_-]{1,52}",
        "url": r"https?://[!-Z^-z~]{1,120}",
        "network": r"[0-9a-f.:]{2,39}(?:/[0-9]{1,3})?",
    }.items()
}

TOP: dict[str, str] = {
    "v": "one",
    "purpose": "word",
    "engine": "hex16",
    "epoch": "count",
    "env": "word",
    "account": "name",
    "signer": "name",
    "session": "id",
    "key": "print",
    "proposal": "id",
    "origin": "origin",
    "taint": "count",
    "card": "hex32",
    "card_v": "count",
    "nonce": "hex32",
    "iat": "count",
    "exp": "count",
}
"""Texts that every payload has."""

ORDER: dict[str, str] = {
    "client_id": "id",
    "instrument": "instrument",
    "symbol": "symbol",
    "name": "line",
    "class": "word",
    "contract": "month",
    "side": "side",
    "type": "word",
    "quantity": "amount",
    "unit": "line",
    "currency": "currency",
    "limit": "amount",
    "stop": "amount",
    "trail": "amount",
    "trail_percent": "amount",
    "take_profit": "amount",
    "stop_loss": "amount",
    "display": "amount",
    "tif": "force",
    "expire_at": "time",
    "session": "word",
    "flags": "word*",
    "when": "line*",
    "protect": "amount",
    "max_cash": "amount",
    "min_cash": "amount",
    "foreign": "word*",
}
"""Terms of one order; a star means a list. Prices are in `currency`, cash in VCR. `foreign` names the terms whose
values came out of foreign text."""

EFFECTS: dict[str, str] = {
    "position_before": "amount",
    "position_after": "amount",
    "share_before": "amount",
    "share_after": "amount",
    "share_limit": "amount",
    "margin_before": "amount",
    "margin_after": "amount",
    "margin_limit": "amount",
    "fee": "amount",
    "pays": "amount",
    "brings": "amount",
}
"""What the act does to the account: lots as units, shares of NAV in percent, margin use as a multiple, money in VCR."""

BOOK: dict[str, str] = {"seq": "count", "age_ms": "count"}

ACT: dict[str, str] = {
    "order_id": "id",
    "symbol": "symbol",
    "side": "side",
    "type": "word",
    "quantity": "amount",
    "remaining": "amount",
    "limit": "amount",
    "stop": "amount",
    "algo": "word",
    "over": "span",
    "slices": "count",
    "rate": "amount",
    "session": "word",
    "client_id": "id",
    "currency": "currency",
    "protect": "amount",
    "max_cash": "amount",
    "min_cash": "amount",
    "name": "name",
    "strategy": "pinned",
    "instruments": "symbol*",
    "max_order": "amount",
    "max_day": "amount",
    "loss_stop": "amount",
    "until": "time",
    "changes": "line*",
    "scope": "word",
    "addresses": "network*",
    "url": "url",
    "events": "word*",
    "version": "name",
    "hash": "print",
    "grants": "line*",
    "print": "print",
    "owner": "name",
    "role": "word",
    "accounts": "name*",
    "why": "line",
    "list": "line",
    "add": "symbol*",
    "remove": "symbol*",
    "condition": "line",
    "note": "line",
}
"""Terms of every other act; engine/signing/shape.py says which purpose has which."""


def check_names(given: Mapping[str, Tree], known: Mapping[str, object]) -> None:
    """Refuse a field that nobody knows. Raises Denial (UNKNOWN_FIELD)."""
    for name in given:
        if name not in known:
            cause = "what nobody reads, nobody can agree to"
            fix = "sign the payload's bytes exactly as the desk presented them"
            raise deny(SigningCode.UNKNOWN_FIELD, f"a payload has no field {name}", cause=cause, fix=fix, field=name)


def check_value(name: str, value: Tree, kind: str) -> None:
    """Refuse a value of another form. Raises Denial (BAD_CANONICAL)."""
    form = KINDS[kind.removesuffix("*")]
    if not kind.endswith("*"):
        if not isinstance(value, str) or not form.match(value):
            raise not_canonical(f"{name} has another form than the only one", name)
        return
    if not isinstance(value, list) or len(value) > 20:
        raise not_canonical(f"{name} is not a list of at most 20", name)
    for item in value:
        check_value(name, item, kind.removesuffix("*"))


def check_part(name: str, value: Tree, known: Mapping[str, str]) -> Part:
    """An object of a payload as it is meant. Raises Denial (UNKNOWN_FIELD, BAD_CANONICAL)."""
    if not isinstance(value, dict):
        raise not_canonical(f"{name} is not an object", name)
    check_names(value, known)
    for field, item in value.items():
        check_value(field, item, known[field])
    return value  # type: ignore[return-value]  # checked: texts and lists of texts
