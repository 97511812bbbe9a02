"""Who a request says it is: its account, the key that it presents, and the path that the key's signature covers."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers

from engine.gateway.key_file import Key
from engine.model.refusal import Code, Refused, refuse
from engine.model.signature import KEY, SIGNATURE, TIMESTAMP

_ACCOUNT = re.compile(r"[A-Za-z0-9_.-]{1,32}\Z", re.ASCII)


def account_of(header: str | None) -> str:
    """The account that a request names, `main` where it names none."""
    account = header or "main"
    if not _ACCOUNT.match(account):
        fix = "use 1 to 32 letters, digits, dots, dashes or underscores"
        raise refuse(Code.OUT_OF_RANGE, "the account's name is not one", fix=fix, field="account")
    return account


def account_under(key: Key, header: str | None) -> str:
    """The account of a key; a request that names another one is FORBIDDEN."""
    if header and header != key.account:
        message, cause = f"the key {key.name} is for another account", f"it was made for {key.account}"
        raise refuse(Code.FORBIDDEN, message, cause=cause, fix="leave the account out, or make a key for it")
    return key.account


def presented_by(headers: Headers) -> dict[str, list[str]]:
    """The values of the three headers of a signed request."""
    return {name: headers.getlist(name) for name in (KEY, TIMESTAMP, SIGNATURE)}


def sent_path(scope: MutableMapping[str, Any]) -> str:
    """The path with its query, byte for byte as it was sent."""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def out_of_scope(key: Key, scope: str) -> Refused:
    """FORBIDDEN: the key is good, but not for this."""
    if scope:
        message, fix = f"the key {key.name} may only {' and '.join(key.scopes)}", f"make one that may {scope}"
    else:
        message = f"the key {key.name} reads and trades, and nothing else"
        fix = "keys, limits, the clock, lists and the engine are the user's own: ask without the key"
    cause = f"its scope is {' '.join(key.scopes)}"
    return refuse(Code.FORBIDDEN, message, cause=cause, fix=fix, detail="scope")
