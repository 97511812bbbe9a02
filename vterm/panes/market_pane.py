"""What the panes of the Markets screen share: the way from one to the next, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.message import Message

from engine.desk import Document
from vterm.market_choice import MarketChoice
from vterm.panes.pane import ListPane, Pane

if TYPE_CHECKING:
    from vterm.screens.markets import MarketsView


class Chosen(Message):
    """The choice of what is listed changed; `to_list` asks for the focus there."""

    def __init__(self, to_list: bool = False) -> None:
        super().__init__()
        self.to_list = to_list


class MarketPane(Pane):
    """A pane of the view; actions that move between panes are the view's."""

    @property
    def view(self) -> MarketsView:
        """The screen that it is a part of."""
        found: Any = self
        while not hasattr(found, "cycle_panes"):
            found = found.parent
        return cast("MarketsView", found)

    @property
    def choice(self) -> MarketChoice:
        """What is listed."""
        if self.state.market_choice is None:
            self.state.market_choice = MarketChoice()
        return self.state.market_choice

    @property
    def dull(self) -> bool:
        """Whether what is shown may have passed."""
        return self.state.link in ("stale", "down")

    def listed(self) -> list[Document]:
        """Rows of the chosen class, whatever else narrows the list."""
        kind = self.choice.kind
        return [row for row in self.state.market.values() if kind in ("", row["asset_class"])]

    def do_next_pane(self) -> None:
        """Tab."""
        self.view.cycle_panes(1)

    def do_previous_pane(self) -> None:
        """Shift and tab."""
        self.view.cycle_panes(-1)

    def do_find(self) -> None:
        """Search in the list, as you type."""
        self.view.type_in("search")

    def do_market_screen(self) -> None:
        """Type a rule."""
        self.view.type_in("where")

    do_mover_screen = do_breadth_screen = do_sector_screen = do_hours_screen = do_market_screen

    def do_zoom(self) -> None:
        """This pane alone, and back."""
        self.view.zoom(self)

    def do_jump(self) -> None:
        """Letters on the panes of this screen."""
        self.view.jump()

    def do_back(self) -> None:
        """One thing less that narrows the list; then the desk."""
        screen: Any = self.screen
        if not self.view.back():
            screen.do_back()


class MarketListPane(MarketPane, ListPane):
    """A pane of rows."""
