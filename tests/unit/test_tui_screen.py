"""The desk driven by keys and mouse on the fake desk: what a person does, and what they then see."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from vterm.paint import plain
from vterm.panes.pane import Pane
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

STRINGS = Path(__file__).resolve().parents[2] / "../shared/security/terminal_strings.jsonl"


def make(desk: FakeDesk, **settings: Any) -> VtermApp:
    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings(**settings))  # type: ignore[arg-type]


async def opened(app: VtermApp, pilot: Pilot[int]) -> None:
    """Wait until the desk has its past and everything is painted."""
    while not (app.state.book and app.state.bars and app.state.trades):
        await pilot.pause(0.01)
    await settle(app, pilot)


async def settle(app: VtermApp, pilot: Pilot[int]) -> None:
    """Let every answer arrive and be painted."""
    for _ in range(4):
        await pilot.pause(0.01)
        app.bridge.flush()


def seen(app: VtermApp) -> str:
    """All text of the panes in sight, and their frames' texts."""
    lines: list[str] = []
    for pane in app.main.query(Pane):
        if pane.display:
            lines += [pane.render_line(y).text for y in range(pane.size.height)]
            lines += [str(pane.border_title), str(pane.border_subtitle)]
    return "\n".join(lines)


def toasts(app: VtermApp) -> list[str]:
    return [notification.message for notification in app._notifications]


async def wait_for(app: VtermApp, pilot: Pilot[int], text: str) -> None:
    """Until a toast says so; the test's own time limit ends an endless wait."""
    while not any(text in toast for toast in toasts(app)):
        await pilot.pause(0.01)
        app.bridge.flush()


async def armed(app: VtermApp, pilot: Pilot[int]) -> None:
    while not app.main.desk.ticket.armed:
        await pilot.pause(0.01)


async def test_a_market_order_with_keys_only() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "t", "0", "full_stop", "0", "5")
        ticket = app.main.desk.ticket
        while not ticket.preview:
            await pilot.pause(0.01)
        assert "fills now" in seen(app)
        await pilot.press("f2")
        assert ticket.phase == "review"
        await pilot.press("enter")
        assert not desk.fill_docs, "enter before the review is armed must not send"
        await armed(app, pilot)
        await pilot.press("enter")
        await wait_for(app, pilot, "Bought 0.05 BTC-USD at ")
        assert [f["quantity"] for f in desk.fill_docs] == ["0.05"]
        assert ticket.phase == "edit"


async def test_enter_walks_the_fields_and_ends_in_the_review() -> None:
    app = make(FakeDesk(), symbol="AAPL")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "5")
        ticket = app.main.desk.ticket
        for _ in range(len(ticket.form.fields) + 1):
            await pilot.press("enter")
            if ticket.phase == "review":
                break
        assert ticket.phase == "review"
        await pilot.press("escape")
        assert ticket.phase == "edit"
        assert ticket.form.text["quantity"].text == "5"


async def test_a_refusal_stands_at_its_field_with_the_size_that_passes() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("b", "9")
        ticket = app.main.desk.ticket
        while not ticket.refusal:
            await pilot.pause(0.01)
        assert "25 % of NAV" in seen(app)
        await pilot.press("f2")
        assert ticket.phase == "edit", "a refused order cannot be reviewed"
        most = ticket.refusal["max_quantity"]
        await pilot.press("m")
        assert ticket.form.text["quantity"].text == most.rstrip("0").rstrip(".")
        while ticket.pending:
            await pilot.pause(0.01)
        assert not ticket.refusal


async def test_the_ladder_fills_the_ticket_and_cancels_own_orders() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ladder = app.main.desk.ladder
        await pilot.press("j", "j")
        price = ladder.price_text()
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.main.desk.ticket.form.text["price"].text == price
        ladder.cursor = next(row for row, ids in ladder.rows_now.orders.items() if ids)  # type: ignore[union-attr]
        app.main.go_to("ladder")
        await pilot.press("x")
        await wait_for(app, pilot, "Cancelled")
        assert "cancelled" in {o["status"] for o in desk.order_docs.values()}


async def test_cancel_all_asks_first_and_the_safe_answer_has_the_focus() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("X", "enter")
        assert app.state.working()
        await pilot.press("X", "y")
        await wait_for(app, pilot, "Cancelled 3 orders")
        await settle(app, pilot)
        assert not app.state.working()


async def test_flatten_closes_the_selected_position() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("f", "y")
        await wait_for(app, pilot, "Sold 1.34159 BTC-USD")
        assert "BTC-USD" not in desk.held


async def test_the_command_line_reviews_but_never_sends() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("colon", *"buy AAPL 10 @ 250", "enter")
        await settle(app, pilot)
        assert app.state.symbol == "AAPL"
        assert app.main.desk.ticket.phase == "review"
        assert not desk.fill_docs


