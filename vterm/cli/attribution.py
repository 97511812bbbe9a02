"""attribution: where profit came from."""

from __future__ import annotations

import sys

from vterm.cli.equity import add_window
from vterm.cli.output import fields, show_one, show_rows
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

HEADS = ("class", "sector", "currency", "direction", "hour", "weekday", "phase", "symbol", "cost")
COLUMNS = (
    *("name", "pnl", "realised", "unrealised", "dividends", "market", "spread", "impact", "timing", "fee", "carry"),
)


def args_attribution(parser: ArgumentParser) -> None:
    """vterm attribution --by class [--window 30d]"""
    parser.add_argument("--by", default="class", choices=HEADS, metavar="HEAD", help=f"{', '.join(HEADS)}")
    add_window(parser)


def run_attribution(context: Context, args: Namespace) -> int:
    """A row a head and their total; every column sums."""
    answer = context.get(query("/v1/portfolio/attribution", by=args.by, window=args.window))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    columns = ("name", "pnl") if args.by == "cost" else COLUMNS
    rows = [*document["heads"], document["total"]]
    if not context.csv:
        fields({name: document[name] for name in ("by", "window", "from", "complete")})
        sys.stdout.write("\n")
    show_rows(context, rows, columns, "heads")
    return 0
