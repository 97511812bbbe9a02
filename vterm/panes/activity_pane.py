"""What the panes of the Activity screen share: what narrows it, the way between them, the row's instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.message import Message

from vterm.paint import Line
from vterm.panes.activity_choice import ActivityChoice, choice_of
from vterm.panes.pane import ListPane, Pane
from vterm.panes.watch import WatchPane

if TYPE_CHECKING:
    from vterm.screens.activity import ActivityView


class Narrowed(Message):
    """What narrows or orders the lists changed; `to_list` asks for the focus there."""

    def __init__(self, to_list: bool = False) -> None:
        super().__init__()
        self.to_list = to_list


class ActivityPane(Pane):
    """A pane of the view; what moves between panes is the view's."""

    @property
    def view(self) -> ActivityView:
        """The screen that it is a part of."""
        found: Any = self
        while not hasattr(found, "cycle_panes"):
            found = found.parent
        return cast("ActivityView", found)

    @property
    def choice(self) -> ActivityChoice:
        """What is listed."""
        return choice_of(self.state)

    def here(self) -> str:
        """The instrument of the cursor's row; empty where it has none."""
        return ""

    def do_next_pane(self) -> None:
        """Tab."""
        self.view.cycle_panes(1)

    def do_previous_pane(self) -> None:
        """Shift and tab."""
        self.view.cycle_panes(-1)

    def do_find(self) -> None:
        """Search in the lists, as you type."""
        self.view.seek.begin()

    def do_zoom(self) -> None:
        """This pane alone, and back."""
        self.view.zoom(self)

    def do_jump(self) -> None:
        """Letters on the panes of this screen."""
        self.view.jump()

    def do_show_orders(self) -> None:
        """The orders of this screen."""
        self.view.show_pane(self.view.blotter)

    def do_back(self) -> None:
        """Out of the zoom, one thing less that narrows the lists, then the desk."""
        screen: Any = self.screen
        if not self.view.back():
            screen.do_back()

    def do_buy(self) -> None:
        """The ticket to buy the row's instrument."""
        self._trade("buy")

    def do_sell(self) -> None:
        """The ticket to sell the row's instrument."""
        self._trade("sell")

    def _trade(self, side: str) -> None:
        screen: Any = self.screen
        if self.here():
            screen.choose(self.here())
        screen.go_to("ticket")
        screen.desk.ticket.fill(side, "")

    def do_flatten(self) -> None:
        """Close the position in the row's instrument (asks)."""
        screen: Any = self.screen
        screen.flatten(self.here() or self.state.symbol)

    def go(self) -> None:
        """The desk, at the row's instrument."""
        if self.here():
            self.post_message(WatchPane.Selected(self.here(), go=True))


class ActivityListPane(ActivityPane, ListPane):
    """Rows, of which only those in sight are painted."""

    MORE: ClassVar[str] = ""
    """What of the desk's history stands below the last row, if anything does."""
    head_places: tuple[tuple[int, int, str], ...] = ()

    def opened(self) -> None:
        """A double click."""
        self.go()

    def in_sight(self, index: int, height: int) -> bool:
        """Whether a row is on the screen now."""
        top = int(self.scroll_y)
        return top <= index < top + height

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows come into sight by scrolling; at the end the history goes on."""
        super().watch_scroll_y(old_value, new_value)
        if int(old_value) != int(new_value):
            self.repaint()
            if self.MORE and new_value > old_value and int(new_value) + self.rows >= len(self.body):
                self.view.more(self.MORE)

    def moved(self) -> None:
        """On the last row the history goes on."""
        super().moved()
        last = max((i for i, key in enumerate(self.keys) if key is not None), default=-1)
        if self.MORE and self.cursor >= last:
            self.view.more(self.MORE)
            if self.cursor == last:
                self.reveal(len(self.keys) - 1)
        self.view.pointed_at(self)

    def on_click(self, event: events.Click) -> None:
        """The head sorts, a row is selected, the last line asks for more."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.head):
            for start, end, column in self.head_places:
                if start <= offset.x < end:
                    self.sorted_by(column)
            return
        index = self.body_index(offset.y) if offset is not None else None
        if self.MORE and index is not None and index == len(self.keys) - 1 and self.keys[index] is None:
            self.view.more(self.MORE)
            return
        super().on_click(event)

    def sorted_by(self, column: str) -> None:
        """A click on a head."""

    def point_at(self, key: str) -> bool:
        """The cursor on this row, where it is listed."""
        if key not in self.keys:
            return False
        self.cursor = self.keys.index(key)
        self.moved()
        return True

    def tail_line(self) -> Line:
        """What stands below the last row."""
        pages = self.choice.pages(self.MORE) if self.MORE != "journal" else self.choice.journal_pages
        if pages.note:
            return ((f" {pages.note}", "muted"),)
        if pages.asked:
            return ((" asking for earlier ones", "muted"),)
        return ((" the beginning", "faint"),) if pages.end else ((" ↓ earlier ones", "muted"),)


class NarrowedListPane(ActivityListPane):
    """Orders or fills: sorted and narrowed by keys."""

    WHAT: ClassVar[str] = ""

    def sorted_by(self, column: str) -> None:
        """By a column, or turned round."""
        self.choice.sort_by(self.WHAT, column)
        self.post_message(Narrowed())

    def do_activity_sort(self) -> None:
        """By the next column."""
        self.choice.next_sort(self.WHAT, 1)
        self.post_message(Narrowed())

    def do_activity_sort_back(self) -> None:
        """By the previous column."""
        self.choice.next_sort(self.WHAT, -1)
        self.post_message(Narrowed())

    def do_activity_turn(self) -> None:
        """The other way round."""
        self.sorted_by("")

    def do_activity_side(self) -> None:
        """Both, buys, sells."""
        self.choice.next_side()
        self.post_message(Narrowed())

    def do_activity_symbol(self) -> None:
        """Only this instrument, or all."""
        self.choice.turn_symbol(self.here())
        self.post_message(Narrowed())

    def do_activity_state(self) -> None:
        """The next state."""
        self.choice.next_state(1)
        self.post_message(Narrowed())

    def do_activity_state_back(self) -> None:
        """The previous state."""
        self.choice.next_state(-1)
        self.post_message(Narrowed())
