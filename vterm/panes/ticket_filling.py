"""The ticket filled from elsewhere: the ladder's cursor, the command line, an order placed at a price."""

from __future__ import annotations

from vterm.panes.ladder import best_price
from vterm.panes.ticket_form import EXTRA
from vterm.panes.ticket_sizing import SizingPane
from vterm.trade_line import TradeLine


class FillingPane(SizingPane):
    """A ticket that others fill. `follow` is the ticket's."""

    def follow(self) -> None:
        """The form belongs to the desk's instrument."""
        raise NotImplementedError

    def fill(self, side: str = "", price: str = "") -> None:
        """Fill fields from elsewhere; what is not given stays."""
        self.phase = "edit"
        self.follow()
        if side:
            self.form.choice["side"] = side
        if price:
            self._take_price(price)
        elif side:
            self.start_price()
        self.form.at = "quantity"
        self.changed()

    def fill_line(self, line: TradeLine) -> None:
        """Fill fields from the command line. A line that names a type is the whole order: nothing else stays."""
        self.phase = "edit"
        self.follow()
        if line.kind:
            self.form.clear()
            self.form.reset()
            self.form.choose("type", line.kind)
        self.form.choice["side"] = line.side
        if line.force:
            self.form.choose("tif", line.force)
        for name, text in line.text.items():
            self.form.text[name].set(text)
        for name in line.flags:
            self.form.flag[name] = True
        self.form.flag["more"] = self.form.flag["more"] or any(name in line.text for name in EXTRA)
        self.start_price()
        self.form.at = "quantity"
        self.changed()

    def place(self, side: str, price: str) -> None:
        """A limit order at a price straight to the review: of the size typed, else of the last one, else the usual."""
        size = ""
        if self.form.symbol == self.state.symbol:
            size = self.form.quantity or self.form.text["quantity"].text
        self.phase = "edit"
        self.follow()
        self.form.reset()
        self.form.choose("type", "limit")
        for name in EXTRA:
            self.form.text[name].set("")
        self.form.choice["side"] = side
        self.form.text["price"].set(price)
        self.form.text["quantity"].set(size or self.sent_sizes.get(self.form.symbol) or self.usual())
        self.form.at = "quantity"
        self.changed()
        self.go()

    def _take_price(self, price: str) -> None:
        """A price from elsewhere goes where the type has one; a market order becomes a limit order."""
        if self.form.kind in ("market", "trailing_stop"):
            self.form.choose("type", "limit")
        self.form.text["stop" if self.form.kind == "stop" else "price"].set(price)

    def start_price(self) -> None:
        """A limit order starts at the touch."""
        price = self.form.text["price"]
        if self.form.kind == "limit" and not price.text:
            price.set(best_price(self.state, self.form.choice["side"]))
