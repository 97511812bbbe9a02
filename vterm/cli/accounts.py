"""accounts: the named accounts of a home; listed, opened, reset, forked."""

from __future__ import annotations

import sys

from vterm.cli.context import escape
from vterm.cli.output import plain, show, show_one
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

COLUMNS = (
    *("account", "opened_at", "nav", "cash", "positions", "working_orders", "day_pnl", "total_pnl"),
    *("reset_at", "forked_from", "forked_at"),
)
_NAMES = {"list": 0, "open": 1, "reset": 1, "fork": 2}
_EXAMPLES = {
    "list": "vterm accounts",
    "open": "vterm accounts open ideas --cash 50000",
    "reset": "vterm accounts reset ideas",
    "fork": "vterm accounts fork main what-if --at 2026-11-23T15:00:00Z",
}


def args_accounts(parser: ArgumentParser) -> None:
    """vterm accounts [open NAME | reset NAME | fork NAME NEW]"""
    parser.add_argument("action", nargs="?", default="list", choices=tuple(_NAMES))
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--cash", metavar="N", help="open, reset: start money in VCR (default 1000000)")
    parser.add_argument("--at", metavar="TIME", help="fork: the past moment (default: now)")
    parser.add_argument("--yes", action="store_true", help="reset: do not ask")


def run_accounts(context: Context, args: Namespace) -> int:
    """List, open, reset or fork."""
    for name, actions in (("cash", ("open", "reset")), ("at", ("fork",)), ("yes", ("reset",))):
        if getattr(args, name) and args.action not in actions:
            raise usage(f"--{name} belongs to `accounts {actions[0]}`", _EXAMPLES[actions[0]])
    if len(args.names) != _NAMES[args.action]:
        counted = ("no name", "one name", "two names")[_NAMES[args.action]]
        raise usage(f"accounts {args.action} takes {counted}", _EXAMPLES[args.action])
    if args.action == "list":
        return show(context, context.get("/v1/accounts"), "accounts", COLUMNS)
    body: dict[str, Any] = {"cash": args.cash} if args.cash else {}
    path = "/v1/accounts"
    if args.action == "open":
        body["name"] = args.names[0]
    else:
        path += f"/{escape(args.names[0])}/{args.action}"
    if args.action == "fork":
        body = {"name": args.names[1], **({"at": args.at} if args.at else {})}
    if args.action == "reset" and not args.yes:
        confirm(f"reset {args.names[0]}: its orders are cancelled, its positions go back, its history stays")
    return show_one(context, context.call("POST", path, body))


def confirm(what: str) -> None:
    """Ask on the terminal before something that a person may regret. Raises Stop for anything but yes."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise usage("this needs --yes where nobody can be asked", "add --yes")
    sys.stderr.write(plain(f"{what}. Go on? [y/N] "))
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise usage("nothing was done", "answer y, or add --yes")
