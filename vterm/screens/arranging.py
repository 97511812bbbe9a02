"""Layouts and the clock on the main screen: what their actions, dialogs and lines do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on

from vterm.layouts import LayoutError
from vterm.panes.header import HeaderLine
from vterm.screens.signing import SigningScreen

if TYPE_CHECKING:
    from vterm.screens.main import MainScreen
    from vterm.terminal import VtermApp

NO_HOME = "there is no home to keep layouts in"


class ArrangingScreen(SigningScreen):
    """Keeps what is on it under names, and tells of the market's clock."""

    layout_name = ""
    """The layout that was saved or brought back last."""

    @property
    def _main(self) -> MainScreen:
        return cast("MainScreen", self)

    @property
    def _home(self) -> Path:
        home = cast("VtermApp", self.app).home
        if home is None:
            raise LayoutError(NO_HOME)
        return home

    # -- layouts --------------------------------------------------------------------------------------------

    def do_layouts(self) -> None:
        """The list of them."""
        from vterm.dialogs.layouts import LayoutsDialog
        from vterm.layout_file import read_layouts

        dialog = LayoutsDialog(lambda: read_layouts(self._home), self.save_layout, self.drop_layout)
        self.app.push_screen(dialog, lambda name: self.bring_back(name) if name else None)

    def do_next_layout(self) -> None:
        """The one after the last, in the order of the file."""
        from vterm.layout_file import read_layouts

        try:
            names = list(read_layouts(self._home))
        except LayoutError as error:
            self.say(str(error), "warning")
            return
        if not names:
            self.say("No layouts yet: layout save NAME keeps what is on the screen", "warning")
            return
        at = names.index(self.layout_name) + 1 if self.layout_name in names else 0
        self.bring_back(names[at % len(names)])

    def lay_out(self, verb: str, name: str = "") -> None:
        """What a line asked for: save, delete or bring back by name, next, or the list."""
        try:
            if verb == "save":
                self.save_layout(name)
            elif verb == "delete":
                self.drop_layout(name)
            elif verb == "next":
                self.do_next_layout()
            elif name:
                self.bring_back(name)
            else:
                self.do_layouts()
        except LayoutError as error:
            self.say(str(error), "warning")

    def save_layout(self, name: str) -> None:
        """Keep what is on the screen. Raises LayoutError."""
        from vterm.layout_file import fair_name, save_layout
        from vterm.layouts_desk import taken

        name = fair_name(name)
        save_layout(self._home, name, taken(self._main))
        self.layout_name = name
        self.say(f"Layout {name} saved", "information")

    def drop_layout(self, name: str) -> None:
        """Delete one. Raises LayoutError."""
        from vterm.layout_file import drop_layout, fair_name

        drop_layout(self._home, fair_name(name))
        self.say(f"Layout {fair_name(name)} deleted", "information")

    def bring_back(self, name: str) -> None:
        """Show this one; what is typed into the ticket stays where the instrument does."""
        from vterm.layout_file import fair_name, read_layouts
        from vterm.layouts_desk import put

        try:
            saved = read_layouts(self._home).get(fair_name(name))
        except LayoutError as error:
            self.say(str(error), "warning")
            return
        if saved is None:
            self.say(f"There is no layout called {fair_name(name)}", "warning")
            return
        put(self._main, saved)
        self.layout_name = fair_name(name)
        self.say(f"Layout {self.layout_name}", "information")

    # -- the clock ------------------------------------------------------------------------------------------

    def do_clock(self) -> None:
        """The market and its clock."""
        from vterm.dialogs.clock import ClockDialog

        self.app.push_screen(ClockDialog(self.state, self.keymap, self.perform))

    def do_screens(self) -> None:
        """The eight screens, to choose from."""
        from vterm.dialogs.screens import ScreensDialog

        self.app.push_screen(ScreensDialog(self.number), lambda number: self.open_screen(number) if number else None)

    @on(HeaderLine.NameClicked)
    def _screens(self) -> None:
        self.do_screens()

    @on(HeaderLine.Clicked)
    def _clock(self) -> None:
        self.do_clock()
