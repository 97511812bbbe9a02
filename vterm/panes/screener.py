"""One line to type in: a search that narrows the list as it grows, and a rule that screens it."""

from __future__ import annotations

from typing import ClassVar

from textual import events

from engine.model.text import safe
from engine.research.screen import MOST_CHARACTERS
from vterm.paint import Line, Span, clip, left_right, width
from vterm.panes.market_pane import Chosen, MarketPane
from vterm.state import DeskState
from vterm.widgets.line_edit import LineEdit

HINT = "/ find   w screen, for example  change>2 and spread<5bp and sector=technology"
MODES = ("search", "where")


class ScreenerPane(MarketPane):
    """Takes text while it has the focus; enter keeps it, esc takes it off, as the table of actions says."""

    CONTEXT: ClassVar[str] = "screener"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"choice"})

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "screener")
        self.remove_class("pane")
        self.mode = "search"
        self.fields = {"search": LineEdit(most=40, number=False), "where": LineEdit(most=MOST_CHARACTERS, number=False)}
        self._split = 0

    def begin(self, mode: str) -> None:
        """Type here, from what is in force."""
        self.mode = mode
        self.fields[mode].set(self.choice.search if mode == "search" else self.choice.where)
        self.focus()
        self.repaint()

    def paint(self, width_: int, height: int) -> None:
        """Both texts; while typing the one in hand with its cursor and, where it is not understood, why."""
        typing, error = self.has_focus, self.choice.error
        left: list[Span] = [(" ", "muted")]
        if typing:
            left += self._typed(width_ - 2 if not error else width_ // 2)
        else:
            left += self._kept()
        tail: Line = ()
        if error:
            text = f"{error.get('message', '')} · {error.get('fix', '')}"
            tail = ((clip(safe(text, 200), max(10, width_ - width(left) - 3)).rstrip(), "error"), (" ", "muted"))
        elif typing:
            tail = (("enter keeps · esc takes off ", "muted"),) if width_ >= 90 else ()
        self.show([left_right(left, tail, width_)])

    def _typed(self, room: int) -> list[Span]:
        field = self.fields[self.mode]
        prompt = "/ " if self.mode == "search" else "screen "
        start = max(0, field.cursor - max(8, room - len(prompt) - 2))
        text = safe(field.text[start:] or "", MOST_CHARACTERS)
        at = field.cursor - start
        return [(prompt, "bold accent"), (text[:at], "foreground"), (text[at : at + 1] or " ", "reverse foreground"),
                (text[at + 1 :], "foreground")]  # fmt: skip

    def _kept(self) -> list[Span]:
        choice, spans = self.choice, list[Span]()
        if choice.search:
            spans += [("/ ", "accent"), (f"{safe(choice.search, 40)}   ", "foreground")]
        if choice.sector:
            spans += [("sector ", "accent"), (f"{safe(choice.sector, 40)}   ", "foreground")]
        if choice.where:
            spans += [("screen ", "accent"), (safe(choice.where, 200), "foreground")]
        return [*spans, ("   esc clears", "faint")] if spans else [(HINT, "faint")]

    # -- typing ---------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """What types, types; enter and esc end it; arrows move in the list."""
        field = self.fields[self.mode]
        taken = True
        if event.key in ("up", "down"):
            self.view.move_in_list(1 if event.key == "down" else -1)
        elif event.is_printable and event.character:
            if field.insert(event.character):
                self._put(field.text)
        elif field.key(event.key):
            self._put(field.text)
        else:
            taken = event.key in ("backspace", "delete", "left", "right", "home", "end")
        if taken:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text, on one line."""
        event.stop()
        if self.fields[self.mode].insert(" ".join(event.text.split())):
            self._put(self.fields[self.mode].text)

    def _put(self, text: str) -> None:
        if self.fields[self.mode].text != text:
            self.fields[self.mode].set(text)
        if self.mode == "search":
            self.choice.search = text
        else:
            self.choice.screen(text)
        self.post_message(Chosen())

    def on_click(self, event: events.Click) -> None:
        """A click on the left begins a search, one on the rest a screen."""
        self.begin("search" if event.x < 8 and not self.choice.where else "where")

    def do_screener_keep(self) -> None:
        """Enter: what is typed stays in force."""
        self.post_message(Chosen(to_list=True))

    def do_back(self) -> None:
        """Esc: nothing typed is kept."""
        self._put("")
        self.post_message(Chosen(to_list=True))
