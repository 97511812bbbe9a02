"""Screens 2 to 8 by their digits."""

from __future__ import annotations

from itertools import count
from typing import Any

from vterm.panes.pane import ListPane, Pane
from vterm.state import DeskState


class Page(ListPane):
    """A whole screen painted as one pane."""

    _numbers = count()

    def __init__(self, state: DeskState) -> None:
        # A page that leaves is still there while the next one arrives: each has an id of its own.
        super().__init__(state, f"page-{next(self._numbers)}")
        self.add_class("view")


def page(number_: int, state: DeskState) -> Pane | Any:
    """The screen of a digit."""
    if number_ == 3:
        from vterm.screens.markets import MarketsView

        return MarketsView(state)
    if number_ == 4:
        from vterm.screens.research import ResearchView

        return ResearchView(state)
    if number_ == 5:
        from vterm.screens.missions import MissionsView

        return MissionsView(state)
    if number_ == 6:
        from vterm.screens.copilot import CopilotView

        return CopilotView(state)
    if number_ == 2:
        from vterm.screens.portfolio import PortfolioView

        return PortfolioView(state)
    if number_ == 7:
        from vterm.screens.activity import ActivityView

        return ActivityView(state)
    from vterm.screens.settings import SettingsPage

    return SettingsPage(state)
