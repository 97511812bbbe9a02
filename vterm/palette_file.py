"""A palette's file under its schema: exactly these keys, colours as #rrggbb, shares as whole percents.

There is no include, no reference and no expression in it, so a palette of somebody else can only be pretty or
refused. One whose text cannot be read is refused as well: hiding a warning is the only harm it could do.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from engine.model.text import safe
from vterm.palette import (
    FAINT_FLOOR,
    FAINT_PANEL,
    GROUNDS,
    ROLES,
    TEXT_FLOOR,
    TEXT_ROLES,
    TINT_ROLES,
    Palette,
    contrast,
)
from vterm.plain_file import PlainFileError, read_bytes, toml

NAME = re.compile(r"[a-z][a-z0-9-]{0,23}\Z", re.ASCII)
_COLOR = re.compile(r"#[0-9a-f]{6}\Z", re.ASCII)
MOST_TITLE = 40
_REQUIRED = {"name": str, "title": str, "dark": bool, "roles": dict, "tints": dict}
_OPTIONAL = {"cvd": bool, "sixteen": bool}


class PaletteError(ValueError):
    """What is wrong with a palette, in one line."""


def parse(raw: bytes | str) -> Palette:
    """A palette from its file's contents. Raises PaletteError."""
    try:
        document, _ = toml(raw.encode() if isinstance(raw, str) else raw)
    except PlainFileError as error:
        raise PaletteError(f"palette {error}") from None
    _shape(document)
    roles, shares = document["roles"], document["tints"]
    _exactly(roles, ROLES, "roles")
    _exactly(shares, TINT_ROLES, "tints")
    for role, value in roles.items():
        if not isinstance(value, str) or not _COLOR.match(value):
            raise PaletteError(f"palette {document['name']}: role {role} is not #rrggbb in small letters")
    for tint, share in shares.items():
        if type(share) is not int or not 0 <= share <= 60:
            raise PaletteError(f"palette {document['name']}: tint {tint} is not a whole number from 0 to 60")
    palette = Palette(document["name"], document["title"], document["dark"], dict(roles), dict(shares),
                      sixteen=document.get("sixteen", False), cvd=document.get("cvd", False))  # fmt: skip
    _legible(palette)
    return palette


def load(path: Path) -> Palette:
    """The palette of a file named like it. Raises PaletteError."""
    try:
        palette = parse(read_bytes(path))
    except FileNotFoundError:
        raise PaletteError("palette is not there") from None
    except PlainFileError as error:
        raise PaletteError(f"palette {error}") from None
    if palette.name != path.stem:
        raise PaletteError(f"palette {palette.name} must be in a file {palette.name}.toml")
    return palette


def _shape(document: dict[str, Any]) -> None:
    for key, kind in _REQUIRED.items():
        if key not in document:
            raise PaletteError(f"palette has no {key}")
        if type(document[key]) is not kind:
            raise PaletteError(f"palette: {key} has the wrong type")
    for key, value in document.items():
        if key not in _REQUIRED and key not in _OPTIONAL:
            raise PaletteError(f"palette: nothing is called {_quoted(key)} here")
        if key in _OPTIONAL and type(value) is not _OPTIONAL[key]:
            raise PaletteError(f"palette: {key} has the wrong type")
    if not NAME.match(document["name"]):
        raise PaletteError("palette: name must be small letters, digits and -, at most 24")
    title = document["title"]
    if not 0 < len(title) <= MOST_TITLE or safe(title) != title:
        raise PaletteError(f"palette {document['name']}: title must be 1 to {MOST_TITLE} ordinary characters")


def _exactly(table: dict[str, Any], names: Any, where: str) -> None:
    for name in names:
        if name not in table:
            raise PaletteError(f"palette has no {name} in [{where}]")
    for name in table:
        if name not in names:
            raise PaletteError(f"palette: nothing is called {_quoted(name)} in [{where}]")


def _legible(palette: Palette) -> None:
    floors = [(role, back, TEXT_FLOOR) for role in TEXT_ROLES for back in GROUNDS]
    floors += [("foreground", back, TEXT_FLOOR) for back in TINT_ROLES if not palette.sixteen]
    floors += [("faint", back, FAINT_PANEL if back == "panel" else FAINT_FLOOR) for back in GROUNDS]
    for role, back, floor in floors:
        found = contrast(palette.color(role), palette.color(back))
        if found < floor:
            raise PaletteError(f"palette {palette.name}: {role} on {back} has a contrast of {found:.2f}, needs {floor}")
    if palette.roles["up"] == palette.roles["down"]:
        raise PaletteError(f"palette {palette.name}: up and down are the same colour")


def _quoted(key: str) -> str:
    return f"'{safe(key[:24])}'"
