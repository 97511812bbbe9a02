"""Where the parts of the signing dialog stand, for a size of the window. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Region

from vterm.dialogs.signing_card import HEIGHT, WIDTH

LEAST_WIDTH, LEAST_HEIGHT = 60, 20
SIDE_LEAST = 20
"""Cells that what stands beside the card needs to say anything."""
FRAMED_WIDTH, FRAMED_HEIGHT = 104, 30
MOST_WIDTH, MOST_HEIGHT = 136, 40


@dataclass(frozen=True, slots=True)
class Plan:
    """Regions on the screen. `box` is all that the dialog paints; `side` and `under` may be empty."""

    box: Region
    head: Region
    card: Region
    side: Region
    under: Region
    foot: Region
    framed: bool = False

    @property
    def fits(self) -> bool:
        """Whether the whole card is inside the window."""
        return self.box.contains_region(self.card)


def plan(width: int, height: int) -> Plan:
    """The plan of a window: framed in the middle of a large one, all of a small one."""
    framed = width >= FRAMED_WIDTH and height >= FRAMED_HEIGHT
    wide = min(MOST_WIDTH, width - 4) if framed else width
    high = min(MOST_HEIGHT, height - 2) if framed else height
    box = Region((width - wide) // 2, (height - high) // 2, wide, high)
    room = box.shrink((1, 2, 1, 2)) if framed else box
    return _inside(box, room, framed)


def _inside(box: Region, room: Region, framed: bool) -> Plan:
    margin = 1 if room.width >= 80 and not framed else 0
    beside = room.width - WIDTH - 2 * margin - 2
    side_by_side = beside >= SIDE_LEAST
    foot_rows = 2 if room.height < 24 else 3
    gap = 1 if room.height >= 24 else 0
    head = Region(room.x, room.y, room.width, 1)
    top = room.y + 1 + (1 if framed else 0)
    left = room.x + margin if side_by_side else room.x + max(0, (room.width - WIDTH) // 2)
    card = Region(left, top, WIDTH, HEIGHT)
    side = Region(card.right + 2, top, beside, HEIGHT) if side_by_side else Region()
    foot = Region(room.x + margin, room.bottom - foot_rows, room.width - 2 * margin, foot_rows)
    under_top = card.bottom + gap
    under = Region(foot.x, under_top, foot.width, max(0, foot.y - under_top - (gap if room.height >= 26 else 0)))
    return Plan(box, head, card, side, under, foot, framed)
