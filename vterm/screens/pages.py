"""Screens 2 to 8. Those whose work has not landed say what will be there and which key works now."""

from __future__ import annotations

from itertools import count
from typing import Any, ClassVar

from engine.model.text import safe
from vterm.actions import SCREENS
from vterm.paint import DOWN, UP, Line, clip, fit, grouped, number
from vterm.panes.pane import ListPane, Pane
from vterm.state import DeskState
from vterm.wording import trail

SENTENCES = {
    "Research": "Research will hold indicators, screeners and backtests. 1 goes back to the desk.",
    "Missions": "Missions and levels will stand here once they are counted. 1 goes back to the desk.",
    "Copilot": "The copilot will answer here. It can propose and never sign. 1 goes back to the desk.",
}


class Page(ListPane):
    """A whole screen painted as one pane."""

    _numbers = count()

    def __init__(self, state: DeskState) -> None:
        # A page that leaves is still there while the next one arrives: each has an id of its own.
        super().__init__(state, f"page-{next(self._numbers)}")
        self.add_class("view")


class EmptyPage(Page):
    """Designed emptiness: one muted sentence."""

    CONTEXT: ClassVar[str] = "page"

    def __init__(self, state: DeskState, title: str) -> None:
        super().__init__(state)
        self.title_text = title

    def paint(self, width: int, height: int) -> None:
        """The sentence."""
        self.entitle(self.title_text)
        self.empty(SENTENCES.get(self.title_text, ""), height, min(width, 200))


class ActivityPage(Page):
    """Orders and fills, newest first."""

    CONTEXT: ClassVar[str] = "page"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"orders", "fills"})

    def paint(self, width: int, height: int) -> None:
        """All orders, then all fills."""
        state = self.state
        orders = list(reversed(state.orders.values()))
        self.entitle("Activity", f"{len(orders)} orders · {len(state.fills)} fills")
        if not orders and not state.fills:
            self.empty("nothing has happened yet · 1 goes to the desk, b buys there", height, width)
            return
        lines: list[Line] = [((" ORDERS", "muted"),), *(self._order(o, width) for o in orders), (),
                             ((" FILLS", "muted"),), *(self._fill(f, width) for f in state.fills)]  # fmt: skip
        self.keep([str(i) for i in range(len(lines))])
        self.show([self.mark(i, line) for i, line in enumerate(lines)])

    def _order(self, order: dict[str, object], width: int) -> Line:
        price = grouped(str(order.get("limit_price") or "market"))
        if order.get("stop_price") and not order.get("limit_price"):
            price = f"stop {grouped(str(order['stop_price']))}"
        elif order.get("type") == "trailing_stop":
            price = f"trail {trail(order, grouped)}"
        reason = safe(str(order.get("reason") or ""))
        refusal = order.get("refusal")
        if isinstance(refusal, dict):
            reason = safe(str(refusal.get("message") or reason))
        return fit((*_when_side(order, "submitted_at"), *number(_trimmed(order.get("quantity")), 14), (f"{price:>14}",
                   "foreground"), (f"  {safe(str(order.get('status', '')))}", "foreground"), (f"  {reason}", "muted")),
                   width)  # fmt: skip

    def _fill(self, fill: dict[str, object], width: int) -> Line:
        fee = grouped(str(fill.get("fee") or "0"))
        quantity, price = number(_trimmed(fill.get("quantity")), 14), number(str(fill.get("price")), 14)
        tail = f"  fee {fee}  {safe(str(fill.get('liquidity', '')))}"
        return fit((*_when_side(fill, "at"), *quantity, *price, (tail, "muted")), width)


def _when_side(row: dict[str, object], key: str) -> Line:
    buy = row.get("side") == "buy"
    return ((f" {str(row.get(key, ''))[:19].replace('T', ' ')}  ", "muted"), (f"{UP} buy  " if buy else f"{DOWN} sell ",
            "up" if buy else "down"), (clip(safe(str(row.get("symbol", ""))), 10), "foreground"))  # fmt: skip


def _trimmed(value: object) -> str:
    text = str(value or "0")
    return text.rstrip("0").rstrip(".") if "." in text else text


def page(number_: int, state: DeskState) -> Pane | Any:
    """The screen of a digit."""
    if number_ == 3:
        from vterm.screens.markets import MarketsView

        return MarketsView(state)
    if number_ == 8:
        from vterm.screens.settings import SettingsPage

        return SettingsPage(state)
    if number_ == 2:
        from vterm.screens.portfolio import PortfolioView

        return PortfolioView(state)
    made: dict[int, type[Page]] = {7: ActivityPage}
    title = SCREENS[number_ - 1]
    return made[number_](state) if number_ in made else EmptyPage(state, title)
