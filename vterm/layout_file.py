"""The files that hold layouts: HOME/layouts.toml (by name) and HOME/desk.toml (how the desk was left; a recorded market
has another one).

Both count as hostile: `plain_file` reads them (a regular file, 64 KiB, short lines), `SavedLayout.of` takes what has
exactly the schema. They are replaced as a whole, each by a file of its own name, so that two terminals of one home
never mix theirs: the last one wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.model.text import safe
from vterm.layouts import LayoutError, SavedLayout
from vterm.plain_file import PlainFileError, read_bytes, toml, write

LAYOUTS, DESK, RECORDED = "layouts.toml", "desk.toml", "desk-replay.toml"
MOST_LAYOUTS = 32
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}\Z", re.ASCII)
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z", re.ASCII)


def fair_name(text: str) -> str:
    """A layout's name as it is kept. Raises LayoutError."""
    name = "-".join(text.lower().split())
    if not NAME.match(name):
        raise LayoutError("a layout's name is 1 to 24 of a-z 0-9 - _")
    return name


def read_layouts(home: Path) -> dict[str, SavedLayout]:
    """All layouts by name, none where there is no file. Raises LayoutError for a file that is not what it should be."""
    return {name: _one(f"{LAYOUTS}: layout {name}", each) for name, each in _tables(home).items()}


def _tables(home: Path) -> dict[str, Any]:
    raw = _document(home / LAYOUTS)
    layouts = raw.get("layout", {})
    extra = sorted(set(raw) - {"layout"})
    if extra or not isinstance(layouts, dict):
        raise LayoutError(f"{LAYOUTS} has {safe(extra[0])[:24]!r}, which is no [layout.NAME]" if extra else
                          f"{LAYOUTS}: layout is no table")  # fmt: skip
    if len(layouts) > MOST_LAYOUTS:
        raise LayoutError(f"{LAYOUTS} has more than {MOST_LAYOUTS} layouts")
    for name in layouts:
        if not NAME.match(name):
            raise LayoutError(f"{LAYOUTS}: a layout's name is 1 to 24 of a-z 0-9 - _")
    return layouts


def read_desk(home: Path, *, recorded: bool = False) -> SavedLayout | None:
    """How the desk was left; None where nobody did. Raises LayoutError."""
    name = RECORDED if recorded else DESK
    raw = _document(home / name)
    return _one(name, raw) if raw else None


def _one(where: str, raw: Any) -> SavedLayout:
    try:
        return SavedLayout.of(raw)
    except LayoutError as error:
        raise LayoutError(f"{where}: {error}") from None


def _document(path: Path) -> dict[str, Any]:
    try:
        return toml(read_bytes(path))[0]
    except FileNotFoundError:
        return {}
    except PlainFileError as error:
        raise LayoutError(f"{path.name} {error}") from None


def save_layout(home: Path, name: str, layout: SavedLayout) -> None:
    """Add or replace one; the others are read again, as another terminal may have written them. Raises LayoutError."""
    known = read_layouts(home)
    if name not in known and len(known) >= MOST_LAYOUTS:
        raise LayoutError(f"there are {MOST_LAYOUTS} layouts already; delete one first")
    _write_layouts(home, {**known, name: layout})


def drop_layout(home: Path, name: str) -> None:
    """Delete one. Raises LayoutError."""
    known = read_layouts(home)
    if known.pop(name, None) is None:
        raise LayoutError(f"there is no layout called {name[:24]}")
    _write_layouts(home, known)


def _write_layouts(home: Path, layouts: Mapping[str, SavedLayout]) -> None:
    tables = {"layout": {name: layout.plain() for name, layout in layouts.items()}}
    if not write(home / LAYOUTS, text_of(tables)):
        raise LayoutError(f"{LAYOUTS} cannot be written")


def save_desk(home: Path, layout: SavedLayout, *, recorded: bool = False) -> bool:
    """Remember how the desk is; whether that could be written."""
    return write(home / (RECORDED if recorded else DESK), text_of(layout.plain()))


def text_of(document: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """TOML of tables of texts, whole numbers, truth values and lists of texts."""
    own = {key: value for key, value in document.items() if not isinstance(value, Mapping)}
    lines = [f"[{'.'.join(map(_key, path))}]"] if path and own else []
    lines += [f"{_key(key)} = {_value(value)}" for key, value in own.items()]
    text = "".join(f"{line}\n" for line in lines)
    for key, value in document.items():
        if isinstance(value, Mapping):
            text += text_of(value, (*path, key))
    return text


def _key(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key)


def _value(value: Any) -> str:
    # Texts are printable (the schema sees to that), and such JSON is TOML.
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)
