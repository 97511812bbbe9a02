"""Which level a sum of XP is, its title, what it takes to the next, and what was opened."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from engine.model.number import div_ceil
from engine.progression.rules import Band


class Level(msgspec.Struct, frozen=True):
    """A level with its title; `begins` and `next_xp` are whole XP at which it began and the next one begins."""

    level: int
    title: str
    xp: int
    begins: int
    next_xp: int
    unlocks: tuple[str, ...]


def level_of(bands: Sequence[Band], xp: int) -> Level:
    """The level of `xp`; without bands everybody is at level 1 for ever."""
    if not bands:
        return Level(1, "", xp, 0, 0, ())
    ix = max(number for number, band in enumerate(bands) if band.xp <= xp)
    band, levels, width = bands[ix], *_span(bands, ix)
    level = band.level + (xp - band.xp) * levels // width
    unlocks = tuple(word for one in bands[: ix + 1] for word in one.unlocks)
    return Level(level, band.title, xp, xp_of(bands, level), xp_of(bands, level + 1), unlocks)


def xp_of(bands: Sequence[Band], level: int) -> int:
    """The least XP of a level."""
    ix = max(number for number, band in enumerate(bands) if band.level <= level)
    levels, width = _span(bands, ix)
    return bands[ix].xp + div_ceil((level - bands[ix].level) * width, levels)


def _span(bands: Sequence[Band], ix: int) -> tuple[int, int]:
    """(levels, XP) of a band; of the last one (1, its step)."""
    if ix + 1 == len(bands):
        return 1, bands[ix].step
    return bands[ix + 1].level - bands[ix].level, bands[ix + 1].xp - bands[ix].xp
