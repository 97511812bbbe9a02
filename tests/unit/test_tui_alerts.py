"""Alerts in the terminal: set from the command line, listed, dropped, and told once with a bell."""

from __future__ import annotations

import pytest

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, opened, settle, toasts, wait_for
from vterm.commands import Unclear, Wish, read
from vterm.dialogs.alerts import AlertsDialog
from vterm.state import DeskState

SYMBOLS = {"btc": "BTC-USD", "aapl": "AAPL"}


def ask(line: str) -> Wish:
    return read(line, lambda text: SYMBOLS.get(text.lower(), ""))


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("alert BTC above 70000", Wish("alert", ("BTC-USD", "above", "70000"))),
        ("vterm alerts add aapl trail 2%", Wish("alert", ("AAPL", "trail", "2%"))),
        ("alerts", Wish("alerts")),
        ("alert rm al000002", Wish("drop_alert", ("al000002",))),
        ("alerts rm --all", Wish("drop_alert", ("",))),
    ],
)
def test_a_line_is_a_wish(line: str, wish: Wish) -> None:
    assert ask(line) == wish


@pytest.mark.parametrize("line", ["alert BTC", "alert BTC over 5", "alert NOPE above 5", "alert BTC above 5 6"])
def test_a_line_that_is_none_says_what_is(line: str) -> None:
    with pytest.raises(Unclear):
        ask(line)


def test_what_fired_while_the_desk_was_lost_is_told_once() -> None:
    state = DeskState()
    active, fired = ({"alert_id": "al000001", "text": "x", "state": word} for word in ("active", "fired"))
    state.apply({"type": "alerts", "alerts": [active]})
    state.apply({"type": "alerts", "alerts": [fired]})
    state.apply({"type": "alert", "event": "alert.fired", "alert": fired})
    state.apply({"type": "alerts", "alerts": [fired]})
    assert len(state.notices) == 1


async def test_an_alert_is_set_told_and_rings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, rung = FakeDesk(), list[str]()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        monkeypatch.setattr(app, "bell", lambda: rung.append("bell"))
        app.main.fulfil(ask("alert BTC above 70000"))
        await wait_for(app, pilot, "Alert set: BTC-USD above 70000")
        desk.fire("al000001", "70001.00")
        await wait_for(app, pilot, "Alert: BTC-USD above 70000 · at 70001.00")
        desk.fire("al000001", "70001.00")
        await settle(app, pilot)
        assert rung == ["bell"]
        assert sum("Alert: " in toast for toast in toasts(app)) == 1


async def test_the_list_shows_and_drops() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await desk.set_alert({"symbol": "BTC-USD", "kind": "price", "direction": "above", "value": "9"})
        await desk.set_alert({"symbol": "AAPL", "kind": "trail", "value": "2%", "note": "\x1b[2Jsee"})
        await settle(app, pilot)
        await pilot.press("A")
        await settle(app, pilot)
        dialog = app.screen
        assert isinstance(dialog, AlertsDialog)
        dialog.paint()
        shown = "\n".join(dialog.query_one("#alerts").render_line(y).text for y in range(3))  # type: ignore[attr-defined]
        assert "AAPL trail 2% · see" in shown and "BTC-USD above 9" in shown
        await pilot.press("down", "x")
        await wait_for(app, pilot, "Dropped 1 alert")
        assert [a["state"] for a in desk.alert_docs.values()] == ["cancelled", "active"]
        await pilot.press("escape")
        await settle(app, pilot)
        assert not isinstance(app.screen, AlertsDialog)
