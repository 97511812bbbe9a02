"""The Activity screen and the notifications centre as pictures: four sizes, two palettes, without colour, empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_activity import busy
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

SIZES = [(80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]


def make(theme: str, *, quiet: bool = False) -> VtermApp:
    desk = FakeDesk()
    if quiet:
        desk.order_docs.clear()

    async def connect() -> FakeDesk:
        if not quiet and not desk.fill_docs:
            await busy(desk)
            desk.fill_docs[0]["realised_pnl"] = "12.50"
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings(theme=theme))  # type: ignore[arg-type]


async def settled(pilot: Pilot[int]) -> None:
    app: Any = pilot.app
    for _ in range(6):
        app.bridge.flush()
        await pilot.pause(0.02)


async def shown(pilot: Pilot[int]) -> None:
    """The screen with algorithms, alerts and the journal, the second fill under the cursor."""
    app: Any = pilot.app
    while not (app.state.bars and (app.state.algos or not app.state.orders)):
        await pilot.pause(0.01)
    await pilot.press("7")
    while not app.state.activity_choice.journal and app.state.orders:
        await settled(pilot)
    await pilot.press("tab", "j")
    await settled(pilot)


async def told(pilot: Pilot[int]) -> None:
    """The centre, over the desk."""
    app: Any = pilot.app
    await shown(pilot)
    notices = app.state.notices
    notices.say("Watchlist: TSLA added", "information", app.state.at)
    notices.say("Refused: the price is beyond the band of 5 % · send 470.00", "error", app.state.at)
    for n in range(5):
        order = {**app.state.orders["o-0004"], "order_id": f"q{n}", "status": "filled"}
        app.state.apply({"type": "order", "event": "order.filled", "order": order})
    stop = {**app.state.orders["o-0001"], "status": "cancelled", "reason": "the closing auction is over"}
    app.state.apply({"type": "order", "event": "order.cancelled", "order": stop})
    notices.fresh.clear()
    await pilot.press("1", "exclamation_mark")
    await settled(pilot)


@pytest.mark.parametrize("size", [(60, 20), *SIZES], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_activity(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(theme), terminal_size=size, run_before=shown)


@pytest.mark.parametrize("size", [(60, 20), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_centre(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(make("dark"), terminal_size=size, run_before=told)


def test_nothing_yet(snap_compare: Compare) -> None:
    assert snap_compare(make("dark", quiet=True), terminal_size=(120, 36), run_before=shown)


def test_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=shown)
