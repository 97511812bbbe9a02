"""Screen 6, Copilot: the talk, its line, conversations kept, what the desk warns of, what the copilot is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on

import themes
from vterm.chat_companion import companion_of
from vterm.chat_hints import hint_lines
from vterm.chat_talk import Talk
from vterm.conversations import Conversations
from vterm.copilot_choice import CopilotChoice
from vterm.panes.chat_pane import ChatPane
from vterm.panes.chat_prompt import PromptPane
from vterm.panes.chat_talks import TalksPane
from vterm.panes.context import GivenPane
from vterm.panes.copilot_checks import ChecksPane
from vterm.screens.several import SeveralView, Tabs
from vterm.state import DeskState

if TYPE_CHECKING:
    from copilot.wire import Companion


class CopilotView(SeveralView):
    """The talk and what stands beside it."""

    DEFAULT_CSS = (themes.STYLES / "several.tcss").read_text(encoding="utf-8")
    SCOPED_CSS = False
    NARROW: ClassVar[Tabs] = {
        "Talk": ("talk", "prompt"), "Past": ("talks",), "Warnings": ("checks",), "Context": ("given",),
    }  # fmt: skip
    SINGLE: ClassVar[Tabs] = NARROW
    SENTENCE: ClassVar[str] = "It reads, reasons and proposes. It never trades: only you sign."
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"asked", "chat", "symbol", "portfolio", "orders", "watch", "clock", "alerts", "proposals", "link", "theme"}
    )

    def __init__(self, state: DeskState) -> None:
        choice = state.copilot_choice = state.copilot_choice or CopilotChoice()
        self.talk = choice.talk = Talk(self._companion, lambda: state.at, self._touch)
        self.chat, self.prompt, self.talks = (
            ChatPane(state, choice),
            PromptPane(state, choice),
            TalksPane(state, choice),
        )
        panes = (self.chat, self.talks, ChecksPane(state, choice), GivenPane(state, choice), self.prompt)
        super().__init__(state, choice, panes)
        self.add_class("copilot")

    def on_mount(self) -> None:
        """The copilot is started, unless it is there."""
        home = getattr(self.app, "home", None)
        if home is not None and self.talk.store is None:
            self.talk.store = Conversations(home)
        super().on_mount()
        self.talk.heed(self.state.proposals.rows)
        self.talk.begin()

    async def on_unmount(self) -> None:
        """The copilot ends with the terminal."""
        await self.talk.close()

    def _companion(self) -> Companion:
        return companion_of(self.app)

    def _touch(self, topics: set[str]) -> None:
        if self.is_attached:
            screen: Any = self.screen
            screen.bridge.touch(topics)

    def hear(self, topics: set[str]) -> None:
        """Cards live from the desk's proposals."""
        if topics & {"proposals", "link"}:
            self.talk.heed(self.state.proposals.rows)
        super().hear(topics)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The talk and its line are one place to come back to."""
        super().on_descendant_focus(event)
        if not isinstance(event.widget, PromptPane):
            self._unhint()

    # -- asking ---------------------------------------------------------------------------------------------

    def ask(self, text: str) -> None:
        """Ask from elsewhere; while another answer comes the line waits in the prompt."""
        self.show_pane(self.chat)
        self.chat.follow = True
        if not self.talk.ask(text):
            self.write(text)

    def write(self, text: str = "") -> None:
        """Type here."""
        self.show_pane(self.prompt)
        if text:
            self.prompt.write(text)

    @on(ChatPane.Chosen)
    def _chosen(self, event: ChatPane.Chosen) -> None:
        event.stop()
        screen: Any = self.screen
        if event.kind == "chip":
            self.ask(event.what)
        elif event.kind == "sign":
            screen.sign_one(event.what)

    @on(PromptPane.Typed)
    def _typed(self, event: PromptPane.Typed) -> None:
        event.stop()
        self.chat.suggestions = hint_lines(self.prompt.offered, self.prompt.chosen, self.chat.size.width)
        self.chat.repaint()

    def _unhint(self) -> None:
        if self.chat.suggestions:
            self.chat.suggestions = ()
            self.chat.repaint()

    # -- actions of its panes -------------------------------------------------------------------------------

    def fresh(self) -> None:
        """A new conversation."""
        self.talk.fresh()
        self.chat.top = self.chat.cursor = (0, 0)
        self.chat.follow = True
        self.show_pane(self.chat)
