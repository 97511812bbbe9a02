"""calendar, cashflow, roundtrips: what the account did, by day and by trade."""

from __future__ import annotations

import sys

from vterm.cli.analytics import heading
from vterm.cli.equity import add_window
from vterm.cli.output import fields, show_one, show_rows
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

SPANS = ("day", "week", "month", "year")
ENTRIES = ("label", "pnl", "return", "days")
TRIPS = (
    *("symbol", "side", "quantity", "opened_at", "closed_at", "held_s", "entry_value", "exit_value", "fee", "carry"),
    *("pnl", "return", "fills"),
)


def args_calendar(parser: ArgumentParser) -> None:
    """vterm calendar [--span day|week|month|year] [--window 90d]"""
    parser.add_argument("--span", default="day", choices=SPANS)
    add_window(parser)


def run_calendar(context: Context, args: Namespace) -> int:
    """Profit and return by span, oldest first, then what the days say together."""
    answer = context.get(query("/v1/portfolio/calendar", span=args.span, window=args.window))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    rows = document["entries"]
    for row in rows:
        row["best"], row["worst"] = (_result(row.get(name)) for name in ("best", "worst"))
    daily = ("fills", "best", "worst") if args.span == "day" else ()
    show_rows(context, rows, (*ENTRIES, *daily), "days")
    if context.csv:
        return 0
    heading("days")
    summary = document["summary"]
    for name in ("best", "worst"):
        found = summary.pop(name)
        summary[name] = f"{found['label']} {found['pnl']} ({found['return']})" if found else None
    fields(summary)
    for name in ("by_weekday", "by_hour"):
        heading(name.replace("_", " "))
        fields(document[name])
    return 0


def _result(found: dict[str, Any] | None) -> str | None:
    return f"{found['symbol']} {found['pnl']}" if found else None


def args_cashflow(parser: ArgumentParser) -> None:
    """vterm cashflow [--window 30d]"""
    add_window(parser)


def run_cashflow(context: Context, args: Namespace) -> int:
    """Where cash went by word and day, and from worth to worth."""
    answer = context.get(query("/v1/portfolio/cashflow", window=args.window))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    words = sorted(document["moved"])
    rows = [{**row, **row["moved"]} for row in document["days"]]
    columns = ("day", *words, "net", "balance")
    if context.csv:
        show_rows(context, rows, columns, "days")
        return 0
    fields({name: document[name] for name in ("window", "from", "start", "end")})
    heading("moved")
    fields(document["moved"])
    if document["waterfall"]:
        heading("from worth to worth")
        fields(document["waterfall"])
    sys.stdout.write("\n")
    show_rows(context, rows, columns, "days")
    return 0


def args_roundtrips(parser: ArgumentParser) -> None:
    """vterm roundtrips [--window 30d] [--open] [--limit N]"""
    add_window(parser)
    parser.add_argument("--open", action="store_true", help="those that are not closed yet")
    parser.add_argument("--limit", metavar="N", help="newest N (default: all)")


def run_roundtrips(context: Context, args: Namespace) -> int:
    """Trades from flat to flat, newest first, and their figures."""
    from vterm.cli.market import whole

    limit = whole(args.limit, "--limit") if args.limit else None
    answer = context.get(query("/v1/portfolio/trades", window=args.window, limit=limit))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    show_rows(context, document["open" if args.open else "trades"], TRIPS, "round trips")
    if not context.csv and not args.open:
        heading("all of them")
        stats = document["stats"]
        for name in ("best", "worst"):
            found = stats.pop(name)
            stats[name] = f"{found['symbol']} {found['pnl']}" if found else None
        fields(stats)
    return 0
