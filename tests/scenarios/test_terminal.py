"""The terminal in a pseudo-terminal: a buy by keys on the fake desk, and the same on a real engine."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pyte
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


KEYS = {"Enter": "\r", "Escape": "\x1b", "C-q": "\x11", "F2": "\x1bOQ", "F4": "\x1bOS", "F5": "\x1b[15~"}


class Screen:
    """A program in a pseudo-terminal, its screen kept by an emulator."""

    def __init__(self, command: list[str], environment: dict[str, str], columns: int = 120, lines: int = 36) -> None:
        self._emulator = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._emulator)
        self._own, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            env={**inherited, "TERM": "xterm-256color", **environment},
            start_new_session=True,
        )
        os.close(theirs)

    def keys(self, *keys: str) -> None:
        """Type keys, named or as they are."""
        os.write(self._own, "".join(KEYS.get(key, key) for key in keys).encode())

    def click(self, column: int, row: int) -> None:
        """Press and release the left button on a cell, both counted from 0, as a terminal reports it (SGR)."""
        at = f"{column + 1};{row + 1}"
        os.write(self._own, f"\x1b[<0;{at}M\x1b[<0;{at}m".encode())

    def text(self) -> str:
        """The screen, after everything that has been written."""
        while select.select([self._own], [], [], PAUSE)[0]:
            try:
                self._stream.feed(os.read(self._own, 65_536))
            except OSError:  # how a pseudo-terminal says that its other end is closed
                break
            if not select.select([self._own], [], [], 0)[0]:
                break
        return "\n".join(self._emulator.display)

    def wait(self, *wanted: str) -> str:
        """The screen, once it shows all of these."""
        for _ in range(TRIES):
            text = self.text()
            if all(word in text for word in wanted):
                return text
        raise AssertionError(f"never showed {wanted}:\n{text}")

    def close(self) -> None:
        """End the program."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._own)


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.close()


def buy_by_keys(screen: Screen) -> None:
    """Ticket, quantity, market, review, send: all by keys."""
    screen.wait("BTC-USD · book", "spread", "● live")
    screen.keys("b")
    screen.wait("next field")
    screen.keys("0", ".", "0", "5")
    screen.keys("t")
    screen.wait("fills now", "average")
    screen.keys("F2")
    screen.wait("BUY 0.05", "[ Send ]")
    for _ in range(20):  # the review arms a moment after it is painted; keys before that do nothing
        screen.keys("Enter")
        if "[ Send ]" not in screen.text():
            break
    screen.wait("Bought 0.05 BTC-USD at")


def test_a_buy_by_keys_on_the_fake_desk(screens: list[Screen]) -> None:
    environment = {"PYTHONPATH": str(ROOT), "COLORTERM": "truecolor"}
    screen = Screen([sys.executable, "-c", FAKE], environment)
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
    screen = Screen([sys.executable, "-m", "vterm"], own | wanted)
    screens.append(screen)
    try:
        buy_by_keys(screen)
        screen.keys("C-q")
        held = {row["symbol"]: row["quantity"] for row in desk.ask("portfolio")["positions"]}
        assert held == {"BTC-USD": "0.05000000"}
    finally:
        desk.run("engine", "stop")
