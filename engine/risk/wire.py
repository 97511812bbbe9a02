"""JSON as orders use it: small, flat, without doubt. Numbers keep their text; no float is ever made.

Everything that two readers could read differently is refused: a second key of the same name, NaN, a byte order
mark, text after the end, bytes that are not UTF-8.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from engine.model.refusal import Code, Refused, refuse
from engine.model.text import safe

MOST_BYTES = 64 * 1024
MOST_DEPTH = 8
ECHO = 40
"""Characters of the sender's input that an answer repeats, at most."""

# An open string runs to the end, so that no text makes the search begin again at each of its quotes.
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_BOM = "\ufeff"


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


def shown(value: object) -> str:
    """Input as an answer may repeat it."""
    return str(safe(value, ECHO))


def _malformed(cause: str, fix: str = "send one JSON object, as in `vterm help order`") -> Refused:
    return refuse(Code.MALFORMED_JSON, "the payload is not acceptable JSON", cause=cause, fix=fix)


def _too_large() -> Refused:
    return refuse(
        Code.PAYLOAD_TOO_LARGE,
        "the payload is too large",
        cause=f"an order takes at most {MOST_BYTES} bytes",
        fix="send one order a request",
    )


def _constant(word: str) -> NoReturn:
    raise _malformed(f"{word} is not a JSON number", "send a finite decimal number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _malformed(f"the key {shown(twice)} stands twice", "say each field once")
    return members


def _text(raw: object) -> str:
    """The payload as text, within the size limit."""
    if isinstance(raw, (bytes, bytearray, memoryview)):
        data = bytes(raw)
        if len(data) > MOST_BYTES:
            raise _too_large()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _malformed(f"byte {error.start} is not UTF-8", "encode the payload as UTF-8") from None
    if isinstance(raw, str):
        if len(raw) > MOST_BYTES or len(raw.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise _too_large()
        return raw
    return _written(raw)


def _written(value: object) -> str:
    """Python values as the JSON they stand for, so that callers in the same process meet the same checks."""
    try:
        text = json.dumps(value, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise refuse(
            Code.TYPE_ERROR,
            "the order holds a value that JSON has no word for",
            cause=shown(error),
            fix="use text, numbers, true and false",
        ) from None
    if len(text) > MOST_BYTES:
        raise _too_large()
    return text


def _plain(value: object) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    raise TypeError(f"a {type(value).__name__} is no JSON value")


def _check_depth(text: str) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        if depth > MOST_DEPTH:
            raise _malformed(f"nested deeper than {MOST_DEPTH}", "an order is one flat object")


def parse_object(raw: object) -> dict[str, Any]:
    """The members of one JSON object; numbers are `Number`. Raises Refused, and nothing else, on any input.

    Codes: PAYLOAD_TOO_LARGE, MALFORMED_JSON, TYPE_ERROR (JSON, but not an object).
    """
    text = _text(raw)
    if text.startswith(_BOM):
        raise _malformed("the payload begins with a byte order mark", "send UTF-8 without it")
    _check_depth(text)
    try:
        value = json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg} at character {error.pos}") from None
    if not isinstance(value, dict):
        raise refuse(
            Code.TYPE_ERROR,
            "the payload is not an object",
            cause=f"it is {kind(value)}",
            fix='send {"symbol": …, "side": …, "type": …, "quantity": …}',
        )
    return value


def kind(value: object) -> str:
    """The word for a JSON value's type, with its article."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Number):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
