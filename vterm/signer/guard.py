"""What the signer's process does without: core dumps, being looked into, swapped memory, a network.

Each is asked of the kernel and goes without where the kernel does not offer it; `Guards` says which are on.
"""

from __future__ import annotations

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
    network_off = leave_network(libc)
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


def leave_network(libc: ctypes.CDLL) -> bool:
    """Go into a network of our own, with nothing in it; files and Unix sockets are as before.

    A child tries it first: there is no way back, and where the kernel lets a process in without its identity, every
    user looks like the same one, so that `peer_is_own` could tell nobody apart.
    """
    child = os.fork()
    if child == 0:
        os._exit(0 if _enter(libc) else 1)
    if os.waitpid(child, 0)[1] != 0:
        return False
    if not _enter(libc):
        raise OSError("the kernel changed its mind about namespaces")
    return True


def _enter(libc: ctypes.CDLL) -> bool:
    """Whether this process is in a network of its own, as the user that it was."""
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    except OSError:
        return False
    return os.getuid() == uid


def peer_is_own(sock: socket.socket) -> bool:
    """Whether the other end is a process of this user."""
    if hasattr(socket, "SO_PEERCRED"):
        raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        uid: int = struct.unpack("3i", raw)[1]
        return uid == os.getuid()
    return True  # the folder is 0700 and the socket 0600; other systems say it in other ways
