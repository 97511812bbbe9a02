"""Positions: quantity, average cost, last, profit and weight, with a total that the engine made."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.number import trim
from vterm.paint import Line, clip, fit, number, on, percent, places, signed
from vterm.panes.orders import OrdersPane, shown_size
from vterm.panes.pane import ListPane
from vterm.state import DeskState

WIDE = 78


def head(width: int) -> Line:
    """Column names."""
    value = f"{'value':>13}" if width >= WIDE else ""
    text = f" {'symbol':<8}{'quantity':>11}{'avg cost':>11}{'last':>11}{value}{'unrealised':>12}{'weight':>7}"
    return fit(((text, "muted"),), width)


def cost_text(cost: str, decimals: int) -> str:
    """An average cost with the price's decimals at least, and no idle zeros beyond them."""
    whole, _, fraction = trim(cost).partition(".")
    return f"{whole}.{fraction.ljust(decimals, '0')[: max(decimals, 2)]}" if decimals or fraction else whole


def money(text: object) -> str | None:
    """Money with two decimals."""
    return places(str(text), 2) if text is not None else None


def row(state: DeskState, position: Document, width: int) -> Line:
    """One position."""
    symbol = str(position["symbol"])
    instrument = state.instrument(symbol)
    lot, decimals = str(instrument.get("display_lot") or "1"), int(instrument.get("price_decimals", 2))
    quantity: Line = number(shown_size(str(position["quantity"]), lot), 11)
    flash = state.flashes.active("positions", symbol)
    if flash:
        quantity = on(quantity, flash)
    price = state.quote(symbol).get("last") or position.get("price")
    value = number(money(position.get("value")), 13) if width >= WIDE else ()
    weight = percent(position.get("weight")).rjust(6)
    return fit(((" ", "foreground"), (clip(symbol, 8), "bold foreground" if symbol == state.symbol else "foreground"),
                *quantity, *number(cost_text(str(position["average_cost"]), decimals), 11), *number(price, 11), *value,
                *signed(position.get("unrealised_pnl"), 12, 2), (weight, "foreground"),
                ("%", "muted")), width)  # fmt: skip


def total(state: DeskState, width: int) -> Line:
    """Sum as the engine states it."""
    book = state.portfolio
    value = number(money(book.get("positions_value")), 13, "muted") if width >= WIDE else ()
    return fit(((" total".ljust(9 + 33), "muted"), *value, *signed(book.get("unrealised_pnl"), 12, 2)), width)


class PositionsPane(ListPane):
    """Largest weight first."""

    CONTEXT: ClassVar[str] = "positions"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "quotes", "instruments", "symbol", "orders",
                                                  "flash-positions"})  # fmt: skip
    NAME: ClassVar[str] = "Positions"

    def paint(self, width: int, height: int) -> None:
        """The list, or how to get one."""
        rows = self.state.positions()
        self.keep([str(position["symbol"]) for position in rows])
        working = len(self.state.working())
        title = f"Positions {len(rows)}" if rows else "Positions"
        self.entitle(title, f"o  orders {working}" if self.screen.has_class("-lower") else "")
        if not rows:
            words = "nothing held yet · b buys" if self.state.portfolio else "opening the market"
            self.empty(words, height, width)
            return
        lines = [self.mark(i, row(self.state, position, width)) for i, position in enumerate(rows)]
        self.show(lines, head=(head(width),), foot=(total(self.state, width),) if height > len(rows) + 1 else ())

    def do_position_open(self) -> None:
        """Select its instrument."""
        if self.current:
            self.post_message(OrdersPane.Opened(self.current))

    def opened(self) -> None:
        """A double click."""
        self.do_position_open()
