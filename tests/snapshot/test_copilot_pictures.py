"""The Copilot screen as pictures: welcome, answer, card, failure; three sizes, two palettes, a small window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from copilot.wire import Answered, Ask, Called, FromWorker, Proposed, Text
from tests.fake_companion import PROPOSAL, FakeCompanion, Script, answered
from tests.unit.test_tui_copilot import make
from vterm.terminal import VtermApp

SIZES = [(80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]
Shown = Callable[[Pilot[int]], Awaitable[None]]


def dressed(theme: str, script: Script = answered, label: str = "offline planner") -> VtermApp:
    app = make(FakeCompanion(script, label))
    app.settings.theme = theme
    app.dress()
    return app


def shown(question: str = "", *keys: str) -> Shown:
    async def run(pilot: Pilot[int]) -> None:
        app: Any = pilot.app
        while not app.state.bars:
            await pilot.pause(0.01)
        await pilot.press("6")
        while len(app.main.page.asked.documents) < 2 or not app.main.page.talk.label:
            await pilot.pause(0.01)
        talk = app.main.page.talk
        if question:
            app.main.page.ask(question)
            while talk.running is not None and not talk.turns[-1].text:
                await pilot.pause(0.01)
        await pilot.press(*keys)
        for _ in range(5):
            await pilot.pause(0.02)
            app.bridge.flush()

    return run


def carded(ask: Ask) -> list[FromWorker]:
    text = "NVDA is 32.1 % of NAV [1], over the 25 % limit. I propose to sell 120."
    return [
        Called(ask.turn, 1, "concentration", {"by": "symbol"}, True, 18.2, "weights of what is held"),
        Text(ask.turn, text),
        Proposed(ask.turn, PROPOSAL),
        Answered(ask.turn, {"text": text, "offline": False}, ("What changes if I sign this?",)),
    ]


def failed(ask: Ask) -> list[FromWorker]:
    no = {"code": "MODEL_OVERLOADED", "message": "the model is overloaded", "fix": "ask again in a minute"}
    return [Text(ask.turn, "So far:"), Answered(ask.turn, {"text": "So far:"}, ended="failed", refusal=no)]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_answer(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(dressed(theme), terminal_size=size, run_before=shown("am I over-exposed to tech?"))


@pytest.mark.parametrize("size", [(60, 20), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_welcome(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(dressed("dark"), terminal_size=size, run_before=shown())


def test_card_with_its_call_opened(snap_compare: Compare) -> None:
    run = shown("trim my largest name", "g", "right_square_bracket", "enter")
    assert snap_compare(dressed("dark", carded, "claude"), terminal_size=(120, 36), run_before=run)


def test_failure(snap_compare: Compare) -> None:
    app = dressed("dark", failed, "claude")
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown("brief me"))


def test_commands_are_offered(snap_compare: Compare) -> None:
    assert snap_compare(dressed("dark"), terminal_size=(80, 24), run_before=shown("", "i", "/"))