async def test_watchlist_add_move_remove() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.main.go_to("watch")
        await pilot.press("a", *"qqq", "enter")
        await settle(app, pilot)
        assert desk.watch[-1] == "QQQ"
        await pilot.press("pageup", "pageup")
        await pilot.press("J")
        await settle(app, pilot)
        assert desk.watch[:2] == ["MSFT", "AAPL"]
        await pilot.press("d")
        await settle(app, pilot)
        assert "AAPL" not in desk.watch


async def test_mouse_picks_an_instrument_and_a_side() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.click("#watch", offset=(5, 2))
        await settle(app, pilot)
        assert app.state.symbol == "AAPL"
        await pilot.click("#ticket", offset=(20, 1))
        assert app.main.desk.ticket.form.choice["side"] == "sell"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_every_screen_and_dialog_at_every_size(size: tuple[int, int]) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        for digit in "23456781":
            await pilot.press(digit)
            await settle(app, pilot)
            assert app.screen is app.main
        for key in ("question_mark", "slash", "colon", "ctrl+o", "ctrl+p"):
            await pilot.press(key)
            await pilot.pause(0.02)
            assert app.screen is not app.main, key
            await pilot.press("escape")
            await pilot.pause(0.02)
            assert app.screen is app.main, key
        for _ in range(8):
            await pilot.press("tab", "z", "z")


async def test_a_tiny_window_gets_a_sentence() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(50, 15)) as pilot:
        await pilot.pause()
        assert app.main.has_class("-tiny")


async def test_sixty_random_sizes_never_raise() -> None:
    app = make(FakeDesk())
    rng = random.Random(5)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        for _ in range(60):
            await pilot.resize_terminal(rng.randint(1, 240), rng.randint(1, 80))
        await pilot.resize_terminal(120, 36)
        await settle(app, pilot)
        assert "BTC-USD" in seen(app)


async def test_a_dead_engine_is_said_and_its_return_is_seen() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        desk.cut()
        while app.state.link != "down":
            await pilot.pause(0.01)
        await settle(app, pilot)
        assert "× engine stopped · retrying in 1 s" in seen(app)
        desk.down = False
        while app.state.link != "live":
            await pilot.pause(0.01)


async def test_colours_stripped_the_desk_still_says_up_and_down() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        text = seen(app)
        assert "▲ 0.82%" in text
        assert "▼ 0.31%" in text
        assert "+3,210.40" in text
        for pane in app.main.query(Pane):
            for line in (*pane.head, *pane.body, *pane.foot):
                for cell, style in line:
                    role = style.split(" on ")[0].removeprefix("bold ")
                    if role in ("up", "down") and pane.CONTEXT in ("watch", "positions", "header", "tape"):
                        assert any(c in cell for c in "▲▼+-●,.0123456789"), (pane.CONTEXT, cell)


def foreign() -> list[str]:
    if not STRINGS.is_file():
        pytest.skip(f"no terminal strings at {STRINGS}: foreign text is not tried in the panes")
    return [json.loads(line)["text"] for line in STRINGS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_foreign_text_is_harmless_in_every_pane(size: tuple[int, int]) -> None:
    strings = foreign()
    desk = FakeDesk(strings=strings)
    app = make(desk)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        for order, text in zip(desk.order_docs.values(), strings, strict=False):
            order["reason"], order["status"] = text, "working"
        for symbol in list(desk.things):
            app.main.choose(symbol)
            await settle(app, pilot)
            harmless(seen(app))
        for digit in "237":
            await pilot.press(digit)
            await settle(app, pilot)
            harmless(seen(app))
        await pilot.press("1", "slash")
        await settle(app, pilot)
        harmless("\n".join(plain(line) for line in app.screen.query_one("#found").body))  # type: ignore[attr-defined]
        await pilot.press("escape")
        for text in strings:
            app.main.say(text)
            app.main.desk.ticket.refused({"code": "X", "message": text, "fix": text, "field": "quantity"})
            await pilot.pause()
            harmless(seen(app))
        assert app.is_running


def harmless(text: str) -> None:
    bad = [c for c in text if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u202c\u200b"]
    assert not bad


async def test_dangerous_actions_of_the_framework_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        app.action_screenshot()
        await app.action_simulate_key("8")
        app.action_suspend_process()
        await settle(app, pilot)
        assert app.main.number == 1
        assert not list(tmp_path.iterdir())
        assert list(app.get_system_commands(app.screen)) == []


async def test_quitting_asks_while_orders_work() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("ctrl+q", "escape")
        assert app.is_running
        await pilot.press("ctrl+q", "y")
        await pilot.pause()
    assert app.return_value == 0


async def test_the_choice_of_theme_and_instrument_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "terminal.toml"
    desk = FakeDesk()
    app = make(desk)
    app.settings.path = path
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await pilot.press("T")
        app.main.choose("AAPL")
        await settle(app, pilot)
    again = Settings.load(path)
    assert (again.theme, again.symbol) == ("light", "AAPL")
    path.write_text('theme = "../../etc"\nsymbol = "\\u001b[2J"\n')
    assert (Settings.load(path).theme, Settings.load(path).symbol) == ("dark", "")
