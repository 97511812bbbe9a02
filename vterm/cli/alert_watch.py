"""alerts watch: alerts as they fire, one JSON document a line; a bell; and a command, for those who want one.

The engine never runs anything. This command does, where the home's settings or the command line allow it: without a
shell, with the alert in variables of its environment and never in its words, so that no note can become a command.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

from engine.model.text import safe
from vterm.cli.market import whole
from vterm.cli.output import write_json
from vterm.cli.stop import stop, usage
from vterm.cli.watch import follow

if TYPE_CHECKING:
    from argparse import Namespace

    from vterm.cli.context import Context

RUN_SECONDS = 30
_MOST_BYTES = 65_536
_NAMES = ("alert_id", "account", "symbol", "kind", "value", "text", "note", "fired_at", "fired_value", "fired_price")


def watch_alerts(context: Context, args: Namespace) -> int:
    """Print alerts as they fire until there are enough of them."""
    count = whole(args.count, "--count") if args.count else 0
    command = _command(context, args)
    printed = 0
    for frame in follow(context, ["alerts"]):
        if frame.get("event") != "alert.fired":
            if frame["type"] == "alerts":
                active = sum(alert["state"] == "active" for alert in frame["alerts"])
                sys.stderr.write(f"watching; active alerts: {active}\n")
                sys.stderr.flush()
            continue
        write_json(frame)
        sys.stdout.flush()
        if sys.stderr.isatty():
            sys.stderr.write("\a")
            sys.stderr.flush()
        if command:
            _run(command, frame["alert"])
        printed += 1
        if printed == count:
            break
    return 0


def allowed(home: str) -> bool:
    """Whether the home's settings let alerts run a command: [alerts] run = true."""
    try:
        with open(os.path.join(home, "settings.toml"), "rb") as file:
            settings = tomllib.loads(file.read(_MOST_BYTES).decode("utf-8"))
    except (OSError, ValueError):
        return False
    section = settings.get("alerts")
    return isinstance(section, dict) and section.get("run") is True


def environment(alert: dict[str, Any]) -> dict[str, str]:
    """The alert as a command's variables: VTERM_ALERT_ID, VTERM_ALERT_SYMBOL and so on."""
    names = ((name, name.removeprefix("alert_").upper()) for name in _NAMES)
    return {f"VTERM_ALERT_{word}": str(safe(alert.get(name) or "")) for name, word in names}


def _command(context: Context, args: Namespace) -> list[str]:
    if not args.run:
        return []
    if not args.allow_run and not allowed(context.home.path):
        raise stop(
            "FORBIDDEN",
            "this home runs no commands for alerts",
            "put `run = true` under `[alerts]` in settings.toml of the home, or add --allow-run",
            5,
        )
    try:
        words = shlex.split(args.run)
    except ValueError as error:
        raise usage(f"--run cannot be read: {error}", "quote it like a command line") from None
    if not words:
        raise usage("--run names no command")
    return words


def _run(words: list[str], alert: dict[str, Any]) -> None:
    """One run, to its end; what goes wrong is said and stops nothing. Its output is talk, not data."""
    try:
        done = subprocess.run(
            words, env={**os.environ, **environment(alert)}, stdin=subprocess.DEVNULL, stdout=sys.stderr,
            timeout=RUN_SECONDS, check=False,
        )  # fmt: skip
        trouble = f"ended with {done.returncode}" if done.returncode else ""
    except subprocess.TimeoutExpired:
        trouble = f"was ended after {RUN_SECONDS} s"
    except (OSError, ValueError) as error:
        trouble = f"could not be run: {error}"
    if trouble:
        sys.stderr.write(f"vterm: the command of {alert['alert_id']} {safe(trouble)}\n")
