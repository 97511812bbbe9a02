"""proposals, decline: what waits for a person, and the word that it is not wanted."""

from __future__ import annotations

import sys

from vterm.cli.context import escape
from vterm.cli.output import plain, show, show_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

COLUMNS = ("proposal_id", "status", "origin", "summary", "expires_at", "rationale", "reason")


def args_proposals(parser: ArgumentParser) -> None:
    """vterm proposals [ID] [--open]"""
    parser.add_argument("proposal_id", nargs="?", default="", metavar="ID", help="one of them, whole")
    parser.add_argument("--open", action="store_true", help="those that can still be signed")


def run_proposals(context: Context, args: Namespace) -> int:
    """Proposals of the account, newest first, or one of them."""
    if args.proposal_id:
        return show_one(context, context.get(f"/v1/proposals/{escape(args.proposal_id)}"))
    return show(context, context.get(f"/v1/proposals{'?open=true' if args.open else ''}"), "proposals", COLUMNS)


def args_decline(parser: ArgumentParser) -> None:
    """vterm decline ID [--why TEXT]"""
    parser.add_argument("proposal_id", metavar="ID")
    parser.add_argument("--why", default="", metavar="TEXT", help="a reason; whoever proposed it is told")


def run_decline(context: Context, args: Namespace) -> int:
    """Turn a proposal down."""
    answer = context.call("POST", f"/v1/proposals/{escape(args.proposal_id)}/decline", {"reason": args.why})
    if context.json:
        return show_one(context, answer)
    sys.stdout.write(f"{plain(args.proposal_id)} declined\n")
    return 0
