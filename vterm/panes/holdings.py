"""Positions with everything the engine says about them; wide windows show what each takes of the risk."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from vterm.paint import DOWN, UP, Line, Span, bar, clip, fit, number, on, percent, signed
from vterm.panes.allocation import over
from vterm.panes.orders import shown_size
from vterm.panes.portfolio_pane import PortfolioListPane, money
from vterm.panes.positions import cost_text
from vterm.panes.watch import WatchPane
from vterm.state import DeskState, units

COLUMNS = (
    ("symbol", 9, 0), ("side", 2, 0), ("quantity", 12, 0), ("avg cost", 11, 2), ("last", 11, 0), ("value", 14, 4),
    ("unrealised", 13, 0), ("%", 8, 1), ("day", 12, 3), ("weight", 8, 0), ("risk", 8, 5), ("beta", 7, 5),
)  # fmt: skip
"""Name, cells, and how soon a column gives way (the highest number first)."""
BAR = 25


def chosen(width: int) -> tuple[str, ...]:
    """The columns that fit."""
    rank = 5
    while rank and sum(cells for _, cells, gives in COLUMNS if gives <= rank) + 4 > width:
        rank -= 1
    return tuple(name for name, _, gives in COLUMNS if gives <= rank)


def head(columns: tuple[str, ...], width: int) -> Line:
    """Column names."""
    cells = {name: size for name, size, _ in COLUMNS}
    words = ["symbol".ljust(9) if n == "symbol" else "".rjust(2) if n == "side" else n.rjust(cells[n]) for n in columns]
    return fit(((f" {''.join(words)}", "muted"),), width)


class HoldingsPane(PortfolioListPane):
    """Largest weight first; the keys of the desk's positions."""

    CONTEXT: ClassVar[str] = "holdings"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "quotes", "orders", "figures", "flash-positions",
                                                  "symbol", "instruments"})  # fmt: skip
    NAME: ClassVar[str] = "Positions"
    DOCUMENT: ClassVar[str] = "analytics"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "holdings")

    def paint(self, width: int, height: int) -> None:
        """The list, or how to get one."""
        rows = self.state.positions()
        self.keep([str(row["symbol"]) for row in rows])
        working = len(self.state.working())
        tail = f"{working} working order{'' if working == 1 else 's'} · " if working else ""
        self.entitle(f"Positions {len(rows)}" if rows else "Positions", f"{tail}r risk and calendar")
        if not rows:
            words = "nothing held yet: all of it is cash · 1 goes to the desk, b buys there"
            self.empty(words if self.state.portfolio else "opening the market", height, width)
            return
        columns = chosen(width)
        lines = [self.mark(i, self._row(row, columns, width)) for i, row in enumerate(rows)]
        rule: Line = ((" " + "─" * (width - 2), "rule"),)
        total: list[Line] = [rule, self._total(columns, width)] if height > 5 else []
        total += [(), *self._warnings(rows)] if len(lines) + len(total) + 3 < height else []
        fits = len(lines) + len(total) < height
        self.show(lines + (total if fits else []), head=(head(columns, width),), foot=[] if fits else total)

    def _warnings(self, rows: list[Document]) -> list[Line]:
        words = "is over the 25 % single-name limit: new"
        return [((f" ! {row['symbol']} {words} {'sales' if row.get('side') == 'short' else 'buys'} are refused",
                  "warning"),) for row in rows if over(row)]  # fmt: skip

    def _row(self, row: Document, columns: tuple[str, ...], width: int) -> Line:
        symbol, state = str(row["symbol"]), self.state
        style = "bold foreground" if symbol == state.symbol else "foreground"
        cells: dict[str, Line] = {"symbol": ((clip(symbol, 9), style),), **self._figures(row)}
        flash = state.flashes.active("positions", symbol)
        if flash:
            cells["quantity"] = on(cells["quantity"], flash)
        line: list[Span] = [(" ", "foreground")]
        for name in columns:
            line += cells[name]
        line.append((" !" if over(row) else "  ", "warning"))
        used = sum(size for name, size, _ in COLUMNS if name in columns) + 4
        room = min(BAR, width - used - 1)
        if room > 3:
            share = units(str(row.get("weight") or "0").lstrip("-"), 6)
            line.append((bar(share, 250_000, room), "muted"))
        return fit(line, width)

    def _figures(self, row: Document) -> dict[str, Line]:
        symbol, state = str(row["symbol"]), self.state
        thing = state.instrument(symbol)
        short = row.get("side") == "short"
        risk = self._risk(symbol)
        share, beta = risk.get("share"), risk.get("beta")
        return {
            "side": ((DOWN if short else UP, "down" if short else "up"), (" ", "muted")),
            "quantity": number(shown_size(str(row["quantity"]), str(thing.get("display_lot") or "1")), 12),
            "avg cost": number(cost_text(str(row["average_cost"]), int(thing.get("price_decimals", 2))), 11),
            "last": number(state.quote(symbol).get("last") or row.get("price"), 11),
            "value": number(money(row.get("value")), 14),
            "unrealised": signed(row.get("unrealised_pnl"), 13, 2),
            "%": signed(row.get("unrealised_pct"), 8),
            "day": signed(row.get("day_pnl"), 12, 2),
            "weight": ((percent(row.get("weight")).rjust(7), "foreground"), ("%", "muted")),
            "risk": ((percent(share).rjust(7), "foreground" if share else "faint"), ("%" if share else " ", "muted")),
            "beta": number(money(beta), 7),
        }

    def _risk(self, symbol: str) -> Document:
        rows = self.document.get("book", {}).get("contributions", [])
        found: Document = next((row for row in rows if row["symbol"] == symbol), {})
        return found

    def _total(self, columns: tuple[str, ...], width: int) -> Line:
        book, line = self.state.portfolio, list[Span]([(" ", "muted")])
        for name, size, _ in COLUMNS:
            if name not in columns:
                continue
            if name == "symbol":
                line.append(("total".ljust(size), "muted"))
            elif name == "value":
                line += number(money(book.get("positions_value")), size, "muted")
            elif name in ("unrealised", "day"):
                line += signed(book.get("unrealised_pnl" if name == "unrealised" else "day_pnl"), size, 2)
            else:
                line.append((" " * size, "muted"))
        return fit(line, width)

    def do_holding_open(self) -> None:
        """Its ladder."""
        if self.current:
            self.post_message(WatchPane.Selected(self.current, go=True))

    def opened(self) -> None:
        """A double click."""
        self.do_holding_open()
