"""Any size at any time: windows at random, from one cell up, with keys, clicks, frames and dialogs in between."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from textual.pilot import OutOfBounds, Pilot

from tests.captured_app import sinks
from tests.fake_desk import FakeDesk
from tests.unit.test_tui_activity import busy
from tests.unit.test_tui_strings import OPENERS
from vterm.actions import ACTIONS, SCREENS
from vterm.dialogs.signing import SigningDialog
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

TIMES = int(os.environ.get("VTERM_RESIZES", "150"))
"""Windows; the long form, `VTERM_RESIZES=500`, takes two minutes."""
EDGES = ((1, 1), (1, 100), (300, 1), (300, 100), (2, 2), (59, 19), (59, 20), (60, 19), (60, 20), (80, 24), (120, 36))
LEAVING = {"quit", "tour_leave"}
KEYS = sorted({key for action in ACTIONS if action.name not in LEAVING for key in action.keys} - {"ctrl+q"})


class Window:
    """A terminal whose window somebody cannot leave alone."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.desk = FakeDesk()
        self.app: Any = VtermApp(
            self.connect, state=DeskState(now=lambda: 100.0), settings=Settings(theme="dark"), live=False, tour=False
        )
        self.done: list[str] = []

    async def connect(self) -> Any:
        return self.desk

    async def opened(self, pilot: Pilot[int]) -> None:
        state = self.app.state
        while not (state.book and state.bars and state.trades):
            await pilot.pause(0.01)
            self.app.bridge.flush()

    async def resize(self, pilot: Pilot[int]) -> None:
        rng = self.rng
        wide = rng.choice(EDGES) if rng.random() < 0.3 else (rng.randint(1, 300), rng.randint(1, 100))
        self.done.append(f"{wide[0]}x{wide[1]}")
        await pilot.resize_terminal(*wide)
        await self.passed(pilot)

    async def passed(self, pilot: Pilot[int]) -> None:
        """The market moves, the picture follows."""
        self.desk.step()
        self.app.bridge.flush()
        await pilot.pause(0)
        assert self.app._exception is None and self.app.is_running, self.done[-12:]

    async def touch(self, pilot: Pilot[int]) -> None:
        """A key, a click, or another screen."""
        rng, app = self.rng, self.app
        chance = rng.random()
        if chance < 0.5:
            key = rng.choice(KEYS)
            self.done.append(key)
            await pilot.press(key)
        elif chance < 0.75:
            spot = (rng.randrange(max(1, app.size.width)), rng.randrange(max(1, app.size.height)))
            self.done.append(f"click {spot}")
            try:
                await pilot.click(offset=spot)
            except OutOfBounds:  # the window shrank meanwhile
                self.done.append("outside")
        elif app.screen is app.main:
            number = rng.randint(1, len(SCREENS))
            self.done.append(f"screen {number}")
            app.main.open_screen(number)
        else:
            self.done.append("escape")
            await pilot.press("escape")


@pytest.mark.parametrize("seed", [1])
async def test_resizing_at_random_never_raises(seed: int) -> None:
    window = Window(seed)
    await busy(window.desk)
    async with window.app.run_test(size=(120, 36)) as pilot:
        for at in range(TIMES // 2):
            await window.resize(pilot)
            if at % 2:
                await window.touch(pilot)
        await pilot.resize_terminal(120, 36)
        await window.passed(pilot)


async def test_every_dialog_at_every_edge() -> None:
    """A dialog that is open keeps standing, and can still be left, whatever becomes of the window."""
    window = Window(3)
    await busy(window.desk)
    async with window.app.run_test(size=(120, 36)) as pilot:
        app = window.app
        await window.opened(pilot)
        await window.passed(pilot)
        for name, opener in OPENERS.items():
            await pilot.resize_terminal(120, 36)
            await opener(app, pilot)
            await window.passed(pilot)
            for edge in ((1, 1), (300, 1), (60, 20), (300, 100)):
                window.done.append(f"{name} {edge}")
                await pilot.resize_terminal(*edge)
                await window.passed(pilot)
            for _ in range(2):
                if app.screen is not app.main:
                    await pilot.press("escape")
                    await window.passed(pilot)
            if isinstance(app.screen, SigningDialog):  # keys that a test presses are nobody's, and close nothing there
                app.pop_screen()
                await window.passed(pilot)
            assert app.screen is app.main, name


async def test_every_pane_zoomed_at_every_edge() -> None:
    window = Window(4)
    async with window.app.run_test(size=(120, 36)) as pilot:
        app = window.app
        await window.opened(pilot)
        for name in app.main.desk.panes:
            await pilot.resize_terminal(120, 36)
            app.main.go_to(name)
            app.main.do_zoom()
            for edge in ((1, 1), (300, 1), (60, 20), (300, 100)):
                window.done.append(f"{name} {edge}")
                await pilot.resize_terminal(*edge)
                await window.passed(pilot)
            if app.main.arrangement.zoom:
                app.main.do_zoom()


def test_all_dialogs_are_tried() -> None:
    assert {kind.__name__ for kind in sinks()[1]} <= set(OPENERS)
