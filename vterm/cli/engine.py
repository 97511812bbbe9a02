"""engine and clock: the process behind a home, and the time in it."""

from __future__ import annotations

import os
import signal

from vterm.cli.output import fields, show_one, write_json
from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from engine.home import Home
    from vterm.cli.context import Context

STOP_WITHIN_S = 20.0


def args_engine(parser: ArgumentParser) -> None:
    """vterm engine start|stop|status"""
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--replay", default="", metavar="FILE", help="start on a recorded market")
    parser.add_argument("--format", default="", metavar="FORMAT", help="format of the recording")
    parser.add_argument("--symbol", default="", metavar="SYM", help="instrument of the recording")


def run_engine(context: Context, args: Namespace) -> int:
    """Each answers {"running", …}."""
    if args.action != "start" and args.replay:
        raise usage("--replay is for engine start")
    document = {"start": _start, "stop": _stop, "status": _status}[args.action](context, args)
    if context.json:
        write_json(document)
    else:
        clock = document.pop("clock", None)
        inner = {f"clock_{name}": value for name, value in clock.items()} if clock else {}
        inner |= {f"books_{name}": value for name, value in document.get("books", {}).items()}
        fields({**document, **inner})
    return 0


def _start(context: Context, args: Namespace) -> dict[str, Any]:
    """Start an engine that stays until it is stopped."""
    from engine.client.start import StartOptions, ensure_engine

    if bool(args.replay) != bool(args.format):
        raise usage("--replay and --format belong together", "vterm engine start --replay FILE --format binance-spot")
    flags = context.line.flags
    options = StartOptions(
        flags.get("clock", ""),
        flags.get("seed", ""),
        args.replay,
        args.format,
        args.symbol,
        stay=True,
        scenario=flags.get("scenario", ""),
    )
    started = ensure_engine(context.home, options)
    return {**_status(context, args), "started": started}


def _status(context: Context, args: Namespace) -> dict[str, Any]:
    from engine.client.thin import ThinDesk
    from engine.desk import DeskUnreachable

    home = context.home
    try:
        _, health = ThinDesk(home, start=False).request("GET", "/v1/healthz")
    except DeskUnreachable:
        return {"running": False, "home": home.path}
    health.pop("status", None)
    return {"running": True, "home": home.path, **health}


def _stop(context: Context, args: Namespace) -> dict[str, Any]:
    return stop_engine(context.home)


def stop_engine(home: Home) -> dict[str, Any]:
    """Ask it to stop, and wait until it has let go of the home."""
    from engine import lock
    from engine.client.thin import ThinDesk
    from engine.desk import DeskUnreachable

    if not os.path.isdir(home.path) or not lock.held(home):
        return {"running": False, "home": home.path, "stopped": False}
    pid = home.engine_pid()
    try:
        ThinDesk(home, start=False).request("POST", "/v1/engine/stop")
    except DeskUnreachable:
        if pid and lock.held(home):
            os.kill(pid, signal.SIGTERM)
    if not lock.await_release(home, STOP_WITHIN_S):
        fix = f"`kill -9 {pid}`: the next start recovers everything that was acknowledged"
        raise stop("ENGINE_RUNNING", f"the engine (process {pid}) does not stop", fix, 6)
    return {"running": False, "home": home.path, "stopped": True}


def args_clock(parser: ArgumentParser) -> None:
    """vterm clock [pause|resume|speed N|jump open]"""
    parser.add_argument("action", nargs="?", choices=("pause", "resume", "speed", "jump"))
    parser.add_argument("value", nargs="?", default="", metavar="N|open")


def run_clock(context: Context, args: Namespace) -> int:
    """Show the clock, or change it and show what it has become."""
    if not args.action:
        return show_one(context, context.get("/v1/clock"))
    needs = args.action in ("speed", "jump")
    if needs != bool(args.value):
        word = "needs a value" if needs else "takes no value"
        raise usage(f"clock {args.action} {word}", "vterm clock speed 10, vterm clock jump open")
    return show_one(context, context.call("POST", "/v1/clock", {"action": args.action, "value": args.value}))
