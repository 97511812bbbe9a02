"""What is one's own on a chart: fills where and when they happened, average cost and working orders at their prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.desk import Document
from engine.model.number import trim
from vterm.panes.chart_frame import Frame
from vterm.panes.chart_series import Series, seconds
from vterm.state import DeskState, units

BOUGHT, SOLD, BOTH = "▲", "▼", "×"


class Level(NamedTuple):
    """A price that matters: `mark` and `text` at the axis, `line` across the picture."""

    price: int
    mark: str
    text: str
    line: str


class Fill(NamedTuple):
    """Traded at a moment (UTC seconds) and a price, buying or selling."""

    at: int
    price: int
    bought: bool


class Spot(NamedTuple):
    """A fill, or several, in one slot at one price."""

    slot: int
    price: int
    mark: str


def levels(state: DeskState, decimals: int) -> list[Level]:
    """Average cost and working orders of the selected instrument."""
    found: list[Level] = []
    cost = units(state.position().get("average_cost"), decimals)
    if cost:
        found.append(Level(cost, "◆", "avg", "╌"))
    for order in state.working():
        price = units(order.get("limit_price") or order.get("stop_price") or order.get("trigger_price"), decimals)
        if order["symbol"] == state.symbol and price:
            side = "buy" if order["side"] == "buy" else "sell"
            found.append(Level(price, "◂", f"{side} {trim(str(order['remaining_quantity']))}", "┄"))
    return found


def fills_of(fills: Iterable[Document], symbol: str, decimals: int) -> list[Fill]:
    """One's own fills of an instrument."""
    return [
        Fill(seconds(str(fill["at"])), units(str(fill["price"]), decimals), fill.get("side") == "buy")
        for fill in fills
        if fill.get("symbol") == symbol and fill.get("at")
    ]


def spots(fills: Sequence[Fill], series: Series, frame: Frame) -> list[Spot]:
    """Fills in view, those of one slot at one price together."""
    sides: dict[tuple[int, int], set[bool]] = {}
    for fill in fills:
        if not series.at or fill.at < series.at[0]:
            continue
        slot = frame.slot_of(series.index(fill.at))
        if slot is not None:
            sides.setdefault((slot, fill.price), set()).add(fill.bought)
    return [
        Spot(slot, price, BOTH if len(both) > 1 else BOUGHT if True in both else SOLD)
        for (slot, price), both in sides.items()
    ]


def labels(rows: dict[int, list[Level]]) -> dict[int, tuple[str, str]]:
    """Row by row mark and text at the axis; several orders in a row are counted."""
    out: dict[int, tuple[str, str]] = {}
    for row, there in rows.items():
        orders = [level for level in there if level.mark != "◆"]
        if len(orders) > 1:
            out[row] = ("◂", f"{len(orders)} orders")
        else:
            level = orders[0] if orders else there[0]
            out[row] = (level.mark, level.text)
    return out
