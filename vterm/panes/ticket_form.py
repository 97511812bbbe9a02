"""The ticket's fields and what they make: an order document. Knows no market and no widget."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.desk import Document
from engine.model.number import parse_decimal, to_text, trim
from vterm.panes.ticket_size import Size, read_size
from vterm.widgets.line_edit import LineEdit

DIGITS = "0123456789."
WORDS = "".join(map(chr, range(32, 127)))
SIZES = DIGITS + "=%k vcrnapos"
ALGOS = ("twap", "vwap", "pov")
"""Types that are no orders but algorithms, which send orders over time."""
CHOICES: dict[str, tuple[str, ...]] = {
    "side": ("buy", "sell"),
    "type": ("limit", "market", "stop", "stop_limit", "trailing_stop", "oco"),
    "tif": ("GTC", "DAY", "IOC", "FOK", "GTD", "OPG", "CLS"),
    "session": ("regular", "extended"),
}
TEXTS: dict[str, str] = {
    "quantity": SIZES,
    "over": "0123456789smh",
    "slices": "0123456789",
    "rate": DIGITS + "%",
    "stop": DIGITS,
    "trail": DIGITS + "%",
    "price": DIGITS,
    "until": "0123456789-",
    "profit": DIGITS,
    "loss": DIGITS,
    "display": DIGITS,
    "when": WORDS,
}
"""Fields that are typed, and what may be typed there."""
PRICED = ("stop", "trail", "price", "profit", "loss", "display", "when")
"""Fields whose contents belong to one instrument and are emptied with the next."""
EXTRA = ("profit", "loss", "display", "when")
"""Fields behind the fold."""
FLAGS = ("post", "reduce", "more")
WITH_SESSION = ("equities", "etfs")
WITHOUT_AUCTIONS = ("crypto", "forex")
LIMITED = ("limit", "stop_limit", "oco")
STOPPED = ("stop", "stop_limit", "oco")
RESTING = ("GTC", "DAY", "GTD")
AUCTIONS = ("OPG", "CLS")
LONGEST = {"until": 10, "when": 200, "over": 7, "slices": 4, "rate": 8}
STARTS = {"over": "10m", "slices": "10", "rate": "10%"}
"""What the fields of an algorithm begin with."""
_NEEDED = ("quantity", "stop", "trail", "price", "until", "over", "slices", "rate")
FIELD_OF = {
    "limit_price": "price",
    "stop_price": "stop",
    "trail_amount": "trail",
    "trail_percent": "trail",
    "time_in_force": "tif",
    "expire_at": "until",
    "post_only": "post",
    "reduce_only": "reduce",
    "take_profit": "profit",
    "stop_loss": "loss",
    "display_quantity": "display",
}
"""Field names of refusals where they differ from the form's."""
_SENT = {"price": "limit_price", "stop": "stop_price", "profit": "take_profit", "loss": "stop_loss"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_SPAN = re.compile(r"[1-9]\d{0,5}[smh]\Z", re.ASCII)


def _edit(name: str) -> LineEdit:
    start = STARTS.get(name, "")
    return LineEdit(start, len(start), allowed=TEXTS[name], most=LONGEST.get(name, 24), number=name != "when")


@dataclass
class TicketForm:
    """What is typed and chosen. `at` is the field with the focus."""

    symbol: str = ""
    asset_class: str = ""
    choice: dict[str, str] = field(default_factory=lambda: {name: options[0] for name, options in CHOICES.items()})
    flag: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FLAGS, False))
    text: dict[str, LineEdit] = field(default_factory=lambda: {name: _edit(name) for name in TEXTS})
    at: str = "quantity"
    sized: tuple[str, str] = ("", "")
    """A quantity in other words than units, and the units it was found to be."""

    @property
    def kind(self) -> str:
        """The order type."""
        return self.choice["type"]

    @property
    def algo(self) -> bool:
        """Whether an algorithm is started instead of an order sent."""
        return self.kind in ALGOS

    @property
    def quantity(self) -> str:
        """Units; empty while a worth or a share has not been converted, or nothing is typed."""
        text = self.text["quantity"].text
        size = read_size(text)
        if size is None:
            return ""
        if size.kind == "units":
            return size.number
        return self.sized[1] if self.sized[0] == text else ""

    @property
    def converting(self) -> Size | None:
        """The worth or share that is typed and has no units yet."""
        size = read_size(self.text["quantity"].text)
        return size if size is not None and size.kind != "units" and not self.quantity else None

    @property
    def fields(self) -> list[str]:
        """Fields that apply now, top to bottom; the button is the last."""
        names = ["side", "type", "quantity"]
        if self.algo:
            names += ["over", "rate" if self.kind == "pov" else "slices", "price"]
            return [*names, *(["session"] if self.asset_class in WITH_SESSION else []), "send"]
        names += ["stop"] if self.kind in STOPPED else []
        names += ["trail"] if self.kind == "trailing_stop" else []
        names += ["price"] if self.kind in LIMITED else []
        names += ["tif", *(["until"] if self.choice["tif"] == "GTD" else [])]
        names += ["post"] if self._rests else []
        names += ["reduce", *(["session"] if self.asset_class in WITH_SESSION else [])]
        extra = self.extra
        names += ["more"] if extra else []
        return [*names, *(extra if self.flag["more"] else []), "send"]

    @property
    def extra(self) -> list[str]:
        """Fields behind the fold: exits of a bracket, an iceberg's display, a rule that holds the order back."""
        exits = [] if self.kind == "oco" or self.flag["reduce"] else ["profit", "loss"]
        rule = [] if self.choice["tif"] in AUCTIONS else ["when"]
        return [*exits, *(["display"] if self._rests else []), *rule]

    @property
    def rule(self) -> str:
        """The rule that the order waits for; empty where it has none."""
        return self.text["when"].text.strip() if "when" in self.fields else ""

    @property
    def _rests(self) -> bool:
        """Whether the order can stand in the book."""
        return self.kind in LIMITED and self.choice["tif"] in RESTING

    @property
    def last(self) -> bool:
        """Whether the focus is on the last field."""
        return self.at == self.fields[-1]

    def options(self, name: str) -> tuple[str, ...]:
        """The choices of a field that make sense with the others."""
        options = CHOICES.get(name, ())
        if name == "type":
            return (*options, *ALGOS)
        if name != "tif":
            return options
        without: tuple[str, ...] = ()
        if self.kind not in ("limit", "market") or self.asset_class in WITHOUT_AUCTIONS:
            without = AUCTIONS
        if self.kind == "oco":
            without += ("IOC", "FOK")
        return tuple(option for option in options if option not in without)

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
        options = self.options(name)
        if not options:
            return False
        at = options.index(self.choice[name]) if self.choice[name] in options else 0
        self.choose(name, options[(at + by) % len(options)])
        return True

    def choose(self, name: str, option: str) -> None:
        """Take a choice; what no longer goes with it falls back to the usual.

        The limit of an order is no limit for an algorithm: one at the touch would leave most of it undone.
        """
        if name == "type" and option in ALGOS and not self.algo:
            self.text["price"].set("")
        self.choice[name] = option
        self.settle()

    def settle(self) -> None:
        """Keep the choices and the focus within what applies."""
        if self.choice["tif"] not in self.options("tif"):
            self.choice["tif"] = CHOICES["tif"][0]
        if self.at not in self.fields:
            self.at = "quantity"

    def clear(self) -> None:
        """Empty every number that belongs to an instrument."""
        for name in ("quantity", *PRICED):
            self.text[name].set("")

    def reset(self) -> None:
        """The usual choices, no box ticked; side and session stay."""
        self.choice["tif"] = CHOICES["tif"][0]
        self.flag = dict.fromkeys(FLAGS, False)
        self.text["until"].set("")

    def edit(self) -> LineEdit | None:
        """The text being typed, if the focus is on a text field."""
        return self.text.get(self.at)

    def missing(self) -> str:
        """The first field that must be typed and is not yet; empty where the desk can be asked."""
        if not self.symbol:
            return "symbol"
        for name in self.fields:
            if name not in _NEEDED or (self.algo and name == "price"):
                continue
            if not self._whole(name):
                return name
        return ""

    def _whole(self, name: str) -> bool:
        text = self.text[name].text
        if name == "quantity":
            return any(c in "123456789" for c in self.quantity)
        if name in ("until", "over"):
            return bool((_DATE if name == "until" else _SPAN).match(text))
        return any(c in "123456789" for c in text)

    def complete(self) -> bool:
        """Whether there is enough to ask the desk about."""
        return not self.missing()

    def order(self) -> Document:
        """The order document, with the contract's field names; what is out of sight is not in it."""
        if self.algo:
            return self._algo()
        there = self.fields
        doc: Document = {"symbol": self.symbol, "side": self.choice["side"], "type": self.kind}
        doc["quantity"] = self.quantity
        doc["time_in_force"] = self.choice["tif"]
        for name, sent in _SENT.items():
            if name in there and self.text[name].text:
                doc[sent] = _plain(self.text[name].text)
        if "trail" in there:
            trail = self.text["trail"].text
            doc["trail_percent" if trail.endswith("%") else "trail_amount"] = _plain(trail.rstrip("%"))
        if "until" in there:
            doc["expire_at"] = self.text["until"].text
        if "display" in there and self.text["display"].text:
            doc["display_quantity"] = _plain(self.text["display"].text)
        if self.rule:
            doc["when"] = self.rule
        if "post" in there and self.flag["post"]:
            doc["post_only"] = True
        if self.flag["reduce"]:
            doc["reduce_only"] = True
        if self.asset_class in WITH_SESSION and self.choice["tif"] not in AUCTIONS:
            doc["session"] = self.choice["session"]
        return doc

    def _algo(self) -> Document:
        """The payload that starts the algorithm."""
        doc: Document = {"algo": self.kind, "symbol": self.symbol, "side": self.choice["side"]}
        doc |= {"quantity": self.quantity, "over": self.text["over"].text}
        if self.kind == "pov":
            doc["rate"] = _share(self.text["rate"].text)
        else:
            doc["slices"] = self.text["slices"].text.lstrip("0")
        if self.text["price"].text:
            doc["limit_price"] = _plain(self.text["price"].text)
        if self.asset_class in WITH_SESSION:
            doc["session"] = self.choice["session"]
        return doc

    def asked(self) -> Document:
        """What a preview is asked for: the order, or the one order that an algorithm stands for."""
        order = self.order()
        if not self.algo:
            return order
        block: Document = {"type": "limit" if "limit_price" in order else "market", "time_in_force": "GTC"}
        for name in ("symbol", "side", "quantity", "limit_price", "session"):
            if name in order:
                block[name] = order[name]
        return block

    def probe(self, quantity: str) -> Document:
        """The same order in another quantity, to ask what it is worth and how much passes; whole parts only."""
        order = self.asked()
        order.pop("display_quantity", None)
        return {**order, "quantity": quantity}


def _share(text: str) -> str:
    """`10%` or `0.1` as a fraction."""
    if not text.endswith("%"):
        return _plain(text)
    digits, scale = parse_decimal(_plain(text.rstrip("%")))
    return trim(to_text(digits, scale + 2))


def _plain(text: str) -> str:
    """`.5` and `5.` are what people type; the desk wants plain decimals."""
    whole, point, fraction = text.partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if point and fraction else whole
