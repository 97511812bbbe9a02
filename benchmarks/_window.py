"""A program in a pseudo-terminal that nobody disturbs: what it writes is kept with the time of its arrival.

What the bytes mean is worked out afterwards (`Played`), so that no emulator takes the processor from what is measured.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[c": b"\x1b[?62;c", b"\x1b[6n": b"\x1b[1;1R"}
TICKS = os.sysconf("SC_CLK_TCK")
FRAME_END = b"\x1b[?2026l"


class Window:
    """`written` holds (seconds of `time.monotonic`, bytes, milliseconds that the program's main thread has waited for a
    processor so far) in order; `pressed` is what was typed, alike."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], columns: int = 120, lines: int = 36
    ) -> None:
        self.columns, self.lines = columns, lines
        self.written: list[tuple[float, bytes, float]] = []
        self.pressed: list[tuple[float, str, float]] = []
        own, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE")}
        looks = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.begun = time.monotonic()
        self._process = subprocess.Popen(
            argv, stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, start_new_session=True,
            env={**inherited, **looks, **environment},
        )  # fmt: skip
        os.close(theirs)
        self._fd, self.pid = own, self._process.pid
        self.keep = True
        """Whether what is written is kept; a long run only needs it taken away."""

    def listen(self, seconds: float, until: bytes = b"") -> bool:
        """Take what is written for so long, or until `until` has been; whether it has."""
        end, tail = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if not select.select([self._fd], [], [], left)[0]:
                break
            try:
                piece = os.read(self._fd, 262_144)
            except OSError:  # how a pseudo-terminal says that its other end is closed
                return False
            if self.keep:
                self.written.append((time.monotonic(), piece, main_thread(self.pid)[1]))
            for question, answer in ANSWERS.items():
                if question in piece:
                    os.write(self._fd, answer)
            tail = (tail + piece)[-300_000:]
            if until and until in tail:
                return True
        return False

    def press(self, keys: str) -> None:
        """Type."""
        self.pressed.append((time.monotonic(), keys, main_thread(self.pid)[1]))
        os.write(self._fd, keys.encode())

    def close(self, quietly: str = "") -> None:
        """End the program, by these keys if there are any."""
        if quietly:
            self.press(quietly)
            self.listen(2.0)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._fd)


class Played:
    """A window's screen, chunk after chunk as it was written."""

    def __init__(self, window: Window) -> None:
        import pyte

        self.screen = pyte.Screen(window.columns, window.lines)
        self._stream = pyte.ByteStream(self.screen)
        self._written, self._at = window.written, 0

    def until(self, moment: float) -> None:
        """Everything that had arrived by then."""
        while self._at < len(self._written) and self._written[self._at][0] <= moment:
            self._feed()

    def moments(self, before: float) -> Iterator[tuple[float, float]]:
        """Time of each further piece that had arrived by then, once the screen shows it, and how long the program had
        waited for a processor."""
        while self._at < len(self._written) and self._written[self._at][0] <= before:
            self._feed()
            moment, _, waited = self._written[self._at - 1]
            yield moment, waited

    def _feed(self) -> None:
        self._stream.feed(self._written[self._at][1])
        self._at += 1

    @property
    def text(self) -> str:
        """All rows."""
        return "\n".join(self.screen.display)


def frames(window: Window) -> Iterator[tuple[float, float]]:
    """When each whole update of the screen had arrived, and how long the program had waited for a processor."""
    for at, data, waited in window.written:
        if FRAME_END in data:
            yield at, waited


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main_thread(pid: int) -> tuple[float, float]:
    """Milliseconds that the main thread of a process ran, and that it waited for a processor."""
    ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    return int(ran) / 1e6, int(waited) / 1e6


def memory(pid: int) -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024 / 1e6


def load() -> float:
    """The machine's load of the last minute."""
    return round(os.getloadavg()[0], 2)


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def vterm(*words: str) -> list[str]:
    """A command of this checkout."""
    return [sys.executable, "-m", "vterm", *words]
