"""The list of screens: by click on the name of the desk and back, by key, from every screen."""

from __future__ import annotations

import pytest

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import opened, settle
from vterm.actions import SCREENS
from vterm.dialogs.screens import ScreensDialog
from vterm.terminal import VtermApp


def made() -> VtermApp:
    desk = FakeDesk()

    async def connect() -> FakeDesk:
        return desk

    return VtermApp(connect)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)])
async def test_a_mouse_reaches_every_screen_and_comes_back(size: tuple[int, int]) -> None:
    app = made()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        for number in [*range(2, len(SCREENS) + 1), 1]:
            await pilot.click(offset=(2, 0))
            await settle(app, pilot)
            assert isinstance(app.screen, ScreensDialog)
            view = app.screen.query_one("#screens")
            await pilot.click(view, offset=(4, number - 1))
            await settle(app, pilot)
            assert not isinstance(app.screen, ScreensDialog)
            assert app.screen.number == number  # type: ignore[attr-defined]


async def test_keys_do_so_too_and_esc_stays() -> None:
    app = made()
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        ways = (("f10 j j enter", 3), ("f10 5", 5), ("f10 escape", 5), ("f10 k enter", 4))
        for keys, number in ways:
            await pilot.press(*keys.split())
            await settle(app, pilot)
            assert app.screen.number == number  # type: ignore[attr-defined]
