"""What the terminal that we run in can show: how many colours arrive, and which glyphs its font has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_MANY = {"256color", "kitty", "direct"}
_CONSOLES = ("linux", "con", "cons25", "vt100", "vt102", "vt220", "vt320", "ansi", "wsvt25", "sun")


@dataclass(frozen=True)
class Surroundings:
    """`colours` is full or 16, `glyphs` full or plain."""

    colours: str = "full"
    glyphs: str = "full"


def of(environment: Mapping[str, str]) -> Surroundings:
    """By the same signs that the painting library goes by, so that both take the terminal for the same."""
    term = environment.get("TERM", "").strip().lower()
    rich = environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
    many = rich or term.rpartition("-")[2] in _MANY
    name = term.partition("-")[0]
    return Surroundings("full" if many else "16", "plain" if name in _CONSOLES else "full")
