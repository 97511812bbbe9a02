"""The ladder as numbers: levels grouped into rows that stand still. Pure integers, no painting.

A price is an integer of the instrument's decimals. A row spans `step` of them: bids fall into the row below
them and asks into the row above, so a row never mixes the sides and never promises a better price.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.desk import Document
from engine.model.number import to_text
from vterm.state import units

GROUPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000)


@dataclass
class Side:
    """Sizes of one side by row price, what is ours among them, and the best price itself."""

    sizes: dict[int, int] = field(default_factory=dict)
    own: dict[int, int] = field(default_factory=dict)
    best: int | None = None
    best_row: int | None = None

    @property
    def total(self) -> int:
        """All of the shown size."""
        return sum(self.sizes.values())


@dataclass
class Rows:
    """A book in rows of `step`; sizes are integers of `size_decimals`."""

    step: int
    decimals: int
    size_decimals: int
    bids: Side
    asks: Side
    orders: dict[int, list[str]]

    @property
    def middle(self) -> int | None:
        """The row price that the best prices surround: between the last ask row and the first bid row."""
        bid, ask = self.bids.best_row, self.asks.best_row
        if bid is None and ask is None:
            return None
        if bid is None or ask is None:
            return ask if bid is None else bid
        return (bid + ask) // 2 // self.step * self.step

    def text(self, price: int) -> str:
        """A row price as decimal text."""
        return to_text(price, self.decimals)


def row_of(price: int, step: int, side: str) -> int:
    """The row a price falls into: down for bids, up for asks."""
    return price // step * step if side == "bid" else -(-price // step) * step


def build(book: Document, instrument: Document, group: int) -> Rows:
    """Rows of `group` ticks from a book document."""
    decimals, sizes = int(instrument.get("price_decimals", 2)), int(instrument.get("size_decimals", 0))
    step = max(1, group * units(str(instrument.get("tick_size", "0.01")), decimals))
    bids = _side(book.get("bids", ()), step, decimals, sizes, "bid")
    asks = _side(book.get("asks", ()), step, decimals, sizes, "ask")
    orders: dict[int, list[str]] = {}
    for own in book.get("own", ()):
        side, kind = (bids, "bid") if own["side"] == "buy" else (asks, "ask")
        row = row_of(units(own["price"], decimals), step, kind)
        side.own[row] = side.own.get(row, 0) + units(own["size"], sizes)
        orders.setdefault(row, []).append(str(own["order_id"]))
    return Rows(step, decimals, sizes, bids, asks, orders)


def _side(levels: Iterable[list[str]], step: int, decimals: int, size_decimals: int, kind: str) -> Side:
    side = Side()
    for price_text, size_text in levels:
        price = units(price_text, decimals)
        row = row_of(price, step, kind)
        side.sizes[row] = side.sizes.get(row, 0) + units(size_text, size_decimals)
        if side.best is None:
            side.best, side.best_row = price, row
    return side


def steadied(top: int | None, rows: Rows, count: int, force: bool = False) -> int | None:
    """The first row's price: kept while the best prices stay in the middle third of `count` rows."""
    middle = rows.middle
    if middle is None:
        return top
    if top is not None and not force and top % rows.step == 0:
        index = (top - middle) // rows.step
        if count // 3 <= index < count - count // 3:
            return top
    return middle + (count // 2) * rows.step


def fitting(book: Document, instrument: Document, count: int = 20) -> int:
    """Ticks a row to start with, in a ladder of `count` rows: what the instrument says, or less where that would
    squeeze the book.

    The instrument's `group` is one second's standard deviation, which may be wider than the whole shown book.
    """
    wanted = int(instrument.get("group") or 1)
    decimals = int(instrument.get("price_decimals", 2))
    tick = max(1, units(str(instrument.get("tick_size", "0.01")), decimals))
    sides: list[list[list[str]]] = [book.get("bids") or [], book.get("asks") or []]
    ends = [(units(side[0][0], decimals), units(side[-1][0], decimals)) for side in sides if len(side) > 1]
    spans = [abs(last - first) // tick for first, last in ends]
    if not spans:
        return wanted
    most = max(spans) // max(6, min(12, count // 4))
    return wanted if wanted <= most else next((g for g in reversed(GROUPS) if g <= most), 1)


def coarser(group: int) -> int:
    """The next larger grouping."""
    return next((g for g in GROUPS if g > group), group)


def finer(group: int) -> int:
    """The next smaller grouping."""
    return next((g for g in reversed(GROUPS) if g < group), group)
