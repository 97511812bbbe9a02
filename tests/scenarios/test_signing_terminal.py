"""The signing dialog in a pseudo-terminal: a person's keys sign; pasted keys and a terminal's answers do not."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.client.desk import DeskClient
from tests.processes import Desk
from tests.scenarios.test_terminal import ROOT, Screen

FAKE = """
from tests.fake_signing import FakeSigning, SignedFakeDesk
from vterm.terminal import VtermApp
signing = FakeSigning()
desk = SignedFakeDesk(signing, live=True)
async def connect():
    return desk
app = VtermApp(connect)
app.signing = signing
app.run()
print("SIGNED", len(signing.signed), "DECLINED", signing.declined)
"""
F8, F9, ESCAPE, ENTER = "\x1b[19~", "\x1b[20~", "\x1b", "\r"
PAUSE = 0.1


@pytest.fixture
def screen() -> Iterator[Screen]:
    opened = Screen([sys.executable, "-c", FAKE], {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"})
    yield opened
    opened.close()


def slowly(screen: Screen, *keys: str) -> None:
    """Type as people do: one key after the other."""
    for key in keys:
        screen.keys(key)
        time.sleep(PAUSE)


def opened_card(screen: Screen) -> str:
    """F9; the code that the card shows once it is armed."""
    screen.wait("● live", "1 to sign")
    screen.keys(F9)
    shown = screen.wait("SIGN ORDER", "type the code on the card")
    found = re.search(r"type the code  (\w{4})  and press Enter", shown)
    assert found is not None
    return found[1]


def leave(screen: Screen) -> str:
    """Quit, and what was printed."""
    screen.keys("C-q")
    screen.wait("leave anyway?")
    screen.keys("y")
    return screen.wait("SIGNED ", "DECLINED [", "]")


def test_a_person_signs_by_keys(screen: Screen) -> None:
    code = opened_card(screen)
    slowly(screen, *code.lower(), ENTER)
    screen.wait("Signed", "any key closes")
    time.sleep(0.5)
    screen.keys("x")
    screen.wait("BTC-USD · book")
    assert "SIGNED 1" in leave(screen)


def test_what_is_pasted_or_answered_by_the_terminal_signs_nothing(screen: Screen) -> None:
    code = opened_card(screen)
    for attack in (
        f"\x1b[200~{code}\r\x1b[201~",
        f"{code}\r",
        f"\x1b]11;rgb:{code}/{code}/{code}\x1b\\{code}\r",
        f"\x1b[?{code}\r",
        f"\x1bP{code}\r\x1b\\",
        f"\x1b[<0;30;20M\x1b[<0;30;20m{code}\r",
    ):
        screen.keys(attack)
        shown = screen.wait("SIGN ORDER")
        time.sleep(2 * PAUSE)
        slowly(screen, ENTER)
        shown = screen.text()
        assert "Signed" not in shown, repr(attack)
        assert "SIGN ORDER" in shown, repr(attack)
    slowly(screen, F8, *"no", ENTER)
    screen.wait("Declined")
    time.sleep(0.5)
    screen.keys("x")
    screen.wait("BTC-USD · book")
    shown = leave(screen)
    assert "SIGNED 0" in shown
    assert "'no'" in shown


def test_keys_typed_ahead_of_the_card_sign_nothing(screen: Screen) -> None:
    code = opened_card(screen)
    screen.keys(ESCAPE)
    screen.wait("1 to sign", "BTC-USD · book")
    screen.keys(F9)
    slowly(screen, *code, ENTER)
    screen.wait("SIGN ORDER", "type the code on the card")
    slowly(screen, ENTER)
    assert "Signed" not in screen.text()
    screen.keys(ESCAPE)
    screen.wait("1 to sign", "BTC-USD · book")
    assert "SIGNED 0" in leave(screen)


def test_a_proposal_is_signed_on_a_real_engine_by_a_real_signer(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    own = {k: v for k, v in desk.environment.items() if k.startswith("VTERM_")}
    screen = Screen([sys.executable, "-m", "vterm"], own | {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"})
    order = {"symbol": "BTC-USD", "side": "buy", "type": "market", "quantity": "0.05"}
    proposal = {"purpose": "order.place", "order": order, "origin": "copilot", "rationale": "a little of it"}
    try:
        screen.wait("● live", "spread")
        made = asyncio.run(DeskClient(desk.home, start=False).propose(proposal))
        code = opened_card(screen)
        slowly(screen, *code, ENTER)
        screen.wait("Signed", "filled")
        (row,) = desk.ask("proposals")["proposals"]
        assert (row["proposal_id"], row["status"]) == (made["proposal_id"], "EXECUTED")
        held = {row["symbol"]: row["quantity"] for row in desk.ask("portfolio")["positions"]}
        assert held == {"BTC-USD": "0.05000000"}
    finally:
        screen.close()
        desk.run("engine", "stop")
        shutil.rmtree(Path(desk.home.path) / "signing", ignore_errors=True)  # the signer ends with its folder
