"""The hash chain: each journal entry carries the digest of itself and of all before it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

GENESIS = bytes(32)
"""What stands before the first entry."""

Column = int | str | bytes | None

_encode = msgspec.json.Encoder().encode


def link(
    previous: bytes,
    head: tuple[int, int, str],
    body: bytes,
    orders: bytes,
    fills: Sequence[tuple[Column, ...]],
    transfers: Sequence[tuple[Column, ...]],
    points: Sequence[tuple[Column, ...]] = (),
) -> bytes:
    """SHA-256 over `previous` and every stored column of one entry; `head` is (seq, at, kind).

    The rows go in as they are stored, so a value that reads the same but is stored otherwise shows too.
    Lengths come first: no two different entries give the same bytes. Equity points go in only where there are any:
    entries of ledgers from before there were points keep their hashes.
    """
    lengths = _encode((*head, len(body), len(orders)))
    parts = [previous, lengths, body, orders, _encode(fills), _encode(transfers)]
    if points:
        parts.append(_encode(points))
    return hashlib.sha256(b"".join(parts)).digest()


def seal(anchor: bytes, columns: Sequence[int | str | bytes]) -> bytes:
    """SHA-256 over `anchor` and the columns of one row outside the chain (snapshots, remembered words)."""
    digest = hashlib.sha256(anchor)
    for column in columns:
        kind, raw = (b"b", column) if isinstance(column, bytes) else (b"j", _encode(column))
        digest.update(b"%s%d:" % (kind, len(raw)))
        digest.update(raw)
    return digest.digest()
