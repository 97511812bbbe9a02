"""The Copilot screen on the fake desk: context, warnings, and the questions that commands of today answer."""

from __future__ import annotations

from typing import Any

import pytest

from engine.desk import Document
from engine.model.refusal import Code, refuse
from tests.fake_desk import FakeDesk
from tests.fake_portfolio import fresh
from tests.unit.test_tui_research import SIZES, fits, focus, make, opened, seen, settle
from vterm.cli.commands import COMMANDS
from vterm.copilot_choice import QUESTIONS, CopilotChoice
from vterm.panes.copilot_answer import TOLD

TRADING = ("submit", "cancel", "cancel_all", "amend", "flatten", "start_algo", "control_algo", "propose", "set_limits")


class Watched(FakeDesk):
    """Remembers what it was asked, and refuses one question."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        if name in (*TRADING, *TOLD, "checks"):
            super().__getattribute__("asked").append(name)
        return super().__getattribute__(name)

    async def attribution(self, by: str = "class", window: str = "all") -> Document:
        if by == "cost":
            raise refuse(Code.OUT_OF_RANGE, "no \x1b[2Jcosts today", fix="wait")
        return await super().attribution(by, window)


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_every_pane_and_every_line_fits(size: tuple[int, int]) -> None:
    app = make(FakeDesk())
    async with app.run_test(size=size) as pilot:
        view, text = await opened(app, pilot, "6", 2), ""
        for _ in range(len(view.panes)):
            fits(view)
            text += seen(app)
            await pilot.press("tab")
            await settle(app, pilot)
        for word in ("How near am I to my limits?", "no question yet", "held without a stop", "25.1 % of 25 %", "NAV",
                     "never trade"):  # fmt: skip
            assert word in text, word


@pytest.mark.parametrize("size", [(60, 20), (120, 36)])
async def test_every_question_is_answered_and_nothing_is_ever_sent(size: tuple[int, int]) -> None:
    desk = Watched()
    app = make(desk)
    async with app.run_test(size=size) as pilot:
        view = await opened(app, pilot, "6", 2)
        words = {"risk": "SHARE OF THE LIMIT", "where": "PROFIT BY CLASS", "cost": "costs today", "how": "Sharpe",
                 "together": "AAPL", "trades": "XOM", "buy": "BUY 0.114", "sell": "SELL 0.114", "equal": "NVDA",
                 "parity": "would trade"}  # fmt: skip
        for place, question in enumerate(QUESTIONS):
            view.show_pane(view._named("questions"))
            await settle(app, pilot)
            await pilot.press("g", *("j" * place), "enter")
            await settle(app, pilot)
            text = seen(app)
            assert question.command.partition(" ")[0] in text and "\x1b" not in text
            assert words[question.name] in text, (question.name, text)
            assert focus(app) == ("answer" if size[0] < 80 else "questions")
            fits(view)
        assert not set(desk.asked) & set(TRADING)


async def test_a_warning_leads_to_its_ladder() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(120, 36)) as pilot:
        view = await opened(app, pilot, "6", 2)
        view.show_pane(view._named("checks"))
        await settle(app, pilot)
        assert "The desk warns · 7" in seen(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert app.state.symbol == "NVDA" and app.main.number == 1


async def test_an_account_with_nothing_has_nothing_to_warn_of() -> None:
    desk = FakeDesk()
    fresh(desk)
    app = make(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(app, pilot, "6", 2)
        text = " ".join(seen(app).split())
        assert "nothing to warn of · looked at margin" in text and "nothing is held" in text and "none set" in text


async def test_a_click_asks_and_a_tab_shows_the_context() -> None:
    app = make(FakeDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        view = await opened(app, pilot, "6", 2)
        await pilot.click("#questions", offset=(6, 1))
        await settle(app, pilot)
        assert view.asked.asked == "where" and "PROFIT BY CLASS" in seen(app)
        start = next(start for start, _, key in view.tabs._places if key == "Context")
        await pilot.click("#several-tabs", offset=(start + 1, 0))
        await settle(app, pilot)
        assert focus(app) == "given" and "margin limit used" in seen(app)


def test_every_question_names_a_command_of_today_and_can_be_told() -> None:
    for question in QUESTIONS:
        assert question.command.partition(" ")[0] in COMMANDS
        assert question.method in TOLD and not question.method.startswith(TRADING)


def test_only_the_question_that_is_open_is_asked() -> None:
    choice = CopilotChoice()
    choice.symbol = "AAPL"
    assert [name for name, _ in choice.calls()] == ["checks", "risk"]
    choice.asked = "buy"
    assert [name for name, _ in choice.calls()] == ["checks", "risk", "study"]
    choice.take(("study", ("AAPL", "1d")), {"costs": [{"value": "10000", "quantity": "39"}]}, 0.0, "")
    assert choice.calls()[-1] == ("what_if", ("AAPL", "buy", "39"))
    choice.asked = "how"
    assert [name for name, _ in choice.calls()] == ["checks", "risk", "analytics"]
