"""What the panes of the Portfolio screen share: what is chosen, how old figures are, the way to the next pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import places
from vterm.panes.pane import ListPane, Pane
from vterm.portfolio_choice import HEADS, SLICES, WINDOWS, PortfolioChoice

if TYPE_CHECKING:
    from vterm.screens.portfolio import PortfolioView


class PortfolioPane(Pane):
    """A pane of the view; actions that change what is shown, or move between panes, are the view's."""

    DOCUMENT: ClassVar[str] = ""
    """The document that the pane shows, of those asked for now and then."""

    @property
    def view(self) -> PortfolioView:
        """The screen that it is a part of."""
        found: Any = self
        while not hasattr(found, "cycle_panes"):
            found = found.parent
        return cast("PortfolioView", found)

    @property
    def choice(self) -> PortfolioChoice:
        """What is shown."""
        if self.state.portfolio_choice is None:
            self.state.portfolio_choice = PortfolioChoice()
        return self.state.portfolio_choice

    @property
    def document(self) -> Document:
        """The pane's own document, empty while it is not there."""
        return self.choice.documents.get(self.DOCUMENT, {})

    def aged(self, *facts: str) -> str:
        """Facts for the foot, and how old they are."""
        age = self.choice.age(self.DOCUMENT, self.state.now())
        return " · ".join(part for part in (*facts, age) if part)

    def waiting(self, height: int, width: int) -> None:
        """Nothing to show yet: why."""
        why = safe(self.choice.notes.get(self.DOCUMENT, ""))
        self.empty(why or ("counting" if self.state.portfolio else "opening the market"), height, width)

    def do_next_pane(self) -> None:
        """Tab."""
        self.view.cycle_panes(1)

    def do_previous_pane(self) -> None:
        """Shift and tab."""
        self.view.cycle_panes(-1)

    def do_zoom(self) -> None:
        """This pane alone, and back."""
        self.view.zoom(self)

    def do_jump(self) -> None:
        """Letters on the panes of this screen."""
        self.view.jump()

    def do_show_positions(self) -> None:
        """The positions of this screen."""
        self.view.show_pane(self.view.holdings)

    def do_back(self) -> None:
        """Out of the zoom, back to the positions, then to the desk."""
        screen: Any = self.screen
        if not self.view.back():
            screen.do_back()

    def do_window_longer(self) -> None:
        """A longer period."""
        self._choose("window", WINDOWS, 1, round_=False)

    def do_window_shorter(self) -> None:
        """A shorter period."""
        self._choose("window", WINDOWS, -1, round_=False)

    def do_slices(self) -> None:
        """Allocation by class, sector, currency."""
        self._choose("slices", SLICES, 1)

    def do_heads(self) -> None:
        """Profit by cost, class, sector and so on."""
        self._choose("heads", HEADS, 1)

    def do_risk(self) -> None:
        """Exposure, attribution and calendar in the place of the positions, and back."""
        self.view.turn_lower()

    def _choose(self, what: str, among: tuple[str, ...], by: int, *, round_: bool = True) -> None:
        self.choice.turn(what, among, by, round_=round_)
        self.view.changed()


class PortfolioListPane(PortfolioPane, ListPane):
    """A pane of rows."""


def money(value: object) -> str | None:
    """Money with two decimals, None where there is none."""
    return places(str(value), 2) if value is not None else None
