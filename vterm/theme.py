"""Themes by name: those shipped, those of the home, and what Textual is told of the one that is worn."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import themes
from vterm import palette_file
from vterm.palette import Palette
from vterm.palette_file import PaletteError

if TYPE_CHECKING:
    from textual.theme import Theme

NAMES = ("dark", "light", "ember", "almanac", "contrast", "cvd-dark", "cvd-light")
SIXTEEN = ("sixteen", "sixteen-cvd")
"""Worn instead where a console has sixteen colours: whose eyes it is for is kept, the rest cannot be."""
DEFAULT = "dark"
MOST_OWN = 32

_own: dict[str, Palette] = {}


@cache
def _shipped(name: str) -> Palette:
    return palette_file.load(themes.PALETTES / f"{name}.toml")


def names() -> tuple[str, ...]:
    """All themes there are, the shipped ones first."""
    return (*NAMES, *_own)


def load(name: str) -> Palette:
    """The palette of that name; PaletteError if there is none."""
    if name in _own:
        return _own[name]
    if name not in NAMES and name not in SIXTEEN:
        raise PaletteError(f"no theme called {name[:20]}; there are {', '.join(names())}")
    return _shipped(name)


def own(folder: Path) -> list[str]:
    """Read the home's palettes, HOME/themes/*.toml. Answers a line for each that is refused."""
    _own.clear()
    refused = []
    found = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    for path in found[:MOST_OWN]:
        try:
            made = palette_file.load(path)
            if made.name in (*NAMES, *SIXTEEN):
                raise PaletteError(f"palette {made.name} has the name of a shipped one")
            _own[made.name] = made
        except PaletteError as error:
            refused.append(f"{file_name(path)}: {error}")
    if len(found) > MOST_OWN:
        refused.append(f"themes: only the first {MOST_OWN} of {len(found)} files are read")
    return refused


def file_name(path: Path) -> str:
    """A file's name as it may be shown."""
    from engine.model.text import safe

    return safe(path.name)[:40]


def css_variables(palette: Palette) -> dict[str, str]:
    """Own variables of the style sheets: every role and tint, and Textual's names that should follow them."""
    roles = palette.roles
    own_names = {f"role-{name}": value for name, value in {**roles, **palette.tints}.items()}
    return own_names | {
        "foreground-muted": roles["muted"],
        "foreground-disabled": roles["faint"],
        "border": roles["accent"],
        "border-blurred": roles["rule"],
        "block-cursor-background": palette.tints["select"],
        "block-cursor-foreground": roles["foreground"],
        "block-cursor-text-style": "bold reverse" if palette.bare else "bold",
        "input-cursor-background": roles["foreground"],
        "input-cursor-foreground": roles["background"],
        "input-selection-background": palette.tints["select"],
        "footer-key-foreground": roles["accent"],
        "scrollbar": roles["rule"],
        "scrollbar-hover": roles["faint"],
        "scrollbar-active": roles["muted"],
        "scrollbar-background": roles["background"],
        "scrollbar-background-hover": roles["background"],
        "scrollbar-background-active": roles["background"],
        "scrollbar-corner-color": roles["background"],
    }


def textual_theme(palette: Palette) -> Theme:
    """The palette as Textual's own kind of theme, registered under a name for each way it can be worn."""
    from textual.theme import Theme

    roles = palette.roles
    return Theme(
        name=f"{palette.name}-red-up" if palette.red_up else palette.name,
        primary=roles["accent"],
        secondary=roles["muted"],
        accent=roles["accent"],
        foreground=roles["foreground"],
        background=roles["background"],
        surface=roles["surface"],
        panel=roles["panel"],
        success=roles["up"],
        warning=roles["warning"],
        error=roles["error"],
        dark=palette.dark,
        variables=css_variables(palette),
    )
