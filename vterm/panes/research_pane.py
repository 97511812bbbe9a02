"""What the panes of the Research screen share: its choice, and the keys that change what is shown."""

from __future__ import annotations

from typing import ClassVar

from engine.model.text import safe
from vterm.panes.market_list import MarketsPane
from vterm.panes.several_pane import SeveralListPane
from vterm.panes.watch import WatchPane
from vterm.research_choice import BESIDE, EVERY, SIDES, SIZES, ResearchChoice


class ResearchListPane(SeveralListPane):
    """A pane of rows about the desk's instrument."""

    TOPICS: ClassVar[frozenset[str]] = frozenset({"asked", "symbol"})

    @property
    def choice(self) -> ResearchChoice:
        """What is shown."""
        assert isinstance(self.asked, ResearchChoice)
        return self.asked

    @property
    def about(self) -> str:
        """The instrument's symbol, safe to show."""
        return safe(self.state.symbol)

    def _turn(self, what: str, among: tuple[str, ...], by: int = 1) -> None:
        self.choice.turn(what, among, by)
        self.view.changed()
        self.view.repaint()

    def do_readings_longer(self) -> None:
        """Longer bars."""
        self._turn("every", EVERY, -1)

    def do_readings_shorter(self) -> None:
        """Shorter bars."""
        self._turn("every", EVERY, 1)

    def do_beside(self) -> None:
        """Correlated with peers, the watchlist, what is held."""
        self._turn("beside", BESIDE)

    def do_suppose_side(self) -> None:
        """Bought or sold."""
        self._turn("side", SIDES)

    def do_suppose_size(self) -> None:
        """The next size."""
        self._turn("size", SIZES)

    def do_study_ladder(self) -> None:
        """The instrument's ladder."""
        if self.state.symbol:
            self.post_message(WatchPane.Selected(self.state.symbol, go=True))

    def do_study_watch(self) -> None:
        """On the watchlist, or off it."""
        if self.state.symbol:
            self.post_message(MarketsPane.Watched(self.state.symbol))

    def opened(self) -> None:
        """A double click does what Enter does."""
        self.do_study_ladder()
