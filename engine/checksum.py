"""The number by which a reader knows that its copy of a book is right."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

TextLevels = Sequence[tuple[str, str]]


def checksum(bids: TextLevels, asks: TextLevels) -> int:
    """CRC32 of the ten best levels as text: bid price, bid size, ask price, ask size, level by level."""
    parts: list[str] = []
    for level in range(10):
        if level < len(bids):
            parts += bids[level]
        if level < len(asks):
            parts += asks[level]
    return zlib.crc32(":".join(parts).encode())
