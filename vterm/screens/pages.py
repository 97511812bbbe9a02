"""Screens 2 to 8. Those whose work has not landed say what will be there and which key works now."""

from __future__ import annotations

from itertools import count
from typing import Any, ClassVar

from engine.desk import Document
from engine.model.text import safe
from vterm import theme
from vterm.actions import SCREENS
from vterm.paint import DOWN, UP, Line, Span, bar, clip, fit, grouped, left_right, number, percent, places, signed
from vterm.panes import positions as positions_pane
from vterm.panes.orders import shown_size
from vterm.panes.pane import ListPane, Pane
from vterm.panes.watch import WatchPane
from vterm.state import DeskState, units
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


NOTHING = " nothing held yet · 1 goes to the desk, b buys there"
WIDE_HEAD = (
    f" {'symbol':<9}{'side':<7}{'quantity':>12}{'avg cost':>12}{'last':>12}{'value':>14}"
    f"{'unrealised':>13}{'%':>8}{'day':>12}{'weight':>8}"
)


def wide_row(state: DeskState, position: Document, width: int) -> Line:
    """One position with everything the engine says about it."""
    symbol = str(position["symbol"])
    row = state.instrument(symbol)
    cost = positions_pane.cost_text(str(position["average_cost"]), int(row.get("price_decimals", 2)))
    size = shown_size(str(position["quantity"]), str(row.get("display_lot") or "1"))
    long = position.get("side") != "short"
    weight = percent(position.get("weight"))
    line: list[Span] = [(" " + clip(symbol, 9), "foreground")]
    line += [(f"{UP} long " if long else f"{DOWN} short", "up" if long else "down")]
    last = state.quote(symbol).get("last") or position.get("price")
    line += [*number(size, 12), *number(cost, 12), *number(last, 12)]
    line += [*number(_money(position.get("value")), 14), *signed(position.get("unrealised_pnl"), 13, 2)]
    line += [*signed(position.get("unrealised_pct"), 8), *signed(position.get("day_pnl"), 12, 2)]
    line += [(f"{weight:>7}", "foreground"), ("%  ", "muted")]
    share = units(weight.lstrip("-"), 1)
    room = min(25, width - 112)
    return fit((*line, (bar(share, 250, room), "muted")) if room > 3 else line, width)


def wide_total(state: DeskState, width: int) -> Line:
    """The sums that the engine states."""
    book = state.portfolio
    line: list[Span] = [(" total".ljust(53), "muted"), *number(_money(book.get("positions_value")), 14, "muted")]
    line += [*signed(book.get("unrealised_pnl"), 13, 2), (" " * 8, "muted"), *signed(book.get("day_pnl"), 12, 2)]
    return fit(line, width)


class PortfolioPage(Page):
    """Figures first, then every position."""

    CONTEXT: ClassVar[str] = "positions"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"portfolio", "quotes"})

    def paint(self, width: int, height: int) -> None:
        """Two lines of figures, the positions, their total."""
        book = self.state.portfolio
        self.entitle("Portfolio", f"{len(self.state.positions())} open")
        if not book:
            self.empty("opening the market", height, width)
            return
        rows = self.state.positions()
        self.keep([str(p["symbol"]) for p in rows])
        paint, head = (wide_row, WIDE_HEAD) if width >= 104 else (positions_pane.row, "")
        lines = [self.mark(i, paint(self.state, p, width)) for i, p in enumerate(rows)]
        heading = fit(((head, "muted"),), width) if head else positions_pane.head(width)
        total = wide_total(self.state, width) if head else positions_pane.total(self.state, width)
        body = [*lines, ((" " + "─" * (width - 2), "rule"),), total] if rows else [((NOTHING, "muted"),)]
        self.show(body, head=(*self._figures(width), (), heading))

    def _figures(self, width: int) -> tuple[Line, ...]:
        book = self.state.portfolio
        cells = [
            ("NAV", number(_money(book.get("nav")), 14, "bold foreground")),
            ("cash", number(_money(book.get("cash")), 14)),
            ("unrealised", signed(book.get("unrealised_pnl"), 14, 2)),
            ("realised", signed(book.get("realised_pnl"), 14, 2)),
            ("day", signed(book.get("day_pnl"), 14, 2)),
            ("fees", number(_money(book.get("fees")), 14)),
            ("buying power", number(_money(book.get("buying_power")), 14)),
            ("leverage", ((places(str(book.get("leverage") or "0"), 2).rjust(13), "foreground"), ("×", "muted"))),
        ]
        a_row = 4 if width >= 116 else 3 if width >= 88 else 2
        lines: list[Line] = []
        for start in range(0, len(cells), a_row):
            line: list[tuple[str, str]] = []
            for name, value in cells[start : start + a_row]:
                line += [(f" {name:<12}", "muted"), *value, ("  ", "muted")]
            lines.append(tuple(line))
        return tuple(lines)

    def do_position_open(self) -> None:
        """Its ladder."""
        if self.current:
            self.post_message(WatchPane.Selected(self.current, go=True))

    def opened(self) -> None:
        """A double click."""
        self.do_position_open()


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


def _money(value: object) -> str | None:
    return places(str(value), 2) if value is not None else None


class SettingsPage(Page):
    """Theme and clock."""

    CONTEXT: ClassVar[str] = "page"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"clock", "link"})

    def paint(self, width: int, height: int) -> None:
        """Themes to choose from, then the clock."""
        self.entitle("Settings", "enter chooses")
        self.keep([*theme.NAMES, None, None, "pause", "next_open"])
        here = self.palette.name
        rows: list[Line] = []
        for name in theme.NAMES:
            chosen = name == here
            rows.append(left_right((("  ● " if chosen else "  ○ ", "accent" if chosen else "faint"),
                        (theme.load(name).title, "foreground")), ((f"{name} ", "muted"),), min(width, 60)))  # fmt: skip
        clock = self.state.clock
        word = "runs on" if not clock.get("paused") else "stands still since"
        rows += [(), ((" CLOCK", "muted"), (f"  {word} {str(clock.get('now', ''))[:19].replace('T', ' ')} UTC, "
                 f"speed ×{clock.get('speed', '1')}", "foreground"))]  # fmt: skip
        rows += [(("    pause or resume", "foreground"), ("   space", "muted")),
                 (("    jump to the next open", "foreground"), ("   N", "muted"))]  # fmt: skip
        self.show([self.mark(i, line) for i, line in enumerate(rows)], head=(((" THEME", "muted"),),))

    def opened(self) -> None:
        """A double click."""
        self.do_choose()

    def do_choose(self) -> None:
        """Take what the cursor points at."""
        desk = self.screen
        if self.current in theme.NAMES:
            desk.set_theme(self.current)  # type: ignore[attr-defined]
        elif self.current:
            desk.perform(self.current)  # type: ignore[attr-defined]


def page(number_: int, state: DeskState) -> Pane | Any:
    """The screen of a digit."""
    if number_ == 3:
        from vterm.screens.markets import MarketsView

        return MarketsView(state)
    made: dict[int, type[Page]] = {2: PortfolioPage, 7: ActivityPage, 8: SettingsPage}
    title = SCREENS[number_ - 1]
    return made[number_](state) if number_ in made else EmptyPage(state, title)
