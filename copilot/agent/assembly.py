"""A step put together from its pieces: words and calls in the order they began, each within bounds."""

from __future__ import annotations

from copilot.agent.port import Opaque, Part, Use, Words
from copilot.tools.finding import Document

MOST_USES = 64
"""Calls of one step that are kept; more than a turn may make, so that what is over can be refused one by one."""
MOST_ARGS = 64 * 1024
"""Characters of one call's arguments; no tool takes as many."""
BROKEN = "\x00"
"""Arguments that were cut, or too long: no JSON."""


class _Slot:
    def __init__(self, call: str = "", tool: str = "", block: Document | None = None) -> None:
        self.call, self.tool, self.block, self.size = call, tool, block, 0
        self.pieces: list[str] = []


class Assembly:
    """Slots by the provider's index of a block."""

    def __init__(self) -> None:
        self._slots: dict[object, _Slot] = {}
        self.uses = self.dropped = 0

    def words(self, index: object, text: str) -> None:
        """More text of a block."""
        self._slots.setdefault(index, _Slot()).pieces.append(text)

    def use(self, index: object, call: str, tool: str) -> None:
        """A call begins; one too many is only counted."""
        if self.uses >= MOST_USES:
            self.dropped += 1
            return
        self.uses += 1
        taken = any(slot.call == call for slot in self._slots.values())
        self._slots[index] = _Slot(f"call_{self.uses}" if taken or not call else call, tool)

    def has(self, index: object) -> bool:
        """Whether a block with this index has begun."""
        return index in self._slots

    def more(self, index: object, fragment: str) -> bool:
        """More of a call's arguments. False once they are too long to be any."""
        slot = self._slots.get(index)
        if slot is None or not slot.tool:
            return True
        slot.size += len(fragment)
        if slot.size > MOST_ARGS:
            slot.pieces = [BROKEN]
            return False
        slot.pieces.append(fragment)
        return True

    def spoil(self, index: object) -> None:
        """The arguments of a call turned out to be no JSON."""
        if self.has(index):
            self._slots[index].pieces = [BROKEN]

    def opaque(self, index: object, block: Document) -> None:
        """A block that its provider wants back as it was."""
        self._slots[index] = _Slot(block=block)

    def parts(self) -> tuple[Part, ...]:
        """All of it, empty text left out."""
        return tuple(part for slot in self._slots.values() if (part := _part(slot)) is not None)


def _part(slot: _Slot) -> Part | None:
    if slot.block is not None:
        return Opaque(slot.block)
    whole = "".join(slot.pieces)
    if slot.tool:
        return Use(slot.call, slot.tool, whole or "{}")
    return Words(whole) if whole else None
