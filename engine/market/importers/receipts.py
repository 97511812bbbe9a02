"""The common wrapping of the JSON-lines captures: `{"t": seconds, "m": message}`."""

from __future__ import annotations

import msgspec

from engine.market.importers.decimals import BadLine, seconds_ns


class _Receipt(msgspec.Struct):
    t: msgspec.Raw
    m: msgspec.Raw


_decoder = msgspec.json.Decoder(_Receipt)


def unwrap(line: bytes) -> tuple[int, msgspec.Raw]:
    """(receipt in ns, the message's JSON). The time is read from its text, so it is exact."""
    if not line.lstrip().startswith(b"{"):
        raise BadLine('a line is {"t": seconds, "m": message}')
    receipt = _decoder.decode(line)
    return seconds_ns(bytes(receipt.t).strip().strip(b'"')), receipt.m
