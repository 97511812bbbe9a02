"""A small text file that a user put into the home: read so that nothing in it can hurt.

Keys and palettes are such files. A folder of a home may be a download, so a file counts as hostile: it must be a
regular file, of at most 64 KiB, UTF-8, with lines of ordinary length (long ones can keep the parser busy for
minutes), and the parser's own ways to fail all end as one line.
"""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from engine.model.text import safe

MOST_BYTES = 65_536
MOST_LINE = 400


class PlainFileError(ValueError):
    """Why a file is not read: one line, no control characters, at most 200 long."""

    def __init__(self, cause: str) -> None:
        super().__init__(safe(" ".join(cause.split()))[:200])


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file. Raises FileNotFoundError where there is none, PlainFileError for any other."""
    try:
        # Without O_NONBLOCK a pipe of that name would keep the terminal from starting.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PlainFileError(f"cannot be opened: {error.strerror}") from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise PlainFileError("is not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlainFileError(f"cannot be read: {error.strerror}") from None
    finally:
        os.close(handle)
    return raw


def toml(raw: bytes) -> tuple[dict[str, Any], str]:
    """The document and its text. Raises PlainFileError."""
    if len(raw) > MOST_BYTES:
        raise PlainFileError("is larger than 64 KiB")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise PlainFileError("is not UTF-8 text") from None
    if any(len(line) > MOST_LINE for line in text.split("\n")):
        raise PlainFileError(f"has a line of more than {MOST_LINE} characters")
    try:
        return tomllib.loads(text), text
    except RecursionError:
        raise PlainFileError("is nested too deeply") from None
    except ValueError as error:
        raise PlainFileError(f"is not TOML: {error}") from None


def write(path: Path, text: str) -> bool:
    """Replace a file of the home as a whole; whether that went well: a full disk is no reason to stop.

    Two processes may do so at once: each has a new file of its own name, and the last to rename wins.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, path)
    except OSError:
        fresh.unlink(missing_ok=True)
        return False
    return True
