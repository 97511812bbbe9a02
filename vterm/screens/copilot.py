"""Screen 6, Copilot: what it would be told, what the desk warns of, what the engine answers today. No talk yet."""

from __future__ import annotations

from typing import ClassVar

import themes
from vterm.copilot_choice import CopilotChoice
from vterm.panes.context import GivenPane
from vterm.panes.copilot_answer import AnswerPane
from vterm.panes.copilot_checks import ChecksPane
from vterm.panes.copilot_questions import QuestionsPane
from vterm.screens.several import SeveralView, Tabs
from vterm.state import DeskState


class CopilotView(SeveralView):
    """Questions, the answer, warnings, the context."""

    DEFAULT_CSS = (themes.STYLES / "several.tcss").read_text(encoding="utf-8")
    SCOPED_CSS = False
    NARROW: ClassVar[Tabs] = {"Ask": ("questions", "answer"), "Warnings": ("checks",), "Context": ("given",)}
    SINGLE: ClassVar[Tabs] = {
        "Ask": ("questions",), "Answer": ("answer",), "Warnings": ("checks",), "Context": ("given",),
    }  # fmt: skip
    SENTENCE: ClassVar[str] = (
        "Talk, tools and proposals come with the copilot's own work. It will propose and never trade: only you sign."
    )
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"asked", "symbol", "portfolio", "orders", "watch", "clock", "alerts", "link", "theme"}
    )

    def __init__(self, state: DeskState) -> None:
        choice = state.copilot_choice = state.copilot_choice or CopilotChoice()
        kinds = (QuestionsPane, AnswerPane, GivenPane, ChecksPane)
        super().__init__(state, choice, tuple(kind(state, choice) for kind in kinds))
        self.add_class("copilot")

    def answer(self) -> None:
        """Where another tab hides the answer, that one is shown."""
        pane = self._named("answer")
        if not pane.display:
            self.show_pane(pane)
