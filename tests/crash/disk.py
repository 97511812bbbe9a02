"""A disk that remembers what was really asked of it: recorded once, then cut off as often as wanted.

What was synchronised stays. Of everything else, each write may be there, be missing, be there in some of its
512-byte sectors, or come before or after others as it likes; names made, moved and removed keep their order, as every
journaling file system keeps it, but the last of them may be missing.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import NamedTuple

SECTOR = 512
MODES = ("lost", "kept", "some", "torn", "reordered")


class Write(NamedTuple):
    """Bytes for a file."""

    file: int
    offset: int
    data: bytes


class Size(NamedTuple):
    """A file cut or grown."""

    file: int
    size: int


class Sync(NamedTuple):
    """A file made durable."""

    file: int


class Name(NamedTuple):
    """A name that now stands for a file; None where it stands for nothing."""

    name: str
    file: int | None


class Names(NamedTuple):
    """The folder made durable."""


class Heard(NamedTuple):
    """Somebody was told that this is durable."""

    what: str


Deed = Write | Size | Sync | Name | Names | Heard


def apply(content: bytearray, deed: Write | Size) -> None:
    """Do a write or a change of size to a file's content."""
    if isinstance(deed, Size):
        missing = deed.size - len(content)
        content.extend(bytes(missing)) if missing > 0 else content.__delitem__(slice(deed.size, None))
        return
    if len(content) < deed.offset:
        content.extend(bytes(deed.offset - len(content)))
    content[deed.offset : deed.offset + len(deed.data)] = deed.data


class Disk:
    """What is durable after some deeds, and what is not yet."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._content: dict[int, bytearray] = {}
        self._names: dict[str, int] = {}
        self._waiting: dict[int, list[Write | Size]] = {}
        self._renaming: list[Name] = []

    def take(self, deed: Deed) -> None:
        """One deed happens."""
        if isinstance(deed, Write | Size):
            self._waiting.setdefault(deed.file, []).append(deed)
        elif isinstance(deed, Sync):
            content = self._content.setdefault(deed.file, bytearray())
            for written in self._waiting.pop(deed.file, ()):
                apply(content, written)
        elif isinstance(deed, Name):
            self._renaming.append(deed)
        elif isinstance(deed, Names):
            _rename(self._names, self._renaming)
            self._renaming = []
        else:
            self.heard.append(deed.what)

    def cut(self, chance: Random, mode: str) -> dict[str, bytearray]:
        """The files after the power went now. `mode` is one of MODES."""
        names = dict(self._names)
        many = len(self._renaming)
        _rename(names, self._renaming[: 0 if mode == "lost" else many if mode == "kept" else chance.randint(0, many)])
        image = {}
        for name, file in names.items():
            content = bytearray(self._content.get(file, b""))
            for deed in _survivors(self._waiting.get(file, []), chance, mode):
                apply(content, deed)
            image[name] = content
        return image


def _rename(names: dict[str, int], changes: list[Name]) -> None:
    for change in changes:
        if change.file is None:
            names.pop(change.name, None)
        else:
            names[change.name] = change.file


def _survivors(waiting: list[Write | Size], chance: Random, mode: str) -> list[Write | Size]:
    if mode in ("lost", "kept"):
        return waiting if mode == "kept" else []
    share = chance.choice((0.1, 0.5, 0.9))
    if mode == "some":
        return [deed for deed in waiting if chance.random() < share]
    parts = [part for deed in waiting for part in _sectors(deed)]
    if mode == "torn":
        return [part for part in parts if chance.random() < share]
    # In any order, so that what was written last may come first and be written over; sizes keep theirs.
    return sorted(chance.sample(parts, int(len(parts) * share)), key=lambda part: isinstance(part, Write))


def _sectors(deed: Write | Size) -> list[Write | Size]:
    """A write as pieces that a disk writes whole."""
    if isinstance(deed, Size) or len(deed.data) > 64 * SECTOR:
        return [deed]
    first = -deed.offset % SECTOR
    ends = [0, *range(first or SECTOR, len(deed.data), SECTOR), len(deed.data)]
    return [Write(deed.file, deed.offset + a, deed.data[a:b]) for a, b in pairwise(ends) if a < b]
