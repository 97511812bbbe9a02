"""The signing dialog as a person uses it: opened by them, armed by time, signed by a code, closed, declined."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from tests.fake_signing import Clock, FakeSigning, Hands, SignedFakeDesk
from tests.unit.test_tui_screen import opened, settle
from vterm.dialogs.signing import SigningDialog
from vterm.dialogs.signing_session import Phase
from vterm.settings import Settings
from vterm.state import DeskState
from vterm.terminal import VtermApp


def make(desk: SignedFakeDesk, clock: Clock, **settings: Any) -> VtermApp:
    async def connect() -> SignedFakeDesk:
        return desk

    app = VtermApp(connect, state=DeskState(now=lambda: 100.0), settings=Settings(**settings))  # type: ignore[arg-type]
    app.hand_clock, app.signing = clock, desk.signing
    return app


@asynccontextmanager
async def at_the_desk(
    signing: FakeSigning, size: tuple[int, int] = (120, 36), **settings: Any
) -> AsyncIterator[tuple[VtermApp, Pilot[int], Hands]]:
    """The terminal with a proposal that waits, nothing opened."""
    clock = Clock()
    app = make(SignedFakeDesk(signing), clock, **settings)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        await settle(app, pilot)
        yield app, pilot, Hands(pilot, clock)


async def card_of(hands: Hands) -> SigningDialog:
    """F9, and the card on the screen."""
    await hands.type("f9")
    while not isinstance(hands.app.screen, SigningDialog) or hands.app.screen.session.phase is Phase.OPENING:
        await hands.pilot.pause(0.01)
    await hands.look()
    dialog = hands.app.screen
    assert isinstance(dialog, SigningDialog)
    return dialog


def text(dialog: SigningDialog) -> str:
    """All that the dialog shows, from the composed screen."""
    return "\n".join(strip.text for strip in dialog._compositor.render_strips())


async def test_the_counter_says_that_one_waits_and_nothing_opens() -> None:
    async with at_the_desk(FakeSigning()) as (app, _, _hands):
        assert "F9 1 to sign" in "".join(part for part, _ in app.main.footer.body[0]).replace("f9", "F9")
        assert app.screen is app.main


async def test_the_code_and_enter_sign_once() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await card_of(hands)
        assert dialog.fault == ""
        await hands.wait(0.8)
        await hands.type(*signing.code())
        assert not signing.signed
        await hands.type("enter")
        await hands.look()
        assert signing.signed == [("p000001", signing.code())]
        assert dialog.session.phase is Phase.DONE
        assert "Signed" in text(dialog)
        await hands.type("x", pause=1)
        assert not isinstance(hands.app.screen, SigningDialog)


async def test_a_wrong_code_is_counted_and_said() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await card_of(hands)
        await hands.wait(0.8)
        await hands.type("0", "0", "0", "0", "enter")
        await hands.look()
        assert not signing.signed
        assert dialog.gesture.wrong == 1
        assert "not the card's code" in text(dialog)
