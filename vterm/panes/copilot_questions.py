"""Questions that the commands of today answer; enter asks the engine and shows the answer beside them."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from vterm.copilot_choice import QUESTIONS, Question
from vterm.paint import Line, clip, fit
from vterm.panes.copilot_pane import CopilotListPane

TEXTED = 34


def question(row: Question, symbol: str, here: bool, width: int) -> Line:
    """The question, and with room the command that a shell would take."""
    text = row.text.format(symbol or "it")
    line: list[tuple[str, str]] = [(" ▸ " if here else "   ", "accent")]
    if width < TEXTED + 24:
        return fit((*line, (clip(text, width - 4), "bold foreground" if here else "foreground")), width)
    command = f"vterm {row.command.format(symbol)}"
    return fit((*line, (clip(text, TEXTED), "bold foreground" if here else "foreground"),
                (clip(command, width - TEXTED - 4), "muted")), width)  # fmt: skip


class QuestionsPane(CopilotListPane):
    """A row a question."""

    CONTEXT: ClassVar[str] = "questions"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"symbol", "asked"})
    NAME: ClassVar[str] = "Ask the engine"

    def paint(self, width: int, height: int) -> None:
        """All of them."""
        self.entitle(self.NAME, f"{self.keymap.hint('question_ask', 'questions')} asks")
        self.keep([row.name for row in QUESTIONS])
        lines = [question(row, self.state.symbol, row.name == self.choice.asked, width) for row in QUESTIONS]
        self.show([self.mark(i, line) for i, line in enumerate(lines)])

    def do_question_ask(self) -> None:
        """Ask the one at the cursor; where its tab hides the answer, that is shown."""
        if self.current:
            self.choice.asked = self.current
            self.view.changed()
            self.view.answer()
            self.view.repaint()

    def on_click(self, event: events.Click) -> None:
        """One click asks."""
        super().on_click(event)
        offset = event.get_content_offset(self)
        if offset is not None and self.body_index(offset.y) is not None:
            self.do_question_ask()
