"""The line at the bottom of the talk: what is asked, how, and what is left of the day."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.message import Message

from engine.model.text import safe
from vterm.chat_hints import Hint, completed, hints
from vterm.chat_talk import DAY_TOKENS, MOST_QUESTION, TURN_CALLS, Talk
from vterm.copilot_choice import CopilotChoice
from vterm.paint import Span, fit, left_right
from vterm.panes.several_pane import SeveralPane
from vterm.state import DeskState
from vterm.widgets.line_edit import LineEdit

RINGS = "○◔◑◕●"
EDITS = frozenset({"backspace", "delete", "left", "right", "home", "end"})


def ring(part: int, whole: int) -> str:
    """A small ring that fills; its figure stands beside it."""
    return RINGS[max(0, min(4, (part * 4 + whole - 1) // whole))] if whole > 0 else RINGS[4]


def quota(talk: Talk) -> str:
    """Calls of the turn and tokens of the day: ◔ 3/25 calls · ○ 0% of today."""
    calls = len(talk.turns[-1].calls) if talk.turns else 0
    share = min(100, talk.tokens_today * 100 // DAY_TOKENS)
    return f"{ring(calls, TURN_CALLS)} {calls}/{TURN_CALLS} calls · {ring(share, 100)} {share}% of today's tokens"


class PromptPane(SeveralPane):
    """Takes text while it has the focus; enter asks, up and down bring back what was asked."""

    CONTEXT: ClassVar[str] = "prompt"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"chat"})
    NAME: ClassVar[str] = "Ask"
    AGES: ClassVar[bool] = False

    class Typed(Message):
        """The line, or what is offered for it, changed."""

    def __init__(self, state: DeskState, choice: CopilotChoice) -> None:
        super().__init__(state, choice)
        self.chat = choice
        self.field = LineEdit(most=MOST_QUESTION, number=False)
        self.offered: list[Hint] = []
        self.chosen = 0
        self._back = 0
        self._draft = ""

    def paint(self, width: int, height: int) -> None:
        """The line with its cursor; a long one is shown around the cursor."""
        talk = self.chat.talk
        self.entitle(f"Ask · {talk.mode}", quota(talk) if width >= 44 else quota(talk).partition(" · ")[0])
        text, at = self.field.text, self.field.cursor
        room = max(4, width - 5)
        start = max(0, at - room + 1)
        spans: list[Span] = [(" › ", "bold accent" if self.has_focus else "muted")]
        if self.has_focus:
            spans += [(text[start:at], "foreground"), (text[at : at + 1] or " ", "reverse foreground"),
                      (text[at + 1 : start + room], "foreground")]  # fmt: skip
        elif text:
            spans.append((text[:room], "foreground"))
        if not text:
            key = self.keymap.hint("chat_write", "talk")
            words = "in your words · / commands · $ instruments" if self.has_focus else f"{key} asks in your words"
            spans.append((words, "muted"))
        lines = [fit(spans, width)]
        if height > 1:
            lines.append(left_right(((f" {talk.mode}", "muted"), (f" · {talk.who}", "faint")),
                                    ((f"{quota(talk)} ", "muted"),), width))  # fmt: skip
        self.show(lines)

    # -- typing ---------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """This line, to go on with."""
        self.field.set(safe(text, MOST_QUESTION))
        self._put()

    def on_key(self, event: events.Key) -> None:
        """What types, types; up and down choose what is offered, else bring back questions."""
        taken = True
        if event.key in ("up", "down"):
            self._up_down(1 if event.key == "down" else -1)
        elif event.is_printable and event.character:
            if self.field.insert(event.character):
                self._put()
        elif self.field.key(event.key):
            self._put()
        else:
            taken = event.key in EDITS
        if taken:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text, on one line; it never asks by itself."""
        event.stop()
        if self.field.insert(safe(" ".join(event.text.split()), MOST_QUESTION)):
            self._put()

    def _put(self) -> None:
        self._back = 0
        self._offer()

    def _offer(self) -> None:
        self.offered = hints(self.field.text, self.field.cursor, self.state.instruments)
        self.chosen = 0
        self.repaint()
        self.post_message(self.Typed())

    def _up_down(self, by: int) -> None:
        if self.offered:
            self.chosen = (self.chosen + by) % len(self.offered)
            self.post_message(self.Typed())
            return
        asked = self.chat.talk.asked
        if self._back == 0:
            self._draft = self.field.text
        self._back = max(0, min(len(asked), self._back - by))
        self.field.set(asked[-self._back] if self._back else self._draft)
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """A click begins to type."""
        self.focus()

    # -- actions --------------------------------------------------------------------------------------------

    def do_chat_send(self) -> None:
        """Enter: what is offered is taken first, unless the word stands there already; then it is asked."""
        if self.offered and self._take():
            return
        if self.chat.talk.ask(self.field.text):
            self.field.set("")
            self._put()
        elif self.chat.talk.running is not None and self.field.text.strip():
            self.chat.talk.running.note("one question at a time; your line is kept")
            self.repaint()

    def _take(self) -> bool:
        hint = self.offered[self.chosen]
        before = self.field.text
        text, cursor = completed(before, self.field.cursor, hint)
        if text.rstrip() == before.rstrip():
            return False
        self.field.set(text)
        self.field.cursor = cursor
        self._put()
        return True

    def do_next_pane(self) -> None:
        """Tab: completes; with nothing offered the next pane."""
        if not (self.offered and self._take()):
            super().do_next_pane()

    def do_back(self) -> None:
        """Esc: stops an answer; else out of the line, whose text stays."""
        if self.offered:
            self.offered = []
            self.post_message(self.Typed())
        elif not self.chat.talk.stop():
            self.view.show_pane(self.view.panes[0])
