"""Which panes are in sight, by size, tab, lower tab and zoom. Pure: the screen only obeys."""

from __future__ import annotations

from dataclasses import dataclass, replace

ORDER = ("watch", "ladder", "chart", "tape", "ticket", "positions", "orders")
LEAST = (60, 20)
TABS: dict[str, tuple[str, ...]] = {
    "Watch": ("watch",),
    "Book": ("ladder", "ticket"),
    "Chart": ("chart", "tape"),
    "Orders": ("positions", "orders"),
}
SINGLE_TABS: dict[str, tuple[str, ...]] = {
    "Watch": ("watch",),
    "Book": ("ladder",),
    "Ticket": ("ticket",),
    "Chart": ("chart",),
    "Tape": ("tape",),
    "Orders": ("positions", "orders"),
}


def mode_of(width: int, height: int) -> str:
    """tiny, single, narrow, desk, medium or wide."""
    if width < LEAST[0] or height < LEAST[1]:
        return "tiny"
    if width < 80:
        return "single"
    if width < 100 or height < 30:
        return "narrow"
    if width < 132:
        return "desk"
    return "medium" if width < 180 or height < 40 else "wide"


@dataclass(frozen=True)
class Layout:
    """What is chosen; `panes` follows from it."""

    mode: str = "desk"
    tab: str = "Book"
    lower: str = "positions"
    zoom: str = ""

    @property
    def compact(self) -> bool:
        """Tabs instead of borders."""
        return self.mode in ("narrow", "single")

    @property
    def tabs(self) -> dict[str, tuple[str, ...]]:
        """Tabs of a small screen and their panes."""
        return SINGLE_TABS if self.mode == "single" else TABS

    @property
    def panes(self) -> tuple[str, ...]:
        """Panes in sight, in reading order."""
        if self.zoom:
            return (self.zoom,)
        if self.compact:
            return self.tabs.get(self.tab, self.tabs["Book"])
        if self.mode == "wide":
            return ORDER
        return tuple(name for name in ORDER if name not in ("positions", "orders") or name == self.lower)

    @property
    def classes(self) -> dict[str, bool]:
        """Classes of the grid."""
        return {
            "-zoom": bool(self.zoom),
            "-grid": not self.zoom and not self.compact,
            "-two": not self.zoom and self.mode == "narrow" and self.tab == "Book",
            "-tall": not self.zoom and self.mode == "narrow" and self.tab == "Chart",
            "-stack": not self.zoom and self.compact and self.tab == "Orders",
        }

    def showing(self, pane: str) -> Layout:
        """The same layout with `pane` in sight."""
        changed = self
        if self.zoom:
            changed = replace(changed, zoom=pane)
        if pane in ("positions", "orders"):
            changed = replace(changed, lower=pane)
        if changed.compact and pane not in changed.tabs.get(changed.tab, ()):
            tab = next((name for name, panes in changed.tabs.items() if pane in panes), changed.tab)
            changed = replace(changed, tab=tab)
        return changed

    def resized(self, width: int, height: int) -> Layout:
        """The layout at another size; a tab that the new size lacks becomes the book."""
        changed = replace(self, mode=mode_of(width, height))
        return changed if changed.tab in changed.tabs else replace(changed, tab="Book")

    def cycle(self) -> tuple[str, ...]:
        """Panes that tab goes through: those in sight, on small screens all of them."""
        if self.compact and not self.zoom:
            return tuple(name for panes in self.tabs.values() for name in panes)
        return self.panes
