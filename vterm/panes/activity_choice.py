"""What the Activity screen lists, and the past that it asked for page by page. Pure; outlives the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.desk import Document
from vterm.state import OPEN_STATES, units

if TYPE_CHECKING:
    from vterm.state import DeskState

STATES = ("", "open", "filled", "cancelled", "rejected", "expired")
SIDES = ("", "buy", "sell")
ORDER_SORTS = ("time", "symbol", "side", "quantity", "price", "average", "state")
FILL_SORTS = ("time", "symbol", "side", "quantity", "price", "value", "fee")
PAGE = 100
_FIELDS = {"price": "limit_price", "average": "average_price", "state": "status"}
_SEARCHED = ("symbol", "side", "type", "status", "order_id", "client_order_id", "origin", "parent", "reason")
_DECIMALS = 12

Key = tuple[str, ...]


@dataclass
class Pages:
    """How far back one question was asked: rows before `to` (RFC 3339) are not known, `end`: there are none."""

    to: str = ""
    end: bool = False
    size: int = PAGE
    asked: bool = False
    note: str = ""


@dataclass
class ActivityChoice:
    """State, side, symbol and search narrow orders and fills; each list has its column to sort by."""

    state: str = ""
    side: str = ""
    symbol: str = ""
    search: str = ""
    order_sort: str = "time"
    fill_sort: str = "time"
    tab: str = "Orders"
    pointed: tuple[str, str] = ("", "")
    """The pane and the row that somebody asked for."""
    orders: dict[str, Document] = field(default_factory=dict)
    fills: dict[str, Document] = field(default_factory=dict)
    journal: dict[int, Document] = field(default_factory=dict)
    journal_pages: Pages = field(default_factory=Pages)
    journal_before: int = 0
    broken: set[int] = field(default_factory=set)
    _pages: dict[Key, Pages] = field(default_factory=dict)

    # -- narrowing ------------------------------------------------------------------------------------------

    def point(self, pane: str, row: str) -> None:
        """Go to this row when the screen is there; nothing may hide it."""
        self.clear_all()
        self.pointed = (pane, row)

    def clear_all(self) -> None:
        """List everything."""
        self.state = self.side = self.symbol = self.search = ""

    def clear(self) -> bool:
        """Take off what was put on last: search, symbol, side, state. Whether there was anything."""
        for name in ("search", "symbol", "side", "state"):
            if getattr(self, name):
                setattr(self, name, "")
                return True
        return False

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.state or self.side or self.symbol or self.search)

    def next_state(self, by: int) -> None:
        """The next or the previous state."""
        self.state = STATES[(STATES.index(self.state) + by) % len(STATES)]

    def next_side(self) -> None:
        """Both, buys, sells."""
        self.side = SIDES[(SIDES.index(self.side) + 1) % len(SIDES)]

    def turn_symbol(self, symbol: str) -> None:
        """Only this symbol, or all again."""
        self.symbol = "" if self.symbol else symbol

    def sort_by(self, what: str, column: str = "") -> None:
        """Sort `order` or `fill` rows by a column, or turn the order round where it is that already."""
        name = f"{what}_sort"
        now = str(getattr(self, name))
        column = column or now.removeprefix("-")
        same = now.removeprefix("-") == column
        setattr(self, name, column if not same or now.startswith("-") else f"-{column}")

    def next_sort(self, what: str, by: int) -> None:
        """The next or the previous column."""
        sorts = ORDER_SORTS if what == "order" else FILL_SORTS
        now = str(getattr(self, f"{what}_sort")).removeprefix("-")
        setattr(self, f"{what}_sort", sorts[(sorts.index(now) + by) % len(sorts)])

    # -- rows -----------------------------------------------------------------------------------------------

    def listed_orders(self, known: dict[str, Document]) -> list[Document]:
        """Orders of the session and of the pages, as they are wanted."""
        rows = (order for order in {**self.orders, **known}.values() if self._takes_order(order))
        return ranked(rows, self.order_sort, "submitted_at", "order_id")

    def listed_fills(self, known: Iterable[Document]) -> list[Document]:
        """Fills of the session and of the pages, as they are wanted."""
        rows = {**self.fills, **{str(fill["fill_id"]): fill for fill in known}}
        return ranked((f for f in rows.values() if self._takes(f)), self.fill_sort, "at", "fill_id")

    def _takes_order(self, order: Document) -> bool:
        status = str(order.get("status"))
        wanted = not self.state or status == self.state or (self.state == "open" and status in OPEN_STATES)
        return wanted and self._takes(order)

    def _takes(self, row: Document) -> bool:
        if self.side and row.get("side") != self.side:
            return False
        if self.symbol and row.get("symbol") != self.symbol:
            return False
        if not self.search:
            return True
        text = " ".join(str(row.get(name) or "") for name in _SEARCHED).lower()
        return all(word in text for word in self.search.lower().split())

    # -- pages ----------------------------------------------------------------------------------------------

    def pages(self, what: str) -> Pages:
        """How far back `orders` or `fills` are known for what narrows them now."""
        key = (what, self.side, self.symbol, *((self.state,) if what == "orders" else ()))
        return self._pages.setdefault(key, Pages())

    def filters(self, what: str) -> dict[str, str]:
        """The same as words of the desk's history."""
        found = {"side": self.side, "symbol": self.symbol}
        if what == "orders":
            found["status"] = ",".join(OPEN_STATES) if self.state == "open" else self.state
        return {name: word for name, word in found.items() if word}

    def forget(self) -> None:
        """Another desk or account: nothing that was known holds."""
        self.orders, self.fills, self.journal = {}, {}, {}
        self.journal_pages, self.journal_before, self._pages = Pages(), 0, {}


def ranked(rows: Iterable[Document], sort: str, at: str, name: str) -> list[Document]:
    """Newest first, or by a column and then newest first; `-` turns it round."""
    column, turned = sort.removeprefix("-"), sort.startswith("-")
    found = sorted(rows, key=lambda row: (str(row.get(at, "")).rstrip("Z"), len(str(row[name])), str(row[name])),
                   reverse=True)  # fmt: skip
    if column == "time":
        return found[::-1] if turned else found
    if column in ("symbol", "side", "state"):
        return sorted(found, key=lambda row: str(row.get(_FIELDS.get(column, column), "")), reverse=turned)
    of = _FIELDS.get(column, column) if at != "at" else column
    return sorted(found, key=lambda row: units(str(row.get(of) or "0"), _DECIMALS), reverse=not turned)


def choice_of(state: DeskState) -> ActivityChoice:
    """The terminal's one."""
    if state.activity_choice is None:
        state.activity_choice = ActivityChoice()
    return state.activity_choice
