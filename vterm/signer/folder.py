"""The signer's own folder in a home: the sealed key, which desks know it, the secret of the running signer.

Everything in it is the user's alone (0700, 0600); a folder or file that others may read or write is refused.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from engine.signing.codes import Denial, SigningCode, deny

KEY, DESK, SECRET, SOCKET, LOCK = "key", "desk", "session", "signer.sock", "lock"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_BYTES = 4096


class SignerFolder:
    """`path` is HOME/signing. Methods raise Denial NOT_AUTHORISED where modes are not as they must be."""

    def __init__(self, home: str) -> None:
        self.path = Path(home) / "signing"

    def prepare(self) -> None:
        """Make the folder if it is not there, and see that it is the user's alone."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._guard(self.path)

    def read(self, name: str) -> str:
        """A file's text, empty where there is none."""
        path = self.path / name
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise _bad(path, error.strerror or "it cannot be opened") from None
        with os.fdopen(handle, encoding="ascii", errors="replace") as file:
            self._guard(path, os.fstat(file.fileno()))
            return file.read(MOST_BYTES)

    def write(self, name: str, text: str) -> None:
        """Replace a file in one step: it has the old text or the new one, whenever the power goes."""
        path, new = self.path / name, self.path / f".{name}.{secrets.token_hex(4)}"
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, path)
        except OSError:
            new.unlink(missing_ok=True)
            raise
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def put_away(self, name: str) -> None:
        """Keep an old file under a name of its own; older signatures of its key stay verifiable without it."""
        path, number = self.path / name, 1
        while (old := self.path / f"{name}.old-{number}").exists():
            number += 1
        if path.exists():
            os.rename(path, old)

    @staticmethod
    def _guard(path: Path, found: os.stat_result | None = None) -> None:
        found = found or os.lstat(path)
        if found.st_uid != os.getuid() or found.st_mode & _OTHERS or stat.S_ISLNK(found.st_mode):
            raise _bad(path, "others may read or change it")


def _bad(path: Path, cause: str) -> Denial:
    mode = "700" if path.name == "signing" else "600"
    fix = f"chmod {mode} it, if you know who changed it; else move it away and `vterm keys revoke` its key"
    return deny(SigningCode.NOT_AUTHORISED, f"{path} is not the signer's alone", cause=cause, fix=fix)
