"""The tour on the screen: a strip under the header, beside everything and over nothing. Its words can be clicked."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.message import Message

from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import Line, Span, fit, grouped, left_right, width
from vterm.panes.orders import shown_size
from vterm.panes.pane import Pane
from vterm.panes.ticket_foresee import some, wrap
from vterm.tour import Press, Seen, Step, Tour
from vterm.tour_steps import AFTER, STEPS

if TYPE_CHECKING:
    from vterm.screens.main import MainScreen

LOOK_SECONDS = 0.1
LOW, BROAD = (80, 24), 160
"""Below this size the strip says its first sentence only; from this width on all of it stands in one line."""


def held(screen: MainScreen) -> str:
    """The position in the instrument as words."""
    state = screen.state
    position = state.position()
    if not position:
        return ""
    lot = str(state.instrument().get("display_lot") or "1")
    size = grouped(trim(shown_size(str(position["quantity"]), lot)))
    return f"{size} {safe(state.symbol)}"


def seen(screen: MainScreen) -> Seen:
    """What the tour knows of the screen now."""
    desk, state, layout = screen.desk, screen.state, screen.arrangement
    ticket, top = desk.ticket, screen.app.screen
    form, here = ticket.form, ticket.form.symbol == state.symbol
    tabs = tuple((pane, tab) for tab, panes in layout.tabs.items() for pane in panes) if layout.compact else ()
    return Seen(
        symbol=state.symbol,
        cursor=desk.ladder.price_text(),
        price=form.text["stop" if form.kind == "stop" else "price"].text if here else "",
        size=form.quantity if here else "",
        ready=here and form.complete(),
        refused=bool(ticket.refusal),
        most=bool(ticket.refusal.get("max_quantity")),
        waiting=bool(ticket.preview) and not some(ticket.preview.get("fills_now")),
        phase=ticket.phase,
        sends=ticket.sends,
        held=held(screen),
        waits=any(order["symbol"] == state.symbol for order in state.working()),
        page=screen.number,
        pane=screen.context,
        panes=layout.panes if screen.number == 1 else (),
        tabs=tabs,
        zoomed=bool(layout.zoom),
        dialog="" if top is screen else type(top).__name__,
    )


class TourStrip(Pane):
    """Says the step, notices when it is done."""

    CONTEXT: ClassVar[str] = "tour"
    can_focus = False
    _numbers = count()

    class Moved(Message):
        """The tour stands at another step, or is over."""

    class Clicked(Message):
        """One of its words was clicked."""

        def __init__(self, press: Press, pane: str) -> None:
            super().__init__()
            self.press, self.pane = press, pane

    def __init__(self, screen: MainScreen, at: str) -> None:
        # One that leaves may still be there while the next one comes: each has an id of its own.
        super().__init__(screen.state, f"tour-{next(self._numbers)}")
        self.remove_class("pane")
        self.tour = Tour(STEPS, at, seen(screen))
        self._places: list[tuple[int, int, int, Press]] = []

    def on_mount(self) -> None:
        """Look around ten times a second; that is soon enough for a person and nothing for a processor."""
        self._take_room()
        self.set_interval(LOOK_SECONDS, self.look)

    @property
    def step(self) -> Step:
        """What is painted: the step to do, after the last one how to get back."""
        return AFTER if self.tour.over else self.tour.step

    def look(self) -> None:
        """Notice what was done."""
        self._take_room()
        index, now = self.tour.index, seen(cast("MainScreen", self.screen))
        if self.tour.over and AFTER.done(now, now):
            self.post_message(self.Moved())
        if self.tour.look(now):
            if self.tour.index != index:
                self.post_message(self.Moved())
            self.repaint()

    def skip(self) -> None:
        """The next step, this one undone."""
        self.tour.skip()
        self.post_message(self.Moved())
        self.repaint()

    def _take_room(self) -> None:
        cells = self.app.size
        rows = 4 if LOW[0] <= cells.width < BROAD and cells.height >= LOW[1] else 3
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows

    # -- painting -------------------------------------------------------------------------------------------

    def paint(self, width_: int, height: int) -> None:
        """Where one is, why, and how."""
        tour = self.tour
        self._places = []
        step, now = self.step, tour.now
        room = height - 2
        words = step.say(now)
        if room == 1 and width_ < BROAD:
            words = words.partition(". ")[0] + "."
        said = wrap(words, width_ - 3, room)
        lines = [self._head(width_), *(((f" {line}", "foreground"),) for line in said)]
        lines += [()] * (height - 1 - len(lines))
        lines.append(self._how(step.keys(now), step.click(now), width_ - 1, height - 1))
        self.show([fit((("▌", "accent"), *line), width_) for line in lines])

    def _head(self, width_: int) -> Line:
        most, at = len(self.tour.steps), self.tour.index
        steps: Line = ((" tour ", "muted"), ("●" * (at + 1), "accent"), ("○" * (most - at - 1), "faint"))
        title = f"  {at + 1} of {most}  " if width_ >= LOW[0] and not self.tour.over else "  "
        left: Line = (*steps, (title, "muted"), (self.step.title, "bold foreground"))
        spans: list[Span] = []
        chips = [Press("tour", "desk", self.step.onward)]
        chips += [] if self.tour.over else [Press("tour_leave", "desk", "leave")]
        tail = sum(len(self.keymap.hint(chip.action)) + 1 + len(chip.word) + 2 for chip in chips)
        start = width_ - tail
        for chip in chips:
            self._chip(spans, chip, start, 0)
        return left_right(left, spans, width_ - 1)

    def _how(self, keys: tuple[Press, ...], click: str, cells: int, row: int) -> Line:
        """Keys, then the click; without their headings where they do not fit."""
        for named in (True, False):
            self._places = [place for place in self._places if place[2] != row]
            spans: list[Span] = [(" keys   " if named else " ", "muted")]
            for chip in keys:
                self._chip(spans, chip, 1, row)
            spans.append(("   mouse   " if named else " or ", "muted"))
            spans.append((f"click {click}", "foreground"))
            if width(spans) <= cells:
                break
        return tuple(spans)

    def _chip(self, spans: list[Span], chip: Press, start: int, row: int) -> None:
        at = start + width(spans)
        spans += [(self.keymap.hint(chip.action, chip.context), "bold foreground"), (f" {chip.word}", "muted")]
        if not chip.shown:
            self._places.append((at, start + width(spans), row, chip))
        spans.append(("  ", "muted"))

    def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        for start, end, row, chip in self._places:
            if row == event.y and start <= event.x < end:
                self.post_message(self.Clicked(chip, self.step.pane))
                return
