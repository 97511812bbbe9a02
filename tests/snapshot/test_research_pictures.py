"""Research and Missions as pictures: three sizes, two palettes, the smallest window, a fresh account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fake_desk import FakeDesk
from tests.fake_portfolio import fresh
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

SIZES = [(80, 24), (120, 36), (200, 60)]
SCREENS = {"research": ("4", 3), "missions": ("5", 2)}
"""Digits, and how many documents each screen waits for."""
Compare = Callable[..., bool]
Shown = Callable[[Pilot[int]], Awaitable[None]]


def make(theme: str, *, young: bool = False) -> VtermApp:
    desk = FakeDesk()
    if young:
        fresh(desk)

    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings(theme=theme))  # type: ignore[arg-type]


def shown(screen: str, *keys: str) -> Shown:
    digit, documents = SCREENS[screen]

    async def run(pilot: Pilot[int]) -> None:
        app: Any = pilot.app
        while not app.state.bars:
            await pilot.pause(0.01)
        await pilot.press(digit)
        while len(app.main.page.asked.documents) < documents or (digit == "4" and not app.state.sparks):
            await pilot.pause(0.01)
        await pilot.press(*keys)
        for _ in range(5):
            await pilot.pause(0.02)
            app.bridge.flush()

    return run


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("screen", SCREENS)
def test_screen(snap_compare: Compare, screen: str, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(theme), terminal_size=size, run_before=shown(screen))


@pytest.mark.parametrize("screen", SCREENS)
def test_smallest_window(snap_compare: Compare, screen: str) -> None:
    assert snap_compare(make("dark"), terminal_size=(60, 20), run_before=shown(screen, "tab"))


@pytest.mark.parametrize("screen", ["missions"])
def test_an_account_that_has_just_begun(snap_compare: Compare, screen: str) -> None:
    assert snap_compare(make("dark", young=True), terminal_size=(120, 36), run_before=shown(screen))
