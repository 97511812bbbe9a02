"""The ticket's fields and what they make: an order document. Knows no market and no widget."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.desk import Document
from vterm.widgets.line_edit import LineEdit

DIGITS = "0123456789."
WORDS = "".join(map(chr, range(32, 127)))
CHOICES: dict[str, tuple[str, ...]] = {
    "side": ("buy", "sell"),
    "type": ("limit", "market", "stop", "stop_limit", "trailing_stop", "oco"),
    "tif": ("GTC", "DAY", "IOC", "FOK", "GTD", "OPG", "CLS"),
    "session": ("regular", "extended"),
}
TEXTS: dict[str, str] = {
    "quantity": DIGITS,
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
LONGEST = {"until": 10, "when": 200}
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


def _edit(name: str) -> LineEdit:
    return LineEdit(allowed=TEXTS[name], most=LONGEST.get(name, 24), number=name != "when")


@dataclass
class TicketForm:
    """What is typed and chosen. `at` is the field with the focus."""

    symbol: str = ""
    asset_class: str = ""
    choice: dict[str, str] = field(default_factory=lambda: {name: options[0] for name, options in CHOICES.items()})
    flag: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FLAGS, False))
    text: dict[str, LineEdit] = field(default_factory=lambda: {name: _edit(name) for name in TEXTS})
    at: str = "quantity"

    @property
    def kind(self) -> str:
        """The order type."""
        return self.choice["type"]

    @property
    def fields(self) -> list[str]:
        """Fields that apply now, top to bottom; the button is the last."""
        names = ["side", "type", "quantity"]
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
        """Take a choice; what no longer goes with it falls back to the usual."""
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
            if name not in ("quantity", "stop", "trail", "price", "until"):
                continue
            text = self.text[name].text
            whole = _DATE.match(text) if name == "until" else any(c in "123456789" for c in text)
            if not whole:
                return name
        return ""

    def complete(self) -> bool:
        """Whether there is enough to ask the desk about."""
        return not self.missing()

    def order(self) -> Document:
        """The order document, with the contract's field names; what is out of sight is not in it."""
        there = self.fields
        doc: Document = {"symbol": self.symbol, "side": self.choice["side"], "type": self.kind}
        doc["quantity"] = _plain(self.text["quantity"].text)
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


def _plain(text: str) -> str:
    """`.5` and `5.` are what people type; the desk wants plain decimals."""
    whole, point, fraction = text.partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if point and fraction else whole
