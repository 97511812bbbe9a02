"""Conversations kept in the home: typing searches them, enter resumes one."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from engine.model.text import safe
from vterm.conversations import Listed
from vterm.copilot_choice import CopilotChoice
from vterm.paint import Line, Span, clip, fit, left_right, on
from vterm.panes.several_pane import SeveralListPane
from vterm.state import DeskState
from vterm.widgets.line_edit import LineEdit

MOST = 80


def talk_line(row: Listed, here: bool, width: int) -> Line:
    """Title, or the words found; how many turns, and the day of the market."""
    tail: Line = ((f" {row.turns:>3} ", "muted"), (f"{row.at[5:10]:>5} ", "muted"))
    text = f"{row.title} · {row.found}" if row.found else row.title
    return left_right(
        ((" ▸ " if here else "   ", "accent"), (clip(text, max(4, width - 14)), "foreground")), tail, width
    )


class TalksPane(SeveralListPane):
    """Takes text while it has the focus."""

    CONTEXT: ClassVar[str] = "talks"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"chat"})
    NAME: ClassVar[str] = "Conversations"
    AGES: ClassVar[bool] = False

    def __init__(self, state: DeskState, choice: CopilotChoice) -> None:
        super().__init__(state, choice)
        self.chat = choice
        self.field = LineEdit(most=MOST, number=False)

    def paint(self, width: int, height: int) -> None:
        """The search, then a row a conversation, the newest first."""
        talk = self.chat.talk
        rows = talk.listed
        self.entitle(self.NAME, f"{len(rows)} kept" if rows else "")
        text = self.field.text
        search: list[Span] = [(" / ", "bold accent" if self.has_focus else "muted")]
        search += [(text, "foreground"), (" ", "reverse foreground" if self.has_focus else "foreground")]
        if not text:
            search.append(("search what was said", "muted"))
        head = (fit(search, width),)
        self.keep([row.id for row in rows])
        if not rows:
            why = talk.trouble or ("nothing found" if text else "none kept yet" if talk.store else "not kept: no home")
            self.show([((f" {clip(why, max(1, width - 2))}", "muted"),)], head=head)
            return
        lines = [talk_line(row, row.id == talk.id, width) for row in rows]
        self.show([on(line, "cursor") if at == self.cursor and self.has_focus else line
                   for at, line in enumerate(lines)], head=head)  # fmt: skip

    def on_key(self, event: events.Key) -> None:
        """What types searches; arrows move."""
        if event.is_printable and event.character:
            changed = self.field.insert(event.character)
        elif event.key in ("backspace", "left", "right", "home", "end"):
            changed = self.field.key(event.key)
        else:
            return
        event.stop()
        event.prevent_default()
        if changed:
            self._search()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text."""
        event.stop()
        if self.field.insert(safe(" ".join(event.text.split()), MOST)):
            self._search()

    def _search(self) -> None:
        self.chat.talk.search(self.field.text)
        self.repaint()

    def do_talk_open(self) -> None:
        """Resume the one at the cursor."""
        if self.current:
            self.chat.talk.resume(self.current)
            self.view.show_pane(self.view.panes[0])

    def do_talk_drop(self) -> None:
        """Forget the one at the cursor, after asking."""
        name = self.current
        row = next((one for one in self.chat.talk.listed if one.id == name), None)
        if row is None:
            return
        from vterm.dialogs.ask import AskDialog

        def answered(yes: bool | None) -> None:
            if yes:
                self.chat.talk.drop(row.id, self.field.text)

        self.app.push_screen(AskDialog("Conversation", f"Forget “{clip(row.title, 40).rstrip()}”?", "Forget", "Keep"),
                             answered)  # fmt: skip

    def opened(self) -> None:
        """A double click."""
        self.do_talk_open()

    def do_back(self) -> None:
        """Esc: the search first, then back to the talk."""
        if self.field.text:
            self.field.set("")
            self._search()
        else:
            self.view.show_pane(self.view.panes[0])
