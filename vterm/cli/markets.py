"""markets, screen: every instrument at once, sorted, screened and summed up."""

from __future__ import annotations

import sys

from vterm.cli.market import whole
from vterm.cli.output import show_one, show_rows
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

COLUMNS = ("symbol", "name", "last", "change", "change_pct", "volume", "turnover", "spread_bps", "session")
EVERYTHING = (
    *("symbol", "name", "asset_class", "sector", "exchange", "currency", "last", "change", "change_pct"),
    *("volume", "turnover", "spread", "spread_bps", "session", "halt", "front"),
)
SUMS = ("asset_class", "count", "advancers", "decliners", "unchanged", "change_pct", "turnover")


def _args(parser: ArgumentParser) -> None:
    parser.add_argument("--sort", default="", metavar="COLUMN", help="change, turnover, …; --sort=-change turns it")
    parser.add_argument("--limit", default="", metavar="N", help="only the first N")


def args_markets(parser: ArgumentParser) -> None:
    """vterm markets --class C --sort COLUMN --where 'RULE' --by class|sector"""
    parser.add_argument("--class", dest="asset_class", default="", metavar="C", help="equities, etfs, crypto, …")
    parser.add_argument("--where", default="", metavar="RULE", help="a rule, as for `vterm screen`")
    parser.add_argument("--by", default="", choices=("", "class", "sector"), metavar="HEAD", help="sums: class, sector")
    _args(parser)


def args_screen(parser: ArgumentParser) -> None:
    """vterm screen 'class=equities and change>2'"""
    parser.add_argument("where", metavar="RULE", help="for example 'class=equities and change>2 and spread<5bp'")
    _args(parser)
    parser.set_defaults(asset_class="", by="")


def run_markets(context: Context, args: Namespace) -> int:
    """A row an instrument, or a row a class or sector."""
    limit = whole(args.limit, "--limit") if args.limit else 0
    path = query(
        "/v1/markets", _class=args.asset_class, where=args.where, sort=args.sort, limit=min(limit, 100_000),
        summary="true" if args.by or context.json else "",
    )  # fmt: skip
    answer = context.get(path)
    if context.json:
        return show_one(context, answer)
    document = answer.document
    if args.by:
        rows = document["breadth" if args.by == "class" else "sectors"]
        show_rows(context, rows, SUMS if args.by == "class" else ("sector", *SUMS), "instruments")
        return 0
    show_rows(context, document["instruments"], EVERYTHING if context.csv else COLUMNS, "instruments")
    if not context.csv and args.where:
        sys.stderr.write(f"{document['count']} of {document['of']} instruments\n")
    return 0


def run_screen(context: Context, args: Namespace) -> int:
    """The rows that a rule finds."""
    return run_markets(context, args)
