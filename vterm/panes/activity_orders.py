"""The blotter: every order of the session and, below, of the desk's history; by state, side and symbol."""

from __future__ import annotations

from typing import ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm.notices_words import reason
from vterm.paint import UNKNOWN, Line, clip, number, on, places
from vterm.panes import activity_table as table
from vterm.panes.activity_pane import NarrowedListPane
from vterm.panes.activity_table import Column
from vterm.panes.orders import OrdersPane, shown_size, waits_for
from vterm.state import OPEN_STATES, DeskState
from vterm.wording import protection, qualities

COLUMNS = (
    Column("time", "sent", 8, 0, "time", right=False),
    Column("symbol", "symbol", 8, 0, "symbol", right=False),
    Column("side", "side", 6, 0, "side", right=False),
    Column("type", "type", 8, 94, "", right=False),
    Column("filled", "filled", 10, 82),
    Column("quantity", "quantity", 10, 0, "quantity"),
    Column("price", "price", 10, 0, "price"),
    Column("average", "average", 11, 76, "average"),
    Column("state", "state", 11, 0, "state", right=False),
)
_MARKS = {"filled": ("✓", "foreground"), "cancelled": ("✕", "muted"), "rejected": ("!", "error"),
          "expired": ("○", "muted"), "partially_filled": ("◐", "accent"), "working": ("●", "accent"),
          "queued": ("◌", "accent"), "accepted": ("◌", "accent")}  # fmt: skip
_TYPES = {"stop_limit": "stop lim", "trailing_stop": "trail", "post_only": "limit"}
NOTHING = "no orders yet · 1 goes to the desk, b buys there"
NARROWED = "no order is like that · esc takes off what narrows the list"


def state_line(order: Document) -> Line:
    """✓ filled, ● working, ✕ cancelled."""
    status = str(order.get("status") or "")
    mark, style = _MARKS.get(status, (" ", "muted"))
    word = {"partially_filled": "partial"}.get(status, safe(status))
    if waits_for(order) and status == "working":
        mark, word = "◌", "waiting"
    return ((f"{mark} ", style), (word, style))


def price_line(order: Document, cells: int) -> Line:
    """Its limit, what releases it, or at market."""
    price = order.get("limit_price") or order.get("trigger_price") or order.get("stop_price")
    return number(str(price), cells) if price else (("market".rjust(cells), "muted"),)


def remark(order: Document) -> Line:
    """Why it ended, who made it, what else is said of it."""
    why = reason(order)
    if why and order.get("status") not in ("filled",):
        return ((f" {safe(why)}", "error" if order.get("status") == "rejected" else "muted"),)
    said = [f"{order['origin']} of {order['parent']}"] if order.get("origin") and order.get("parent") else []
    said += [str(order["origin"])] if order.get("origin") and not order.get("parent") else []
    said += [*qualities(order), protection(order)]
    said += [f"when {order['when']}"] if order.get("when") else []
    return ((f" {safe(' · '.join(part for part in said if part))}", "faint"),)


def _average(state: DeskState, order: Document) -> Line:
    """Two decimals beyond the tick: an average lies between prices."""
    average = order.get("average_price")
    if not average:
        return ((UNKNOWN.rjust(11), "faint"),)
    decimals = int(state.instrument(str(order["symbol"])).get("price_decimals") or 2) + 2
    return number(places(str(average), decimals), 11)


def order_row(state: DeskState, order: Document, cells: int, dated: bool = True) -> Line:
    """One order at this width; `dated`: one of another day shows its day instead of its time."""
    symbol = str(order["symbol"])
    lot = str(state.instrument(symbol).get("display_lot") or "1")
    filled = str(order.get("filled_quantity") or "0")
    some = any(c in "123456789" for c in filled)
    flash = state.flashes.active("orders", str(order["order_id"]))
    fills = number(shown_size(filled, lot), 10, "foreground" if some else "faint")
    kind = str(order.get("type") or "")
    made: dict[str, Line] = {
        "time": ((table.clock(order.get("submitted_at"), state.at[:10] if dated else ""), "muted"),),
        "symbol": ((clip(safe(symbol), 8), "foreground"),),
        "side": (table.side_span(order.get("side")),),
        "type": ((safe(_TYPES.get(kind, kind)), "muted"),),
        "filled": on(fills, flash) if flash else fills,
        "quantity": number(shown_size(str(order.get("quantity") or "0"), lot), 10),
        "price": price_line(order, 10),
        "average": _average(state, order),
        "state": state_line(order),
    }
    columns = table.fitting(COLUMNS, cells)
    room = cells - sum(column.cells + 1 for column in columns)
    return table.row(columns, made, remark(order) if room >= 12 else (), cells)


class BlotterPane(NarrowedListPane):
    """Orders, newest first or by a column."""

    CONTEXT: ClassVar[str] = "blotter"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"orders", "instruments", "flash-orders", "activity", "link"})
    NAME: ClassVar[str] = "Orders"
    MORE: ClassVar[str] = "orders"
    WHAT: ClassVar[str] = "order"

    def __init__(self, state: DeskState) -> None:
        super().__init__(state, "blotter")
        self.listed: dict[str, Document] = {}
        self.dated = False

    def paint(self, width: int, height: int) -> None:
        """Rows by day where they are by time; only those in sight are painted."""
        state, choice = self.state, self.choice
        rows = choice.listed_orders(state.orders)
        self.listed = {str(order["order_id"]): order for order in rows}
        working = sum(order.get("status") in OPEN_STATES for order in rows)
        self.entitle("Orders", f"{working} open of {len(rows)}" if rows else "")
        if not rows:
            self.keep([])
            self.empty(NARROWED if choice.narrowed else NOTHING, height, width)
            return
        keys: list[str | None] = [*self.listed]
        days: dict[int, str] = {}
        if choice.order_sort.removeprefix("-") == "time":
            keys, days = table.by_day(rows, "submitted_at", "order_id", state.at[:10])
        self.dated = choice.order_sort.removeprefix("-") != "time"
        self.keep([*keys, None])
        lines = [self._row_of(i, days, width) if self.in_sight(i, height) else () for i in range(len(keys))]
        line, places = table.head(table.fitting(COLUMNS, width), choice.order_sort, width)
        self.head_places = tuple(places)
        self.show([*lines, self.tail_line()], head=(line,))

    def _row_of(self, index: int, days: dict[int, str], width: int) -> Line:
        key = self.keys[index]
        if key is None:
            return ((f" {days.get(index, '')}", "muted"),)
        return self.mark(index, order_row(self.state, self.listed[key], width, self.dated))

    def order(self) -> Document:
        """The order at the cursor; empty where there is none."""
        return self.listed.get(self.current or "", {})

    def here(self) -> str:
        """Its instrument."""
        return str(self.order().get("symbol") or "")

    def do_blotter_open(self) -> None:
        """The desk, at its instrument."""
        self.go()

    def do_blotter_cancel(self) -> None:
        """Take it back, where it still works."""
        if self.order().get("status") in OPEN_STATES:
            self.post_message(OrdersPane.CancelWanted(str(self.order()["order_id"])))

    def do_blotter_amend(self) -> None:
        """Change it, where it still works."""
        if self.order().get("status") in OPEN_STATES:
            self.post_message(OrdersPane.AmendWanted(self.order()))
