"""The Portfolio screen as a picture: three sizes, two palettes, a fresh account, and without colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.fake_portfolio import fresh
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

SIZES = [(80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]


def make(theme: str, *, young: bool = False) -> VtermApp:
    desk = FakeDesk()
    if young:
        fresh(desk)

    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings(theme=theme))  # type: ignore[arg-type]


async def shown(pilot: Pilot[int]) -> None:
    """The screen with all its figures."""
    app: Any = pilot.app
    while not app.state.bars:
        await pilot.pause(0.01)
    await pilot.press("2")
    while app.state.portfolio_choice is None or len(app.state.portfolio_choice.documents) < 4:
        await pilot.pause(0.01)
    for _ in range(4):
        app.bridge.flush()
        await pilot.pause(0.02)


async def risks(pilot: Pilot[int]) -> None:
    """Risk, profit and calendar below the curve."""
    await shown(pilot)
    await pilot.press("r")
    await pilot.pause(0.05)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_portfolio(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(theme), terminal_size=size, run_before=shown)


@pytest.mark.parametrize("size", [(60, 20), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_risk(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(theme), terminal_size=size, run_before=risks)


def test_fresh_account(snap_compare: Compare) -> None:
    assert snap_compare(make("dark", young=True), terminal_size=(120, 36), run_before=shown)


def test_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(make("dark"), terminal_size=(120, 36), run_before=risks)
