"""Every order of docs/orders.md from the ticket, by keys alone: what reaches the desk is what the engine reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.market.catalogue import load
from engine.model.order import OrderType
from engine.risk.schema import parse_order
from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import armed, make, opened, seen, settle
from vterm.panes.ticket_form import CHOICES, FLAGS
from vterm.terminal import VtermApp

CATALOGUE, ON = load(), date(2026, 11, 23)
KEYS = {
    ".": "full_stop", "%": "percent_sign", "-": "minus", " ": "space", "<": "less_than_sign", ">": "greater_than_sign",
    "=": "equals_sign", ":": "colon",
}  # fmt: skip
RULE = "BTC price < 90000 and spread <= 0.02 and time >= 2026-11-23"

ORDERS: dict[str, tuple[str, str, dict[str, str], dict[str, Any]]] = {
    "market": ("AAPL", "buy", {"type": "market"}, {"type": "market"}),
    "limit": ("AAPL", "buy", {"type": "limit", "price": "250"}, {"type": "limit", "limit_price": "250"}),
    "stop": ("AAPL", "sell", {"type": "stop", "stop": "240"}, {"type": "stop", "stop_price": "240"}),
    "stop limit": (
        "AAPL", "sell", {"type": "stop_limit", "stop": "240", "price": "239.50"},
        {"type": "stop_limit", "stop_price": "240", "limit_price": "239.50"},
    ),
    "trailing amount": (
        "AAPL", "sell", {"type": "trailing_stop", "trail": "2.50"}, {"type": "trailing_stop", "trail_amount": "2.50"},
    ),
    "trailing percent": (
        "AAPL", "sell", {"type": "trailing_stop", "trail": "1.5%"}, {"type": "trailing_stop", "trail_percent": "1.5"},
    ),
    "bracket": (
        "AAPL", "buy", {"type": "limit", "price": "250", "more": "", "profit": "260", "loss": "240"},
        {"type": "limit", "take_profit": "260", "stop_loss": "240"},
    ),
    "oco": (
        "AAPL", "sell", {"type": "oco", "stop": "240", "price": "260"},
        {"type": "oco", "limit_price": "260", "stop_price": "240"},
    ),
    "iceberg": (
        "BTC-USD", "buy", {"type": "limit", "price": "86000", "more": "", "display": "0.2"},
        {"type": "limit", "display_quantity": "0.2"},
    ),
    "post-only": (
        "AAPL", "buy", {"type": "limit", "price": "250", "post": ""}, {"type": "limit", "post_only": True},
    ),
    "reduce-only": ("AAPL", "sell", {"type": "market", "reduce": ""}, {"type": "market", "reduce_only": True}),
    "good till date": (
        "AAPL", "buy", {"type": "limit", "price": "250", "tif": "GTD", "until": "2026-12-31"},
        {"time_in_force": "GTD", "expire_at": "2026-12-31"},
    ),
    "day": ("AAPL", "buy", {"type": "limit", "price": "250", "tif": "DAY"}, {"time_in_force": "DAY"}),
    "immediate or cancel": ("AAPL", "buy", {"type": "market", "tif": "IOC"}, {"time_in_force": "IOC"}),
    "fill or kill": ("AAPL", "buy", {"type": "limit", "price": "252", "tif": "FOK"}, {"time_in_force": "FOK"}),
    "opening auction": ("AAPL", "buy", {"type": "market", "tif": "OPG"}, {"type": "market", "time_in_force": "OPG"}),
    "closing auction": (
        "AAPL", "buy", {"type": "limit", "price": "250", "tif": "CLS"}, {"type": "limit", "time_in_force": "CLS"},
    ),
    "extended session": (
        "AAPL", "buy", {"type": "limit", "price": "250", "session": "extended"}, {"session": "extended"},
    ),
    "rule": ("AAPL", "buy", {"type": "market", "more": "", "when": RULE}, {"type": "market", "when": RULE}),
    "stop under a rule": (
        "BTC-USD", "sell", {"type": "stop", "stop": "80000", "more": "", "when": "imbalance <= -0.25"},
        {"type": "stop", "stop_price": "80000", "when": "imbalance <= -0.25"},
    ),
}  # fmt: skip


async def go_to(app: VtermApp, pilot: Pilot[int], name: str) -> None:
    """Walk to a field with the arrows."""
    form = app.main.desk.ticket.form
    assert name in form.fields, (name, form.fields)
    while form.at != name:
        await pilot.press("down" if form.fields.index(form.at) < form.fields.index(name) else "up")


async def put(app: VtermApp, pilot: Pilot[int], name: str, value: str) -> None:
    """Choose, tick or type one field."""
    form = app.main.desk.ticket.form
    await go_to(app, pilot, name)
    if name in CHOICES:
        while form.choice[name] != value:
            await pilot.press("right")
    elif name in FLAGS:
        await pilot.press("space")
        assert form.flag[name]
    else:
        await pilot.press("ctrl+e", "ctrl+u", *(KEYS.get(char, char) for char in value))
        assert form.text[name].text == value


@pytest.mark.parametrize("kind", list(ORDERS))
async def test_it_is_made_with_keys_and_sent(kind: str) -> None:
    symbol, side, steps, expected = ORDERS[kind]
    quantity = "1" if symbol == "BTC-USD" else "10"
    desk = FakeDesk()
    sent: list[dict[str, Any]] = []

    async def submit(order: dict[str, Any]) -> dict[str, Any]:
        sent.append(order)
        return await FakeDesk.submit(desk, order)

    async def preview(order: dict[str, Any]) -> dict[str, Any]:
        return {**await FakeDesk.preview(desk, order), "ok": True, "refusal": None}

    desk.submit, desk.preview = submit, preview  # type: ignore[method-assign]
    app = make(desk, symbol=symbol)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("b" if side == "buy" else "s", *quantity)
        for name, value in steps.items():
            await put(app, pilot, name, value)
        ticket = app.main.desk.ticket
        while not ticket.preview:
            await pilot.pause(0.01)
        await pilot.press("f2")
        await settle(app, pilot)
        assert "review" in seen(app)
        await armed(app, pilot)
        await pilot.press("enter")
        while ticket.phase != "edit":
            await pilot.pause(0.01)
        assert not ticket.refusal and not ticket.form.text["quantity"].text, "the desk took it"
        assert not ticket.form.text["when"].text, "the next order does not inherit the rule"
    (order,) = sent
    assert {**order, **expected, "symbol": symbol, "side": side, "quantity": quantity} == order
    read = parse_order({name: value for name, value in order.items() if name != "client_order_id"}, CATALOGUE, ON)
    assert (read.type.value, bool(read.when)) == (order["type"], "when" in order)


def test_every_type_and_every_field_is_there() -> None:
    """What docs/orders.md lists is what the table above makes."""
    made = [{"symbol": None, "side": None, "quantity": None, **expected} for *_, expected in ORDERS.values()]
    assert {order.get("type", "limit") for order in made} == {kind.value for kind in OrderType}
    fields = {name for order in made for name in order}
    assert fields == {
        *("symbol", "side", "type", "quantity", "session", "time_in_force", "expire_at", "display_quantity"),
        *("post_only", "reduce_only", "when", "limit_price", "stop_price", "trail_amount", "trail_percent"),
        *("take_profit", "stop_loss"),
    }


async def test_letters_of_a_rule_are_typed_and_do_nothing_else() -> None:
    app = make(FakeDesk(), symbol="AAPL")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "1")
        await put(app, pilot, "type", "market")
        await put(app, pilot, "more", "")
        text = "spread <= 0.02 and BTC price > 90000 abcdefghijklmnopqrstuvwxyz ?:/!XQ"
        await go_to(app, pilot, "when")
        await pilot.press(*(KEYS.get(char, char) for char in text if char not in "?:/!"))
        assert app.main.desk.ticket.form.text["when"].text == "".join(c for c in text if c not in "?:/!")
        assert app.main.desk.ticket.form.choice["type"] == "market" and app.screen is app.main
        await pilot.press("question_mark", "colon", "slash")
        assert app.main.desk.ticket.form.text["when"].text.endswith("?:/")
        await pilot.press("tab")
        assert app.main.desk.ticket.form.at == "send"


async def test_a_rule_from_the_command_line_is_in_the_review() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("colon")
        await settle(app, pilot)
        line = "buy AAPL 10 --when price >= 260 and spread <= 0.02 --tif DAY"
        await pilot.press(*(KEYS.get(char, char) for char in line), "enter")
        await settle(app, pilot)
        ticket = app.main.desk.ticket
        order = ticket.form.order()
        assert (order["type"], order["when"], order["time_in_force"]) == (
            "market", "price >= 260 and spread <= 0.02", "DAY",
        )  # fmt: skip
        assert ticket.phase == "review"
        assert "when price >= 260 and spread <= 0.02" in " ".join(seen(app).split())
