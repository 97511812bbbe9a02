"""The ticket's fields: what each order type shows, and that what it sends is what the engine reads."""

from __future__ import annotations

from datetime import date

import pytest

from engine.market.catalogue import load
from engine.risk.algo_schema import FIELDS as ALGO_FIELDS
from engine.risk.schema import FIELDS as ORDER_FIELDS
from engine.risk.schema import parse_order
from vterm.panes.ticket_form import CHOICES, FIELD_OF, TEXTS, TicketForm
from vterm.panes.ticket_paint import option_at, paint
from vterm.panes.ticket_view import LABELS, TicketView

CATALOGUE, ON = load(), date(2026, 6, 15)
TYPED = {
    "quantity": "10", "stop": "240", "trail": "1.5%", "price": "239", "until": "2026-12-31", "profit": "260",
    "loss": "220", "display": "5", "when": "BTC price < 65000 and time >= 2026-11-23T15:00:00Z",
}  # fmt: skip


def form(kind: str, tif: str = "GTC", asset_class: str = "equities", symbol: str = "AAPL") -> TicketForm:
    made = TicketForm(symbol=symbol, asset_class=asset_class)
    made.choose("type", kind)
    made.choose("tif", tif)
    for name, text in TYPED.items():
        made.text[name].set(text)
    return made


@pytest.mark.parametrize("kind", CHOICES["type"])
@pytest.mark.parametrize("tif", CHOICES["tif"])
@pytest.mark.parametrize("flags", [(), ("more",), ("post",), ("more", "post"), ("reduce", "more")])
def test_whatever_is_chosen_the_engine_understands_it(kind: str, tif: str, flags: tuple[str, ...]) -> None:
    made = form(kind, tif)
    for flag in flags:
        made.turn(flag, 1)
    assert made.complete()
    if kind == "oco":
        made.text["price"].set("230")
    order = parse_order(made.order(), CATALOGUE, ON)
    assert order.type.value == kind
    assert order.post_only == ("post" in flags and "post" in made.fields)
    assert (order.take_profit is not None) == ("more" in flags and "profit" in made.fields)
    assert (order.display is not None) == ("more" in flags and "display" in made.fields)
    assert bool(order.when) == ("more" in flags and "when" in made.fields)


def test_a_choice_that_no_longer_fits_falls_back() -> None:
    made = form("limit", "OPG")
    assert made.choice["tif"] == "OPG"
    made.choose("type", "stop")
    assert made.choice["tif"] == "GTC"
    made.choose("tif", "IOC")
    made.choose("type", "oco")
    assert made.choice["tif"] == "GTC"
    assert "OPG" not in TicketForm(symbol="BTC-USD", asset_class="crypto").options("tif")


def test_the_first_missing_field_is_named() -> None:
    made = form("stop_limit", "GTD")
    for name in ("until", "price", "stop", "quantity"):
        made.text[name].set("")
        assert made.missing() == name
    made.text["quantity"].set("10")
    assert made.missing() == "stop"
    assert form("trailing_stop").missing() == ""


def test_an_algorithm_does_not_inherit_the_limit_of_an_order() -> None:
    made = form("limit")
    made.choose("type", "twap")
    assert made.text["price"].text == "" and made.complete()
    made.text["price"].set("250")
    made.choose("type", "pov")
    assert made.order()["limit_price"] == "250", "what was typed for one stays for the next"


def test_every_field_of_a_refusal_has_a_place() -> None:
    assert set(FIELD_OF.values()) <= {*LABELS, "post", "reduce"}
    assert set(TEXTS) <= set(LABELS)


@pytest.mark.parametrize("width", [26, 39, 60])
def test_a_long_rule_is_in_sight_where_it_is_typed(width: int) -> None:
    made = form("limit")
    made.turn("more", 1)
    rule = made.text["when"]
    rule.set(" and ".join(["spread <= 0.02"] * 8))
    made.at = "when"
    for cursor in range(len(rule.text) + 1):
        rule.cursor = cursor
        painted = paint(TicketView(made, {}, focused=True), width, 30)
        line = painted.lines[painted.names.index("when")]
        assert sum(len(text) for text, _ in line) == width
        assert ("".join(text for text, style in line if "reverse" in style)) == (rule.text + " ")[cursor]


def test_a_rule_takes_words_and_a_number_one_point() -> None:
    made = form("market")
    assert made.text["when"].insert(" and x 1.5 and y 2.5\n\x1b\u202e")
    assert made.text["when"].text.endswith(" and x 1.5 and y 2.5")
    made.text["quantity"].set("1.5")
    assert not made.text["quantity"].insert(".")


@pytest.mark.parametrize("width", [26, 39, 60])
@pytest.mark.parametrize("kind", CHOICES["type"])
def test_lines_fit_and_clicks_choose(kind: str, width: int) -> None:
    made = form(kind, "GTD")
    made.turn("more", 1)
    for phase in ("edit", "review"):
        painted = paint(TicketView(made, {}, phase=phase), width, 20)
        assert all(sum(len(text) for text, _ in line) <= width for line in painted.lines)
        assert len(painted.lines) <= 20
    for x in range(width):
        picked = option_at(made, "type", x, width)
        assert picked in CHOICES["type"] if isinstance(picked, str) else picked in (-1, 0, 1)
    assert option_at(made, "type", width - 2, width) in (1, "oco")


@pytest.mark.parametrize("kind", ["limit", "stop", "oco", "trailing_stop", "twap", "pov"])
@pytest.mark.parametrize("field", sorted({*ORDER_FIELDS, *ALGO_FIELDS, ""}))
def test_a_refusal_is_always_in_sight(field: str, kind: str) -> None:
    """At its own field where that is shown, else at the quantity, with the size that passes."""
    refusal = {"code": "X", "message": "that will not do", "field": field, "max_quantity": "7.50"}
    made = form(kind, "GTD")
    painted = paint(TicketView(made, {}, refusal=refusal), 39, 26)
    lines = ["".join(text for text, _ in line) for line in painted.lines]
    at = next(i for i, line in enumerate(lines) if "! that will not do" in line)
    name = FIELD_OF.get(field, field)
    before = next(known for known in reversed(painted.names[:at]) if known not in ("", "preset"))
    assert before == (name if name in made.fields else "quantity")
    assert "takes 7.5" in lines[at + 1]
