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

from engine.client import thin
from engine.desk import DeskUnreachable
from engine.home import Home

READY_WITHIN_S = 60.0


class StartOptions(NamedTuple):
    """What a new engine is told. An engine that already runs keeps its own clock and seed."""

    clock: str = ""
    seed: str = ""
    replay: str = ""
    format: str = ""
    symbol: str = ""
    stay: bool = False


class StartFailed(DeskUnreachable):
    """An engine that could not start: its own error document and exit code."""

    def __init__(self, document: dict[str, Any], exit_code: int) -> None:
        super().__init__(str(document["error"]["message"]))
        self.document, self.exit_code = document, exit_code


def ensure_engine(home: Home, options: StartOptions | None = None) -> bool:
    """See that an engine answers; True where this call started it. Raises StartFailed or HomeError.

    An engine on another market (a recording, or the living one) than `options` asks for is an error.
    """
    home.prepare()
    options = options or StartOptions()
    with open(home.start_lock, "ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        started = not _answers(home)
        if started:
            _spawn(home, options)
    if options.replay and not started:
        _same_market(home, options)
    return started


def _answers(home: Home) -> bool:
    try:
        thin.dial(home).close()
    except OSError:
        return False
    return True


def _same_market(home: Home, options: StartOptions) -> None:
    _, health = thin.ThinDesk(home, start=False).request("GET", "/v1/healthz")
    running = str(health.get("replay") or "")
    if running != os.path.abspath(options.replay):
        market = f"the recording {running}" if running else "the living market"
        error = {
            "code": "WRONG_MARKET",
            "message": f"an engine with {market} already runs in {home.path}",
            "cause": "one home has one market at a time",
            "fix": "`vterm engine stop` first, or give the recording its own --home",
        }
        raise StartFailed({"error": error}, 6)


def _arguments(home: Home, options: StartOptions, report_fd: int) -> list[str]:
    arguments = [sys.executable, "-P", "-m", "engine.process", "--home", home.path, "--report-fd", str(report_fd)]
    given = {
        "--clock": options.clock,
        "--seed": options.seed,
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
