"""Working orders: what is filled, what is left, what stands before it in the queue."""

from __future__ import annotations

from typing import ClassVar

from textual.message import Message

from engine.desk import Document
from engine.model.number import NumberFormatError, trim
from engine.model.text import safe
from vterm.paint import UNKNOWN, Line, clip, fit, grouped, number, on, places
from vterm.panes.pane import ListPane
from vterm.state import OPEN_STATES, DeskState
from vterm.wording import protection, qualities

_STATES = {"partially_filled": "partial", "working": "working", "queued": "queued", "accepted": "accepted"}
_TRIGGERS = {"stop": "stop", "stop_limit": "stop", "trailing_stop": "trail", "oco": "oco"}
_NONE: Line = ((UNKNOWN.rjust(8), "faint"),)
WIDE = 72
"""Columns from which queue or trigger and state stand beside each other."""
ROOMY = 100
"""Columns from which exits and rules are spelled out."""


def head(width: int) -> Line:
    """Column names."""
    text = f" {'symbol':<8} {'side':<5}{'filled / quantity':>18}{'limit':>10}"
    text += f"{'ahead / trigger':>16}  state" if width > WIDE else f"{'ahead':>8} state"
    return fit(((text, "muted"),), width)


def waits_for(order: Document) -> str:
    """What an order is waiting for before it trades or changes; empty where nothing is, or it has come."""
    if order.get("triggered") is not False:
        return ""
    word = _TRIGGERS.get(str(order.get("type")), "")
    if word and order.get("trigger_price"):
        return f"{word} {grouped(str(order['trigger_price']))}"
    return "rule"


def _price(order: Document) -> Line:
    """Where it trades: its limit, or at market."""
    limit = order.get("limit_price")
    return number(str(limit), 10) if limit else (("market".rjust(10), "muted"),)


def _state(order: Document, lot: str, width: int) -> Line:
    """Queue or trigger, then the state; on narrow panes one stands for the other."""
    trigger, ahead = waits_for(order), order.get("queue_ahead")
    word = _STATES.get(str(order["status"]), safe(str(order["status"])))
    if width <= WIDE:
        if trigger:
            return ((clip(trigger.rjust(16), 16), "foreground"),)
        return (*(number(shown_size(str(ahead), lot), 8, "muted") if ahead else _NONE), (f" {word}", "muted"))
    first: Line = (*((" " * 8, "muted"),), *(number(shown_size(str(ahead), lot), 8, "muted") if ahead else _NONE))
    if trigger:
        first = ((clip(trigger.rjust(16), 16), "foreground"),)
        word = "waiting" if order.get("type") != "oco" and word == "working" else word
    said = [word, *qualities(order)] if width > ROOMY else [word, str(order.get("time_in_force") or "GTC")]
    if width > ROOMY:
        said += [text for text in (protection(order, grouped), "when" in order and f"when {order['when']}") if text]
        said += [f"{order['origin']} of {order['parent']}"] if order.get("parent") and order.get("origin") else []
    return (*first, (safe("  " + " · ".join(said)), "muted"))


def shown_size(text: str, lot: str) -> str:
    """A size with the decimals people look at: no more than it has, no fewer than the shown lot."""
    decimals = len(lot.partition(".")[2])
    try:
        short = places(text, decimals)
        return short if trim(text) == trim(short) else trim(text)
    except NumberFormatError:
        return safe(text)


def row(state: DeskState, order: Document, width: int) -> Line:
    """One working order."""
    symbol = str(order["symbol"])
    lot = str(state.instrument(symbol).get("display_lot") or "1")
    buy = order["side"] == "buy"
    side = ("▲ buy" if buy else "▼ sell", "up" if buy else "down")
    filled = shown_size(str(order.get("filled_quantity") or "0"), lot)
    quantity = shown_size(str(order["quantity"]), lot)
    fills: Line = number(filled, 8, "foreground" if any(c in "123456789" for c in filled) else "faint")
    flash = state.flashes.active("orders", str(order["order_id"]))
    if flash:
        fills = on(fills, flash)
    return fit(((" " + clip(symbol, 8) + " ", "foreground"), (side[0].ljust(6), side[1]), *fills, (" /", "faint"),
                *number(quantity, 8), *_price(order), *_state(order, lot, width)), width)  # fmt: skip


class OrdersPane(ListPane):
    """Open orders, newest first."""

    CONTEXT: ClassVar[str] = "orders"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"orders", "instruments", "flash-orders", "portfolio", "algos"})
    NAME: ClassVar[str] = "Orders"

    class CancelWanted(Message):
        """Take this order back."""

        def __init__(self, order_id: str) -> None:
            super().__init__()
            self.order_id = order_id

    class AmendWanted(Message):
        """Change this order."""

        def __init__(self, order: Document) -> None:
            super().__init__()
            self.order = order

    class Opened(Message):
        """Show the instrument of this order."""

        def __init__(self, symbol: str) -> None:
            super().__init__()
            self.symbol = symbol

    def paint(self, width: int, height: int) -> None:
        """The list, or how to get one."""
        rows, algos = self.state.working(), self.state.running()
        self.keep([*(str(algo["algo_id"]) for algo in algos), *(str(order["order_id"]) for order in rows)])
        held = len(self.state.positions())
        title = f"Orders {len(self.keys)}" if self.keys else "Orders"
        self.entitle(title, f"p  positions {held}" if self.screen.has_class("-lower") else "")
        if not self.keys:
            self.empty("no working orders · b buys, s sells", height, width)
            return
        made = [*self._algo_rows(algos, width), *(row(self.state, order, width) for order in rows)]
        lines = [self.mark(i, line) for i, line in enumerate(made)]
        self.show(lines, head=(head(width),))

    def _algo_rows(self, algos: list[Document], width: int) -> list[Line]:
        """Algorithms stand above what they send."""
        if not algos:
            return []
        from vterm.panes.algos_rows import beside_orders

        return [beside_orders(self.state, algo, width) for algo in algos]

    def algo(self) -> Document:
        """The algorithm at the cursor; empty where there is none."""
        return self.state.algos.get(self.current or "", {})

    def _ask_algo(self, action: str) -> bool:
        """Whether an algorithm is at the cursor, which is then asked."""
        if not self.algo():
            return False
        from vterm.panes.algos_rows import wanted

        message = wanted(self.algo(), action)
        if message is not None:
            self.post_message(message)
        return True

    def do_order_pause(self) -> None:
        """Pause the cursor's algorithm, or let it go on."""
        self._ask_algo("pause")

    def order(self) -> Document:
        """The order at the cursor."""
        found = self.state.orders.get(self.current or "", {})
        return found if found.get("status") in OPEN_STATES else {}

    def do_order_cancel(self) -> None:
        """Take the cursor's order back, or end its algorithm."""
        if not self._ask_algo("cancel") and self.current:
            self.post_message(self.CancelWanted(self.current))

    def do_order_amend(self) -> None:
        """Change the cursor's order."""
        if self.order():
            self.post_message(self.AmendWanted(self.order()))

    def do_order_open(self) -> None:
        """Select its instrument."""
        found = self.order() or self.algo()
        if found:
            self.post_message(self.Opened(str(found["symbol"])))

    def opened(self) -> None:
        """A double click."""
        self.do_order_open()
