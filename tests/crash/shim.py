"""A layer between the bundled SQLite and its files: every write, truncation, synchronisation and removal is told.

The driver's shared library exports `sqlite3_vfs_find` and `sqlite3_vfs_register`; the rest is the public C interface
(sqlite.org/c3ref/vfs.html, io_methods.html). Locks, shared memory and reads go straight to the layer below.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from typing import Protocol

from pysqlite3 import _sqlite3

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)  # SQLite keeps the name's very pointer
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_CLOSE = CFUNCTYPE(c_int, c_void_p)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_OK = 0


class _Vfs(Structure):
    _fields_ = (
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", _OPEN),
        ("xDelete", _DELETE),
        ("others", c_void_p * 14),
    )


class _Methods(Structure):
    _fields_ = (
        ("iVersion", c_int),
        ("xClose", _CLOSE),
        ("xRead", c_void_p),
        ("xWrite", _WRITE),
        ("xTruncate", _TRUNCATE),
        ("xSync", _SYNC),
        ("others", c_void_p * 13),
    )


class _File(Structure):
    _fields_ = (("pMethods", POINTER(_Methods)),)


class Witness(Protocol):
    """Who is told. `name` is a path; calls come before the deed where it may never return, else after it."""

    def opened(self, name: str) -> None:
        """A file was opened, and perhaps made."""

    def write(self, name: str, data: bytes, offset: int) -> None:
        """About to write."""

    def truncate(self, name: str, size: int) -> None:
        """About to be cut or grown to `size`."""

    def synced(self, name: str) -> None:
        """Everything written to the file is durable now."""

    def deleted(self, name: str, durably: bool) -> None:
        """A name was removed; `durably` also from the disk's folder."""


class _Layer:
    """The functions that SQLite calls; kept alive for as long as it may."""

    def __init__(self, library: ctypes.CDLL, witness: Witness) -> None:
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self.library, self.witness = library, witness
        self.base = library.sqlite3_vfs_find(None)
        self.names: dict[int, str] = {}
        self.below: dict[int, _Methods] = {}
        self._tables: dict[int, _Methods] = {}
        self.vfs = _Vfs()
        ctypes.pointer(self.vfs)[0] = self.base.contents
        self.vfs.pNext, self.vfs.zName = None, b"witnessed"
        self.vfs.xOpen, self.vfs.xDelete = _OPEN(self._open), _DELETE(self._delete)

    def _open(self, _: int, name: int | None, file: int, flags: int, out: int) -> int:
        code: int = self.base.contents.xOpen(ctypes.cast(self.base, c_void_p), name, file, flags, out)
        if code == _OK and name is not None:
            path = ctypes.string_at(name).decode()
            head = _File.from_address(file)
            where = ctypes.addressof(head.pMethods.contents)
            self.names[file], self.below[file] = path, _Methods.from_address(where)
            head.pMethods = ctypes.pointer(self._table(where))
            self.witness.opened(path)
        return code

    def _table(self, where: int) -> _Methods:
        if where not in self._tables:
            table = _Methods()
            ctypes.pointer(table)[0] = _Methods.from_address(where)
            table.xClose, table.xWrite = _CLOSE(self._close), _WRITE(self._write)
            table.xTruncate, table.xSync = _TRUNCATE(self._truncate), _SYNC(self._sync)
            self._tables[where] = table
        return self._tables[where]

    def _delete(self, _: int, name: bytes, durably: int) -> int:
        code: int = self.base.contents.xDelete(ctypes.cast(self.base, c_void_p), name, durably)
        if code == _OK:
            self.witness.deleted(name.decode(), bool(durably))
        return code

    def _close(self, file: int) -> int:
        self.names.pop(file)
        code: int = self.below.pop(file).xClose(file)
        return code

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        self.witness.write(self.names[file], ctypes.string_at(data, size), offset)
        code: int = self.below[file].xWrite(file, data, size, offset)
        return code

    def _truncate(self, file: int, size: int) -> int:
        self.witness.truncate(self.names[file], size)
        code: int = self.below[file].xTruncate(file, size)
        return code

    def _sync(self, file: int, flags: int) -> int:
        code: int = self.below[file].xSync(file, flags)
        if code == _OK:
            self.witness.synced(self.names[file])
        return code


_ever: list[_Layer] = []
"""SQLite may keep a pointer into a layer for as long as a connection lives, so none is ever let go."""


def install(witness: Witness) -> _Layer:
    """From now on, every file that SQLite opens in this process is opened through a layer."""
    library = ctypes.CDLL(_sqlite3.__file__)
    layer = _Layer(library, witness)
    _ever.append(layer)
    library.sqlite3_vfs_register(ctypes.byref(layer.vfs), 1)
    return layer


@contextmanager
def witnessed(witness: Witness) -> Iterator[None]:
    """The same for as long as it is inside."""
    layer = install(witness)
    try:
        yield
    finally:
        layer.library.sqlite3_vfs_register(layer.base, 1)
        layer.library.sqlite3_vfs_unregister(ctypes.byref(layer.vfs))
