"""Screens 2 to 8. Those whose work has not landed say what will be there and which key works now."""

from __future__ import annotations

from itertools import count
from typing import Any, ClassVar

from vterm.actions import SCREENS
from vterm.panes.pane import ListPane, Pane
from vterm.state import DeskState

SENTENCES = {
    "Research": "Research will hold indicators, screeners and backtests. 1 goes back to the desk.",
    "Missions": "Missions and levels will stand here once they are counted. 1 goes back to the desk.",
    "Copilot": "The copilot will answer here. It can propose and never sign. 1 goes back to the desk.",
}


class Page(ListPane):
    """A whole screen painted as one pane."""

    _numbers = count()

    def __init__(self, state: DeskState) -> None:
        # A page that leaves is still there while the next one arrives: each has an id of its own.
        super().__init__(state, f"page-{next(self._numbers)}")
        self.add_class("view")


class EmptyPage(Page):
    """Designed emptiness: one muted sentence."""

    CONTEXT: ClassVar[str] = "page"

    def __init__(self, state: DeskState, title: str) -> None:
        super().__init__(state)
        self.title_text = title

    def paint(self, width: int, height: int) -> None:
        """The sentence."""
        self.entitle(self.title_text)
        self.empty(SENTENCES.get(self.title_text, ""), height, min(width, 200))


def page(number_: int, state: DeskState) -> Pane | Any:
    """The screen of a digit."""
    if number_ == 3:
        from vterm.screens.markets import MarketsView

        return MarketsView(state)
    if number_ == 8:
        from vterm.screens.settings import SettingsPage

        return SettingsPage(state)
    if number_ == 2:
        from vterm.screens.portfolio import PortfolioView

        return PortfolioView(state)
    if number_ == 7:
        from vterm.screens.activity import ActivityView

        return ActivityView(state)
    return EmptyPage(state, SCREENS[number_ - 1])
