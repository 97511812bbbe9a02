"""The ladder: asks above, price in the middle, own sizes outside, and the ticket's order drawn into it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.message import Message

from engine.desk import Document
from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import DOWN, UP, Line, fit, grouped, left_right, on
from vterm.panes.header import market_time
from vterm.panes.ladder_impact import Impact, foreseen
from vterm.panes.ladder_paint import Scene, balance_row, head_row, impact_words, middle_row, price_row, scene
from vterm.panes.ladder_queue import own_at, queue_words
from vterm.panes.ladder_rows import Rows, build, coarser, finer, fitting, row_of, steadied
from vterm.panes.pane import Pane
from vterm.state import DeskState, units

FRAME_ROWS = 4
"""Head, spread, facts and balance."""


class LadderPane(Pane):
    """A book that stands still, with a cursor on a price; own orders can be picked up and put down elsewhere."""

    CONTEXT: ClassVar[str] = "ladder"
    TOPICS: ClassVar[frozenset[str]] = frozenset({"book", "symbol", "instruments", "link", "trades"})
    NAME: ClassVar[str] = "Book"

    class Picked(Message):
        """A price was chosen; `side` is buy, sell or empty."""

        def __init__(self, price: str, side: str = "") -> None:
            super().__init__()
            self.price, self.side = price, side

    class PlaceWanted(Message):
        """A limit order at this price, straight to the review."""

        def __init__(self, price: str, side: str) -> None:
            super().__init__()
            self.price, self.side = price, side

    class MoveWanted(Message):
        """An own order was put down at another price."""

        def __init__(self, order_id: str, price: str) -> None:
            super().__init__()
            self.order_id, self.price = order_id, price

    class CancelWanted(Message):
        """Take back own orders at the cursor."""

    def __init__(self, state: DeskState) -> None:
        super().__init__(state)
        self.rows_now: Rows | None = None
        self.top: int | None = None
        self.cursor: int | None = None
        self.groups: dict[str, int] = {}
        self.cumulative = True
        self.moving = ""
        """The id of the own order that is being moved; it follows the cursor."""
        self._source = 0
        self._pressed: int | None = None
        self._dragged = False
        self._row_prices: list[int | None] = []
        self._impact: tuple[Document, Rows | None, Impact | None] = ({}, None, None)

    @property
    def group(self) -> int:
        """Ticks a row: as chosen, or as suited the first book that was seen."""
        return self.groups.get(self.state.symbol) or 1

    def reset(self) -> None:
        """Another instrument."""
        self.top = self.cursor = self.rows_now = None
        self.moving = ""

    # -- painting -------------------------------------------------------------------------------------------

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
            self.groups[state.symbol] = fitting(state.book, state.instrument(), height - FRAME_ROWS)
        rows = self.rows_now = build(state.book, state.instrument(), self.group)
        ticks = f"{self.group} tick" + ("s" if self.group != 1 else "")
        depth = max(len(state.book.get("bids", ())), len(state.book.get("asks", ())))
        self.entitle(title, f"row = {ticks} · L2 {depth}{' · Σ' if self.cumulative else ''}")
        count = self.count(height)
        # Rows do not move under an order in hand, nor under a mouse button that is down.
        if self.top is None or not (self.moving or self._pressed is not None):
            self.top = steadied(self.top, rows, count)
        if rows.middle is None or self.top is None:
            self.empty(why_empty(state.quote()), height, width)
            return
        self._lines(rows, width, count)

    @staticmethod
    def count(height: int) -> int:
        """Rows of prices in a pane of this height."""
        return max(3, height - FRAME_ROWS)

    def _lines(self, rows: Rows, width: int, count: int) -> None:
        top = self.top or 0
        prices = [top - i * rows.step for i in range(count)]
        lot = str(self.state.instrument().get("display_lot") or "1")
        seen = scene(rows, width, lot, prices, self.cumulative)
        seen.impact, seen.last, seen.moving = self.impact(rows), self._last(rows), self._on_its_way(rows)
        cut = rows.asks.best_row if rows.asks.best_row is not None else (rows.bids.best_row or 0) + rows.step
        middle, lines, self._row_prices = False, [], []
        for price in prices:
            ask = price >= cut
            if not ask and not middle:
                lines.append(middle_row(rows, width))
                self._row_prices.append(None)
                middle = True
            line = price_row(price, ask, seen)
            lines.append(on(line, "cursor") if price == self.cursor and (self.has_focus or self.moving) else line)
            self._row_prices.append(price)
        foot = (self._facts(rows, seen, width), balance_row(rows, seen.cols, width))
        self.show(lines, head=(head_row(seen.cols, width),), foot=foot)

    def impact(self, rows: Rows) -> Impact | None:
        """What the ticket's order would do to these rows."""
        draft = self.state.draft
        if draft is not self._impact[0] or rows is not self._impact[1]:
            self._impact = (draft, rows, foreseen(draft, self.state.symbol, rows) if draft else None)
        return self._impact[2]

    def _last(self, rows: Rows) -> tuple[int, str] | None:
        """The row of the last trade and who took."""
        if not self.state.trades:
            return None
        trade = self.state.trades[-1]
        price, best = units(str(trade["price"]), rows.decimals), rows.asks.best
        return row_of(price, rows.step, "ask" if best is not None and price >= best else "bid"), str(trade["side"])

    def _on_its_way(self, rows: Rows) -> tuple[int, int, int] | None:
        """The order being moved; one that is gone is let go of."""
        if not self.moving or self.cursor is None:
            return None
        own = next((o for o in own_at(self.state.book, rows) if o.order_id == self.moving), None)
        if own is None:
            self.moving = ""
            return None
        return own.row, self.cursor, own.size

    def _facts(self, rows: Rows, seen: Scene, width: int) -> Line:
        """One line about what matters now: a move, the queue at the cursor, the ticket's order, the last trade."""
        room = width - 2
        if seen.moving is not None:
            target = grouped(rows.text(seen.moving[1]))
            words = f"to {target} · enter puts down · esc keeps"
            return fit(
                ((" ", "muted"), (words if len(words) <= room else f"to {target} · enter · esc", "accent")), width
            )
        own = [o for o in own_at(self.state.book, rows) if o.row == self.cursor] if self.has_focus else []
        if own:
            return fit(((f" {queue_words(own, rows, room)}", "accent"),), width)
        drawn = impact_words(seen.impact, rows, room) if seen.impact is not None else ""
        if drawn:
            return fit(((f" {drawn}", "accent"),), width)
        if not self.state.trades:
            return ()
        trade = self.state.trades[-1]
        mark = (UP, "up") if trade["side"] == "buy" else (DOWN, "down")
        size = grouped(trim(safe(str(trade["size"]))))
        last: Line = ((" last ", "muted"), (f"{mark[0]} ", mark[1]), (grouped(safe(str(trade["price"]))), "foreground"))
        return left_right(last, ((f"{size} ", "muted"),), width)

    # -- the cursor -----------------------------------------------------------------------------------------

    def price_text(self) -> str:
        """The cursor's price as text, or an empty text without a cursor in sight: no order goes where nobody looks."""
        if self.rows_now is None or self.cursor is None or self.cursor not in self._row_prices:
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
        """Put an order down, pick one up, or the cursor's price into the ticket."""
        if self.moving:
            self._drop()
        elif self.price_text() and not self.grab():
            self.post_message(self.Picked(self.price_text()))

    def do_ladder_place_buy(self) -> None:
        """A buy at the cursor."""
        self._place("buy")

    def do_ladder_place_sell(self) -> None:
        """A sell at the cursor."""
        self._place("sell")

    def _place(self, side: str) -> None:
        """An order at the cursor; without one, in front at its own side."""
        rows = self.rows_now
        if rows is None:
            return
        own = rows.bids.best if side == "buy" else rows.asks.best
        price = self.price_text() or (rows.text(own) if own is not None else "")
        if price:
            self.release()
            self.post_message(self.PlaceWanted(price, side))

    def do_ladder_centre(self) -> None:
        """Best prices back to the middle."""
        if self.rows_now is not None:
            self.top = steadied(self.top, self.rows_now, self.count(self.size.height), force=True)
            self.repaint()

    def do_ladder_finer(self) -> None:
        """Fewer ticks a row."""
        self._regroup(finer(self.group))

    def do_ladder_coarser(self) -> None:
        """More ticks a row."""
        self._regroup(coarser(self.group))

    def do_ladder_depth(self) -> None:
        """Depth up to a price, or at it."""
        self.cumulative = not self.cumulative
        self.repaint()

    def _regroup(self, group: int) -> None:
        self.groups[self.state.symbol] = group
        self.top = self.cursor = None
        self.moving = ""
        self.repaint()

    # -- own orders -----------------------------------------------------------------------------------------

    def own_orders(self) -> list[str]:
        """Own order ids at the cursor's row."""
        if self.rows_now is None or self.cursor is None:
            return []
        return self.rows_now.orders.get(self.cursor, [])

    def grab(self) -> bool:
        """Pick up the order at the cursor; with one in hand, the next at its price. Whether there was one."""
        rows = self.rows_now
        if rows is None:
            return False
        ids = rows.orders.get(self._source, []) if self.moving else self.own_orders()
        at = ids.index(self.moving) + 1 if self.moving in ids else 0
        if not ids or at >= len(ids):
            return self.release()
        if not self.moving and self.cursor is not None:
            self._source = self.cursor
        self.moving = ids[at]
        self.repaint()
        return True

    def release(self) -> bool:
        """Let go of an order in hand: it stays where it is. Whether there was one."""
        had, self.moving = bool(self.moving), ""
        if had:
            self.cursor = self._source
            self.repaint()
        return had

    def _drop(self) -> None:
        """Put the order in hand down at the cursor."""
        order_id, price, moved = self.moving, self.price_text(), self.cursor != self._source
        self.moving = ""
        self.repaint()
        if moved and price:
            self.post_message(self.MoveWanted(order_id, price))

    # -- the mouse ------------------------------------------------------------------------------------------

    def _price_at(self, event: events.MouseEvent) -> int | None:
        offset = event.get_content_offset(self)
        if offset is None or not 1 <= offset.y <= len(self._row_prices):
            return None
        return self._row_prices[offset.y - 1]

    def _own_of(self, price: int | None) -> list[str]:
        return self.rows_now.orders.get(price, []) if self.rows_now is not None and price is not None else []

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The left button takes hold of an own order; the right one takes it back."""
        price = self._price_at(event)
        self._dragged = False
        if event.button == 1 and self._own_of(price):
            self._pressed = price
            self.capture_mouse()
        elif event.button == 3 and self._own_of(price):
            self.cursor = price
            self.repaint()
            self.post_message(self.CancelWanted())

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """An order that is held goes with the mouse."""
        price = self._price_at(event)
        if self._pressed is None or price is None or (price == self._pressed and not self.moving):
            return
        if not self.moving:
            self._source, self.moving, self._dragged = self._pressed, self._own_of(self._pressed)[0], True
        self.cursor = price
        self.repaint()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Put it down."""
        if self._pressed is not None:
            self._pressed = None
            self.release_mouse()
            if self._dragged and self.moving:
                self._drop()

    def on_click(self, event: events.Click) -> None:
        """A click takes the cursor and the price; a second one the side: the left half buys, the right half sells."""
        price = self._price_at(event)
        if self._dragged or price is None or event.button != 1:
            self._dragged = False
            return
        if self.moving:
            self.cursor = price
            self._drop()
            return
        self.cursor = price
        self.repaint()
        side = "" if event.chain < 2 else self._side_at(event, price)
        self.post_message(self.Picked(self.price_text(), side))

    def _side_at(self, event: events.MouseEvent, price: int) -> str:
        offset, third = event.get_content_offset(self), self.size.width // 3
        if offset is None or third <= offset.x < self.size.width - third:
            return self.side_of(price)
        return "buy" if offset.x < third else "sell"


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
