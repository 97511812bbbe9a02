"""Screen 5, Missions: what the account has done, counted, and the next numbers. No levels and no rewards yet."""

from __future__ import annotations

from typing import ClassVar

import themes
from vterm.missions_choice import MissionsChoice
from vterm.panes.missions_pane import ClassesPane, DeedsPane, PaidPane, ResultsPane
from vterm.panes.progress_milestones import MilestonesPane
from vterm.screens.several import SeveralView, Tabs
from vterm.state import DeskState


class MissionsView(SeveralView):
    """Milestones at the left; deeds, results, costs, classes."""

    DEFAULT_CSS = (themes.STYLES / "several.tcss").read_text(encoding="utf-8")
    SCOPED_CSS = False
    NARROW: ClassVar[Tabs] = {
        "Milestones": ("milestones",),
        "Deeds": ("deeds", "results"),
        "Costs": ("paid", "classes"),
    }
    SINGLE: ClassVar[Tabs] = {
        "Milestones": ("milestones",), "Deeds": ("deeds",), "Results": ("results",), "Costs": ("paid",),
        "Classes": ("classes",),
    }  # fmt: skip
    SENTENCE: ClassVar[str] = (
        "Missions, levels and boards come later, with their own work: these are plain counts, and none of them pays."
    )
    TOPICS: ClassVar[frozenset[str]] = frozenset({"asked", "link", "theme"})

    def __init__(self, state: DeskState) -> None:
        choice = state.missions_choice = state.missions_choice or MissionsChoice()
        kinds = (MilestonesPane, DeedsPane, ResultsPane, PaidPane, ClassesPane)
        super().__init__(state, choice, tuple(kind(state, choice) for kind in kinds))
        self.add_class("missions")
