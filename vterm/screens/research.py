"""Screen 4, Research: one instrument seen whole, beside its peers and beside what is held."""

from __future__ import annotations

from typing import ClassVar

import themes
from vterm.panes.correlation import TogetherPane
from vterm.panes.research_peers import PeersPane
from vterm.panes.research_whatif import SupposedPane
from vterm.panes.study_costs import CostsPane
from vterm.panes.study_facts import StudyPane
from vterm.panes.study_moves import MovesPane
from vterm.panes.study_readings import ReadingsPane
from vterm.research_choice import ResearchChoice
from vterm.screens.several import SeveralView, Tabs
from vterm.state import DeskState


class ResearchView(SeveralView):
    """Peers at the left, what is known of the chosen one beside them."""

    DEFAULT_CSS = (themes.STYLES / "several.tcss").read_text(encoding="utf-8")
    SCOPED_CSS = False
    NARROW: ClassVar[Tabs] = {
        "Peers": ("peers", "moves"),
        "Facts": ("study",),
        "Indicators": ("readings",),
        "Costs": ("costs", "supposed"),
        "Correlation": ("together",),
    }
    SINGLE: ClassVar[Tabs] = {
        "Peers": ("peers",), "Facts": ("study",), "Moves": ("moves",), "Read": ("readings",), "Costs": ("costs",),
        "If": ("supposed",), "Corr": ("together",),
    }  # fmt: skip
    SENTENCE: ClassVar[str] = (
        "Backtests and the data warehouse come with the research work: no rule has been tested on this screen."
    )
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"asked", "symbol", "markets", "instruments", "link", "watch", "portfolio", "theme"}
    )

    def __init__(self, state: DeskState) -> None:
        choice = state.research_choice = state.research_choice or ResearchChoice()
        kinds = (PeersPane, StudyPane, MovesPane, ReadingsPane, CostsPane, TogetherPane, SupposedPane)
        super().__init__(state, choice, tuple(kind(state, choice) for kind in kinds))
        self.add_class("research")
