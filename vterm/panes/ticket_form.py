"""The ticket's fields and what they make: an order document. Knows no market and no widget."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.desk import Document
from vterm.widgets.line_edit import LineEdit

DIGITS = "0123456789."
CHOICES: dict[str, tuple[str, ...]] = {
    "side": ("buy", "sell"),
    "type": ("limit", "market"),
    "tif": ("GTC", "DAY", "IOC", "FOK"),
    "session": ("regular", "extended"),
}
TEXTS = ("quantity", "price")
FLAGS = ("post", "reduce")
WITH_SESSION = ("equities", "etfs")
FIELD_OF = {"limit_price": "price", "time_in_force": "tif", "post_only": "post", "reduce_only": "reduce"}
"""Field names of refusals where they differ from the form's."""


@dataclass
class TicketForm:
    """What is typed and chosen. `at` is the field with the focus."""

    symbol: str = ""
    asset_class: str = ""
    choice: dict[str, str] = field(default_factory=lambda: {name: options[0] for name, options in CHOICES.items()})
    flag: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FLAGS, False))
    text: dict[str, LineEdit] = field(default_factory=lambda: {name: LineEdit(allowed=DIGITS) for name in TEXTS})
    at: str = "quantity"

    @property
    def fields(self) -> list[str]:
        """Fields that apply now, top to bottom; the button is the last."""
        limit = self.choice["type"] == "limit"
        names = ["side", "type", "quantity", *(["price"] if limit else []), "tif"]
        names += ["post"] if limit else []
        names += ["reduce", *(["session"] if self.asset_class in WITH_SESSION else [])]
        return [*names, "send"]

    @property
    def last(self) -> bool:
        """Whether the focus is on the last field."""
        return self.at == self.fields[-1]

    def step(self, by: int) -> bool:
        """Move the focus; False where it would leave the form."""
        names = self.fields
        at = (names.index(self.at) if self.at in names else 0) + by
        if not 0 <= at < len(names):
            return False
        self.at = names[at]
        return True

    def turn(self, name: str, by: int) -> bool:
        """The next choice or the other state of a box; whether anything changed."""
        if name in FLAGS:
            self.flag[name] = not self.flag[name]
            return True
        options = CHOICES.get(name)
        if not options:
            return False
        self.choice[name] = options[(options.index(self.choice[name]) + by) % len(options)]
        if self.at not in self.fields:
            self.at = "quantity"
        return True

    def edit(self) -> LineEdit | None:
        """The text being typed, if the focus is on a text field."""
        return self.text.get(self.at)

    def complete(self) -> bool:
        """Whether there is enough to ask the desk about."""
        quantity, price = self.text["quantity"].text, self.text["price"].text
        typed = any(c in "123456789" for c in quantity)
        return bool(self.symbol and typed and (self.choice["type"] == "market" or price.strip(".")))

    def order(self) -> Document:
        """The order document, with the contract's field names."""
        doc: Document = {
            "symbol": self.symbol,
            "side": self.choice["side"],
            "type": self.choice["type"],
            "quantity": _plain(self.text["quantity"].text),
            "time_in_force": self.choice["tif"],
        }
        if self.choice["type"] == "limit":
            doc["limit_price"] = _plain(self.text["price"].text)
            if self.flag["post"]:
                doc["post_only"] = True
        if self.flag["reduce"]:
            doc["reduce_only"] = True
        if self.asset_class in WITH_SESSION:
            doc["session"] = self.choice["session"]
        return doc


def _plain(text: str) -> str:
    """`.5` and `5.` are what people type; the desk wants plain decimals."""
    whole, point, fraction = text.partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if point and fraction else whole
