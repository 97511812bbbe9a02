"""Everything that is really asked of a disk, in order: by SQLite through its layer, by us through `os`."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.crash.disk import SECTOR, Deed, Heard, Name, Names, Size, Sync, Write, apply
from tests.crash.shim import witnessed

_JOURNALS = ("-wal", "-journal")


class Recorder:
    """Listens to SQLite and to the calls of `os` for one folder. Shared memory (-shm) is no file of a disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.deeds: list[Deed] = []
        self._names: dict[str, int] = {}
        self._nodes: dict[int, int] = {}
        self._live: list[bytearray] = []
        self._unnamed: set[str] = set()

    def heard(self, what: str) -> None:
        """An answer was given."""
        self.deeds.append(Heard(what))

    def truth(self) -> dict[str, bytes]:
        """What the files must hold now, if nothing escaped the recorder."""
        return {name: bytes(self._live[file]) for name, file in self._names.items()}

    # --- as SQLite's witness --------------------------------------------------------------------

    def opened(self, name: str) -> None:
        if self._ours(name) and self._key(name) not in self._names:
            self._made(name)
            if name.endswith(_JOURNALS):
                self._unnamed.add(name)

    def write(self, name: str, data: bytes, offset: int) -> None:
        """See `Witness`, as the four others."""
        if self._ours(name):
            self._change(Write(self._names[self._key(name)], offset, data))

    def truncate(self, name: str, size: int) -> None:
        if self._ours(name):
            self._change(Size(self._names[self._key(name)], size))

    def synced(self, name: str) -> None:
        if self._ours(name):
            self.deeds.append(Sync(self._names[self._key(name)]))
            if name in self._unnamed:  # SQLite makes a new journal's name durable with its first synchronisation
                self._unnamed.discard(name)
                self.deeds.append(Names())

    def deleted(self, name: str, durably: bool) -> None:
        if self._ours(name):
            self._gone(name)
            if durably:
                self.deeds.append(Names())

    # --- as the operating system's ----------------------------------------------------------------

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Inside, everything is recorded."""
        wrapped: dict[str, Callable[..., Any]] = {
            "open": self._os_open,
            "pwrite": self._os_pwrite,
            "unlink": self._os_unlink,
            "replace": self._os_replace,
            "rename": self._os_replace,
            "fsync": self._os_fsync,
            "fdatasync": self._os_fsync,
        }
        with ExitStack() as stack:
            stack.enter_context(witnessed(self))
            for name, wrapper in wrapped.items():
                stack.enter_context(patch.object(os, name, _around(getattr(os, name), wrapper)))
            yield

    def _os_open(self, call: Callable[..., int], path: Any, flags: int, *more: Any, **options: Any) -> int:
        there = self._ours(path) and self._key(path) in self._names
        made: int = call(path, flags, *more, **options)
        if self._ours(path) and not stat.S_ISDIR(os.fstat(made).st_mode):
            if not there:
                self._made(path)
            elif flags & os.O_TRUNC:
                self._change(Size(self._names[self._key(path)], 0))
        return made

    def _os_pwrite(self, call: Callable[..., int], fd: int, data: bytes, offset: int) -> int:
        file = self._nodes.get(os.fstat(fd).st_ino)
        if file is not None:
            self._change(Write(file, offset, bytes(data)))
        return call(fd, data, offset)

    def _os_unlink(self, call: Callable[..., None], path: Any, *more: Any, **options: Any) -> None:
        call(path, *more, **options)
        if self._ours(path):
            self._gone(path)

    def _os_replace(self, call: Callable[..., None], source: Any, target: Any, *more: Any, **options: Any) -> None:
        call(source, target, *more, **options)
        if self._ours(target):
            file = self._names.pop(self._key(source))
            self._names[self._key(target)] = file
            self.deeds += [Name(self._key(target), file), Name(self._key(source), None)]

    def _os_fsync(self, call: Callable[..., None], fd: int) -> None:
        node = os.fstat(fd)
        if stat.S_ISDIR(node.st_mode):
            call(fd)
            if node.st_ino == os.stat(self.folder).st_ino:
                self.deeds.append(Names())
            return
        file = self._nodes.get(node.st_ino)
        if file is not None:
            self._find_writes(file)
        call(fd)
        if file is not None:
            self.deeds.append(Sync(file))

    # --- inside -------------------------------------------------------------------------------------

    def _ours(self, path: Any) -> bool:
        where = Path(os.fsdecode(path))
        return where.parent.resolve() == self.folder and where.name.startswith("ledger.") and where.suffix != ".db-shm"

    def _key(self, path: Any) -> str:
        return Path(os.fsdecode(path)).name

    def _made(self, path: Any) -> None:
        file = len(self._live)
        self._live.append(bytearray())
        self._names[self._key(path)] = file
        self._nodes[os.stat(path).st_ino] = file
        self.deeds.append(Name(self._key(path), file))

    def _gone(self, path: Any) -> None:
        self._names.pop(self._key(path), None)
        self.deeds.append(Name(self._key(path), None))

    def _change(self, deed: Write | Size) -> None:
        apply(self._live[deed.file], deed)
        self.deeds.append(deed)

    def _find_writes(self, file: int) -> None:
        """What was written by other ways than ours is seen when it is synchronised."""
        name = next(name for name, known in self._names.items() if known == file)
        actual, live = (self.folder / name).read_bytes(), self._live[file]
        if len(actual) < len(live):
            self._change(Size(file, len(actual)))
        if actual != live:
            same = next(
                (i for i in range(0, len(live), SECTOR) if actual[i : i + SECTOR] != live[i : i + SECTOR]), None
            )
            start = len(live) if same is None else same
            self._change(Write(file, start, actual[start:]))


def _around(call: Callable[..., Any], wrapper: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*words: Any, **options: Any) -> Any:
        return wrapper(call, *words, **options)

    return wrapped
