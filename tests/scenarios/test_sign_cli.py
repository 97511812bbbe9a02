"""`vterm sign` in a terminal, with the code of the card; and everything else, which signs nothing."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, Desk, desk

LIMIT = {"symbol": "AAPL", "side": "buy", "type": "limit", "quantity": "3", "limit_price": "150.00"}
WITHIN_S = 60.0
ASKS = "turns it down"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("sign") / "home") as it:
        it.ask("engine", "start")
        yield it


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, it: Desk, *words: str, ahead: str = "") -> None:
        self.main, side = pty.openpty()
        if ahead:
            os.write(self.main, ahead.encode())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vterm", *words], cwd=ROOT, env=it.environment,
            preexec_fn=lambda: os.login_tty(side), pass_fds=(side,),  # noqa: PLW1509 - the test has no threads
        )  # fmt: skip
        os.close(side)
        self.text = ""

    def until(self, words: str) -> None:
        end = time.monotonic() + WITHIN_S
        while words not in self.text:
            assert time.monotonic() < end and self.read(1.0), self.text

    def read(self, wait: float) -> bool:
        try:
            if select.select([self.main], [], [], wait)[0]:
                self.text += os.read(self.main, 65536).decode("utf-8", "replace")
        except OSError:
            return False
        return True

    def type(self, text: str) -> None:
        os.write(self.main, text.encode())

    def end(self) -> int:
        end = time.monotonic() + WITHIN_S
        while self.read(1.0) and self.process.poll() is None:
            if time.monotonic() > end:
                self.process.kill()
                raise AssertionError(f"it does not end:\n{self.text}")
        code = self.process.wait(WITHIN_S)
        self.read(0.0)
        os.close(self.main)
        return code


def proposed(it: Desk, **parts: object) -> str:
    """A proposal of a person's own program."""
    import asyncio

    from engine.client.desk import DeskClient

    body = {"purpose": "order.place", "origin": "human", **(parts or {"order": LIMIT})}
    return str(asyncio.run(DeskClient(it.home, start=False).propose(body))["proposal_id"])


def code_in(text: str) -> str:
    found = re.search(r"type the code  (\w{4})", text)
    assert found, text
    return found[1]


def status(it: Desk, name: str) -> str:
    return str(it.ask("proposals", name)["status"])


def test_a_code_signs(home: Desk) -> None:
    name = proposed(home, order=LIMIT, rationale="a first small step")
    window = Terminal(home, "sign", name)
    window.until(ASKS)
    card, _, beside = window.text.partition("not signed:")
    assert "SIGN ORDER" in card and "a first small step" in beside and "a first small step" not in card
    for label in ("proposed", "position", "share of NAV", "margin", "sent now", "since then"):
        assert re.search(rf"^  {label} ", beside, re.MULTILINE), (label, beside)
    window.type(code_in(window.text).lower() + "\r")
    assert window.end() == 0
    assert f"{name} executed" in window.text
    order = home.ask("orders")["orders"][0]
    assert order["origin"] == f"signed:{name}"


def test_json(home: Desk) -> None:
    name = proposed(home)
    window = Terminal(home, "sign", name, "--json")
    window.until(ASKS)
    window.type(code_in(window.text) + "\r")
    assert window.end() == 0
    document = json.loads(window.text.splitlines()[-1])
    assert (document["status"], document["code"]) == ("EXECUTED", "OK")


@pytest.mark.parametrize("typed", ["0000\r", "\r", "\x1b\r", "\x03", "\x04"])
def test_other_keys_sign_nothing(home: Desk, typed: str) -> None:
    name, orders = proposed(home), len(home.ask("orders")["orders"])
    window = Terminal(home, "sign", name)
    window.until(ASKS)
    window.type(typed)
    assert window.end() == 3
    assert "Traceback" not in window.text
    assert (status(home, name), len(home.ask("orders")["orders"])) == ("READY", orders)


def test_ctrl_c_leaves_it_while_it_arms(home: Desk) -> None:
    name = proposed(home)
    window = Terminal(home, "sign", name)
    window.until("not signed")
    window.type("\x03")
    assert window.end() == 3
    assert status(home, name) == "READY"


def test_what_was_typed_ahead_does_not_count(home: Desk) -> None:
    name, orders = proposed(home), len(home.ask("orders")["orders"])
    window = Terminal(home, "sign", name, ahead="AAAA\rAAAA\r\r\r")
    window.until(ASKS)
    window.type("decline too dear\r")
    assert window.end() == 0
    document = home.ask("proposals", name)
    assert (document["status"], document["reason"]) == ("DECLINED", "too dear")
    assert len(home.ask("orders")["orders"]) == orders


def test_enter_accepts_what_moves_no_money(home: Desk) -> None:
    name = proposed(home, purpose="watchlist.change", add=["KO"])
    window = Terminal(home, "sign", name)
    window.until(ASKS)
    window.type("\r")
    assert window.end() == 0
    assert "KO" in home.ask("watchlist")["symbols"]


def test_a_pipe_cannot_sign(home: Desk) -> None:
    name = proposed(home)
    assert home.refused("sign", name) == (3, "NOT_SIGNED")
    assert status(home, name) == "READY"


def test_what_is_not_there(home: Desk) -> None:
    window = Terminal(home, "sign", "p999999")
    assert window.end() == 4
    assert "Traceback" not in window.text


def test_a_passphrase_is_asked_for_and_never_shown(home: Desk) -> None:
    window = Terminal(home, "keys", "passphrase")
    window.until("new passphrase")
    window.type("four small words here\r")
    window.until("once more")
    window.type("four small words here\r")
    assert window.end() == 0 and "sealed" in window.text
    name = proposed(home)
    window = Terminal(home, "sign", name)
    window.until("passphrase of the signing key")
    window.type("four small words here\r")
    window.until(ASKS)
    window.type(code_in(window.text) + "\r")
    assert window.end() == 0
    assert "four small" not in window.text
    listed = home.ask("keys", "list")
    assert [one["revoked_at"] for one in listed["signers"]] == [None]
    again = Terminal(home, "keys", "passphrase")
    again.until("passphrase now")
    again.type("wrong\r")
    again.until("new passphrase")
    again.type("another one here\r")
    again.until("once more")
    again.type("another one here\r")
    assert again.end() == 5
    assert Path(home.home.path, "signing", "key").exists()
