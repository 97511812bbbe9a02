"""What the signer's process does without: core dumps, being looked into, swapped memory, a network.

Each is asked of the kernel and goes without where the kernel does not offer it; `Guards` says which are on.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import socket
import struct
import sys
from typing import NamedTuple

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_MCL_CURRENT, _MCL_FUTURE = 1, 2
_ROOM = 512 * 1024 * 1024
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


class Guards(NamedTuple):
    """Which are on."""

    dumps_off: bool
    memory_locked: bool
    network_off: bool


def raise_guards() -> Guards:
    """Call once, before any thread and before any key."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return Guards(True, False, False)
    libc = ctypes.CDLL(None, use_errno=True)
    network_off = _leave_network(libc)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    dumps_off = libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    return Guards(dumps_off, _lock_memory(libc), network_off)


def _lock_memory(libc: ctypes.CDLL) -> bool:
    """Keep memory out of the swap, where a passphrase's 32 MiB fit into what may be locked."""
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft not in (resource.RLIM_INFINITY, -1) and soft < _ROOM:
        return False
    locked: bool = libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0
    return locked


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Go into a network of our own, with nothing in it; files and Unix sockets are as before."""
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    with contextlib.suppress(OSError):  # an identity that is not mapped is still the owner of its files
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    return True


def peer_is_own(sock: socket.socket) -> bool:
    """Whether the other end is a process of this user."""
    if hasattr(socket, "SO_PEERCRED"):
        raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        uid: int = struct.unpack("3i", raw)[1]
        return uid == os.getuid()
    return True  # the folder is 0700 and the socket 0600; other systems say it in other ways
