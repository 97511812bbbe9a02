"""What the terminal that we run in can show: how many colours arrive, and which glyphs its font has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_MANY = {"256color", "kitty", "direct"}
_BARE = ("vt52", "vt100", "vt102")
"""Terminals that have no colours at all."""
_CONSOLES = ("linux", "con", "cons25", "vt52", "vt100", "vt102", "vt220", "vt320", "ansi", "wsvt25", "sun")


@dataclass(frozen=True)
class Surroundings:
    """`colours` is full, 16 or none, `glyphs` full or plain."""

    colours: str = "full"
    glyphs: str = "full"


def of(environment: Mapping[str, str]) -> Surroundings:
    """By the same signs that the painting library goes by, so that both take the terminal for the same."""
    term = environment.get("TERM", "").strip().lower()
    rich = environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
    many = rich or term.rpartition("-")[2] in _MANY
    name = term.partition("-")[0]
    colours = "full" if many else "none" if name in _BARE else "16"
    return Surroundings(colours, "plain" if name in _CONSOLES else "full")


def refused(environment: Mapping[str, str]) -> str:
    """Why no screen can be painted here; empty where one can."""
    term = environment.get("TERM", "").strip().lower()
    return f"TERM={term or '(not set)'} shows no screens" if term in ("", "dumb", "unknown") else ""
