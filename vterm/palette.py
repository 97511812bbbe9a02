"""A palette: roles with colours, and the styles made of them.

A cell's style is named by a short text: modifiers and one role, then `on` and a background, for instance
`up`, `bold accent`, `muted on book-bid`. Backgrounds are surfaces or tints: a role mixed into the screen
colour by so many percent. Where a role is too close to the background it stands on, the next stronger one
takes its place, so that no palette and no pane can paint text that cannot be read. `ember:up` is the same
role of another palette. Nothing outside this file sees a colour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rich.style import Style

ROLES = (
    "background", "surface", "panel", "foreground", "muted", "faint", "rule", "accent",
    "up", "down", "flat", "warning", "error", "agent",
)  # fmt: skip
TEXT_ROLES = ("foreground", "muted", "accent", "up", "down", "flat", "warning", "error", "agent")
GROUNDS = ("background", "surface", "panel")
TINT_ROLES = {
    "book-bid": "up",
    "book-ask": "down",
    "flash-up": "up",
    "flash-down": "down",
    "cursor": "muted",
    "select": "accent",
}
TEXT_FLOOR, FAINT_FLOOR, FAINT_PANEL = 4.5, 3.6, 3.0
"""Least contrast of text, of what only completes a number, and of that on the lines above and below."""

_MODIFIERS = ("bold", "dim", "underline", "reverse", "italic")
_STRONGER = {"faint": "muted"}


def mix(top: str, base: str, percent: int) -> str:
    """`percent` of `top` laid over `base`, as #rrggbb."""
    pairs = ((int(top[i : i + 2], 16), int(base[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{(a * percent + b * (100 - percent) + 50) // 100:02x}" for a, b in pairs)


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.1)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.1)."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True)
class Palette:
    """Colours by role. `tints` holds finished backgrounds, already mixed; `shares` by how much, in percent.

    `mono` is set where colours do not arrive, `sixteen` where only those of a console do: what is selected stands
    reversed then, and sixteen colours have no tints. `twins` are glyphs to paint instead of those a font lacks.
    """

    name: str
    title: str
    dark: bool
    roles: dict[str, str]
    shares: dict[str, int]
    mono: bool = False
    sixteen: bool = False
    cvd: bool = False
    red_up: bool = False
    twins: dict[int, str] = field(default_factory=dict, repr=False)
    other: Callable[[str], Palette] | None = field(default=None, repr=False, compare=False)
    tints: dict[str, str] = field(init=False, repr=False)
    _styles: dict[str, Style] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        base = self.roles["background"]
        tints = {name: mix(self.roles[role], base, self.shares[name]) for name, role in TINT_ROLES.items()}
        object.__setattr__(self, "tints", tints)

    @property
    def bare(self) -> bool:
        """Whether tints do not tell enough here."""
        return self.mono or self.sixteen

    @property
    def look(self) -> tuple[object, ...]:
        """Changes whenever a painted cell would."""
        return (self.name, self.mono, self.red_up, len(self.twins))

    def turned(self) -> Palette:
        """The same with up and down changed over, as where red is a rise."""
        roles = self.roles | {"up": self.roles["down"], "down": self.roles["up"]}
        return replace(self, roles=roles, red_up=not self.red_up, _styles={})

    def style(self, key: str) -> Style:
        """The style that `key` names; KeyError for an unknown role."""
        found = self._styles.get(key)
        if found is None:
            found = self._styles[key] = self._make(key)
        return found

    def color(self, role: str) -> str:
        """#rrggbb of a role or tint."""
        return self.tints[role] if role in self.tints else self.roles[role]

    def readable(self, role: str, back: str) -> str:
        """The role itself, or the next stronger one that can be read on this background."""
        if role not in (*TEXT_ROLES, "faint"):
            return role
        floor = FAINT_FLOOR if role == "faint" else TEXT_FLOOR
        if contrast(self.color(role), self.color(back)) >= floor:
            return role
        return self.readable(_STRONGER[role], back) if role in _STRONGER else self._ink(back)

    def _ink(self, back: str) -> str:
        """What reads best on a background: a tint lies between the two, so one of them always does."""
        return max(("foreground", "background"), key=lambda role: contrast(self.color(role), self.color(back)))

    def _make(self, key: str) -> Style:
        other, colon, rest = key.partition(":")
        if colon and self.other is not None:
            return self.other(other).style(rest)
        front, _, back = key.partition(" on ")
        words = front.split()
        role = next((word for word in words if word not in _MODIFIERS), "foreground")
        reverse = "reverse" in words or (self.bare and back in ("cursor", "select"))
        if self.sixteen and back in TINT_ROLES:
            role, back = "foreground" if reverse else role, ""
        if self.sixteen and role in TINT_ROLES:
            role = TINT_ROLES[role]
        if back:
            role = self.readable(role, back)
        return Style(
            color=self.color(role),
            bgcolor=self.color(back) if back else None,
            bold="bold" in words or None,
            dim="dim" in words or None,
            italic="italic" in words or None,
            underline="underline" in words or None,
            reverse=reverse or None,
        )
