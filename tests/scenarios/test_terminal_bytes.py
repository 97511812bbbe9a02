"""The terminal in a pseudo-terminal on a hostile desk: every byte that comes out of it, from its start to its end."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

import pytest

from tests.processes import ROOT
from tests.terminal_stream import smuggled, taken_apart, words
from tests.unit.test_tui_strings import OWN, SAMPLES

PROGRAM = """
import asyncio, sys
from tests.fake_desk import FakeDesk
from tests.hostile_desk import HostileDesk
from tests.unit.test_tui_activity import busy
from vterm.settings import Settings
from vterm.terminal import VtermApp

async def connect():
    inside = FakeDesk(live=True)
    await busy(inside)
    return HostileDesk(inside, sys.argv[1])

sys.exit(VtermApp(connect, settings=Settings(theme="dark", bell="off"), tour=False).run())
"""
KEYS = (*b"2345678", *b"1/\x1b:\x1b?\x1b!\x1bA\x1bR\x1bW\x1bX\x1b")
OVERLAP = 4096
SETTLE_SECONDS = 0.3
WAIT_SECONDS = 60.0
"""Longer than any machine needs: what ends a wait is what is waited for."""


class Window:
    """A program in a pseudo-terminal of 36 lines of 120 cells."""

    def __init__(self, text: str) -> None:
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, text], stdin=side, stdout=side, stderr=side, cwd=ROOT,
            env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(side)
        self.raw = b""

    def until(self, said: str) -> None:
        """Read until these words have come."""
        end, looked = time.monotonic() + WAIT_SECONDS, 0
        while said not in words(self.raw[looked:].decode("utf-8", "replace")):
            assert time.monotonic() < end, f"{said} never came: {self.raw[-400:]!r}"
            looked = max(0, len(self.raw) - OVERLAP)
            self.drain(0.2)

    def press(self, key: bytes) -> None:
        """A key, and all that comes in a moment after it."""
        os.write(self.main, key)
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end:
            self.drain(0.05)

    def drain(self, wait: float) -> bool:
        """Whether there is an other end."""
        ready, _, _ = select.select([self.main], [], [], wait)
        try:
            self.raw += os.read(self.main, 65536) if ready else b""
        except OSError:
            return False
        return True

    def close(self) -> int:
        """The exit code, after leaving as a person does."""
        self.press(b"\x11")
        self.press(b"y")
        end = time.monotonic() + WAIT_SECONDS
        while self.drain(0.2) and self.process.poll() is None and time.monotonic() < end:
            pass
        return self.process.wait(WAIT_SECONDS)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.main)


TEXTS = {"mixed": OWN["mixed"].replace("\ud800", "").replace("\udfff", "")}
TEXTS |= {name: row["text"] for name, row in SAMPLES.items() if row["family"] == "osc52"}


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_foreign_acts_in_a_real_terminal(name: str) -> None:
    window = Window(TEXTS[name])
    try:
        window.until("spread")
        for key in KEYS:
            window.press(bytes([key]))
        code = window.close()
    finally:
        window.end()
    stream = window.raw.decode("utf-8")
    assert (code, "Traceback" in stream) == (0, False)
    assert not taken_apart(stream)[0][:4]
    assert not smuggled(stream, TEXTS[name])
    for row in SAMPLES.values():
        assert not [part for part in row["expect"].get("forbid_substrings", ()) if part in stream]
