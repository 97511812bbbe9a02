"""study, progress, checks: an instrument seen whole, what an account has done, what the desk would warn of."""

from __future__ import annotations

import sys
from urllib.parse import quote as quoted

from vterm.cli.analytics import flat, heading
from vterm.cli.output import fields, plain, show, show_one, show_rows
from vterm.cli.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

_FACTS = ("law", "usual", "moves", "range")
_COSTS = ("value", "quantity", "buy_bps", "buy_fee_bps", "sell_bps", "sell_fee_bps", "law_bps")


def args_study(parser: ArgumentParser) -> None:
    """vterm study SYM [--every 5m|1h|1d] [--benchmark SYM]"""
    parser.add_argument("symbol", metavar="SYM", help="what to study")
    parser.add_argument("--every", choices=("5m", "1h", "1d"), default="1d", help="bars of the readings (default 1d)")
    parser.add_argument("--benchmark", metavar="SYM", help="what beta is told against (default SPX)")


def run_study(context: Context, args: Namespace) -> int:
    """Facts, moves, readings and costs, each under its heading."""
    path = f"/v1/studies/{quoted(args.symbol, safe='')}"
    answer = context.get(query(path, every=args.every, benchmark=args.benchmark))
    if context.json:
        return show_one(context, answer)
    document = answer.document
    if context.csv:
        rows = [{"figure": name, "value": value} for name, value in flat(document)]
        show_rows(context, rows, ("figure", "value"), "figures")
        return 0
    fields(document)
    for name in _FACTS:
        heading({"law": "price law, as the catalogue has it", "usual": "a usual day"}.get(name, name))
        fields(document[name] or {})
    heading("returns")
    show_rows(context, document["returns"], ("horizon", "from", "close", "return_pct"), "returns")
    heading(f"readings of bars of {args.every}")
    show_rows(context, document["readings"], ("name", "period", "value", "says"), "readings")
    heading("what a trade costs now, in basis points of its value (law: a usual day, without fee)")
    show_rows(context, [_cost(row) for row in document["costs"]], _COSTS, "costs")
    return 0


def _cost(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in ("value", "quantity", "law_bps")}
    for side in ("buy", "sell"):
        said = row[side] or {}
        found |= {f"{side}_bps": said.get("cost_bps"), f"{side}_fee_bps": said.get("fee_bps")}
    return found


def args_progress(parser: ArgumentParser) -> None:
    """vterm progress"""


def run_progress(context: Context, args: Namespace) -> int:
    """Counts under their headings."""
    answer = context.get("/v1/progress")
    if context.json:
        return show_one(context, answer)
    document = answer.document
    if context.csv:
        rows = [{"figure": name, "value": value} for name, value in flat(document)]
        show_rows(context, rows, ("figure", "value"), "figures")
        return 0
    fields(document)
    for name in ("orders", "days", "costs", "trades"):
        heading(name)
        fields(document[name])
    heading("classes")
    show_rows(context, document["classes"], ("asset_class", "fills", "symbols", "value", "share"), "classes")
    heading("milestones")
    show_rows(context, document["milestones"], ("name", "have", "next"), "milestones")
    return 0


def args_checks(parser: ArgumentParser) -> None:
    """vterm checks"""


def run_checks(context: Context, args: Namespace) -> int:
    """A line for each thing that was found; on stderr how much was looked at where nothing was."""
    answer = context.get("/v1/checks")
    if not context.json and not context.csv and not answer.document["checks"]:
        sys.stderr.write(plain(f"nothing to warn of: looked at {answer.document['looked_at']} things") + "\n")
        return 0
    if context.json:
        return show_one(context, answer)
    return show(context, answer, "checks", ("level", "symbol", "text", "have", "limit"))
