"""Start an engine for a home, once, however many commands want one at the same moment."""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import sys
import time
from typing import Any, NamedTuple

from engine import lock
from engine.client import thin
from engine.desk import DeskUnreachable
from engine.home import Home

READY_WITHIN_S, STOPPED_WITHIN_S = 60.0, 20.0


class StartOptions(NamedTuple):
    """What a new engine is told. An engine that already runs keeps its own clock, seed and scenario."""

    clock: str = ""
    seed: str = ""
    replay: str = ""
    format: str = ""
    symbol: str = ""
    stay: bool = False
    scenario: str = ""


class StartFailed(DeskUnreachable):
    """An engine that could not start: its own error document and exit code."""

    def __init__(self, document: dict[str, Any], exit_code: int) -> None:
        super().__init__(str(document["error"]["message"]))
        self.document, self.exit_code = document, exit_code


def ensure_engine(home: Home, options: StartOptions | None = None) -> bool:
    """See that an engine answers; True where this call started it. Raises StartFailed or HomeError.

    Without `options` any engine of the home will do. With them it must run the market that they name: one that runs
    another is stopped first, unless somebody else is using it.
    """
    home.prepare()
    with open(home.start_lock, "ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _answers(home) and (options is None or not _makes_way(home, options)):
            return False
        _spawn(home, options or StartOptions())
    return True


def _answers(home: Home) -> bool:
    try:
        thin.dial(home).close()
    except OSError:
        return False
    return True


def _makes_way(home: Home, options: StartOptions) -> bool:
    """Whether the engine that runs had another market, and has been stopped."""
    desk = thin.ThinDesk(home, start=False)
    _, health = desk.request("GET", "/v1/healthz")
    running = str(health["replay"] or "")
    if running == (os.path.abspath(options.replay) if options.replay else ""):
        return False
    others = int(health["clients"]) - 1
    market = f"the recording {running}" if running else "the living market"
    if others <= 0:
        desk.request("POST", "/v1/engine/stop")
        if lock.await_release(home, STOPPED_WITHIN_S):
            return True
    error = {
        "code": "WRONG_MARKET",
        "message": f"an engine with {market} already runs in {home.path} and is in use",
        "cause": "one home has one market at a time",
        "fix": "close its other windows or `vterm engine stop`, or use another --home",
    }
    raise StartFailed({"error": error}, 6)


def _arguments(home: Home, options: StartOptions, report_fd: int) -> list[str]:
    arguments = [sys.executable, "-P", "-m", "engine.process", "--home", home.path, "--report-fd", str(report_fd)]
    given = {
        "--clock": options.clock,
        "--seed": options.seed,
        "--scenario": options.scenario,
        "--replay": os.path.abspath(options.replay) if options.replay else "",
        "--format": options.format,
        "--symbol": options.symbol,
    }
    for name, value in given.items():
        if value:
            arguments += [name, value]
    return arguments + (["--stay"] if options.stay else [])


def _spawn(home: Home, options: StartOptions) -> None:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    path = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root}
    reader, writer = os.pipe()
    try:
        with open(home.log, "ab") as log:
            process = subprocess.Popen(
                _arguments(home, options, writer),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=home.path,
                env=environment,
                pass_fds=(writer,),
                start_new_session=True,
            )
        os.close(writer)
        writer = -1
        word = _first_line(reader)
    finally:
        os.close(reader)
        if writer >= 0:
            os.close(writer)
    if word.get("ready"):
        process.returncode = 0  # it lives on by itself: the interpreter must not warn about a child it never waits for
        return
    if "error" in word:
        process.wait()
        raise StartFailed({"error": word["error"]}, int(word["exit"]))
    said = "stopped while it was starting" if process.poll() is not None else "is not ready"
    error = {"code": "DESK_UNREACHABLE", "message": f"the engine {said}", "cause": f"see {home.log}"}
    raise StartFailed({"error": {**error, "fix": f"read the end of {home.log}, then try again"}}, 6)


def _first_line(reader: int) -> dict[str, Any]:
    """What the engine reports about its start; empty where it ends without a word or takes too long."""
    text, until = b"", time.monotonic() + READY_WITHIN_S
    while b"\n" not in text:
        left = until - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return {}
        piece = os.read(reader, 65_536)
        if not piece:
            return {}
        text += piece
    word: dict[str, Any] = json.loads(text)
    return word
