"""The watchlist: instruments by class, last price, change. The cursor row drives the other panes."""

from __future__ import annotations

from typing import ClassVar

from textual.message import Message

from engine.desk import Document
from engine.model.instrument import ASSET_CLASSES
from vterm.paint import Line, change, clip, fit, number, on, signed
from vterm.panes.facts import instrument
from vterm.panes.pane import ListPane
from vterm.state import DeskState

WIDE = 56


def grouped(state: DeskState) -> list[str | None]:
    """Rows of the list: a class heading is None, then its symbols in the user's order."""
    rows: list[str | None] = []
    classes = [*ASSET_CLASSES, ""]
    for name in classes:
        members = [s for s in state.watch if str(state.instrument(s).get("asset_class", "")) == name]
        if members:
            rows += [None, *members]
    return rows


def heading(state: DeskState, rows: list[str | None], index: int, width: int) -> Line:
    """The class of the symbols below a heading."""
    below = next((row for row in rows[index:] if row), "")
    name = str(state.instrument(below).get("asset_class", "")) or "not listed here"
    return fit(((" " + name.upper(), "muted"),), width)


def row(state: DeskState, symbol: str, width: int) -> Line:
    """One instrument: marker, symbol, last, change; with room, its name, bid and ask too."""
    quote = state.quote(symbol)
    selected = state.front(symbol) == state.symbol
    stale = state.link in ("stale", "down")
    mark = ("▸", "bold accent") if selected else (" ", "foreground")
    name_style = "bold foreground" if selected else "foreground"
    last = number(quote.get("last"), 10 if width > 27 else 9, "muted" if stale else "foreground")
    flash = state.flashes.active("watch", symbol)
    if flash:
        last = on(last, flash)
    symbol_cell = (clip(symbol, 8), name_style)
    moved = change(quote.get("change_pct"), 8)
    if width < WIDE:
        return fit((mark, symbol_cell, *last, *moved), width)
    room = width - 55
    touch = (*number(quote.get("bid"), 12, "muted"), *number(quote.get("ask"), 12, "muted")) if room > 10 else ()
    name = clip(state.name(symbol), max(6, width - 39 - (24 if touch else 0) - 2))
    return fit((mark, symbol_cell, (" " + name + " ", "muted"), *touch, *last, *signed(quote.get("change"), 11),
                *moved), width)  # fmt: skip


class WatchPane(ListPane):
    """Selecting a row selects the instrument for the whole desk."""

    CONTEXT: ClassVar[str] = "watch"
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {"quotes", "quote", "watch", "instruments", "symbol", "flash-watch", "link"}
    )
    NAME: ClassVar[str] = "Watch"

    class Selected(Message):
        """An instrument was chosen; `go` asks for its ladder too."""

        def __init__(self, symbol: str, go: bool = False) -> None:
            super().__init__()
            self.symbol, self.go = symbol, go

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self._order: tuple[list[str], dict[str, Document], list[str | None]] = ([], {}, [])
        self._known: dict[str, tuple[Document, tuple[object, ...], Line]] = {}

    def _grouped(self) -> list[str | None]:
        """The rows' order, which quotes do not change."""
        watch, instruments, rows = self._order
        if watch != self.state.watch or instruments is not self.state.instruments:
            rows = grouped(self.state)
            self._order = (list(self.state.watch), self.state.instruments, rows)
            self._known.clear()
        return rows

    def _row(self, symbol: str, width: int) -> Line:
        """The row as it was painted last, where nothing of it is new: most of a long list, at each beat."""
        state = self.state
        quote, flash = state.quote(symbol), state.flashes.active("watch", symbol)
        looks = (width, flash, state.link in ("stale", "down"), state.front(symbol) == state.symbol)
        known = self._known.get(symbol)
        if known is not None and known[0] is quote and known[1] == looks:
            return known[2]
        line = row(state, symbol, width)
        self._known[symbol] = (quote, looks, line)
        return line

    def paint(self, width: int, height: int) -> None:
        """The list by class."""
        state = self.state
        self.keep(self._grouped())
        listed = sum(1 for key in self.keys if key)
        self.entitle("Watch", f"{listed} of {len(state.instruments)}" if state.instruments else "")
        if not self.keys:
            words = "nothing watched yet · a adds an instrument" if state.instruments else "opening the market"
            self.empty(words, height, width)
            return
        here = [i for i, key in enumerate(self.keys) if key and state.front(key) == state.symbol]
        if here and not self.has_focus:
            self.cursor = here[0]
        lines = [
            self.mark(i, self._row(key, width)) if key else heading(state, self.keys, i, width)
            for i, key in enumerate(self.keys)
        ]
        facts = instrument(state, width)
        self.show(lines, foot=facts if height >= len(lines) + len(facts) + 1 else ())

    def moved(self) -> None:
        """The cursor row becomes the desk's instrument."""
        super().moved()
        if self.current:
            self.post_message(self.Selected(self.current))

    def opened(self) -> None:
        """A double click goes to the ladder."""
        self.do_watch_open()

    def do_watch_open(self) -> None:
        """Enter: the ladder of this instrument."""
        if self.current:
            self.post_message(self.Selected(self.current, go=True))
