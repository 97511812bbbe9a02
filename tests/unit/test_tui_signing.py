"""The signing dialog as a person uses it: opened by them, armed by time, signed by a code, closed, declined."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import textual
from rich.style import Style
from textual.geometry import Region
from textual.pilot import Pilot

from engine.model.refusal import Code, refuse
from tests.fake_signing import WATCHLIST, Clock, FakeSigning, Hands, SignedFakeDesk
from tests.signed_desk import LIMIT, MARKET, signed_desk
from tests.unit.test_tui_screen import opened, settle
from vterm.dialogs.proposals import ProposalsDialog
from vterm.dialogs.signing import SigningDialog
from vterm.dialogs.signing_card import styles
from vterm.dialogs.signing_check import composed, fault, ratio
from vterm.dialogs.signing_plan import plan
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
    return "\n".join(strip.text for strip in composed(dialog, Region(0, 0, *dialog.size)))


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


async def test_a_reason_goes_with_a_refusal_and_esc_goes_back_to_the_card() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await card_of(hands)
        await hands.type("f8", *"no", "escape")
        assert not signing.declined
        assert dialog.reason is None
        await hands.type("f8", *"too dear", "enter")
        await hands.look()
        assert signing.declined == [("p000001", "too dear")]
        assert "Declined" in text(dialog)
        assert not signing.signed


async def test_esc_closes_and_keeps_it() -> None:
    signing = FakeSigning()
    async with at_the_desk(signing) as (app, _, hands):
        await card_of(hands)
        await hands.type("escape")
        await hands.look()
        assert app.screen is app.main
        assert signing.shelved == ["p000001"]


async def test_a_locked_signer_asks_for_its_passphrase_and_forgets_it() -> None:
    signing = FakeSigning(locked=True)
    async with at_the_desk(signing) as (_, pilot, hands):
        dialog = await card_of(hands)
        assert dialog.session.phase is Phase.LOCKED
        await hands.type(*"wrong horse")
        assert "wrong" not in text(dialog)
        assert "•••••" in text(dialog)
        await hands.type("enter")
        await hands.look()
        assert "not the passphrase" in text(dialog)
        await hands.type(*"correct horse", "enter")
        while dialog.session.phase is not Phase.CARD:
            await pilot.pause(0.01)
        assert signing.passphrases == ["wrong horse", "correct horse"]
        assert dialog.secret is None


async def test_a_refusal_is_told_and_f9_puts_a_fresh_card_there() -> None:
    signing = FakeSigning()
    cause = "AAPL would trade at 252.10, signed was 251.40 at the worst"
    signing.answer = refuse(
        Code.PRICE_BAND, "the market moved beyond the signed price", cause=cause, fix="open it and sign its new card"
    )
    for size in ((120, 36), (60, 20)):
        async with at_the_desk(signing, size) as (_, pilot, hands):
            signing.opens = 0
            dialog = await card_of(hands)
            await hands.wait(0.8)
            await hands.type(*signing.code(), "enter")
            await hands.look()
            assert dialog.session.phase is Phase.REFUSED
            shown = " ".join(text(dialog).split())
            assert "PRICE_BAND" in shown
            assert "252.10" in shown
            assert "sign its new card" in shown
            await hands.type("enter", "enter")
            assert signing.opens == 1
            await hands.type("f9")
            while dialog.session.phase is not Phase.CARD:
                await pilot.pause(0.01)
            assert signing.opens == 2
            assert dialog.gesture.typed == ""


async def test_enter_alone_accepts_what_moves_no_money() -> None:
    signing = FakeSigning()
    signing.shown.clear()
    signing.documents.clear()
    signing.add(1, **WATCHLIST)
    async with at_the_desk(signing) as (_, _, hands):
        dialog = await card_of(hands)
        assert "ACCEPT WATCHLIST" in text(dialog)
        await hands.wait(1)
        await hands.type("enter", pause=0.6)
        await hands.look()
        assert signing.signed == [("p000001", "")]


async def test_several_are_listed_and_one_is_picked() -> None:
    signing = FakeSigning()
    signing.add(2)
    signing.documents["p000003"] = {**signing.documents["p000001"], "proposal_id": "p000003", "status": "DECLINED"}
    async with at_the_desk(signing) as (app, pilot, hands):
        await hands.type("f9")
        await hands.look()
        assert isinstance(app.screen, ProposalsDialog)
        await hands.look()
        app.screen.paint()
        assert [row["proposal_id"] for row in app.screen.rows] == ["p000001", "p000002", "p000003"]
        await pilot.press("j", "enter")
        await hands.look()
        assert isinstance(app.screen, SigningDialog)
        assert app.screen.session.proposal_id == "p000002"


@pytest.mark.parametrize(("size", "settings"), [
    ((60, 20), {}), ((80, 24), {}), ((200, 60), {}), ((80, 24), {"theme": "light"}), ((80, 24), {"colours": "16"}),
    ((80, 24), {"colours": "none"}), ((60, 20), {"glyphs": "plain"}), ((120, 36), {"theme": "contrast"}),
])  # fmt: skip
async def test_it_can_be_signed_at_every_size_and_on_every_terminal(size: tuple[int, int], settings: Any) -> None:
    signing = FakeSigning()
    async with at_the_desk(signing, size, **settings) as (_, _, hands):
        dialog = await card_of(hands)
        assert dialog.fault == "", dialog.fault
        await hands.wait(1)
        await hands.type(*signing.code().lower(), "enter")
        await hands.look()
        assert len(signing.signed) == 1
        assert "Signed" in text(dialog)


@pytest.mark.parametrize("sixteen", [False, True])
def test_every_ink_of_the_card_is_seven_to_one(sixteen: bool) -> None:
    for name, style in styles(sixteen=sixteen).items():
        assert ratio(style, sixteen=sixteen) >= 7, name


def test_a_style_of_ours_beside_one_of_the_terminal_s_is_no_contrast() -> None:
    assert ratio(Style(color="#ffffff")) == 0
    assert ratio(Style(color="#ffffff", bgcolor="#000000", dim=True)) == 0
    assert ratio(Style()) == 21


@pytest.mark.parametrize("width", range(60, 220, 7))
@pytest.mark.parametrize("height", [20, 23, 24, 30, 36, 60])
def test_every_window_holds_the_card_and_no_parts_overlap(width: int, height: int) -> None:
    made = plan(width, height)
    assert made.fits
    parts = [part for part in (made.head, made.card, made.side, made.under, made.foot) if part.area]
    assert all(not a.overlaps(b) for n, a in enumerate(parts) for b in parts[n + 1 :])
    assert all(made.box.contains_region(part) for part in parts)
    assert Region(0, 0, width, height).contains_region(made.box)


async def test_the_framework_s_private_call_is_still_the_one_that_was_looked_at() -> None:
    assert textual.__version__ == "8.2.8", "the paint check reads a private part of the framework: look at it again"


async def test_the_card_of_a_real_desk_is_painted_as_it_is_signed(tmp_path: Path) -> None:
    async with signed_desk(tmp_path) as person:
        await person.propose(order=LIMIT)
        name = await person.propose("basket.place", legs=[LIMIT, {**MARKET, "symbol": "MSFT"}])
        shown = await person.desk.present(name)
        signing = FakeSigning()
        rows = tuple(shown["card"].split("\n"))
        async with at_the_desk(signing, (80, 24)) as (_, _, hands):
            dialog = await card_of(hands)
            for card_rows in (rows, tuple(row.replace("|", "!") for row in rows)):
                dialog.card.show(card_rows, "", sixteen=False)
                await hands.look()
                assert (fault(dialog, dialog.card.region, rows) == "") == (card_rows == rows)
