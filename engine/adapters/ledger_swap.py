"""A home's ledger makes way for another one, and is kept: whenever this is cut short, one of the two stands.

The new ledger is made in a folder of its own. Then one file, `rewind.todo`, says what is to be moved where: before it
is there nothing has changed, and from then on whoever opens the home goes on with what it says. Nothing is ever
deleted but an unfinished copy.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from engine.adapters.sqlite_beside import sync_folder
from engine.adapters.sqlite_errors import told
from engine.ports import IntegrityError

LEDGER = "ledger.db"
_STAGE, _TODO, _KEPT = "rewind.new", "rewind.todo", "rewound"


class _Plan(msgspec.Struct, frozen=True):
    """Names of files: `old` go from the home to the folder `kept`, then `new` come from the stage to the home."""

    kept: str
    old: list[str]
    new: list[str]


def standing_ledger(home: Path) -> Path:
    """The ledger of a home, wherever an exchange that was cut short has left it. Moves nothing."""
    staged = home / _STAGE / LEDGER
    return staged if (home / _TODO).exists() and staged.exists() else home / LEDGER


def stage(home: Path) -> Path:
    """An empty folder for the new ledger; what an earlier attempt left there is dropped."""
    folder = home / _STAGE
    with told(folder):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
    return folder


def exchange(home: Path) -> Path:
    """Put the staged ledger into the place of the home's; the folder that keeps the old one. Both must be closed."""
    folder = home / _STAGE
    with told(home):
        kept = _free_folder(home)
        old = sorted(path.name for path in home.glob("ledger.*"))
        plan = _Plan(kept.name, old, sorted(path.name for path in folder.iterdir()))
        sync_folder(folder)
        sync_folder(home)
        _write(home / _TODO, msgspec.json.encode(plan))
    finish_exchange(home)
    return kept


def finish_exchange(home: Path) -> None:
    """Go on with an exchange that was cut short; nothing to do is fine. The caller has the home to himself."""
    todo, folder = home / _TODO, home / _STAGE
    if not todo.exists():
        return
    with told(todo):
        try:
            plan = msgspec.json.decode(todo.read_bytes(), type=_Plan)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise IntegrityError(f"{todo} is damaged: it does not say what is to be moved") from None
        kept = home / plan.kept
        for name in plan.old:
            # What is kept already may by now stand for its successor in the home.
            if not (kept / name).exists() and (home / name).exists():
                os.rename(home / name, kept / name)
        sync_folder(kept)
        sync_folder(home)
        for name in plan.new:
            if (folder / name).exists():
                os.rename(folder / name, home / name)
        sync_folder(home)
        os.unlink(todo)
        sync_folder(home)
        shutil.rmtree(folder, ignore_errors=True)


def _free_folder(home: Path) -> Path:
    """HOME/rewound-N, empty, with the first N that is free."""
    number = 1
    while (kept := home / f"{_KEPT}-{number}").exists() and any(kept.iterdir()):
        number += 1
    kept.mkdir(mode=0o700, exist_ok=True)
    return kept


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".todo.new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(fresh, path)
    sync_folder(path.parent)
