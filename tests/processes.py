"""Real commands and real engines in a home of the test's own, every one of them ended by the test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import lock
from engine.home import Home

ROOT = Path(__file__).resolve().parents[1]
CLOCK = "2026-06-15T14:30:00Z"
WITHIN_S = 90


class Desk:
    """A home, and commands run in it. A new home begins on a trading day, always with the same market."""

    def __init__(self, path: Path, **environment: str) -> None:
        self.home = Home(str(path))
        own = {"VTERM_HOME": self.home.path, "VTERM_IDLE_SECONDS": "30", "VTERM_CLOCK": CLOCK, "VTERM_SEED": "7",
               "VTERM_TOUR": "off"}  # fmt: skip
        self.environment = {**os.environ, **own, "PYTHONPATH": str(ROOT), **environment}

    def start(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """A command that runs on."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        # Whoever runs the tests in the background has SIGINT ignored, and a child would inherit that.
        pipes.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        return subprocess.Popen([sys.executable, "-m", "vterm", *words], env=self.environment, cwd=ROOT, **pipes)

    def run(self, *words: str, data: bytes = b"") -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of a command."""
        with self.start(*words, stdin=subprocess.PIPE) as process:
            out, err = process.communicate(data, timeout=WITHIN_S)
        return process.returncode, out.decode(), err.decode()

    def ask(self, *words: str, data: bytes = b"") -> dict[str, Any]:
        """The document of a command that must succeed."""
        code, out, err = self.run(*words, "--json", data=data)
        assert code == 0, (words, out, err)
        document: dict[str, Any] = json.loads(out)
        return document

    def refused(self, *words: str, data: bytes = b"") -> tuple[int, str]:
        """(exit code, error code) of a command that must fail: one document on stdout, nothing on stderr."""
        code, out, err = self.run(*words, "--json", data=data)
        assert (err, out.count("\n")) == ("", 1), (words, out, err)
        return code, json.loads(out)["error"]["code"]

    def kill(self) -> int:
        """kill -9 the engine; its process id."""
        pid = self.home.engine_pid()
        assert pid, "no engine runs"
        os.kill(pid, signal.SIGKILL)
        assert lock.await_release(self.home, 10)
        return pid

    def end(self) -> None:
        """End whatever runs in the home."""
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(Path(self.home.path, "signing", "lock").read_text("ascii")), signal.SIGTERM)
        if not os.path.isdir(self.home.path) or not lock.held(self.home):
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.home.engine_pid(), number) if self.home.engine_pid() else None
            if lock.await_release(self.home, 15):
                return


@contextlib.contextmanager
def desk(path: Path, **environment: str) -> Iterator[Desk]:
    """A desk whose engine ends with the block."""
    it = Desk(path, **environment)
    try:
        yield it
    finally:
        it.end()
