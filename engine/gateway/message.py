"""One message of the stream, encoded once a format however many read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class Message:
    """`document` is what JSON readers get; `compact`, where given, what MessagePack readers get instead.

    `market` messages may be dropped for a slow reader (a fresh snapshot follows); others never are.
    """

    __slots__ = ("_compact", "_document", "_json", "_packed", "market")

    def __init__(self, document: dict[str, Any], *, compact: object = None, market: bool = False) -> None:
        self._document, self._compact, self.market = document, compact, market
        self._json: str | None = None
        self._packed: bytes | None = None

    def json(self) -> str:
        """As a text frame."""
        if self._json is None:
            self._json = msgspec.json.encode(self._document).decode()
        return self._json

    def packed(self) -> bytes:
        """As one MessagePack value, to stand in an array of messages."""
        if self._packed is None:
            self._packed = msgspec.msgpack.encode(self._document if self._compact is None else self._compact)
        return self._packed


def array_of(messages: Sequence[bytes]) -> bytes:
    """MessagePack array of values that are encoded already."""
    count = len(messages)
    head = bytes((0x90 | count,)) if count < 16 else b"\xdd" + count.to_bytes(4, "big")
    return head + b"".join(messages)
