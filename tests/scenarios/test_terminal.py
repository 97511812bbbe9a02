"""The terminal in a real terminal (tmux): a buy by keys on the fake desk, and the same on a real engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Desk

ROOT = Path(__file__).resolve().parents[2]
TRIES, PAUSE = 300, 0.1
FAKE = """
from decimal import Decimal
from tests.fake_desk import FakeDesk
from vterm.terminal import VtermApp
desk = FakeDesk(live=True)
async def connect():
    return desk
VtermApp(connect).run()
print("LEFT", sum(Decimal(f["quantity"]) for f in desk.fill_docs).normalize())
"""


class Screen:
    """A tmux window of its own server."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        words = [f"{key}={value}" for key, value in environment.items()]
        shell = ["env", "-u", "COLUMNS", "-u", "LINES", *words, *command]
        self.tmux("new-session", "-d", "-s", "t", "-x", "120", "-y", "36", *shell)
        self.tmux("set-option", "-t", "t", "remain-on-exit", "on")

    def tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-L", self.name, *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "t", *keys)

    def text(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "t")

    def wait(self, *wanted: str) -> str:
        """The screen, once it shows all of these."""
        for _ in range(TRIES):
            text = self.text()
            if all(word in text for word in wanted):
                return text
            time.sleep(PAUSE)
        raise AssertionError(f"never showed {wanted}:\n{text}")


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    if shutil.which("tmux") is None:
        pytest.skip("no tmux on this machine: the terminal is not driven in a real terminal")
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.tmux("kill-server")


def buy_by_keys(screen: Screen) -> None:
    """Ticket, quantity, market, review, send: all by keys."""
    screen.wait("BTC-USD · book", "spread", "● live")
    screen.keys("b")
    screen.keys("0", ".", "0", "5")
    screen.keys("t")
    screen.wait("fills now", "average")
    screen.keys("F2")
    screen.wait("BUY 0.05", "[ Send ]")
    for _ in range(20):  # the review arms a moment after it is painted; keys before that do nothing
        screen.keys("Enter")
        if "[ Send ]" not in screen.text():
            break
        time.sleep(PAUSE)
    screen.wait("Bought 0.05 BTC-USD at")


def test_a_buy_by_keys_on_the_fake_desk(screens: list[Screen]) -> None:
    environment = {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"}
    screen = Screen(f"vterm-fake-{os.getpid()}", [sys.executable, "-c", FAKE], environment)
    screens.append(screen)
    buy_by_keys(screen)
    screen.keys("C-q")
    screen.wait("leave anyway?")
    screen.keys("y")
    screen.wait("LEFT 0.05")


def test_a_buy_by_keys_on_a_real_engine(screens: list[Screen], tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    wanted = {"VTERM_HOME": desk.home.path, "PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"}
    own = {k: v for k, v in desk.environment.items() if k.startswith("VTERM_")}
    screen = Screen(f"vterm-real-{os.getpid()}", [sys.executable, "-m", "vterm"], own | wanted)
    screens.append(screen)
    try:
        buy_by_keys(screen)
        screen.keys("C-q")
        held = {row["symbol"]: row["quantity"] for row in desk.ask("portfolio")["positions"]}
        assert held == {"BTC-USD": "0.05000000"}
    finally:
        desk.run("engine", "stop")
