"""A two-sided quoter: one post-only order on each side of the market, moved with it, within a limit of inventory.

It earns half a spread a fill and loses when the price runs through it: the side that fills is the side that was
wrong. In a market whose prints follow from where the price goes that loss is larger than the half spread, and the
fees come on top, so it has no edge: it shows how quotes are kept. One run of one seed:

    vterm simulate --seed 7 --start 2026-11-23T15:00:00Z --end 2026-11-23T15:30:00Z --strategy examples/quoter.py --symbols AAPL --events fill --json
    fills 1931, realised -2028.47, fees 1067.01, NAV at the end 996904.52
"""  # noqa: E501 - a command is one line

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from vterm.sdk import Order, Strategy


class Quoter(Strategy):
    """Quotes `size` at the best prices of each symbol and looks at them once a second."""

    size, most = Decimal(100), Decimal(300)

    def on_start(self) -> None:
        """Look every second."""
        self.working: dict[tuple[str, str], Order] = {}
        self.every("1s")

    def on_timer(self, at: datetime) -> None:
        """Put each quote where it should be now."""
        for symbol in self.symbols:
            quote, held = self.quote(symbol), self.position(symbol)
            if quote.session != "regular":
                self.cancel_all()
                continue
            self.keep(symbol, "buy", quote.bid if held + self.size <= self.most else None)
            self.keep(symbol, "sell", quote.ask if held - self.size >= -self.most else None)

    def keep(self, symbol: str, side: str, price: Decimal | None) -> None:
        """Have one order of a side at a price, or none."""
        order = self.working.get((symbol, side))
        if order is not None:
            if order.limit == price:
                return
            self.cancel(order)
        if price is not None:
            send = self.buy if side == "buy" else self.sell
            self.working[symbol, side] = send(symbol, self.size, limit=price, post_only=True)

    def on_order(self, order: Order) -> None:
        """Forget an order that is done: filled, cancelled, or refused because the market came to it first."""
        mine = self.working.get((order.symbol, order.side))
        if mine is not None and mine.client_order_id == order.client_order_id and not order.open:
            del self.working[order.symbol, order.side]

    def on_stop(self) -> None:
        """Take the quotes back and go home flat."""
        self.cancel_all()
        for symbol in self.symbols:
            held = self.position(symbol)
            if held:
                (self.sell if held > 0 else self.buy)(symbol, abs(held), reduce_only=True)
