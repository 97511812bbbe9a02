"""The paint check: what stands on the screen where the card is, cell by cell, against the card.

Reads the compositor's finished cells through a private part of the framework, whose version is pinned and tested:
there is no public way to ask what was painted, and asking the card's own widget would only ask the accused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.color import ColorSystem
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.strip import Strip

from engine.signing.gesture import same_as_painted
from vterm.dialogs.signing_card import HEIGHT, WIDTH
from vterm.palette import contrast

if TYPE_CHECKING:
    from rich.color import Color
    from textual.screen import Screen

LEAST = 7.0
"""Contrast of each cell of the card, at least."""
SMALL = "the window is too small for the card"
COVERED = "something covers the card"
FAINT = "a cell of the card cannot be read"


def composed(screen: Screen[object], region: Region) -> list[Strip]:
    """The cells of a region of the screen as the compositor puts them together, a strip a row."""
    # The screens behind are part of a picture: without them the framework would remember a ground that is empty.
    token = visible_screen_stack.set(screen.app._background_screens)
    try:
        chops = screen._compositor._render_chops(region, lambda y: region.y <= y < region.bottom)
    finally:
        visible_screen_stack.reset(token)
    rows = []
    for y in region.line_range:
        pieces = sorted((at, strip) for at, strip in chops[y].items() if strip and region.x <= at < region.right)
        rows.append(Strip.join([strip for _, strip in pieces]))
    return rows


def fault(screen: Screen[object], region: Region, card: Sequence[str], *, sixteen: bool = False) -> str:
    """Why the card in this region of the screen may not be signed as it is painted; empty where it may."""
    # A window that has just changed has one size, and what was put together last another.
    whole = Region(0, 0, *screen.size).intersection(screen._compositor.size.region)
    if region.size != (WIDTH, HEIGHT) or not whole.contains_region(region):
        return SMALL
    strips = composed(screen, region)
    if not same_as_painted("\n".join(card), [strip.text for strip in strips]):
        return COVERED
    cells = {segment.style or Style() for strip in strips for segment in strip if segment.text}
    return FAINT if any(ratio(style, sixteen=sixteen) < LEAST for style in cells) else ""


def ratio(style: Style, *, sixteen: bool = False) -> float:
    """Contrast of a cell, 1 to 21; 0 where it is dimmed or hidden. The terminal's own two colours belong together; one
    of them beside one of ours may be anything."""
    if style.dim or style.conceal or style.blink:
        return 0.0
    front, back = style.color, style.bgcolor
    if front is None or back is None or front.is_default or back.is_default:
        own = all(one is None or one.is_default for one in (front, back))
        return 21.0 if own else 0.0
    return contrast(_hex(front, sixteen), _hex(back, sixteen))


def _hex(color: Color, sixteen: bool) -> str:
    shown = color.downgrade(ColorSystem.STANDARD) if sixteen else color
    red, green, blue = shown.get_truecolor(DEFAULT_TERMINAL_THEME)
    return f"#{red:02x}{green:02x}{blue:02x}"
