"""Canonical JSON: one act, one sequence of bytes.

RFC 8785 order and escaping, restricted further: printable ASCII only, values are texts, lists or objects, no numbers,
no null, no empty text, list or object, at most MOST_BYTES. What does not read back to its own bytes is refused.
"""

from __future__ import annotations

import json
import re

from engine.signing.codes import Denial, SigningCode, deny

MOST_BYTES = 8 * 1024
_DEEPEST = 4
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}\Z", re.ASCII)
_TEXT = re.compile(r"[\x20-\x7e]{1,1024}\Z", re.ASCII)

Tree = str | list["Tree"] | dict[str, "Tree"]


def encode(tree: dict[str, Tree]) -> bytes:
    """The bytes of a tree. Raises Denial (BAD_CANONICAL, TOO_LARGE) where it cannot be canonical."""
    _check(tree, 0)
    raw = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    if len(raw) > MOST_BYTES:
        raise too_large(len(raw))
    return raw


def decode(raw: bytes) -> dict[str, Tree]:
    """The tree of canonical bytes. Raises Denial (TOO_LARGE, BAD_CANONICAL) and nothing else."""
    if len(raw) > MOST_BYTES:
        raise too_large(len(raw))
    try:
        tree = json.loads(raw.decode("ascii"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise not_canonical("it is not JSON in ASCII") from None
    if not isinstance(tree, dict):
        raise not_canonical("it is not an object")
    _check(tree, 0)
    if encode(tree) != raw:
        raise not_canonical("its bytes are not those of the canonical form")
    return tree


def not_canonical(cause: str, field: str | None = None) -> Denial:
    """The refusal of a payload that has another form than the only one."""
    fix = "sign the payload's bytes exactly as the desk presented them"
    return deny(SigningCode.BAD_CANONICAL, "the payload is not canonical", cause=cause, fix=fix, field=field)


def too_large(size: int) -> Denial:
    """The refusal of a payload beyond MOST_BYTES."""
    cause = f"it has {size} bytes; {MOST_BYTES} are the most"
    return deny(SigningCode.TOO_LARGE, "the payload is too large", cause=cause, fix="propose fewer legs")


def _once(pairs: list[tuple[str, Tree]]) -> dict[str, Tree]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(word: str) -> Tree:
    raise ValueError(word)


def _check(value: object, depth: int) -> None:
    """Refuse what no canonical payload holds, from the outside in."""
    if isinstance(value, str):
        if not _TEXT.match(value):
            raise not_canonical("a text is empty, too long, or has other characters than printable ASCII")
    elif depth > _DEEPEST or not isinstance(value, dict | list) or not value:
        raise not_canonical("a value is no text, or a list or object is empty or nested too deep")
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    else:
        for key, item in value.items():
            if not isinstance(key, str) or not _KEY.match(key):
                raise not_canonical("the name of a field has other characters than a-z 0-9 _")
            _check(item, depth + 1)
