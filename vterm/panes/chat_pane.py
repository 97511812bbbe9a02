"""The conversation: only the rows in sight are made, from a place (turn, row) that scrolls or follows the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.message import Message

from vterm.chat import Turn
from vterm.chat_rows import Keys, Row, turn_rows, welcome_rows
from vterm.copilot_choice import READY, CopilotChoice
from vterm.paint import Line, on
from vterm.panes.several_pane import SeveralPane
from vterm.state import DeskState

if TYPE_CHECKING:
    from vterm.screens.copilot import CopilotView

Place = tuple[int, int]
KEPT_TURNS = 60
WHEEL = 3


class ChatPane(SeveralPane):
    """Rows of turns; j k move, enter opens what stands there."""

    CONTEXT: ClassVar[str] = "talk"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"chat", "proposals", "symbol"})
    NAME: ClassVar[str] = "Copilot"
    AGES: ClassVar[bool] = False

    class Chosen(Message):
        """Enter on a row that does something."""

        def __init__(self, kind: str, what: str) -> None:
            super().__init__()
            self.kind, self.what = kind, what

    def __init__(self, state: DeskState, choice: CopilotChoice) -> None:
        super().__init__(state, choice)
        self.chat = choice
        self.top: Place = (0, 0)
        self.cursor: Place = (0, 0)
        self.follow = True
        self.opened: frozenset[str] = frozenset()
        self.suggestions: tuple[Line, ...] = ()
        self.made = 0
        """Turns that were made into rows: what a frame costs."""
        self._made: dict[str, tuple[object, tuple[Row, ...]]] = {}
        self._cells = 0
        self._seen_places: list[Place] = []

    # -- rows -----------------------------------------------------------------------------------------------

    @property
    def _units(self) -> int:
        return max(1, len(self.chat.talk.turns))

    def _rows(self, unit: int) -> tuple[Row, ...]:
        """Rows of a turn, made again only where it changed; without a turn the welcome."""
        talk = self.chat.talk
        if not talk.turns:
            chips = tuple(text.format(self.state.symbol or "BTC-USD") for text in READY)
            return welcome_rows(talk.who, talk.offline, talk.refusal, chips, self._cells)
        turn = talk.turns[unit]
        key = (turn.made, self._cells, self.opened)
        known = self._made.get(turn.id)
        if known is not None and known[0] == key:
            return known[1]
        rows = turn_rows(turn, self._cells, self.opened, self._keys())
        self.made += 1
        if len(self._made) >= KEPT_TURNS:
            self._made.pop(next(iter(self._made)))
        self._made[turn.id] = (key, rows)
        return rows

    def _keys(self) -> Keys:
        hint = self.keymap.hint
        return Keys(hint("sign"), hint("back"), hint("chat_open", self.CONTEXT))

    def _moved(self, place: Place, by: int) -> Place:
        """So many rows on or back, to the ends at most."""
        unit = min(place[0], self._units - 1)
        row = min(place[1], len(self._rows(unit)) - 1) + by
        while row < 0 and unit > 0:
            unit -= 1
            row += len(self._rows(unit))
        while row >= len(self._rows(unit)) and unit < self._units - 1:
            row -= len(self._rows(unit))
            unit += 1
        return unit, max(0, min(row, len(self._rows(unit)) - 1))

    def _end(self) -> Place:
        last = self._units - 1
        return last, len(self._rows(last)) - 1

    def _window(self, height: int) -> list[tuple[Place, Row]]:
        if self.follow and self.chat.talk.turns:
            self.cursor = self._end()
        elif not self.chat.talk.turns:
            self._first_chip()
        self.cursor, self.top = self._moved(self.cursor, 0), self._moved(self.top, 0)
        lowest = self._moved(self.cursor, -(height - 1))
        self.top = min(self.cursor, max(self.top, lowest))
        if self.follow and self.chat.talk.turns:
            self.top = lowest
        seen: list[tuple[Place, Row]] = []
        unit, row = self.top
        while len(seen) < height and unit < self._units:
            rows = self._rows(unit)
            seen += [((unit, at), rows[at]) for at in range(row, min(len(rows), row + height - len(seen)))]
            unit, row = unit + 1, 0
        return seen

    def _first_chip(self) -> None:
        """The welcome has its cursor on a question, also where its words change above them."""
        rows = self._rows(0)
        if not rows[min(self.cursor[1], len(rows) - 1)].act[0]:
            self.cursor = (0, next((at for at, row in enumerate(rows) if row.act[0]), 0))

    # -- painting -------------------------------------------------------------------------------------------

    def paint(self, width: int, height: int) -> None:
        """The rows in sight; suggestions of what is typed stand at the foot."""
        talk = self.chat.talk
        self._cells = width
        foot = self.suggestions[: max(0, height - 3)]
        seen = self._window(max(1, height - len(foot)))
        lines = [on(row.line or ((" " * width, "foreground"),), "cursor") if place == self.cursor and self.has_focus
                 else row.line for place, row in seen]  # fmt: skip
        self._seen_places = [place for place, _ in seen]
        self.entitle(f"Copilot · {talk.title}" if talk.title else self.NAME, talk.who)
        self.show(lines, foot=foot)

    # -- moving ---------------------------------------------------------------------------------------------

    def _go(self, place: Place) -> None:
        self.cursor, self.follow = place, place == self._end() and bool(self.chat.talk.turns)
        self.repaint()

    def do_row_down(self) -> None:
        """Next row."""
        self._go(self._moved(self.cursor, 1))

    def do_row_up(self) -> None:
        """Previous row."""
        self._go(self._moved(self.cursor, -1))

    def do_row_page_down(self) -> None:
        """A page down."""
        self._go(self._moved(self.cursor, max(1, self.rows - 1)))

    def do_row_page_up(self) -> None:
        """A page up."""
        self._go(self._moved(self.cursor, -max(1, self.rows - 1)))

    def do_row_half_down(self) -> None:
        """Half a page down."""
        self._go(self._moved(self.cursor, max(1, self.rows // 2)))

    def do_row_half_up(self) -> None:
        """Half a page up."""
        self._go(self._moved(self.cursor, -max(1, self.rows // 2)))

    def do_row_first(self) -> None:
        """The first question."""
        self._go((0, 0))

    def do_row_last(self) -> None:
        """The end; what comes is followed from here."""
        self._go(self._end())

    def do_chat_next(self) -> None:
        """The next row that does something."""
        self._seek(1)

    def do_chat_before(self) -> None:
        """The one before."""
        self._seek(-1)

    def _seek(self, by: int) -> None:
        place = self.cursor
        while (after := self._moved(place, by)) != place:
            place = after
            if self._rows(place[0])[place[1]].act[0]:
                self._go(place)
                return

    def do_chat_open(self) -> None:
        """What stands at the cursor: a call's arguments and source, a proposal, a question."""
        unit, row = self._moved(self.cursor, 0)
        kind, what = self._rows(unit)[row].act
        if kind == "call":
            turn: Turn = self.chat.talk.turns[unit]
            self.opened ^= {f"{turn.id}:{what}"}
            self.follow = False
            self._reveal_call(unit, what)
        elif kind:
            self.post_message(self.Chosen(kind, what))

    def _reveal_call(self, unit: int, n: str) -> None:
        """The cursor on the badge that was opened, also from a citation."""
        rows = self._rows(unit)
        at = next((place for place, row in enumerate(rows) if row.act == ("call", n)), None)
        if at is not None:
            self.cursor = (unit, at)
        self.repaint()

    def do_chat_write(self) -> None:
        """Type a question."""
        self.copilot.write()

    def do_chat_new(self) -> None:
        """A new conversation."""
        self.copilot.fresh()

    def do_chat_past(self) -> None:
        """The list of conversations."""
        self.copilot.show_pane(self.copilot.talks)

    @property
    def copilot(self) -> CopilotView:
        """The screen that it is a part of."""
        return cast("CopilotView", self.view)

    def do_back(self) -> None:
        """Stop what is being answered; else a step back."""
        if not self.chat.talk.stop():
            super().do_back()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three rows on."""
        event.stop()
        self._go(self._moved(self.cursor, WHEEL))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three rows back."""
        event.stop()
        top = self._moved(self.top, -WHEEL)
        self._go(min(self.cursor, self._moved(top, max(0, self.rows - 1))))

    def on_click(self, event: events.Click) -> None:
        """A click does what enter does there."""
        offset = event.get_content_offset(self)
        index = self.body_index(offset.y) if offset else None
        if index is not None and index < len(self._seen_places):
            self._go(self._seen_places[index])
            self.do_chat_open()
