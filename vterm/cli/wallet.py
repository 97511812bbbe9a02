"""wallet: every movement of cash, and the balance after it."""

from __future__ import annotations

import sys

from vterm.cli.market import whole
from vterm.cli.output import plain, show_rows, write_raw
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

COLUMNS = ("at", "kind", "amount", "balance", "symbol", "order_id", "movement_id")
_PAGE = 20


def add_span(parser: ArgumentParser) -> None:
    """--from and --to."""
    when = "a date or a time such as 2026-11-23T14:30:00Z"
    parser.add_argument("--from", dest="since", metavar="T", help=f"from {when}")
    parser.add_argument("--to", dest="until", metavar="T", help="before a time, or to the end of a date")


def args_wallet(parser: ArgumentParser) -> None:
    """vterm wallet [--limit N] [--from T] [--to T] [--before ID]"""
    add_span(parser)
    parser.add_argument(
        "--limit", metavar="N", help=f"newest N (default: {_PAGE} on a screen, all with --json or --csv)"
    )
    parser.add_argument("--before", metavar="ID", help="go on after this movement")


def run_wallet(context: Context, args: Namespace) -> int:
    """Movements, newest first."""
    told = context.json or context.csv
    limit = whole(args.limit, "--limit") if args.limit else 0 if told else _PAGE
    path = query("/v1/wallet", limit=limit or "", _from=args.since, to=args.until, before=args.before)
    answer = context.get(path)
    if context.json:
        write_raw(answer.raw)
        return 0
    document = answer.document
    show_rows(context, document["movements"], COLUMNS, "movements")
    if not told and document["next"]:
        sys.stderr.write(plain(f"older ones: vterm wallet --before {document['next']}") + "\n")
    return 0
