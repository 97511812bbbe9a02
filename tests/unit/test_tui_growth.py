"""The terminal in use for long: what is gone is let go. Counted in objects, never by a clock.

The long form is `make soak-terminal`: eight hours at sixty times their pace, in processes of their own.
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter

import pytest
from textual._styles_cache import StylesCache
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.timer import Timer

from tests.fake_desk import FakeDesk
from tests.unit.test_tui_screen import make, opened
from vterm.panes.pane import Pane
from vterm.terminal import VtermApp
from vterm.tidying import forget_widgets
from vterm.widgets.line_view import KEPT_SCREENS

USES = {
    "screens": ("2", "1", "3", "7", "8", "4", "1"),
    "dialogs": ("question_mark", "escape", "slash", "E", "escape", "A", "escape", "colon", "escape"),
    "palette": ("ctrl+p", "t", "escape", "ctrl+o", "escape"),
    "instruments": ("shift+tab", "j", "k", "tab", "right_square_bracket", "left_square_bracket"),
    "ticket": ("b", "1", "backspace", "escape"),
}
COUNTED = (DOMNode, StylesCache, Timer, asyncio.Task)
BEATS, WARM, LONG = 3, 2, 4


async def use(app: VtermApp, desk: FakeDesk, pilot: Pilot[int], keys: tuple[str, ...], rounds: int) -> None:
    """Press these keys and let some market pass, so many times."""
    for _ in range(rounds):
        for key in keys:
            await pilot.press(key)
            app.bridge.flush()
            await pilot.pause()
        for _ in range(BEATS):
            desk.step()
            app.bridge.flush()
            await pilot.pause()


def census() -> Counter[str]:
    """How many of what must not become more are alive, when nothing waits to be collected."""
    forget_widgets()
    gc.unfreeze()  # what the start froze is not listed
    gc.collect()
    found: Counter[str] = Counter()
    for thing in gc.get_objects():
        for kind in COUNTED:
            if isinstance(thing, kind) and not (isinstance(thing, asyncio.Task) and thing.done()):
                found[kind.__name__] += 1
    return found


@pytest.mark.parametrize("name", USES)
async def test_use_leaves_nothing_behind(name: str) -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        await use(app, desk, pilot, USES[name], WARM)
        before = census()
        await use(app, desk, pilot, USES[name], LONG)
        after = census()
    assert before["DOMNode"] > 10 and before["StylesCache"] > 5, "or nothing was counted"
    # A toast that went out in the meantime takes its timer with it; one widget that stays is one a round.
    assert all(after[kind.__name__] <= before[kind.__name__] + LONG // 2 for kind in COUNTED), (before, after)


async def test_the_framework_lets_go_of_closed_dialogs() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        at_first = census()["StylesCache"]
        for _ in range(3):
            await pilot.press("question_mark", "escape")
            await pilot.pause()
        assert census()["StylesCache"] <= at_first + 2


async def test_a_pane_keeps_the_lines_of_a_few_screens_however_long_the_market_moves() -> None:
    desk = FakeDesk()
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot)
        for _ in range(60):
            desk.step()
            app.bridge.flush()
            await pilot.pause()
        for pane in app.main.query(Pane):
            most = 2 * (KEPT_SCREENS * pane.size.height + 1)
            assert len(pane._strips) + len(pane._strips_before) <= most, pane.id
        assert app.main.desk.ladder._strips_before, "or the ladder never had more lines than it may keep"
