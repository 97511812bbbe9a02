"""Own orders in the book: their row, their size, and what waits before them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.desk import Document
from engine.model.number import div_half_even
from vterm.panes.ladder_paint import short_size
from vterm.panes.ladder_rows import Rows, row_of
from vterm.state import units


@dataclass(frozen=True)
class Own:
    """One own order; sizes are integers of the book's size decimals, `level` is all that stands at its price."""

    order_id: str
    side: str
    row: int
    size: int
    ahead: int
    level: int


def own_at(book: Document, rows: Rows) -> list[Own]:
    """Own orders of a book, as they stand."""
    found: list[Own] = []
    for own in book.get("own", ()):
        side, sizes = ("bid", "bids") if own["side"] == "buy" else ("ask", "asks")
        price = units(own["price"], rows.decimals)
        level = next(
            (units(s, rows.size_decimals) for p, s in book.get(sizes, ()) if units(p, rows.decimals) == price), 0
        )
        size, ahead = (units(str(own.get(name) or "0"), rows.size_decimals) for name in ("size", "ahead"))
        found.append(Own(str(own["order_id"]), str(own["side"]), row_of(price, rows.step, side), size, ahead, level))
    return found


def queue_words(own: list[Own], rows: Rows, cells: int) -> str:
    """Size, what waits ahead, and its share of the level; of several orders in a row those of the foremost."""
    first = min(own, key=lambda order: order.ahead)
    mine = short_size(sum(order.size for order in own), rows, 11)
    text = f"mine {mine}" if len(own) == 1 else f"{len(own)} orders {mine}"
    if not first.ahead:
        return f"{text} · first in the queue"
    share = min(100, div_half_even(100 * first.ahead, first.level)) if first.level else 0
    ahead = short_size(first.ahead, rows, 11)
    short = f"{ahead} ahead, {share}%"
    tries = (f"{text} · {short} of {short_size(first.level, rows, 11)}", f"{text} · {short}", short)
    return next((words for words in tries if len(words) <= cells), tries[-1])
