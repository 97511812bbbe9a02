"""When each account was last looked at, in HOME/seen.toml: what happened since is told at the next start."""

from __future__ import annotations

import os
import re
from pathlib import Path

from vterm.plain_file import PlainFileError, read_bytes, toml

NAME = "seen.toml"
MOST_ACCOUNTS = 100
_ACCOUNT = re.compile(r"[A-Za-z0-9_.\-]{1,64}\Z", re.ASCII)
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z\Z", re.ASCII)


def read(home: Path) -> dict[str, str]:
    """Market times (RFC 3339, UTC) by account; what makes no sense is left out."""
    try:
        raw, _ = toml(read_bytes(home / NAME))
    except (FileNotFoundError, PlainFileError):
        return {}
    return {
        name: at for name, at in raw.items() if isinstance(at, str) and _ACCOUNT.match(name) and _AT.match(at)
    }  # fmt: skip


def write(home: Path, account: str, at: str) -> None:
    """Remember until when the account was looked at. A full disk is no reason to stay; never leaves half a file."""
    if not (_ACCOUNT.match(account) and _AT.match(at)):
        return
    known = {**read(home), account: at}
    rows = list(known.items())[-MOST_ACCOUNTS:]
    fresh = home / f"{NAME}.new"
    try:
        fresh.write_text("".join(f'"{name}" = "{when}"\n' for name, when in rows), encoding="utf-8")
        os.replace(fresh, home / NAME)
    except OSError:
        return
