"""The desk as it was left: read before the first frame, kept while it changes and when the terminal is left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vterm.layouts import LayoutError, SavedLayout
from vterm.screens.layout import Layout

if TYPE_CHECKING:
    from vterm.screens.main import MainScreen

SAVE_SECONDS = 5.0


class DeskMemory:
    """Of one home, for its living or its recorded market. Without a home it remembers nothing."""

    def __init__(self, home: Path | None, source: str = "SIM") -> None:
        self.home, self.recorded = home, source == "REPLAY"
        self.told = ""
        """Why the file was not taken."""
        self.found = self._read()
        self._typed: SavedLayout | None = self.found if self.found.ticket else None
        self._written: SavedLayout | None = None
        self._ready = False

    def _read(self) -> SavedLayout:
        from vterm.layout_file import read_desk

        if self.home is None:
            return SavedLayout()
        try:
            return read_desk(self.home, recorded=self.recorded) or SavedLayout()
        except LayoutError as error:
            self.told = f"{error} (the desk starts as if it were new)"
            return SavedLayout()

    def arrangement(self, width: int, height: int) -> Layout:
        """The panes of the first frame."""
        return self.found.arranged(Layout()).resized(width, height)

    def restore(self, screen: MainScreen) -> None:
        """After the first frame: the screen, the choices, the focus."""
        from vterm.layouts_desk import put

        if self.found != SavedLayout():
            put(screen, self.found, first=True)
        self._ready = True

    def hear(self, screen: MainScreen) -> None:
        """The desk has told of its instruments: what was typed for one of them goes back into the ticket."""
        if self._typed is None or not screen.state.symbol or not screen.state.instruments:
            return
        from vterm.layouts_desk import type_again

        typed, self._typed = self._typed, None
        type_again(screen, typed)

    def keep(self, screen: MainScreen) -> None:
        """Write it, where it changed. A desk that never opened has nothing to tell."""
        if self.home is None or not self._ready or self._typed is not None or not screen.state.symbol:
            return
        from vterm.layout_file import save_desk
        from vterm.layouts_desk import taken

        now = taken(screen, ticket=True)
        if now != self._written and save_desk(self.home, now, recorded=self.recorded):
            self._written = now
