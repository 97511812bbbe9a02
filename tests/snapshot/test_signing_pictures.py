"""The signing dialog as pictures: four sizes, two palettes, without colours; its list, its reason, its outcomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.model.refusal import Code, refuse
from tests.fake_signing import Clock, FakeSigning, Hands, SignedFakeDesk
from tests.unit.test_tui_screen import opened, settle
from tests.unit.test_tui_signing import card_of, make
from vterm.dialogs.signing_session import Phase
from vterm.terminal import VtermApp

SIZES = [(60, 20), (80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]
Deed = Callable[[Hands, FakeSigning], Awaitable[None]]


def app_of(signing: FakeSigning, **settings: Any) -> tuple[VtermApp, Clock]:
    clock = Clock()
    return make(SignedFakeDesk(signing), clock, **settings), clock


def after(signing: FakeSigning, clock: Clock, deed: Deed) -> Callable[[Pilot[int]], Awaitable[None]]:
    """What is done before the picture is taken."""

    async def run(pilot: Pilot[int]) -> None:
        app: Any = pilot.app
        hands = Hands(pilot, clock)
        await opened(app, pilot)
        await settle(app, pilot)
        await deed(hands, signing)
        await hands.look()

    return run


async def typing(hands: Hands, signing: FakeSigning) -> None:
    """Two of four characters, ten seconds in, what would fill known."""
    dialog = await card_of(hands)
    await hands.wait(10)
    await hands.type(*signing.code()[:2])
    while not (dialog.session.facts.preview and dialog.session.facts.book):
        await hands.look()


async def arming(hands: Hands, signing: FakeSigning) -> None:
    dialog = await card_of(hands)
    while not (dialog.session.facts.preview and dialog.session.facts.book):
        await hands.look()
    await hands.wait(0.35)


async def reading(hands: Hands, signing: FakeSigning) -> None:
    await typing(hands, signing)
    await hands.type("f1")


async def declining(hands: Hands, signing: FakeSigning) -> None:
    await typing(hands, signing)
    await hands.type("f8", *"too dear")


async def signed(hands: Hands, signing: FakeSigning) -> None:
    await typing(hands, signing)
    await hands.type(*signing.code()[2:], "enter")
    while hands.app.screen.session.phase is Phase.SIGNING:
        await hands.look()


async def unlocking(hands: Hands, signing: FakeSigning) -> None:
    await card_of(hands)
    await hands.type(*"correct")


async def listing(hands: Hands, signing: FakeSigning) -> None:
    await hands.type("f9")
    await hands.look()


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_card(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    signing = FakeSigning(passphrase=False)
    app, clock = app_of(signing, theme=theme)
    assert snap_compare(app, terminal_size=size, run_before=after(signing, clock, typing))


@pytest.mark.parametrize("colours", ["16", "none"])
def test_card_on_a_poor_terminal(snap_compare: Compare, colours: str) -> None:
    signing = FakeSigning()
    app, clock = app_of(signing, colours=colours)
    assert snap_compare(app, terminal_size=(80, 24), run_before=after(signing, clock, typing))


@pytest.mark.parametrize("deed", [arming, reading, declining, signed], ids=lambda d: d.__name__)
@pytest.mark.parametrize("size", [(60, 20), (120, 36)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_steps(snap_compare: Compare, size: tuple[int, int], deed: Deed) -> None:
    signing = FakeSigning()
    app, clock = app_of(signing)
    assert snap_compare(app, terminal_size=size, run_before=after(signing, clock, deed))


def test_locked(snap_compare: Compare) -> None:
    signing = FakeSigning(locked=True)
    app, clock = app_of(signing)
    assert snap_compare(app, terminal_size=(80, 24), run_before=after(signing, clock, unlocking))


def test_refused(snap_compare: Compare) -> None:
    signing = FakeSigning()
    cause = "AAPL would trade at 252.10, signed was 251.40 at the worst"
    fix = "the proposal is priced anew; open it and sign its new card"
    signing.answer = refuse(Code.PRICE_BAND, "the market moved beyond the signed price", cause=cause, fix=fix)
    app, clock = app_of(signing)
    assert snap_compare(app, terminal_size=(120, 36), run_before=after(signing, clock, signed))


def test_list(snap_compare: Compare) -> None:
    signing = FakeSigning()
    signing.add(2)
    ended = {"updated_at": "2026-11-23T15:40:00Z", "status": "DECLINED", "reason": "too dear"}
    signing.documents["p000003"] = {**signing.documents["p000001"], "proposal_id": "p000003", **ended}
    app, clock = app_of(signing)
    assert snap_compare(app, terminal_size=(120, 36), run_before=after(signing, clock, listing))
