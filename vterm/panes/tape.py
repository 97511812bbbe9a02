"""The tape: every print of the selected instrument, newest on top."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.number import NumberFormatError
from vterm.paint import DOWN, UP, Line, fit, grouped, number, places
from vterm.panes.header import market_time
from vterm.panes.pane import Pane
from vterm.state import DeskState, places_of


def stamp(at: str, width: int) -> str:
    """The time of a print at the exchange, as fine as there is room for."""
    clock = market_time(at)
    if width < 34:
        return clock[3:]
    fraction = at[19:23] if at[19:20] == "." else ""
    return clock if width < 44 else f"{clock}.{fraction[1:].rstrip('Z').ljust(3, '0')}"


def row(trade: Document, width: int, price_cells: int, decimals: int) -> Line:
    """Time, side, price, size."""
    buy = trade.get("side") == "buy"
    role = "up" if buy else "down"
    clock = stamp(str(trade.get("at", "")), width)
    try:
        size = places(str(trade.get("size", "0")), decimals)
    except NumberFormatError:
        size = "0"
    room = max(4, width - len(clock) - price_cells - 5)
    size = size if len(size) < room else size[: room - 1].rstrip(".")
    return fit(((" " + clock + " ", "muted"), (UP if buy else DOWN, role), *number(str(trade.get("price")), price_cells
               + 1, role), *number(size, room)), width)  # fmt: skip


class TapePane(Pane):
    """Prints in arrival order, upside down."""

    CONTEXT: ClassVar[str] = "tape"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"trades", "symbol"})
    NAME: ClassVar[str] = "Tape"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.top = 0

    def paint(self, width: int, height: int) -> None:
        """As many prints as fit."""
        state = self.state
        self.entitle("Tape", "newest first" if state.trades else "")
        if not state.trades:
            self.empty("no trades yet" if state.link == "live" else "opening the market", height, width)
            return
        width = min(width, 46)
        lot = str(state.instrument().get("display_lot") or "1")
        trades = list(state.trades)[::-1][self.top : self.top + height]
        cells = max(len(grouped(str(t.get("price", "")))) for t in trades)
        decimals = min(places_of(lot), 4 if width < 34 else 6)
        self.show([row(trade, width, cells, decimals) for trade in trades])

    def do_row_down(self) -> None:
        """Older prints."""
        self.top = min(max(0, len(self.state.trades) - self.size.height), self.top + 1)
        self.repaint()

    def do_row_up(self) -> None:
        """Newer prints."""
        self.top = max(0, self.top - 1)
        self.repaint()

    def do_row_page_down(self) -> None:
        """A page older."""
        self.top = min(max(0, len(self.state.trades) - self.size.height), self.top + self.size.height)
        self.repaint()

    def do_row_page_up(self) -> None:
        """A page newer."""
        self.top = max(0, self.top - self.size.height)
        self.repaint()
