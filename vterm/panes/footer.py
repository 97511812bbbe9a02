"""The last line: keys that work here and now, and how fresh what you see is. And the tabs of small screens."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.message import Message

from engine.model.text import safe
from vterm.key_names import shown
from vterm.keymap import Keymap
from vterm.notices_lines import counter
from vterm.paint import Line, Span, clip, fit, left_right, width
from vterm.panes.header import clock_spans, time_shown
from vterm.panes.pane import Pane
from vterm.proposals_choice import counter as to_sign
from vterm.stale import OLD_MARK, age_seconds, lost_words, since, span_words
from vterm.state import DeskState

LINKS = {"live": ("●", "up", "live"), "stale": (OLD_MARK, "warning", "stale"), "down": ("×", "error", ""),
         "opening": (OLD_MARK, "muted", "opening the market")}  # fmt: skip


def freshness(state: DeskState, short: bool = False, slow: bool = False) -> Line:
    """The live dot, its word, and the age of what is shown; of a desk that is lost when it is tried again. On a slow
    line what is seen is older than what is known, so that no age is told."""
    glyph, role, word = LINKS[state.link]
    spans: list[Span] = [(glyph, role)]
    if state.link == "down":
        spans.append((f" {lost_words(state, short)}", "foreground"))
    elif state.link == "stale":
        age = span_words(age_seconds(state))
        since_ = "" if short else f" since {time_shown(state, since(state))}"
        spans.append((f" {word}{since_} · {age}", "foreground"))
    else:
        spans.append((f" {word}", "muted"))
        if slow and state.link == "live":
            spans.append((" · slow line", "muted"))
        elif state.seq and state.link == "live":
            spans.append(("" if short else f" · seq {state.seq:,}", "muted"))
            spans.append((f" · {span_words(age_seconds(state))}", "muted"))
    return (*spans, (" ", "muted"))


def keys(keymap: Keymap, context: str, room: int) -> tuple[Line, list[tuple[int, int, str]]]:
    """As many keys as fit, and the cells that each of them covers (for clicks)."""
    spans: list[Span] = [(" ", "muted")]
    places: list[tuple[int, int, str]] = []
    for action in keymap.footer(context):
        key = shown(action.keys[0])
        start, cells = width(spans), len(key) + 1 + len(action.word) + 2
        if start + cells > room:
            break
        spans += [(key, "bold foreground"), (f" {action.word}  ", "muted")]
        places.append((start, start + cells - 2, action.name))
    return tuple(spans), places


class FooterLine(Pane):
    """Keys of the focused pane; a click does what the key does."""

    CONTEXT: ClassVar[str] = "footer"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"clock", "link", "status", "focus", "notices", "proposals"})
    AGES: ClassVar[bool] = False
    can_focus = False

    class Pressed(Message):
        """A key in the footer was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.context = "ladder"
        self._places: list[tuple[int, int, str]] = []

    def paint(self, width_: int, height: int) -> None:
        """The line."""
        told = counter(self.state.notices)
        slow = bool(getattr(getattr(self.app, "gauge", None), "slow", False))
        waits = to_sign(self.state.proposals, self.keymap.hint("sign"))
        right = (*waits, *told, *freshness(self.state, short=width_ < 100, slow=slow))
        line, self._places = keys(self.keymap, self.context, width_ - width(right))
        start = width_ - width(right)
        for part, name in ((waits, "sign"), (told, "notices")):
            if part:
                self._places.append((start, start + width(part), name))
            start += width(part)
        self.show([left_right(line, right, width_)])

    def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        for start, end, name in self._places:
            if start <= event.x < end:
                self.post_message(self.Pressed(name))


class TabLine(Pane):
    """Tabs of a small screen, with a rule below."""

    CONTEXT: ClassVar[str] = "tabs"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"focus", "orders", "clock", "link"})
    AGES: ClassVar[bool] = False
    can_focus = False

    class Picked(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.tabs: list[str] = []
        self.tab = "Book"
        self._places: list[tuple[int, int, str]] = []

    def paint(self, width_: int, height: int) -> None:
        """Names of the tabs, the chosen one in a bracket; a dot where something waits."""
        spans: list[Span] = [(" ", "muted")]
        self._places = []
        waiting = len(self.state.working())
        for name in self.tabs:
            here = name == self.tab
            dot = " •" if name == "Orders" and waiting else ""
            start = width(spans)
            spans += [("▌" if here else " ", "accent"), (name, "bold foreground" if here else "muted"),
                      (dot, "accent"), ("▐" if here else " ", "accent"), (" ", "muted")]  # fmt: skip
            self._places.append((start, width(spans), name))
        told = self._told(f"{waiting} working  " if waiting else "", long=True)
        if width(spans) + width(told) <= width_:
            self.show([left_right(spans, told, width_), (("─" * width_, "rule"),)])
            return
        # Six tabs fill a line of sixty cells: what market time it is then stands in the rule.
        told = ((" ", "muted"), *self._told("", long=False), ("─", "rule"))
        rule: Line = (("─" * max(0, width_ - width(told)), "rule"), *told)
        self.show([fit(spans, width_), fit(rule, width_)])

    def _told(self, words: str, *, long: bool) -> Line:
        """Whose account this is, and its market's time."""
        account = clip(safe(self.state.account), 12 if long else 10).rstrip()
        clock = clock_spans(self.state, short=not long) if self.state.at else []
        return ((f"{words}{account}  ", "muted"), *clock, (" ", "muted"))

    def on_click(self, event: events.Click) -> None:
        """Go to the tab."""
        for start, end, name in self._places:
            if start <= event.x < end:
                self.post_message(self.Picked(name))
