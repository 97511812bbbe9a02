"""The two small files beside a ledger: its head (and lock), and the digest of a closed ledger.

`ledger.head` holds the number and hash of the newest acknowledged entry. It is written after each commit,
before the acknowledgement, and never synchronised: it can lag behind the ledger after a power cut but never
run ahead of it, so a ledger that ends before its head has lost something acknowledged. Its file lock keeps a
second writer out. `ledger.sum` exists only while the ledger is closed, and covers every byte of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import struct
from pathlib import Path

from engine.ports import IntegrityError, StoreError

_HEAD = struct.Struct(">8sq32s")
_MAGIC = b"vthead1\n"
_CHECK = 16


def head_path(ledger: Path) -> Path:
    """Where the head of `ledger` is kept."""
    return ledger.with_suffix(".head")


def sum_path(ledger: Path) -> Path:
    """Where the digest of the closed `ledger` is kept."""
    return ledger.with_suffix(".sum")


def wal_size(ledger: Path) -> int:
    """Bytes in the write-ahead log of `ledger`; 0 where there is none."""
    with contextlib.suppress(FileNotFoundError):
        return Path(f"{ledger}-wal").stat().st_size
    return 0


def reserve_log(ledger: Path, size: int) -> None:
    """Give the open write-ahead log its full length in zeros, durably.

    Synchronising a file that grows costs almost twice as much as one that is written over. SQLite reads no
    further than the last frame that belongs to its generation, so zeros behind it mean nothing.
    """
    log = Path(f"{ledger}-wal")
    if not log.exists():
        return
    with log.open("r+b") as file:
        missing = size - file.seek(0, os.SEEK_END)
        if missing > 0:
            file.write(bytes(missing))
            file.flush()
            os.fsync(file.fileno())


class Head:
    """The writer's open head file, locked for as long as it is open."""

    def __init__(self, ledger: Path) -> None:
        self._fd = os.open(head_path(ledger), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise StoreError(
                f"another engine has {ledger} open. Use that one, or stop it with `vterm engine stop`"
            ) from None

    def write(self, seq: int, digest: bytes) -> None:
        """Remember the newest acknowledged entry."""
        body = _HEAD.pack(_MAGIC, seq, digest)
        os.pwrite(self._fd, body + _check(body), 0)

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._fd)


def read_head(ledger: Path) -> tuple[int, bytes] | None:
    """(seq, hash) of the newest acknowledged entry, or None where none is known.

    Raises IntegrityError where the head is damaged.
    """
    try:
        raw = head_path(ledger).read_bytes()
    except FileNotFoundError:
        return None
    if not raw:
        return None
    body, check = raw[: _HEAD.size], raw[_HEAD.size :]
    if len(body) != _HEAD.size or check != _check(body) or not body.startswith(_MAGIC):
        raise IntegrityError(f"{head_path(ledger)} is damaged: it is not what the last commit wrote")
    _, seq, digest = _HEAD.unpack(body)
    return seq, digest


def _check(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECK).digest()


def digest_file(path: Path) -> str:
    """BLAKE2b-256 of a whole file, as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def write_sum(ledger: Path) -> None:
    """Put the digest of the closed ledger beside it, durably."""
    target = sum_path(ledger)
    fresh = target.with_suffix(".sum.new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"blake2b-256 {digest_file(ledger)} {ledger.stat().st_size}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
    sync_folder(ledger.parent)


def remove_sum(ledger: Path) -> None:
    """The ledger is about to change: its digest no longer says anything."""
    with contextlib.suppress(FileNotFoundError):
        sum_path(ledger).unlink()
        sync_folder(ledger.parent)


def sum_fault(ledger: Path) -> str | None:
    """What the digest of a closed ledger shows; None where it agrees or there is none.

    The digest is read twice: an engine that opens the ledger meanwhile takes it away first.
    """
    target = sum_path(ledger)
    try:
        stored = target.read_bytes()
        actual = f"blake2b-256 {digest_file(ledger)} {ledger.stat().st_size}\n".encode("ascii")
        changed = wal_size(ledger) > 0
        again = target.read_bytes()
    except FileNotFoundError:
        return None
    if stored != again:
        return None
    if changed:
        return f"{ledger} was written by another program after it was closed"
    if stored != actual:
        return f"{ledger} is not, byte for byte, what was closed: {target.name} differs"
    return None


def sync_folder(folder: Path) -> None:
    """Make names in `folder` durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
