"""The data folder of one desk: where its files are, and what is wrong with a folder that cannot be one.

Everything here is on the path of every command, so it imports only `os`, `sys` and what is built in.
"""

from __future__ import annotations

import errno
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class UnixSocket(Protocol):
        """The two calls of a socket object that need a path."""

        def connect(self, address: str, /) -> None: ...

        def bind(self, address: str, /) -> None: ...


_LONGEST_SOCKET_PATH = 100
"""A Unix socket address holds 104 to 108 bytes, depending on the system."""


class HomeError(Exception):
    """A folder that cannot hold a desk: `code`, a message, its fix, and the exit code of a command."""

    def __init__(self, code: str, message: str, fix: str, exit_code: int) -> None:
        super().__init__(message)
        self.code, self.message, self.fix, self.exit_code = code, message, fix, exit_code


class Home:
    """Paths of a data folder (absolute, as text)."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(os.path.expanduser(path))
        self.socket = os.path.join(self.path, "engine.sock")
        self.pid = os.path.join(self.path, "engine.pid")
        self.lock = os.path.join(self.path, "engine.lock")
        self.start_lock = os.path.join(self.path, "engine.start")
        self.log = os.path.join(self.path, "engine.log")
        self.ledger = os.path.join(self.path, "ledger.db")

    @classmethod
    def find(cls, flag: str = "") -> Home:
        """The home of `--home`, else of VTERM_HOME, else the platform's data folder for this user."""
        return cls(flag or os.environ.get("VTERM_HOME", "") or _platform_folder())

    def prepare(self) -> None:
        """Make the folder (mode 0700) if it is not there, and see that it can be used. Raises HomeError."""
        try:
            if not os.path.isdir(self.path):
                os.makedirs(self.path, mode=0o700, exist_ok=True)
        except OSError as error:
            raise _explain(self.path, error) from None
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise _explain(self.path, PermissionError(errno.EACCES, "no rights"))

    def connect(self, sock: UnixSocket) -> None:
        """Connect `sock` to the engine. Raises OSError where none listens."""
        _at_short_path(self.socket, sock.connect)

    def bind(self, sock: UnixSocket) -> None:
        """Bind `sock` as the engine's, mode 0600 from its first moment. A dead engine's socket is removed."""
        if os.path.lexists(self.socket):
            os.unlink(self.socket)
        mask = os.umask(0o177)
        try:
            _at_short_path(self.socket, sock.bind)
        finally:
            os.umask(mask)

    def store(self, replay: str = "", form: str = "", symbol: str = "") -> str:
        """The folder of a market's ledger: the home for the living one, a folder in it for each recording.

        A journal plays back only on the market that it was written on, so two markets never share one. The folder
        of a recording can be a home itself: the terminal uses it as one, beside the living market.
        """
        if not replay:
            return self.path
        import zlib

        where = os.path.abspath(replay)
        size = os.path.getsize(where) if os.path.isfile(where) else 0
        mark = zlib.crc32("\n".join((where, form, symbol, str(size))).encode("utf-8", "surrogateescape"))
        name = f"{os.path.basename(where)[:60]}-{mark:08x}"
        if os.path.basename(self.path) == name:
            return self.path
        return os.path.join(self.path, "recordings", name)

    def engine_pid(self) -> int:
        """Process id in engine.pid, or 0."""
        try:
            with open(self.pid, encoding="ascii") as file:
                return int(file.read(20))
        except (OSError, ValueError):
            return 0


def _platform_folder() -> str:
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support/vterm")
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "vterm")


def _at_short_path(path: str, call: Callable[[str], None]) -> None:
    """`call(path)`, by way of the folder's descriptor where the path is too long for a socket address."""
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        call(path)
        return
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    name = os.path.basename(path)
    try:
        if os.path.isdir(f"/proc/self/fd/{folder}"):
            call(f"/proc/self/fd/{folder}/{name}")
            return
        here = os.open(".", os.O_RDONLY)
        try:
            os.fchdir(folder)
            call(name)
        finally:
            os.fchdir(here)
            os.close(here)
    finally:
        os.close(folder)


def _explain(path: str, error: OSError) -> HomeError:
    elsewhere = "choose another folder with --home DIR or VTERM_HOME"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return HomeError("HOME_NOT_A_FOLDER", f"{path} is a file, not a folder", elsewhere, 2)
    if error.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL):
        return HomeError("HOME_NOT_A_FOLDER", f"{path[:120]} is no usable folder name", elsewhere, 2)
    if error.errno == errno.EROFS:
        return HomeError("FORBIDDEN", f"{path} is on a read-only disk", elsewhere, 5)
    if error.errno in (errno.EACCES, errno.EPERM):
        return HomeError("FORBIDDEN", f"no rights to read and write {path}", f"chmod u+rwx it, or {elsewhere}", 5)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HomeError("STORE_FAILED", f"the disk of {path} is full", f"free some space, or {elsewhere}", 6)
    return HomeError("STORE_FAILED", f"cannot use {path}: {error.strerror}", elsewhere, 6)
