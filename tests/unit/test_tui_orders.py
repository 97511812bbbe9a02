"""Stops, brackets and amends by keys and mouse on the fake desk."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import armed, make, opened, seen, settle, wait_for
from vterm.dialogs.amend import AmendDialog
from vterm.terminal import VtermApp


async def sent(app: VtermApp, pilot: Pilot[int], toast: str) -> None:
    """Review, wait until it may be sent, send."""
    ticket = app.main.desk.ticket
    while not ticket.preview:
        await pilot.pause(0.01)
    await pilot.press("f2")
    await armed(app, pilot)
    await pilot.press("enter")
    await wait_for(app, pilot, toast)


async def turned(app: VtermApp, pilot: Pilot[int], kind: str) -> None:
    while app.main.desk.ticket.form.kind != kind:
        await pilot.press("t")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_stop_with_keys_only_and_its_trigger_in_the_orders(size: tuple[int, int]) -> None:
    desk = FakeDesk()
    app = make(desk, symbol="AAPL")
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        await pilot.press("s", "1", "0")
        await turned(app, pilot, "stop")
        assert "a stop price is missing" in seen(app)
        await pilot.press("down", "2", "4", "0")
        await sent(app, pilot, "Placed sell 10 AAPL stop 240 → market")
        document = list(desk.order_docs.values())[-1]
        assert (document["type"], document["stop_price"], document.get("limit_price")) == ("stop", "240", None)
        await pilot.press("o")
        await settle(app, pilot)
        assert "stop 240" in seen(app)


async def test_a_trailing_stop_until_a_date() -> None:
    desk = FakeDesk()
    app = make(desk, symbol="AAPL")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("s", "1", "0")
        await turned(app, pilot, "trailing_stop")
        await pilot.press("down", "1", "full_stop", "5", "percent_sign", "down")
        while app.main.desk.ticket.form.choice["tif"] != "GTD":
            await pilot.press("right")
        await settle(app, pilot)
        assert app.main.desk.ticket.form.text["until"].text == "2026-11-30"
        await pilot.press("down", *["backspace"] * 2, "2", "5")
        await sent(app, pilot, "Placed sell 10 AAPL trailing 1.5% → market")
        document = list(desk.order_docs.values())[-1]
        assert (document["trail_percent"], document["expire_at"]) == ("1.5", "2026-11-25")


async def test_a_bracket_by_mouse_and_keys() -> None:
    desk = FakeDesk()
    app = make(desk, symbol="AAPL")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "1", "0")
        ticket = app.main.desk.ticket
        await settle(app, pilot)
        await pilot.click("#ticket", offset=(5, ticket._names.index("more") + 1))
        await settle(app, pilot)
        assert ticket.form.flag["more"]
        await pilot.press("down", "2", "6", "0", "down", "2", "4", "0")
        await settle(app, pilot)
        assert ticket.form.order()["take_profit"] == "260"
        while not ticket.preview:
            await pilot.pause(0.01)
        await pilot.press("f2")
        await settle(app, pilot)
        assert "stop loss" in seen(app)
        await armed(app, pilot)
        await pilot.press("enter")
        await wait_for(app, pilot, "10 AAPL")
        document = list(desk.order_docs.values())[-1]
        assert (document["take_profit"], document["stop_loss"]) == ("260", "240")
        assert not ticket.form.text["profit"].text, "the next order does not inherit the exits"


async def test_an_order_is_amended_from_the_list() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("o", "e")
        await settle(app, pilot)
        assert isinstance(app.screen, AmendDialog)
        await pilot.press("enter")
        assert isinstance(app.screen, AmendDialog), "nothing is different yet"
        await pilot.press(*"87500", "tab", "tab", *"0", "full_stop", *"15", "tab")
        assert app.screen.changes() == {"quantity": "0.15", "limit_price": "87500"}
        await pilot.press("enter")
        await wait_for(app, pilot, "Amended: buy 0.15 BTC-USD at 87,500")
        changed = next(o for o in desk.order_docs.values() if o["limit_price"] == "87500")
        assert changed["remaining_quantity"] == "0.15"


async def test_an_amend_can_be_left_and_a_refusal_is_said() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("o", "e")
        await settle(app, pilot)
        await pilot.press("escape")
        assert not isinstance(app.screen, AmendDialog)
        await pilot.press("e")
        await settle(app, pilot)
        await pilot.press("up", *"90000", "enter", "enter")
        await wait_for(app, pilot, "Refused")


async def test_a_bracket_from_the_command_line_waits_in_the_review() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        before = len(desk.order_docs)
        await pilot.press("colon")
        await settle(app, pilot)
        for char in "buy AAPL 10 --limit 250 --take-profit 260 --stop-loss 240 --tif DAY":
            await pilot.press({" ": "space", "-": "minus", ".": "full_stop"}.get(char, char))
        await pilot.press("enter")
        await settle(app, pilot)
        ticket = app.main.desk.ticket
        assert ticket.phase == "review"
        order = ticket.form.order()
        assert (order["type"], order["take_profit"], order["stop_loss"]) == ("limit", "260", "240")
        assert order["time_in_force"] == "DAY"
        assert len(desk.order_docs) == before
