"""The list of the Markets screen: every instrument that the choice lets through."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from textual import events
from textual.message import Message

from engine.desk import Document
from vterm.paint import Line
from vterm.panes.market_pane import Chosen, MarketListPane
from vterm.panes.market_rows import Table, scales
from vterm.panes.watch import WatchPane
from vterm.state import DeskState

NOTHING = "nothing passes · esc takes off what narrows the list"


def age(state: DeskState) -> str:
    """How old what is shown is, where that must be said."""
    seconds = int(state.now() - state.market_heard)
    return f" · {seconds} s old" if state.link in ("stale", "down") and state.market_heard else ""


class MarketsPane(MarketListPane):
    """Rows by class, or in the order of a column; the head sorts, a row opens its ladder."""

    CONTEXT: ClassVar[str] = "markets"
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"markets", "instruments", "watch", "symbol", "link", "flash-markets", "choice"}
    )
    NAME: ClassVar[str] = "Markets"

    class Watched(Message):
        """This instrument on the watchlist, or off it."""

        def __init__(self, symbol: str) -> None:
            super().__init__()
            self.symbol = symbol

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "market-list")
        self.table: Table | None = None
        self.listing = 0
        self._scaled, self._scales = -1, dict[str, int]()

    def paint(self, width: int, height: int) -> None:
        """The head and the rows."""
        state, choice = self.state, self.choice
        if not state.market:
            self.entitle("Markets")
            self.empty("opening the market", height, width)
            return
        rows = choice.rows(state.market, state.instruments, state.now())
        self.listing = len(rows)
        if self._scaled != state.sparks_made:
            self._scaled, self._scales = state.sparks_made, scales(state)
        table = self.table = Table(state, width, self.dull, self._scales)
        self.entitle("Markets", f"{len(rows)} of {len(state.market)} · by {choice.column}{age(state)}")
        if not rows:
            self.keep([])
            self.empty(NOTHING, height, width)
            return
        keys: list[str | None] = [str(row["symbol"]) for row in rows]
        headings: dict[int, str] = {}
        if choice.column == "class" and not choice.kind:
            keys, headings = self._grouped(rows)
        self.keep(keys)
        top = int(self.scroll_y)
        lines = [self._line_of(i, table, headings) if top <= i < top + height else () for i in range(len(keys))]
        self.show(lines, head=(table.head(choice.sort),))

    @staticmethod
    def _grouped(rows: list[Document]) -> tuple[list[str | None], dict[int, str]]:
        """Keys with a heading before each class, and the classes by their headings' places."""
        counts, keys, headings = Counter(str(row["asset_class"]) for row in rows), list[str | None](), dict[int, str]()
        before = ""
        for row in rows:
            kind = str(row["asset_class"])
            if kind != before:
                headings[len(keys)], before = f"{kind} {counts[kind]}", kind
                keys.append(None)
            keys.append(str(row["symbol"]))
        return keys, headings

    def _line_of(self, index: int, table: Table, headings: dict[int, str]) -> Line:
        symbol = self.keys[index]
        if symbol is None:
            kind, _, count = headings[index].partition(" ")
            return ((f" {kind.upper()} ", "muted"), (count, "faint"))
        return self.mark(index, table.row(self.state.market[symbol]))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Only rows in sight are painted: others come into sight by scrolling."""
        super().watch_scroll_y(old_value, new_value)
        if int(old_value) != int(new_value):
            self.repaint()

    def point_at(self, symbol: str) -> None:
        """The cursor on this row, where it is listed."""
        if symbol in self.keys:
            self.cursor = self.keys.index(symbol)
            self.moved()

    # -- what keys and the pointer do -----------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """The head sorts; a row is selected; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y == 0 and self.table is not None and self.keys:
            for start, end, column in self.table.spans:
                if start <= offset.x < end and column != "spark":
                    self._sort(column)
            return
        super().on_click(event)

    def _sort(self, column: str) -> None:
        self.choice.turn(column)
        self.post_message(Chosen())

    def opened(self) -> None:
        """A double click."""
        self.do_market_open()

    def do_market_open(self) -> None:
        """Its ladder."""
        if self.current:
            self.post_message(WatchPane.Selected(self.current, go=True))

    def do_market_watch(self) -> None:
        """On the watchlist, or off it."""
        if self.current:
            self.post_message(self.Watched(self.current))

    def do_market_sort(self) -> None:
        """By the next column."""
        self.choice.next_sort(1)
        self.post_message(Chosen())

    def do_market_sort_back(self) -> None:
        """By the previous column."""
        self.choice.next_sort(-1)
        self.post_message(Chosen())

    def do_market_turn(self) -> None:
        """The other way round."""
        self._sort("")

    def do_market_class(self) -> None:
        """The next class."""
        self.choice.next_kind(1)
        self.post_message(Chosen())

    def do_market_class_back(self) -> None:
        """The previous class."""
        self.choice.next_kind(-1)
        self.post_message(Chosen())

    def do_row_first(self) -> None:
        """The first row."""
        self._jump(-len(self.keys))

    def do_row_last(self) -> None:
        """The last row."""
        self._jump(len(self.keys))
