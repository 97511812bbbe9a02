"""Palettes: roles with colours, read from data, and what is made of them: styles for cells, a Textual theme.

A cell's style is named by a short text: modifiers and one role, then `on` and a background, for instance
`up`, `bold accent`, `muted on book-bid`. Backgrounds are surfaces or tints: a role mixed into the screen
colour by so many percent, so that text on them keeps its contrast. Nothing outside this file sees a hex.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from rich.style import Style

import themes

if TYPE_CHECKING:
    from textual.theme import Theme

ROLES = (
    "background", "surface", "panel", "foreground", "muted", "faint", "rule", "accent",
    "up", "down", "flat", "warning", "error", "agent",
)  # fmt: skip
TINT_ROLES = {
    "book-bid": "up",
    "book-ask": "down",
    "flash-up": "up",
    "flash-down": "down",
    "cursor": "muted",
    "select": "accent",
}
NAMES = ("dark", "light", "cvd-dark", "cvd-light")
DEFAULT = "dark"
_MODIFIERS = ("bold", "dim", "underline", "reverse", "italic")


class PaletteError(ValueError):
    """A palette file lacks a role, or a colour in it is not #rrggbb."""


@dataclass(frozen=True)
class Palette:
    """Colours by role. `tints` holds finished backgrounds, already mixed."""

    name: str
    title: str
    dark: bool
    roles: dict[str, str]
    tints: dict[str, str]
    mono: bool = False
    _styles: dict[str, Style] = field(default_factory=dict, repr=False, compare=False)

    def style(self, key: str) -> Style:
        """The style that `key` names; KeyError for an unknown role."""
        found = self._styles.get(key)
        if found is None:
            found = self._styles[key] = self._make(key)
        return found

    def color(self, role: str) -> str:
        """#rrggbb of a role or tint."""
        return self.tints[role] if role in self.tints else self.roles[role]

    def _make(self, key: str) -> Style:
        front, _, back = key.partition(" on ")
        words = front.split()
        role = next((word for word in words if word not in _MODIFIERS), "foreground")
        reverse = "reverse" in words or (self.mono and back.startswith(("cursor", "select")))
        return Style(
            color=self.color(role),
            bgcolor=self.color(back) if back else None,
            bold="bold" in words or None,
            dim="dim" in words or None,
            italic="italic" in words or None,
            underline="underline" in words or None,
            reverse=reverse or None,
        )


def mix(top: str, base: str, percent: int) -> str:
    """`percent` of `top` laid over `base`, as #rrggbb."""
    pairs = ((int(top[i : i + 2], 16), int(base[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{(a * percent + b * (100 - percent) + 50) // 100:02x}" for a, b in pairs)


def parse(text: str) -> Palette:
    """A palette from the text of its file; PaletteError names what is wrong with it."""
    raw = tomllib.loads(text)
    roles = raw.get("roles", {})
    for role in ROLES:
        value = roles.get(role, "")
        if len(value) != 7 or value[0] != "#" or not all(c in "0123456789abcdef" for c in value[1:]):
            raise PaletteError(f"palette {raw.get('name', '?')}: role {role} is not #rrggbb")
    base = roles["background"]
    tints = {name: mix(roles[role], base, int(raw["tints"][name])) for name, role in TINT_ROLES.items()}
    return Palette(raw["name"], raw["title"], bool(raw["dark"]), roles, tints)


@cache
def load(name: str) -> Palette:
    """The palette of that name among those shipped; PaletteError if there is none."""
    path = themes.PALETTES / f"{name}.toml"
    if name not in NAMES or not path.is_file():
        raise PaletteError(f"no theme called {name[:20]}; there are {', '.join(NAMES)}")
    return parse(path.read_text(encoding="utf-8"))


def css_variables(palette: Palette) -> dict[str, str]:
    """Own variables of the style sheets: every role and tint, and Textual's names that should follow them."""
    roles = palette.roles
    own = {f"role-{name}": value for name, value in {**roles, **palette.tints}.items()}
    return own | {
        "foreground-muted": roles["muted"],
        "foreground-disabled": roles["faint"],
        "border": roles["accent"],
        "border-blurred": roles["rule"],
        "block-cursor-background": palette.tints["select"],
        "block-cursor-foreground": roles["foreground"],
        "block-cursor-text-style": "bold",
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
    """The palette as Textual's own kind of theme, registered under the same name."""
    from textual.theme import Theme

    roles = palette.roles
    return Theme(
        name=palette.name,
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
