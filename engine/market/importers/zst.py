"""Zstandard files as a byte stream that knows when it was cut short (the library's own reader does not say)."""

from __future__ import annotations

import io
from typing import IO, Any

from engine.market.importers.errors import BadDataFile

_BITE = 4096
"""Bytes fed at once: small, so that a file made to explode stays within memory."""


class ZstFile(io.RawIOBase):
    """Reads frames one after another. Raises EOFError at a frame that does not end, BadDataFile on damage."""

    def __init__(self, name: str, raw: IO[bytes]) -> None:
        try:
            import zstandard
        except ImportError:
            fix = "pip install zstandard, or unpack the file first"
            raise BadDataFile(name, "reading .zst needs the zstandard package", fix) from None
        super().__init__()
        self._name = name
        self._raw = raw
        self._zstandard = zstandard
        self._frame: Any = None
        self._ready = b""
        self._fed = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next; 0 at the end."""
        while not self._ready and self._feed():
            pass
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _feed(self) -> bool:
        bite = self._fed or self._raw.read(_BITE)
        self._fed = b""
        if not bite:
            if self._frame is not None:
                raise EOFError
            return False
        if self._frame is None:
            self._frame = self._zstandard.ZstdDecompressor().decompressobj()
        try:
            self._ready = self._frame.decompress(bite)
        except self._zstandard.ZstdError as error:
            raise BadDataFile(self._name, f"damaged compression ({error})", "fetch or record the file again") from None
        if self._frame.eof:
            self._fed = self._frame.unused_data
            self._frame = None
        return True
