"""Documents of EDGAR kept on disk: one file each, the oldest let go when there are too many bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.research.edgar.port import Fetched

MOST_BYTES = 200_000_000


class DocumentCache:
    """A folder, made when first written. What cannot be read or written is as if it were not kept."""

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        self._folder, self._most = folder, most

    def get(self, name: str) -> tuple[Fetched, int] | None:
        """A document and when it was fetched, in ns of real time."""
        path = self._path(name)
        try:
            at = path.stat().st_mtime_ns
            return Fetched(path.read_bytes(), time_text(TimeNs(at))), at
        except OSError:
            return None

    def put(self, name: str, raw: bytes, at: int) -> None:
        """Keep a document; whole or not at all."""
        if len(raw) > self._most:
            return
        path = self._path(name)
        part = path.with_suffix(".part")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            part.write_bytes(raw)
            os.utime(part, ns=(at, at))
            part.replace(path)
            self._make_room()
        except OSError:
            return

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _make_room(self) -> None:
        kept = sorted((entry.stat().st_mtime_ns, entry.stat().st_size, entry) for entry in self._folder.glob("*.json"))
        size = sum(each for _, each, _ in kept)
        for _, each, path in kept:
            if size <= self._most:
                return
            path.unlink(missing_ok=True)
            size -= each
