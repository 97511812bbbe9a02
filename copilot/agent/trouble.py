"""What is wrong with a model's endpoint, in the desk's words, and whether another try may help."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

from copilot.agent.hiding import hidden
from copilot.agent.port import ModelError, Trouble
from engine.model.text import safe

_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_BUSY = frozenset({429, 503, 529})
_MOST_SAID = 160
_KEY_FIX = "look at the key and the address under settings, or ask offline"
_WAIT_FIX = "ask again in a while, or ask offline"
_KINDS = {
    "overloaded_error": 529, "rate_limit_error": 429, "api_error": 500, "timeout_error": 504,
    "authentication_error": 401, "permission_error": 403, "not_found_error": 404, "request_too_large": 413,
    "billing_error": 402, "invalid_request_error": 400, "server_error": 500, "rate_limit_exceeded": 429,
    "insufficient_quota": 402,
}  # fmt: skip


def of_status(status: int, said: object, key: str, headers: Mapping[str, str] | None = None) -> ModelError:
    """An HTTP status. `said` is the provider's own reason: foreign, so cut, made safe, and without `key`."""
    reason = f": {safe(hidden(str(said), key), _MOST_SAID)}" if said else ""
    if status in (401, 403):
        trouble = Trouble("MODEL_KEY", f"the model's endpoint does not let this key in ({status}){reason}", _KEY_FIX)
    elif status == 402:
        trouble = Trouble("MODEL_KEY", f"the model's endpoint wants to be paid (402){reason}", "look at its account")
    elif status in _BUSY:
        trouble = Trouble("MODEL_BUSY", f"the model is busy ({status}){reason}", _WAIT_FIX)
    elif status in _AGAIN:
        trouble = Trouble("MODEL_DOWN", f"the model's endpoint failed ({status}){reason}", _WAIT_FIX)
    else:
        fix = "look at the model's name and the address under settings"
        trouble = Trouble("MODEL_REQUEST", f"the model's endpoint refused the request ({status}){reason}", fix)
    return ModelError(trouble, again=status in _AGAIN, wait=_asked(headers or {}))


def of_kind(kind: object, said: object, key: str) -> ModelError:
    """An error that came in the middle of a stream, by the provider's name for it."""
    return of_status(_KINDS.get(str(kind), 500), said or kind, key)


def broken_off(why: str) -> ModelError:
    """The connection did not come about, was cut, or fell silent."""
    return ModelError(Trouble("MODEL_DOWN", f"the model's endpoint {why}", _WAIT_FIX), again=True)


def unreadable(why: str) -> ModelError:
    """An answer that is not of the documented shape."""
    return ModelError(Trouble("MODEL_DOWN", f"the model's answer cannot be read: {why}", _WAIT_FIX), again=True)


def no_key(where: str) -> ModelError:
    """There is no key where one is needed."""
    return ModelError(Trouble("MODEL_KEY", f"there is no key for {where}", _KEY_FIX), again=False)


def check(address: str, key: str) -> None:
    """Raises ModelError unless the address is one and a header can carry the key."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in address
    except ValueError:
        good = False
    if not good:
        message = f"{safe(address, 80)} is no address of a model"
        raise ModelError(Trouble("MODEL_REQUEST", message, "http:// or https://, a host, a port"), again=False)
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ModelError(Trouble("MODEL_KEY", "the key has characters that no key has", _KEY_FIX), again=False)


def _asked(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider wants to be left alone for: retry-after-ms, or Retry-After in seconds or as a date."""
    exact, plain = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if exact:
            seconds = float(exact) / 1000
        elif plain and plain.strip().isdigit():
            seconds = float(plain)
        elif plain:
            seconds = parsedate_to_datetime(plain).timestamp() - time()
        else:
            return None
    except (ValueError, TypeError, OverflowError):
        return None
    return seconds if 0 <= seconds < 1e6 else None  # NaN is in no range
