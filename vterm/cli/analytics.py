"""analytics, correlation: the account in figures."""

from __future__ import annotations

import sys

from vterm.cli.equity import add_window
from vterm.cli.output import fields, plain, show_one, show_rows
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

TAILS = (
    *("confidence", "var", "cvar", "normal_var", "normal_cvar"),
    *("var_amount", "cvar_amount", "normal_var_amount", "normal_cvar_amount"),
)
SLICES = ("name", "long", "short", "gross", "net", "share", "weight")
CONTRIBUTIONS = ("symbol", "weight", "volatility", "contribution", "share", "beta")


def args_analytics(parser: ArgumentParser) -> None:
    """vterm analytics [--window 1y] [--benchmark SPX]"""
    add_window(parser)
    parser.add_argument("--benchmark", metavar="SYM", help="what to compare with (default SPX)")


def run_analytics(context: Context, args: Namespace) -> int:
    """Every figure under its heading; why one is missing is said at the end."""
    answer = context.get(query("/v1/portfolio/analytics", window=args.window, benchmark=args.benchmark))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    if context.csv:
        rows = [{"figure": name, "value": value} for name, value in flat(document)]
        show_rows(context, rows, ("figure", "value"), "figures")
        return 0
    fields(document)
    for name in ("performance", "trades", "exposure", "concentration", "book"):
        heading(name)
        fields(document[name])
        if document[name].get("tails"):
            show_rows(context, document[name]["tails"], TAILS, "tails")
    for name, rows in document["allocation"].items():
        heading(f"allocation by {name}")
        show_rows(context, rows, SLICES, "positions")
    if document["book"]["contributions"]:
        heading("risk by position")
        show_rows(context, document["book"]["contributions"], CONTRIBUTIONS, "positions")
    if document["reasons"]:
        heading("why figures are missing")
        fields(document["reasons"])
    return 0


def heading(text: str) -> None:
    """A blank line and a heading."""
    sys.stdout.write(f"\n{plain(text)}\n")


def flat(document: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Every plain figure with its path; rows of lists under their names."""
    found: list[tuple[str, Any]] = []
    for name, value in document.items():
        if isinstance(value, dict):
            found += flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            for number, one in enumerate(value):
                row = one if isinstance(one, dict) else {"": one}
                label = row.get("name") or row.get("symbol") or row.get("confidence") or number
                found += flat(row, f"{before}{name}.{label}.")
        else:
            found.append((f"{before}{name}".rstrip("."), value))
    return found


def args_correlation(parser: ArgumentParser) -> None:
    """vterm correlation [SYM…] [--limit N]"""
    parser.add_argument("symbols", nargs="*", metavar="SYM", help="instruments (default: what is held)")
    parser.add_argument("--limit", metavar="N", help="the N largest positions (default: all)")


def run_correlation(context: Context, args: Namespace) -> int:
    """A matrix of daily returns over a year."""
    from vterm.cli.market import whole

    limit = whole(args.limit, "--limit") if args.limit else None
    answer = context.get(query("/v1/portfolio/correlation", symbols=",".join(args.symbols), limit=limit))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    names = document["symbols"]
    rows = [
        {"symbol": name, **dict(zip(names, row, strict=True))}
        for name, row in zip(names, document["matrix"], strict=True)
    ]
    show_rows(context, rows, ("symbol", *names), "correlations")
    if document["left_out"] and not context.csv:
        sys.stderr.write(plain(f"too little history: {' '.join(document['left_out'])}") + "\n")
    return 0
