"""The ticket's order on the ladder: what its current preview takes of each row, its average, what it leaves. Pure.

Row prices and sizes are integers as in `Rows`. Every lot of the preview's fills is in exactly one row of `taken`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.desk import Document
from engine.model.number import parse_decimal, trim
from vterm.panes.ladder_rows import Rows, row_of
from vterm.state import units

EXITS = {"take_profit": "profit", "stop_loss": "loss"}


@dataclass(frozen=True)
class Impact:
    """What the order would do to the shown book if it were sent now."""

    side: str
    taken: dict[int, int] = field(default_factory=dict)
    average: int | None = None
    after: int | None = None
    rest: tuple[int, int] | None = None
    waits: dict[int, str] = field(default_factory=dict)
    average_text: str = ""
    after_text: str = ""
    slippage: str = ""
    rest_text: str = ""
    ahead_text: str = ""


def foreseen(draft: Document, symbol: str, rows: Rows) -> Impact | None:
    """The impact of the ticket's order; nothing without a current preview, or where its book is gone already."""
    order, preview = draft.get("order") or {}, draft.get("preview") or {}
    if not preview or preview.get("symbol") != symbol or preview.get("refusal"):
        return None
    side = str(order["side"])
    kind = "ask" if side == "buy" else "bid"
    taken: dict[int, int] = {}
    for fill in preview.get("fills") or ():
        row = row_of(units(str(fill["price"]), rows.decimals), rows.step, kind)
        taken[row] = taken.get(row, 0) + units(str(fill["quantity"]), rows.size_decimals)
    best = (rows.asks if side == "buy" else rows.bids).best_row
    if taken and (best is None or any((row < best) if side == "buy" else (row > best) for row in taken)):
        return None
    after = str(preview.get("market_after") or "") if taken else ""
    return Impact(
        side,
        taken,
        _average(preview, rows, kind) if taken else None,
        row_of(units(after, rows.decimals), rows.step, kind) if after else None,
        _rest(order, preview, rows),
        _waits(order, preview, rows),
        str(preview.get("average_price") or "") if taken else "",
        after,
        str(preview.get("slippage_bps") or "") if taken else "",
        trim(str(preview.get("rests") or "0")),
        trim(str(preview.get("queue_ahead") or "0")),
    )


def _average(preview: Document, rows: Rows, kind: str) -> int | None:
    """The row at whose edge to the market the average price lies: above it for a buy, below for a sell."""
    text = preview.get("average_price")
    if not text:
        return None
    digits, scale = parse_decimal(str(text))
    unit = 10 ** max(0, scale - rows.decimals)
    exact = digits * 10 ** max(0, rows.decimals - scale)
    price = -(-exact // unit) if kind == "ask" else exact // unit
    return row_of(price, rows.step, kind)


def _rest(order: Document, preview: Document, rows: Rows) -> tuple[int, int] | None:
    """Where the rest would stand in the book, and its size; nothing while it waits for a trigger."""
    size, limit = units(str(preview.get("rests") or "0"), rows.size_decimals), order.get("limit_price")
    held = order.get("when") or order.get("type") == "stop_limit"
    if not size or not limit or held:
        return None
    kind = "bid" if order["side"] == "buy" else "ask"
    return row_of(units(str(limit), rows.decimals), rows.step, kind), size


def _waits(order: Document, preview: Document, rows: Rows) -> dict[int, str]:
    """Rows of the prices that something waits for: a stop, the exits of a bracket."""
    prices = {"stop": preview.get("trigger_price") or order.get("stop_price")}
    prices |= {word: order.get(name) for name, word in EXITS.items()}
    buy = order["side"] == "buy"
    found: dict[int, str] = {}
    for word, price in prices.items():
        if price:
            above = buy if word in ("stop", "profit") else not buy
            found[row_of(units(str(price), rows.decimals), rows.step, "ask" if above else "bid")] = word
    return found
