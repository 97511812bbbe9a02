"""equity: what the account was worth over time, as a chart or as its points."""

from __future__ import annotations

import sys

from vterm.cli.output import fields, plain, show_one, show_rows
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

WINDOWS = ("1d", "7d", "30d", "90d", "1y", "all")
POINTS = ("at", "nav", "return", "drawdown", "benchmark")


def add_window(parser: ArgumentParser, usual: str = "all") -> None:
    """--window, of all commands that look back."""
    about = f"{', '.join(WINDOWS)} (default {usual})"
    parser.add_argument("--window", default=usual, type=str.lower, choices=WINDOWS, metavar="W", help=about)


def args_equity(parser: ArgumentParser) -> None:
    """vterm equity --window 7d [--benchmark SPY] [--every hour|day]"""
    add_window(parser, "7d")
    parser.add_argument("--benchmark", metavar="SYM", help="an instrument beside it, from the same start")
    parser.add_argument("--every", choices=("hour", "day"), help="a point an hour or a day (default: by the window)")
    parser.add_argument("--points", action="store_true", help="list the points instead of the chart")


def run_equity(context: Context, args: Namespace) -> int:
    """Figures and a chart, or the points."""
    answer = context.get(query("/v1/portfolio/equity", window=args.window, benchmark=args.benchmark, every=args.every))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    if context.csv or args.points:
        names = POINTS if document["benchmark"] else POINTS[:-1]
        show_rows(context, document["points"], names, "points")
        return 0
    from vterm.cli.chart import chart

    fell = document.pop("deepest")
    other = document.pop("benchmark")
    if fell:
        document["fell"] = f"{fell['depth']} from {fell['peak_at']} to {fell['trough_at']}"
        document["recovered"] = fell["recovered_at"] or "not yet"
    if other:
        document[f"{plain(other['symbol'])} return"] = other["return"]
    fields(document)
    lines = chart([float(point["nav"]) for point in document["points"]])
    if lines:
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
        ends = document["points"][0]["at"][:16], document["points"][-1]["at"][:16]
        sys.stdout.write(plain(f"{'':14}{ends[0]} to {ends[1]}") + "\n")
    return 0
