"""First meaningful frame of the terminal beside Textual's hello-world, each in a pseudo-terminal, taken in turns.

"First frame" is the moment the marker text is painted: for the terminal the words of a pane, for hello-world its one
word. Two cases: an engine that runs already, and a fresh home where the engine starts at the same moment.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
COLUMNS, LINES = 120, 40
BAR = 1.35
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("HELLO-READY")
Hello().run()
"""
ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[c": b"\x1b[?62;c", b"\x1b[6n": b"\x1b[1;1R"}


def installed() -> dict[str, str]:
    """The environment of an installed program: compiled modules are kept, as the installer does."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def painted_after(argv: list[str], marker: bytes, environment: dict[str, str]) -> float:
    """Milliseconds from exec to the marker on the screen."""
    begun = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execvpe(argv[0], argv, {**installed(), "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment})
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    screen = b""
    while marker not in screen and time.perf_counter() - begun < 20:
        if select.select([fd], [], [], 0.02)[0]:
            piece = os.read(fd, 65_536)
            screen += piece
            for question, answer in ANSWERS.items():
                if question in piece:
                    os.write(fd, answer)
    after = (time.perf_counter() - begun) * 1000
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(fd)
    return after


def stop(home: str) -> None:
    """End the engine of a home."""
    words = [sys.executable, "-m", "vterm", "--home", home, "engine", "stop"]
    subprocess.run(words, cwd=ROOT, capture_output=True, check=False)


def main() -> int:
    """Measure in turns; one JSON line."""
    vterm, hello = [sys.executable, "-m", "vterm"], [sys.executable, "-c", HELLO]
    taken: dict[str, list[float]] = {"hello": [], "warm": [], "fresh": []}
    marker = b"opening the market"
    with tempfile.TemporaryDirectory(prefix="vterm-frame-") as folder:
        warm = f"{folder}/warm"
        begin = [*vterm, "--home", warm, "quote", "BTC", "--json"]
        subprocess.run(begin, cwd=ROOT, capture_output=True, check=True)
        painted_after(hello, b"HELLO-READY", {})
        painted_after(vterm, marker, {"VTERM_HOME": warm})
        for number in range(ROUNDS):
            fresh = f"{folder}/fresh{number}"
            taken["hello"].append(painted_after(hello, b"HELLO-READY", {}))
            taken["warm"].append(painted_after(vterm, marker, {"VTERM_HOME": warm}))
            taken["fresh"].append(painted_after(vterm, marker, {"VTERM_HOME": fresh}))
            stop(fresh)
        stop(warm)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    print(json.dumps({
        "benchmark": "first_frame", "rounds": ROUNDS,
        **{f"{name}_ms": round(value, 1) for name, value in medians.items()},
        "ratio": round(medians["warm"] / medians["hello"], 3),
        "ratio_fresh": round(medians["fresh"] / medians["hello"], 3), "bar": BAR,
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
