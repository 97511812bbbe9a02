"""What one key asks of what is selected: why a fill cost so much, what an order waits for, how an instrument stands."""

from __future__ import annotations

from engine.model.text import safe
from vterm.state import DeskState

FILLS = frozenset({"fills"})
ORDERS = frozenset({"orders", "blotter"})


def about(state: DeskState, context: str, row: str) -> str:
    """The question, in words that the planner understands, too. `row` is the key of the row at the cursor."""
    if context in FILLS:
        fill = next((one for one in state.fills if row in (str(one.get("fill_id")), str(one.get("id")))), {})
        symbol = safe(str(fill.get("symbol") or ""), 24)
        return f"why did my last fill in {symbol} cost so much" if symbol else "why did my last fill cost so much"
    if context in ORDERS and row in state.orders:
        order = state.orders[row]
        symbol = safe(str(order.get("symbol") or ""), 24)
        if str(order.get("status")) == "filled":
            return f"why did my last fill in {symbol} cost so much"
        return f"quote {symbol}"
    return f"quote {safe(row if row in state.instruments else state.symbol, 24)}"
