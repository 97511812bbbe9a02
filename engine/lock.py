"""One engine a home: the lock that says so, also after a kill -9 (the system lets go of it)."""

from __future__ import annotations

import fcntl
import socket
import time
from typing import IO

from engine.home import Home, HomeError

WAIT_S = 8.0
_STEP_S = 0.02


def take(home: Home) -> IO[bytes]:
    """The home's lock, held while the file is open. An engine that is just leaving is waited for.

    Raises HomeError where an engine listens, or holds the lock for too long.
    """
    file = open(home.lock, "ab")  # noqa: SIM115 - held for the life of the caller
    until = time.monotonic() + WAIT_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if listens(home) or time.monotonic() > until:
                file.close()
                owner = f"an engine (process {home.engine_pid() or 'unknown'}) already has {home.path}"
                raise HomeError("ENGINE_RUNNING", owner, "use that one, or `vterm engine stop` first", 6) from None
            time.sleep(_STEP_S)


def held(home: Home) -> bool:
    """Whether an engine has this home now."""
    try:
        with open(home.lock, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def await_release(home: Home, seconds: float) -> bool:
    """Whether the engine has let go of the home within `seconds`."""
    until = time.monotonic() + seconds
    while held(home):
        if time.monotonic() > until:
            return False
        time.sleep(_STEP_S)
    return True


def listens(home: Home) -> bool:
    """Whether something accepts connections on the home's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            home.connect(probe)
        except OSError:
            return False
    return True
