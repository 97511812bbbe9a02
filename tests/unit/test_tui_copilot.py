"""The Copilot screen driven by keys and mouse: welcome, talk, badges, cards, chips, history, floods and failures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from copilot.wire import Answered, Ask, FromWorker, Proposed, Text
from engine.model.refusal import Code, refuse
from tests.fake_companion import PROPOSAL, FakeCompanion
from tests.fake_desk import FakeDesk
from tests.unit.test_tui_research import fits, focus, opened, seen, settle
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp

SIZES = [(60, 20), (80, 24), (120, 36), (200, 60)]


def make(companion: FakeCompanion | None = None, home: Path | None = None) -> VtermApp:
    desk = FakeDesk()

    async def connect() -> FakeDesk:
        return desk

    settings = Settings(path=home / "terminal.toml") if home else Settings()
    app = VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=settings, tour=False)  # type: ignore[arg-type]
    app.companion = lambda: companion or FakeCompanion()  # type: ignore[attr-defined]
    return app


async def until(app: VtermApp, pilot: Pilot[int], holds: Callable[[], Any]) -> None:
    for _ in range(300):
        if holds():
            await settle(app, pilot)
            return
        await pilot.pause(0.01)
        app.bridge.flush()
    raise AssertionError("it never came\n" + seen(app))


async def asked(app: VtermApp, pilot: Pilot[int], text: str = "am I over-exposed to tech?") -> Any:
    view = await opened(app, pilot, "6", 2)
    view.ask(text)
    await until(app, pilot, lambda: view.talk.turns and not view.talk.running)
    return view


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_welcomes_and_answers_with_lines_that_fit(size: tuple[int, int]) -> None:
    app = make()
    async with app.run_test(size=size) as pilot:
        view = await opened(app, pilot, "6", 2)
        await until(app, pilot, lambda: "offline planner" in seen(app))
        assert "No model is set" in seen(app) and "brief me" in seen(app)
        fits(view)
        view.ask("am I over-exposed to tech?")
        await until(app, pilot, lambda: view.talk.turns and not view.talk.running)
        fits(view)
        await pilot.press("g")
        text = ""
        for _ in range(40):
            await pilot.press("j")
            text += seen(app)
        fits(view)
        for word in ("you", "Tech is over its share", "concentration", "18 ms", "refused", "99.9?", "NVDA",
                     "stress test my book", "offline, no model asked"):  # fmt: skip
            assert word in text, word
        assert "**" not in text and "](" not in text and "https://x.example" in text


async def test_typing_asks_and_esc_leaves_the_line() -> None:
    companion = FakeCompanion()
    app = make(companion)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, "6", 2)
        await pilot.press("i", *"risk 1", "escape")
        assert focus(app) == "talk" and app.main.number == 6
        await pilot.press("i", *"23", "enter")
        await until(app, pilot, lambda: view.talk.turns and not view.talk.running)
        assert [ask.text for ask in companion.asked] == ["risk 123"] and app.main.number == 6
        await pilot.press("up")
        assert view.prompt.field.text == "risk 123"
        await pilot.press("down", "escape", "1")
        assert app.main.number == 1


async def test_slash_and_dollar_are_completed() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot, "6", 2)
        await pilot.press("i", "/", "e")
        await settle(app, pilot)
        assert "/earnings" in seen(app) and "/dcf" not in seen(app)
        await pilot.press("tab", "$", "N", "V", "tab")
        assert view.prompt.field.text.strip() == "/earnings $NVDA"


async def test_a_badge_opens_to_arguments_and_source_also_from_a_citation() -> None:
    app = make()
    async with app.run_test(size=(120, 36)) as pilot:
        view = await asked(app, pilot)
        await pilot.press("g", "right_square_bracket", "enter")
        await settle(app, pilot)
        text = seen(app)
        assert "weights of what is held" in text and "2026-11-23T14:32:07Z" in text and "by sector" in text
        await pilot.press("enter")
        await settle(app, pilot)
        assert "weights of what is held" not in seen(app)
        await pilot.press("right_square_bracket", "right_square_bracket", "enter")
        await settle(app, pilot)
        assert "weights of what is held" in seen(app)
        assert view.chat.made


async def test_a_chip_asks() -> None:
    companion = FakeCompanion()
    app = make(companion)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await asked(app, pilot)
        await pilot.press("G", "left_square_bracket", "enter")
        await until(app, pilot, lambda: len(view.talk.turns) == 2 and not view.talk.running)
        assert companion.asked[1].text == "what is my risk" and companion.asked[1].history[0].role == "user"


def proposing(ask: Ask) -> list[FromWorker]:
    return [Proposed(ask.turn, PROPOSAL), Answered(ask.turn, {"text": "I propose to sell.", "offline": True})]


async def test_a_card_lives_from_the_desk_and_its_end_is_told() -> None:
    companion = FakeCompanion(proposing)
    app = make(companion)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await asked(app, pilot, "sell NVDA")
        assert "waiting for your signature" in seen(app) and "SELL 120 NVDA" in seen(app)
        assert "1 foreign text read before" in seen(app)
        ended = {**PROPOSAL, "status": "DECLINED", "reason": "too \x1b[2Jsmall"}
        app.bridge.touch(app.state.apply({"type": "proposal", "proposal": ended}))
        await until(app, pilot, lambda: companion.outcomes)
        assert "declined by you: too small" in seen(app)
        assert [(o.proposal_id, o.status, o.reason) for o in companion.outcomes] == [
            ("p000007", "declined", "too small")
        ]
        app.bridge.touch(app.state.apply({"type": "proposal", "proposal": {**ended, "updated_at": "later"}}))
        await settle(app, pilot)
        assert len(companion.outcomes) == 1 and view.talk.turns[0].cards[0].told


async def test_a_flood_leaves_the_desk_alive_and_is_cut() -> None:
    companion = FakeCompanion(lambda ask: (), floods=True)
    app = make(companion)
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot, "6", 2)
        view.ask("drown me")
        await until(app, pilot, lambda: companion.said > 3_000)
        await pilot.press("1")
        assert app.main.number == 1
        await pilot.press("6")
        assert len(view.talk.turns[0].text) < 70_000 and view.talk.turns[0].cut
        await pilot.press("escape", "escape")
        await settle(app, pilot)
        assert companion.stopped and view.talk.running is None and "stopped" in seen(app)


async def test_a_copilot_that_hangs_is_let_go() -> None:
    companion = FakeCompanion(lambda ask: ())
    app = make(companion)
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot, "6", 2)
        view.ask("well?")
        await until(app, pilot, lambda: companion.asked)
        assert "thinking" in seen(app)
        await pilot.press("escape", "escape")
        assert view.talk.running is None
        companion.say(Text(companion.asked[0].turn, "too late"))
        await settle(app, pilot)
        assert "too late" not in seen(app)


async def test_a_worker_that_ends_fails_the_turn_and_is_started_again() -> None:
    companion = FakeCompanion(lambda ask: ())
    app = make(companion)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, "6", 2)
        view.ask("well?")
        await until(app, pilot, lambda: companion.asked)
        companion.say(None)
        await until(app, pilot, lambda: view.talk.running is None)
        assert "COPILOT_ENDED" in seen(app) and "started anew" in seen(app)
        view.ask("again")
        await until(app, pilot, lambda: companion.started == 2 and len(companion.asked) == 2)


async def test_failed_budget_and_refused_are_told_with_their_fix() -> None:
    ends: list[Any] = [
        {"ended": "failed", "refusal": {"code": "NO_KEY", "message": "the key \x1b[31mis wrong", "fix": "set it"}},
        {"ended": "budget"},
    ]
    companion = FakeCompanion(lambda ask: [Answered(ask.turn, {"text": ""}, **ends.pop(0))], label="claude")
    app = make(companion)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await asked(app, pilot)
        assert "NO_KEY the key is wrong" in seen(app) and "set it" in seen(app) and "claude" in seen(app)
        view.ask("more")
        await until(app, pilot, lambda: len(view.talk.turns) == 2 and not view.talk.running)
        assert "ended by its budget" in seen(app)
    app = make(FakeCompanion(refused=refuse(Code.SOURCE_UNAVAILABLE, "no worker", fix="look")))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "6", 2)
        await until(app, pilot, lambda: "SOURCE_UNAVAILABLE no worker" in seen(app))


async def test_conversations_are_kept_found_resumed_and_forgotten(tmp_path: Path) -> None:
    app = make(home=tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await asked(app, pilot, "first about gold")
        await until(app, pilot, lambda: view.talk.listed)
        view.fresh()
        view.ask("second about oil")
        await until(app, pilot, lambda: len(view.talk.listed) == 2)
    app = make(home=tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, "6", 2)
        await until(app, pilot, lambda: len(view.talk.listed) == 2)
        assert view.talk.tokens_today == 2_000
        await pilot.press("H", *"gol")
        await until(app, pilot, lambda: len(view.talk.listed) == 1)
        await pilot.press("enter")
        await until(app, pilot, lambda: view.talk.turns)
        assert "first about gold" in seen(app) and "Tech is over its share" in seen(app)
        await pilot.press("H", "delete")
        await settle(app, pilot)
        await pilot.press("y")
        await until(app, pilot, lambda: not view.talk.turns)


async def test_a_long_conversation_makes_only_what_is_in_sight() -> None:
    app = make()
    async with app.run_test(size=(120, 36)) as pilot:
        view = await asked(app, pilot)
        turn = view.talk.turns[0]
        view.talk.turns = [
            type(turn)(f"t{n}", f"question {n}", text="words\n\n" * 20, ended="done") for n in range(300)
        ]
        view.chat.made, view.chat.follow = 0, True
        view.chat.repaint()
        assert 0 < view.chat.made < 6
        await pilot.press("pageup", "pageup")
        assert view.chat.made < 10
        await pilot.press("G")
        assert "question 299" in seen(app) or view.chat.cursor[0] == 299


async def test_mode_new_and_asking_from_the_desk() -> None:
    companion = FakeCompanion()
    app = make(companion)
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, "6", 2)
        await pilot.press("ctrl+t")
        assert view.talk.mode == "research" and "Ask · research" in seen(app)
        await pilot.press("1")
        symbol = app.state.symbol
        await pilot.press("Q")
        await until(app, pilot, lambda: companion.asked)
        assert companion.asked[0].text == f"quote {symbol}" and app.main.number == 6
        await until(app, pilot, lambda: not view.talk.running)
        await pilot.press("c")
        assert not view.talk.turns and focus(app) == "talk"
        await pilot.press("colon", *"ask brief me", "enter")
        await until(app, pilot, lambda: len(companion.asked) == 2)
        assert companion.asked[1].text == "brief me" and companion.asked[1].mode == "research"
