"""The trading keys of a home, as two files that only its user may read.

`keys.json` holds the keys with their secrets (a signature cannot be verified without the secret itself) and changes
when a key does; `keys-use.json` holds what each key has used of its day and changes with every order under a key.
Both are replaced whole and durably, so that a kill leaves the old file or the new one.
"""

from __future__ import annotations

import os
import stat
from typing import TypeVar

import msgspec

from engine.ports import StoreError

KEYS, USE = "keys.json", "keys-use.json"
T = TypeVar("T")


class Key(msgspec.Struct, frozen=True, omit_defaults=True):
    """A trading key. Caps are VCR as plain decimal text, "" for none; times are Unix seconds (the wall clock's);
    no `symbols` means all of them."""

    id: str
    secret: str
    name: str
    account: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int
    max_order_value: str = ""
    max_day_value: str = ""
    symbols: tuple[str, ...] = ()
    revoked_at: int = 0


class Use(msgspec.Struct, frozen=True):
    """What a key has ordered on a UTC day of the market (YYYY-MM-DD), VCR as plain decimal text."""

    day: str
    value: str


class KeyFile:
    """The files in a folder; without a folder, memory alone."""

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}

    def load(self) -> list[Key]:
        """All keys, oldest first. Raises StoreError."""
        return self._read(KEYS, list[Key]) or []

    def keep_keys(self, keys: list[Key]) -> None:
        """Replace the keys. Raises StoreError."""
        self._write(KEYS, msgspec.json.format(msgspec.json.encode(keys), indent=1))

    def use(self) -> dict[str, Use]:
        """The newest day's use by key id. Raises StoreError."""
        return self._read(USE, dict[str, Use]) or {}

    def keep_use(self, use: dict[str, Use]) -> None:
        """Replace the use. Raises StoreError."""
        self._write(USE, msgspec.json.encode(use))

    def _read(self, name: str, shape: type[T]) -> T | None:
        data = self._memory.get(name)
        if self._folder:
            data = self._content(name)
        if data is None:
            return None
        try:
            return msgspec.json.decode(data, type=shape)
        except ValueError as error:
            path = os.path.join(self._folder, name)
            raise StoreError(f"{path} cannot be read ({error}); move it away, or restore a copy") from None

    def _content(self, name: str) -> bytes | None:
        path = os.path.join(self._folder, name)
        try:
            with open(path, "rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise StoreError(f"{path} may be read by other users: chmod 600 it, and make new keys")
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from None

    def _write(self, name: str, data: bytes) -> None:
        if not self._folder:
            self._memory[name] = data
            return
        path = os.path.join(self._folder, name)
        try:
            number = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(number)
            os.replace(f"{path}.new", path)
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror}") from None
