"""Trading keys: made by a person, proved by a signature, bound to one account, a scope and caps.

A key is the authority that scripts, bots and strategies carry. It can read and trade within its caps, and nothing
else: no limits, no clock, no other keys.
"""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from engine.desk import Document
from engine.gateway.key_file import Key, KeyFile, Use
from engine.model.format import time_text
from engine.model.ids import SECOND_NS, TimeNs
from engine.model.number import trim
from engine.model.refusal import Code, Refused, refuse
from engine.model.signature import KEY, SIGNATURE, TIMESTAMP, proves, request_message, stale

READ, TRADE = "read", "trade"
DAY_S = 86_400
MOST_DAYS = 90
MOST_KEYS = 100
_SPAN = re.compile(r"([1-9][0-9]{0,5})([dhm])\Z", re.ASCII)
_UNITS = {"d": DAY_S, "h": 3600, "m": 60}
_NOBODY = "vt_sec_of_nobody"


class Wanted(msgspec.Struct, frozen=True):
    """A key to be made. Caps are VCR as plain decimal text, "" for none; `lasts_s` is how long it lives, in seconds."""

    name: str
    account: str
    read_only: bool
    max_order_value: str
    max_day_value: str
    symbols: tuple[str, ...]
    lasts_s: int


class Keys:
    """The keys of one home. `now` gives Unix seconds of the wall clock: signatures and expiry are about people's
    time, and no market clock can make an old signature young."""

    def __init__(self, folder: str = "", now: Callable[[], float] = time.time) -> None:
        self._file, self._now = KeyFile(folder), now
        self._keys: dict[str, Key] | None = None
        self._use: dict[str, Use] = {}

    # --- making -------------------------------------------------------------------------------

    def create(self, wanted: Wanted) -> Document:
        """A new key; its document, which is the only one that ever tells the secret."""
        keys = self._all()
        if sum(self._state(key) == "active" for key in keys.values()) >= MOST_KEYS:
            raise refuse(Code.RATE_LIMITED, f"a home has at most {MOST_KEYS} keys", fix="revoke some: vterm keys list")
        if any(key.name == wanted.name and self._state(key) == "active" for key in keys.values()):
            fix = "choose another name, or revoke that key first"
            raise refuse(Code.OUT_OF_RANGE, f"there is a key called {wanted.name}", fix=fix, field="name")
        created = int(self._now())
        key = Key(
            id=f"vt_live_{_random(12)}",
            secret=f"vt_sec_{_random(32)}",
            name=wanted.name,
            account=wanted.account,
            scopes=(READ,) if wanted.read_only else (READ, TRADE),
            created_at=created,
            expires_at=created + wanted.lasts_s,
            max_order_value=wanted.max_order_value,
            max_day_value=wanted.max_day_value,
            symbols=wanted.symbols,
        )
        self._keep({**keys, key.id: key})
        return {**self.document(key), "secret": key.secret}

    def revoke(self, key_id: str) -> Document:
        """End a key at once; revoking it again changes nothing."""
        keys = self._all()
        key = keys.get(key_id)
        if key is None:
            raise refuse(Code.UNKNOWN_KEY, f"there is no key {key_id[:40]}", fix="vterm keys list shows them")
        if not key.revoked_at:
            key = msgspec.structs.replace(key, revoked_at=int(self._now()))
            self._keep({**keys, key_id: key})
        return self.document(key)

    def documents(self) -> Document:
        """{"keys": [...]}, newest first, without secrets."""
        return {"keys": [self.document(key) for key in reversed(self._all().values())]}

    def document(self, key: Key) -> Document:
        """One key, without its secret. `used` is what it ordered on the newest day on which it did."""
        use = self._use.get(key.id)
        return {
            "id": key.id,
            "name": key.name,
            "account": key.account,
            "state": self._state(key),
            "scopes": list(key.scopes),
            "max_order_value": key.max_order_value or None,
            "max_day_value": key.max_day_value or None,
            "used": trim(use.value) if use else "0",
            "used_day": use.day if use else None,
            "symbols": list(key.symbols),
            "created_at": _when(key.created_at),
            "expires_at": _when(key.expires_at),
            "revoked_at": _when(key.revoked_at) if key.revoked_at else None,
        }

    # --- proving ------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, list[str]], method: str, path: str, body: bytes) -> Key | None:
        """The key that a request proves to hold; None where it presents none of the three headers.

        `headers` gives the values of each of the three. Raises Refused: UNAUTHENTICATED.
        """
        given = {name: headers.get(name, []) for name in (KEY, TIMESTAMP, SIGNATURE)}
        if not any(given.values()):
            return None
        for name, values in given.items():
            if len(values) != 1:
                raise _unproved(f"{name} is {'given twice' if values else 'missing'}", f"send {name} once")
        name, timestamp, signature = (values[0] for values in given.values())
        off = stale(timestamp, int(self._now()))
        if off:
            raise _unproved(off, "sign with the Unix time of the moment, and set the machine's clock")
        key = self._all().get(name)
        secret = key.secret if key is not None else _NOBODY
        if not proves(secret, timestamp, request_message(method, path, body), signature) or key is None:
            fix = "sign timestamp + method + path with its query + body with the key's secret (docs/keys.md)"
            raise _unproved("the signature is not that of a key of this desk", fix)
        state = self._state(key)
        if state != "active":
            raise _unproved(f"the key {key.name} is {state}", "make a new one: vterm keys create NAME")
        return key

    def alive(self, key: Key) -> bool:
        """Whether a key that was proved is still good."""
        known = self._all().get(key.id)
        return known is not None and self._state(known) == "active"

    # --- the day's use ------------------------------------------------------------------------

    def used(self, key: Key, day: str) -> Decimal:
        """What a key has ordered on a day of the market, VCR."""
        self._all()
        use = self._use.get(key.id)
        return Decimal(use.value) if use is not None and use.day == day else Decimal(0)

    def count(self, key: Key, day: str, value: Decimal) -> None:
        """Add to what a key has used, durably; a negative value gives back. Raises StoreError."""
        known = self._use.get(key.id)
        if known is not None and known.day > day:
            return  # what is given back belongs to a day that is over
        total = max(Decimal(0), self.used(key, day) + value)
        use = {**self._use, key.id: Use(day, f"{total:f}")}
        self._file.keep_use(use)
        self._use = use

    # --- inside -------------------------------------------------------------------------------

    def _all(self) -> dict[str, Key]:
        """Read at the first need: a broken file stops those who use keys, not the desk's own user."""
        if self._keys is None:
            keys, self._use = self._file.load(), self._file.use()
            self._keys = {key.id: key for key in keys}
        return self._keys

    def _keep(self, keys: dict[str, Key]) -> None:
        self._file.keep_keys(list(keys.values()))
        self._keys = keys

    def _state(self, key: Key) -> str:
        if key.revoked_at:
            return "revoked"
        return "expired" if self._now() >= key.expires_at else "active"


def span_s(text: str) -> int:
    """Seconds of a key's life written like 30d, 12h or 90m. Raises Refused: OUT_OF_RANGE."""
    match = _SPAN.match(text)
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 0 < seconds <= MOST_DAYS * DAY_S:
        message = f"a key lives for at most {MOST_DAYS} days"
        raise refuse(Code.OUT_OF_RANGE, message, fix="write 30d, 12h or 90m", field="expires")
    return seconds


def _random(count: int) -> str:
    """`count` random bytes from the system, in lower-case base 32."""
    return base64.b32encode(os.urandom(count)).decode().rstrip("=").lower()


def _unproved(message: str, fix: str) -> Refused:
    return refuse(Code.UNAUTHENTICATED, message, fix=fix)


def _when(seconds: int) -> Any:
    return time_text(TimeNs(seconds * SECOND_NS))
