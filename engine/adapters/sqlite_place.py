"""Where a ledger may not be kept: a SQLite or a file system on which a synchronised write can still be lost.

Asked before anything is touched.
"""

from __future__ import annotations

import re
from pathlib import Path

import pysqlite3.dbapi2 as dbapi

from engine.ports import StoreError

OLDEST_SQLITE = (3, 51, 3)
"""Older ones can damage a write-ahead log that two connections write and fold back."""

_KINDS = (
    "nfs nfs4 cifs smb3 smbfs ncpfs afs ceph lustre glusterfs beegfs gpfs gfs2 ocfs2",
    "davfs davfs2 sshfs rclone s3fs",
)
NETWORK = frozenset(" ".join(_KINDS).split())
"""File systems of other machines: their locks and shared memory do not hold, so neither does a write-ahead log
(sqlite.org/wal.html). Those in user space are named `fuse.sshfs` and so on."""

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where, on Linux; elsewhere it is not known."""

_OCTAL = re.compile(r"\\([0-7]{3})")


def check_place(path: Path) -> None:
    """Refuse a library or a file system that cannot keep what was acknowledged. Raises StoreError."""
    if dbapi.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {dbapi.sqlite_version} is too old for a ledger. Install pysqlite3 0.6 or later")
    kind = file_system(path)
    if kind.removeprefix("fuse.") in NETWORK:
        raise StoreError(f"{path} lies on a network file system ({kind}), which can lose orders. Use a local disk")


def file_system(path: Path) -> str:
    """The kind of file system that `path` lies on, such as ext4; empty where that is not known."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    where, best, found = path.resolve(), -1, ""
    for line in lines:
        mount, _, source = line.partition(" - ")
        point = Path(_OCTAL.sub(lambda code: chr(int(code[1], 8)), mount.split(" ")[4]))
        # Of two mounts at one point the later one hides the other.
        if len(point.parts) >= best and where.is_relative_to(point):
            best, found = len(point.parts), source.split(" ")[0]
    return found
