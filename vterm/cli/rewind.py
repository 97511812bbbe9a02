"""fork and rewind: the desk as it stood at a past moment, in another home or in this one."""

from __future__ import annotations

import os

from vterm.cli.accounts import confirm
from vterm.cli.output import fields, write_json
from vterm.cli.stop import stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context


def args_fork(parser: ArgumentParser) -> None:
    """vterm fork --into DIR (--at TIME | --before ORDER)"""
    parser.add_argument(
        "--into", required=True, metavar="DIR", help="the new home: a folder that is empty or not there"
    )
    _args_moment(parser)


def args_rewind(parser: ArgumentParser) -> None:
    """vterm rewind (--at TIME | --before ORDER) [--yes]"""
    _args_moment(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _args_moment(parser: ArgumentParser) -> None:
    moment = parser.add_mutually_exclusive_group(required=True)
    moment.add_argument("--at", default="", metavar="TIME", help="a market time in the desk's history")
    moment.add_argument("--before", default="", metavar="ORDER", help="just before this order, by its id or client id")


def run_fork(context: Context, args: Namespace) -> int:
    """{home into at entries hash}. The home that is forked goes on as it is, also while its engine runs."""
    from pathlib import Path

    from engine.bootstrap import fork_home, past_moment
    from engine.model.format import time_text

    home, into = _home(context), Path(os.path.abspath(os.path.expanduser(args.into)))
    cut = past_moment(home, args.at, args.before, context.account)
    shared = fork_home(home, into, cut)
    made = {"home": str(home), "into": str(into), "at": time_text(cut.at), "entries": cut.seq, "hash": shared}
    return _show(context, made)


def run_rewind(context: Context, args: Namespace) -> int:
    """{home at entries kept}. The engine is stopped, the next command starts it at the past moment."""
    import fcntl

    from engine import lock
    from engine.bootstrap import past_moment, rewind_home
    from engine.model.format import time_text
    from vterm.cli.engine import stop_engine

    home = _home(context)
    cut = past_moment(home, args.at, args.before, context.account, back=True)
    if not args.yes:
        confirm(f"rewind the desk of {home} to {time_text(cut.at)}: what came after it is put away, not deleted")
    with open(context.home.start_lock, "ab") as turn:  # whoever wants an engine meanwhile waits for this one's turn
        fcntl.flock(turn, fcntl.LOCK_EX)
        stop_engine(context.home)
        with lock.take(context.home):
            cut = past_moment(home, args.at, args.before, context.account, back=True)
            kept = rewind_home(home, cut)
    return _show(context, {"home": str(home), "at": time_text(cut.at), "entries": cut.seq, "kept": str(kept)})


def _home(context: Context) -> Any:
    from pathlib import Path

    home = context.home
    if not any(os.path.isfile(os.path.join(home.path, name)) for name in ("ledger.db", "rewind.todo")):
        raise stop("NO_LEDGER", f"{home.path} has no ledger yet", "check --home, or run any command once", 4)
    home.prepare()
    return Path(home.path)


def _show(context: Context, document: dict[str, Any]) -> int:
    if context.json:
        write_json(document)
    else:
        fields(document)
    return 0
