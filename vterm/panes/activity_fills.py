"""Fills of the session and, below, of the desk's history; what the one under the cursor cost."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, clip, number, places, sign_of, signed
from vterm.panes import activity_table as table
from vterm.panes.activity_cost import PARTS, against, cost_brief
from vterm.panes.activity_pane import NarrowedListPane
from vterm.panes.activity_table import Column
from vterm.panes.orders import shown_size
from vterm.state import DeskState

COLUMNS = (
    Column("time", "at", 8, 0, "time", right=False),
    Column("symbol", "symbol", 8, 0, "symbol", right=False),
    Column("side", "side", 6, 0, "side", right=False),
    Column("quantity", "quantity", 10, 0, "quantity"),
    Column("price", "price", 11, 0, "price"),
    Column("value", "value", 13, 78, "value"),
    Column("fee", "fee", 9, 0, "fee"),
    Column("liquidity", "", 5, 78, "", right=False),
    Column("realised_pnl", "realised", 11, 92),
    *(Column(name, word.removeprefix("half "), 9, 128) for name, word in PARTS),
)
NOTHING = "no fills yet · 1 goes to the desk, b buys there"
NARROWED = "no fill is like that · esc takes off what narrows the list"
BRIEF_ROWS = 3


def fill_row(state: DeskState, fill: Document, cells: int, dated: bool = True) -> Line:
    """One fill at this width; `dated`: one of another day shows its day instead of its time."""
    symbol = str(fill["symbol"])
    lot = str(state.instrument(symbol).get("display_lot") or "1")
    gain, explained = fill.get("realised_pnl"), fill.get("explain")
    parts = explained if isinstance(explained, dict) else {}
    made: dict[str, Line] = {
        "time": ((table.clock(fill.get("at"), state.at[:10] if dated else ""), "muted"),),
        "symbol": ((clip(safe(symbol), 8), "foreground"),),
        "side": (table.side_span(fill.get("side")),),
        "quantity": number(shown_size(str(fill.get("quantity") or "0"), lot), 10),
        "price": number(str(fill.get("price") or "0"), 11),
        "value": _money(fill.get("value"), 13),
        "fee": _money(fill.get("fee"), 9),
        "liquidity": ((safe(str(fill.get("liquidity") or "")), "muted"),),
        "realised_pnl": signed(str(gain), 11, 2) if gain is not None else ((UNKNOWN.rjust(11), "faint"),),
        **{name: _part(parts.get(name), fill.get("side")) for name, _ in PARTS},
    }
    return table.row(table.fitting(COLUMNS, cells), made, (), cells)


def _part(value: object, side: object) -> Line:
    """A part of the price, coloured by whom it served."""
    if value is None:
        return ((UNKNOWN.rjust(9), "faint"),)
    text = str(value)
    style = "flat" if not sign_of(text) else "down" if against(text, side) else "up"
    return ((signed(text, 9)[0][0], style),)


def _money(value: object, cells: int) -> Line:
    return number(places(str(value), 2), cells) if value is not None else ((UNKNOWN.rjust(cells), "faint"),)


class FillsPane(NarrowedListPane):
    """Fills, newest first or by a column."""

    CONTEXT: ClassVar[str] = "fills"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"fills", "instruments", "activity", "link"})
    NAME: ClassVar[str] = "Fills"
    MORE: ClassVar[str] = "fills"
    WHAT: ClassVar[str] = "fill"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "activity-fills")
        self.listed: dict[str, Document] = {}
        self.dated = False

    def paint(self, width: int, height: int) -> None:
        """Rows; on small windows the cost of the cursor's one below."""
        choice = self.choice
        rows = choice.listed_fills(self.state.fills)
        self.listed = {str(fill["fill_id"]): fill for fill in rows}
        self.entitle("Fills", str(len(rows)) if rows else "")
        if not rows:
            self.keep([])
            self.empty(NARROWED if choice.narrowed else NOTHING, height, width)
            return
        keys: list[str | None] = [*self.listed]
        days: dict[int, str] = {}
        self.dated = choice.fill_sort.removeprefix("-") != "time"
        if not self.dated:
            keys, days = table.by_day(rows, "at", "fill_id", self.state.at[:10])
        self.keep([*keys, None])
        lines = [self._row_of(i, days, width) if self.in_sight(i, height) else () for i in range(len(keys))]
        line, spots = table.head(table.fitting(COLUMNS, width), choice.fill_sort, width)
        self.head_places = tuple(spots)
        foot: tuple[Line, ...] = ()
        if not self.view.cost.display and height > 8:
            foot = ((("─" * width, "rule"),), *cost_brief(self.fill(), width, BRIEF_ROWS))
        self.show([*lines, self.tail_line()], head=(line,), foot=foot)

    def _row_of(self, index: int, days: dict[int, str], width: int) -> Line:
        key = self.keys[index]
        if key is None:
            return ((f" {days.get(index, '')}", "muted"),)
        return self.mark(index, fill_row(self.state, self.listed[key], width, self.dated))

    def fill(self) -> Document:
        """The fill at the cursor; empty where there is none."""
        return self.listed.get(self.current or "", {})

    def here(self) -> str:
        """Its instrument."""
        return str(self.fill().get("symbol") or "")

    def do_fill_open(self) -> None:
        """The desk, at its instrument."""
        self.go()
