"""Where the records of a DBN stream end, and that each has the length of its kind.

The library trusts a record's header: one that is too short for its kind stops the process instead of raising. So only
records of a possible length are handed to it. Layout: databento.com, "Databento Binary Encoding" (DBN).
"""

from __future__ import annotations

from engine.market.importers.decimals import BadLine

_LEAST = {
    0x00: 48,
    0x01: 80,
    0x0A: 368,
    0x11: 56,
    0x12: 40,
    0x13: 360,
    0x14: 112,
    0x15: 80,
    0x16: 80,
    0x17: 80,
    0x18: 64,
    **dict.fromkeys(range(0x20, 0x25), 56),
    0xA0: 56,
    **dict.fromkeys((0xB1, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4), 80),
}
"""Bytes of the shortest version of each record type."""

_NEWER = {2: {0x13: 400, 0x15: 320, 0x16: 176, 0x17: 320}, 3: {0x13: 520, 0x15: 320, 0x16: 176, 0x17: 320, 0x18: 80}}
_HEAD = 16
_LONGEST_METADATA = 1 << 28


def metadata_length(head: bytes) -> int:
    """Bytes of the metadata from its first eight. Raises BadLine where these are no DBN."""
    if len(head) < 8 or head[:3] != b"DBN":
        raise BadLine("it does not begin as DBN does")
    length = int.from_bytes(head[4:8], "little")
    if length > _LONGEST_METADATA:
        raise BadLine("its metadata would be longer than 256 MB")
    return 8 + length


def whole_records(version: int, timed: bool, data: bytes) -> int:
    """How many bytes of `data` are whole records; `timed` where each ends with the server's send time.

    Raises BadLine at a record that cannot be one, where it is the first; else what comes before it is whole.
    """
    least, newer = _LEAST, _NEWER.get(version, {})
    extra = 8 if timed else 0
    place, end = 0, len(data)
    while place + _HEAD <= end:
        length, kind = data[place] * 4, data[place + 1]
        shortest = newer.get(kind, least.get(kind, _HEAD)) + extra
        if length < shortest:
            if place:
                break
            raise BadLine(f"a record of type {kind} with {length} bytes, which needs {shortest}")
        if place + length > end:
            break
        place += length
    return place
