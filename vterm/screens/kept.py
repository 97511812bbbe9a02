"""Screens 2 to 8 that were looked at once: they stay mounted, out of sight, so that the next look is one paint."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from textual.widget import Widget

from vterm.state import DeskState

ROOMS = (
    "vterm.screens.pages", "vterm.screens.portfolio", "vterm.screens.markets", "vterm.screens.settings",
    "vterm.screens.research", "vterm.screens.missions", "vterm.screens.copilot", "vterm.dialogs.help",
    "vterm.dialogs.find", "vterm.dialogs.command_bar", "vterm.dialogs.ask", "vterm.dialogs.jump",
)  # fmt: skip


class Kept:
    """Pages by their digit, each made at the first look."""

    def __init__(self, state: DeskState) -> None:
        self._state = state
        self._pages: dict[int, Any] = {}

    def bring(self, number: int, body: Widget) -> Any:
        """The page in sight. One that was there before begins as if it had just been mounted."""
        page = self._pages.get(number)
        if page is None:
            from vterm.screens.pages import page as made

            page = self._pages[number] = made(number, self._state)
            body.mount(page)
            return page
        page.display = True
        begin = getattr(page, "on_mount", None) or page.repaint
        begin()
        return page


def in_sight(widget: Widget) -> bool:
    """Whether nothing above it is hidden; a pane behind another screen need not be painted."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


def read_ahead() -> None:
    """Read the modules of what a key may open, so that the first key does not wait for them. Runs in a thread."""
    for name in ROOMS:
        import_module(name)
