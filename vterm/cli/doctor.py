"""doctor: what this machine and this home are like, and what to do about what is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.home import Home, HomeError
from vterm.cli.output import plain, write_json

if TYPE_CHECKING:
    from argparse import Namespace

    from vterm.cli.context import Context

OK, WARN, FAIL = "ok", "warn", "fail"
OLDEST_PYTHON, OLDEST_SQLITE = (3, 11), (3, 51, 3)
LEAST_FREE = 100_000_000
SMALLEST = (60, 20)
Check = dict[str, str]


def run_doctor(context: Context, args: Namespace) -> int:
    """{ok, checks: [{name, state, detail, fix}]}; exit 6 where something keeps the desk from working."""
    checks = list(_checks(context.home))
    good = not any(check["state"] == FAIL for check in checks)
    if context.json:
        write_json({"ok": good, "checks": checks})
    else:
        width = max(len(check["name"]) for check in checks)
        for check in checks:
            fix = f" ({check['fix']})" if check["fix"] else ""
            sys.stdout.write(f"{check['state']:<4}  {check['name']:<{width}}  {plain(check['detail'])}{plain(fix)}\n")
    return 0 if good else 6


def _check(name: str, state: str, detail: str, fix: str = "") -> Check:
    return {"name": name, "state": state, "detail": detail, "fix": "" if state == OK else fix}


def _checks(home: Home) -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield _check("python", OK if sys.version_info >= OLDEST_PYTHON else FAIL, version, "use Python 3.11 or newer")
    yield _sqlite()
    yield _terminal()
    yield _home(home)
    if os.path.isdir(home.path):
        yield _disk(home)
    yield from _engine(home)


def _sqlite() -> Check:
    try:
        from pysqlite3 import dbapi2 as sqlite
    except ImportError:
        import sqlite3 as sqlite
    found = tuple(int(part) for part in sqlite.sqlite_version.split("."))
    fix = "3.7.0 to 3.51.2 can corrupt a ledger; install the package pysqlite3 with its own library"
    return _check("sqlite", OK if found >= OLDEST_SQLITE else FAIL, sqlite.sqlite_version, fix)


def _terminal() -> Check:
    if not sys.stdout.isatty():
        return _check("terminal", OK, "output is not a terminal: commands only")
    columns, rows = os.get_terminal_size()
    colours = os.environ.get("COLORTERM") or os.environ.get("TERM", "unknown")
    fit = columns >= SMALLEST[0] and rows >= SMALLEST[1]
    state = OK if fit else WARN
    return _check("terminal", state, f"{columns}x{rows}, {colours}", f"the desk wants {SMALLEST[0]}x{SMALLEST[1]}")


def _home(home: Home) -> Check:
    if not os.path.lexists(home.path):
        return _check("home", OK, f"{home.path} is made by the first command")
    try:
        home.prepare()
    except HomeError as error:
        return _check("home", FAIL, error.message, error.fix)
    mode = os.stat(home.path).st_mode & 0o777
    fix = f"chmod 700 {home.path}"
    return _check("home", WARN if mode & 0o077 else OK, f"{home.path}, mode {mode:o}", fix)


def _disk(home: Home) -> Check:
    room = os.statvfs(home.path)
    free = room.f_bavail * room.f_frsize
    state = OK if free >= LEAST_FREE else FAIL
    return _check("disk", state, f"{free // 1_000_000} MB free", "free some space: a full disk stops trading")


def _engine(home: Home) -> Iterator[Check]:
    from engine import lock
    from engine.client.thin import ThinDesk
    from engine.desk import DeskUnreachable

    try:
        _, health = ThinDesk(home, start=False).request("GET", "/v1/healthz")
    except DeskUnreachable:
        stuck = os.path.isdir(home.path) and lock.held(home)
        detail = f"process {home.engine_pid()} has the home but does not answer" if stuck else "not running"
        yield _check("engine", FAIL if stuck else OK, detail, "`vterm engine stop`")
        return
    yield _check("engine", OK, f"process {health['pid']}, up {health['uptime_s']} s, {health['clients']} clients")
    yield _clock(health["clock"])


def _clock(clock: dict[str, Any]) -> Check:
    running = "paused" if clock["paused"] else f"speed {clock['speed']}"
    fix = "`vterm clock resume` lets the market go on"
    return _check("clock", WARN if clock["paused"] else OK, f"{clock['now']}, {running}", fix)
