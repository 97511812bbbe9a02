"""The ladder: asks above, price in the middle, own sizes outside, depth as a tint behind the sizes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from textual import events
from textual.message import Message

from engine.desk import Document
from engine.model.number import div_half_even, to_text, trim
from engine.model.text import safe
from vterm.paint import Line, Span, bar, bar_left, fit, grouped, number, on, places
from vterm.panes.header import market_time
from vterm.panes.ladder_rows import Rows, Side, build, coarser, finer, fitting, steadied
from vterm.panes.pane import Pane
from vterm.state import DeskState, places_of


@dataclass(frozen=True)
class Columns:
    """Widths of the ladder's cells, and the decimals that its sizes are shown with."""

    own: int
    size: int
    price: int
    decimals: int
    left: int


def columns(width: int, rows: Rows, lot: str) -> Columns:
    """Columns for a width: the price has what it needs, the sizes as many decimals as fit."""
    reach = max((abs(p) for side in (rows.bids, rows.asks) for p in side.sizes), default=0)
    price = max(7, len(grouped(rows.text(reach + 40 * rows.step))))
    own = min(9, 5 + max(0, width - 36) // 6)
    size = min(12, (width - 1 - price - 2 - 2 * own) // 2)
    most = max((s for side in (rows.bids, rows.asks) for s in side.sizes.values()), default=0)
    whole = len(grouped(str(most // 10**rows.size_decimals)))
    decimals = max(0, min(places_of(lot), size - whole - 2))
    left = (width - 2 * own - 2 * size - price - 1) // 2
    return Columns(own, size, price, decimals, max(0, left))


def size_text(lots: int, rows: Rows, decimals: int) -> str:
    """A size with the column's decimals."""
    return places(to_text(lots, rows.size_decimals), decimals)


@lru_cache(maxsize=2048)
def tinted(spans: Line, share: int, cells: int, back: str, from_left: bool) -> Line:
    """The cell with `share` of its `cells` on a tint, growing from the price outward."""
    text = "".join(t for t, _ in spans)
    styles = [style for t, style in spans for _ in t]
    lit = range(share) if from_left else range(cells - share, cells)
    out: list[Span] = []
    for i, char in enumerate(text):
        style = styles[i] if i not in lit else ("muted" if styles[i] == "faint" else styles[i]) + f" on {back}"
        if out and out[-1][1] == style:
            out[-1] = (out[-1][0] + char, style)
        else:
            out.append((char, style))
    return tuple(out)


def size_cell(side: Side, price: int, rows: Rows, cols: Columns, most: int, ask: bool) -> Line:
    """The size at a price with its depth tint; blank where there is none."""
    size = side.sizes.get(price, 0)
    if not size:
        return ((" " * cols.size, "foreground"),)
    best = price == side.best_row
    text = size_text(size, rows, cols.decimals)
    cell = number(text, cols.size - 1 if ask else cols.size, "bold foreground" if best else "foreground")
    if ask:
        cell = (*cell, (" ", "foreground"))
    share = max(1, (size * cols.size + most // 2) // most)
    return tinted(cell, share, cols.size, "book-ask" if ask else "book-bid", from_left=ask)


def own_cell(side: Side, price: int, rows: Rows, cells: int) -> Line:
    """Own size at a price."""
    size = side.own.get(price, 0)
    text = grouped(trim(to_text(size, rows.size_decimals))) if size else ""
    if len(text) > cells - 1:
        text = text[: max(0, cells - 2)] + "…"
    return ((text.rjust(cells - 1) + " ", "bold accent"),)


def price_cell(price: int, rows: Rows, cells: int, ask: bool) -> Line:
    """The row's price; the best of a side is bold and in its colour."""
    best = price == (rows.asks if ask else rows.bids).best_row
    style = ("bold down" if ask else "bold up") if best else "foreground"
    cell = number(rows.text(price), cells, style)
    return ((cell[0][0] + cell[1][0], style),) if best and len(cell) > 1 else cell


def price_row(price: int, rows: Rows, cols: Columns, most: int, width: int, ask: bool) -> Line:
    """One row of the ladder."""
    side = rows.asks if ask else rows.bids
    blank: Line = ((" " * (cols.size + cols.own), "foreground"),)
    size, own = size_cell(side, price, rows, cols, most, ask), own_cell(side, price, rows, cols.own)
    left = blank if ask else (*own, *size)
    right = (*size, *own) if ask else blank
    cell = price_cell(price, rows, cols.price, ask)
    return fit(((" " * cols.left, "foreground"), *left, (" ", "foreground"), *cell, (" ", "foreground"), *right), width)


def middle_row(rows: Rows, width: int) -> Line:
    """Spread and mid, between the sides."""
    bid, ask = rows.bids.best, rows.asks.best
    if bid is None or ask is None:
        return fit((("  one side is empty", "muted"),), width)
    spread = ask - bid
    points = to_text(div_half_even(spread * 2_000_000, bid + ask), 2) if bid + ask else "0.00"
    mid = grouped(to_text((bid + ask) * 5, rows.decimals + 1))
    left = f" spread {to_text(spread, rows.decimals)} · {points} bp"
    right = f"mid {mid} "
    if len(left) + len(right) + 1 > width:
        left = f" spread {to_text(spread, rows.decimals)}"
    return fit(((left, "muted"), (" " * max(1, width - len(left) - len(right)), "muted"), (right, "muted")), width)


def balance_row(rows: Rows, cols: Columns, width: int) -> Line:
    """Totals of both sides and a bar from the middle outward: bids to the left, asks to the right."""
    bid, ask = rows.bids.total, rows.asks.total
    left = f" {grouped(size_text(bid, rows, min(2, cols.decimals)))} "
    right = f" {grouped(size_text(ask, rows, min(2, cols.decimals)))} "
    room = width - len(left) - len(right) - 1
    if room < 6:
        return fit(((left, "up"), (right, "down")), width)
    most, half = max(1, bid, ask), room // 2
    return fit(((left, "muted"), *bar_left(bid, most, half, "flash-up"), ("│", "rule"),
                (bar(ask, most, room - half), "flash-down"), (right, "muted")), width)  # fmt: skip


class LadderPane(Pane):
    """A book that stands still, with a cursor on a price."""

    CONTEXT: ClassVar[str] = "ladder"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"book", "symbol", "instruments", "link"})
    NAME: ClassVar[str] = "Book"

    class Picked(Message):
        """A price was chosen; `side` is buy, sell or empty."""

        def __init__(self, price: str, side: str = "") -> None:
            super().__init__()
            self.price, self.side = price, side

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.rows_now: Rows | None = None
        self.top: int | None = None
        self.cursor: int | None = None
        self.groups: dict[str, int] = {}
        self._row_prices: list[int | None] = []

    @property
    def group(self) -> int:
        """Ticks a row: as chosen, or as suited the first book that was seen."""
        return self.groups.get(self.state.symbol) or 1

    def reset(self) -> None:
        """Another instrument."""
        self.top = self.cursor = self.rows_now = None

    def paint(self, width: int, height: int) -> None:
        """The book in rows, or the sentence that says why there is none."""
        state = self.state
        title = f"{state.symbol} · book" if state.symbol else "Book"
        if not state.book or not state.instrument():
            self.entitle(title)
            words = "opening the market" if state.link != "down" else f"the engine does not answer · {state.note}"
            self.empty(words.rstrip(" ·"), height, width)
            return
        if state.symbol not in self.groups and (state.book.get("bids") or state.book.get("asks")):
            self.groups[state.symbol] = fitting(state.book, state.instrument(), height - 3)
        rows = self.rows_now = build(state.book, state.instrument(), self.group)
        ticks = f"{self.group} tick" + ("s" if self.group != 1 else "")
        depth = max(len(state.book.get("bids", ())), len(state.book.get("asks", ())))
        self.entitle(title, f"row = {ticks} · L2 {depth}")
        count = max(3, height - 3)
        self.top = steadied(self.top, rows, count)
        if rows.middle is None or self.top is None:
            self.empty(why_empty(state.quote()), height, width)
            return
        self._lines(rows, width, count)

    def _lines(self, rows: Rows, width: int, count: int) -> None:
        top = self.top or 0
        cols = columns(width, rows, str(self.state.instrument().get("display_lot") or "1"))
        prices = [top - i * rows.step for i in range(count)]
        shown = [s.sizes[p] for s in (rows.bids, rows.asks) for p in prices if p in s.sizes]
        most = max(shown, default=1) or 1
        cut = rows.asks.best_row if rows.asks.best_row is not None else (rows.bids.best_row or 0) + rows.step
        middle, lines, self._row_prices = False, [], []
        for price in prices:
            ask = price >= cut
            if not ask and not middle:
                lines.append(middle_row(rows, width))
                self._row_prices.append(None)
                middle = True
            line = price_row(price, rows, cols, most, width, ask)
            lines.append(on(line, "cursor") if price == self.cursor and self.has_focus else line)
            self._row_prices.append(price)
        self.show(lines, head=(self._head(cols, width),), foot=(balance_row(rows, cols, width),))

    def _head(self, cols: Columns, width: int) -> Line:
        left = "mine".rjust(cols.own - 1) + " " + "bid".rjust(cols.size)
        right = "ask".rjust(cols.size - 1) + " " + "mine".rjust(cols.own - 1)
        return fit(((" " * cols.left + left + " " + "price".rjust(cols.price) + " " + right, "muted"),), width)

    # -- the cursor -----------------------------------------------------------------------------------------

    def price_text(self) -> str:
        """The cursor's price as text, or an empty text without a cursor."""
        if self.rows_now is None or self.cursor is None:
            return ""
        return self.rows_now.text(self.cursor)

    def side_of(self, price: int) -> str:
        """What somebody who picks this price most likely wants: sell above, buy below."""
        best = self.rows_now.asks.best_row if self.rows_now else None
        return "sell" if best is not None and price >= best else "buy"

    def _move(self, by: int) -> None:
        prices = [p for p in self._row_prices if p is not None]
        rows = self.rows_now
        if not prices or rows is None:
            return
        if self.cursor is None or self.cursor not in prices:
            best = rows.bids.best_row if by > 0 else rows.asks.best_row
            self.cursor = best if best in prices else prices[len(prices) // 2]
        else:
            at = prices.index(self.cursor) + by
            self.cursor = prices[max(0, min(at, len(prices) - 1))]
        self.repaint()

    def do_row_down(self) -> None:
        """One row down."""
        self._move(1)

    def do_row_up(self) -> None:
        """One row up."""
        self._move(-1)

    def do_row_page_down(self) -> None:
        """Five rows down."""
        self._move(5)

    def do_row_page_up(self) -> None:
        """Five rows up."""
        self._move(-5)

    def do_ladder_take(self) -> None:
        """The cursor's price into the ticket."""
        if self.cursor is not None:
            self.post_message(self.Picked(self.price_text()))

    def do_ladder_centre(self) -> None:
        """Best prices back to the middle."""
        if self.rows_now is not None:
            self.top = steadied(self.top, self.rows_now, max(3, self.size.height - 3), force=True)
            self.repaint()

    def do_ladder_finer(self) -> None:
        """Fewer ticks a row."""
        self._regroup(finer(self.group))

    def do_ladder_coarser(self) -> None:
        """More ticks a row."""
        self._regroup(coarser(self.group))

    def _regroup(self, group: int) -> None:
        self.groups[self.state.symbol] = group
        self.top = self.cursor = None
        self.repaint()

    def own_orders(self) -> list[str]:
        """Own order ids at the cursor's row."""
        if self.rows_now is None or self.cursor is None:
            return []
        return self.rows_now.orders.get(self.cursor, [])

    def on_click(self, event: events.Click) -> None:
        """A click takes the cursor; on a size or price it fills the ticket too."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0 or offset.y > len(self._row_prices):
            return
        price = self._row_prices[offset.y - 1]
        if price is None:
            return
        self.cursor = price
        self.repaint()
        self.post_message(self.Picked(self.price_text(), "" if event.chain < 2 else self.side_of(price)))


def why_empty(quote: Document) -> str:
    """Why there is no book, and when there will be one."""
    halt, auction = quote.get("halt"), quote.get("auction")
    if halt:
        words = {"luld": "its price left its band", "news": "news is expected", "volatility": "it moved too fast"}
        reason = words.get(str(halt["reason"]), safe(str(halt["reason"])))
        return f"halted until {market_time(str(halt['until']))} New York: {reason}"
    if auction:
        price = grouped(str(auction["indicative_price"]))
        return f"{safe(str(auction['kind']))} auction at {market_time(str(auction['at']))} New York, now at {price}"
    return "the book is empty: the market is closed or halted"


def best_price(state: DeskState, side: str) -> str:
    """The touch that an order of this side would meet."""
    levels = state.book.get("asks" if side == "buy" else "bids") or ()
    return str(levels[0][0]) if levels else ""
