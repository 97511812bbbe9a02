"""statement: what an account began a span with, what changed it, and what it ended with."""

from __future__ import annotations

import sys

from vterm.cli.output import plain, show_rows, write_raw
from vterm.cli.query import query
from vterm.cli.stop import usage
from vterm.cli.wallet import add_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

LINES = ("section", "at", "what", "symbol", "side", "quantity", "price", "amount", "balance", "reference")
CHANGES = ("deposits", "realised_pnl", "unrealised_pnl", "fees", "funding", "dividends")
ENDS = ("nav", "cash", "positions_value", "unrealised_pnl")
POSITIONS = ("symbol", "side", "quantity", "cost", "price", "value", "unrealised_pnl")
BY_SYMBOL = ("symbol", "fills", "bought", "sold", "realised_pnl", "fees", "funding", "dividends")


def args_statement(parser: ArgumentParser) -> None:
    """vterm statement [--from T --to T | --month 2026-11] [--html [FILE]]"""
    add_span(parser)
    parser.add_argument("--month", metavar="YYYY-MM", help="a whole month")
    parser.add_argument("--html", nargs="?", const="-", metavar="FILE", help="a page to print (default: to stdout)")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def run_statement(context: Context, args: Namespace) -> int:
    """The statement as text, a page, JSON or CSV."""
    if args.html and (context.json or context.csv):
        raise usage("--html is its own form", "leave out --json and --csv")
    answer = context.get(query("/v1/statement", _from=args.since, to=args.until, month=args.month))
    if context.json:
        write_raw(answer.raw)
    elif context.csv:
        show_rows(context, lines(answer.document), LINES, "lines")
    elif args.html:
        from vterm.cli.export_file import put
        from vterm.cli.statement_page import page

        text = page(answer.document)
        if args.html == "-":
            sys.stdout.write(text)
        else:
            put(args.html, text.encode(), force=args.force)
    else:
        _show(context, answer.document)
    return 0


def _show(context: Context, document: dict[str, Any]) -> None:
    opening, closing = document["opening"], document["closing"]
    sys.stdout.write(plain(f"{document['account']}  {document['from']}  to  {document['to']}  VCR") + "\n\n")
    rows = [{"": name.replace("_", " "), "opening": opening[name], "closing": closing[name]} for name in ENDS]
    show_rows(context, rows, ("", "opening", "closing"), "figures")
    sys.stdout.write("\n")
    changed = [{"change": name.replace("_", " "), "amount": document["changes"][name]} for name in (*CHANGES, "nav")]
    show_rows(context, changed, ("change", "amount"), "changes")
    for noun, rows, columns in (
        ("positions", closing["positions"], POSITIONS),
        ("by_symbol", document["by_symbol"], BY_SYMBOL),
    ):
        if rows:
            sys.stdout.write("\n")
            show_rows(context, rows, columns, noun)
    counted = f"{len(document['fills'])} fills and {len(document['movements'])} movements of cash"
    sys.stderr.write(f"{counted}: --json or --csv lists them\n")


def lines(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The statement as one table: a line for each figure, position, change, fill and movement."""
    found: list[dict[str, Any]] = []
    for end in ("opening", "closing"):
        side = document[end]
        found += [{"section": end, "at": side["at"], "what": name, "amount": side[name]} for name in ENDS]
        for row in side["positions"]:
            named = {name: row[name] for name in ("symbol", "side", "quantity", "price")}
            found.append(
                {"section": f"{end} position", "at": side["at"], "what": "value", **named, "amount": row["value"]}
            )
    for name, amount in document["changes"].items():
        found.append({"section": "change", "what": name, "amount": amount})
    for fill in document["fills"]:
        named = {name: fill[name] for name in ("at", "symbol", "side", "quantity", "price")}
        found.append(
            {"section": "fill", "what": "value", **named, "amount": fill["value"], "reference": fill["fill_id"]}
        )
    for row in document["movements"]:
        named = {name: row.get(name) for name in ("at", "symbol", "amount", "balance")}
        found.append({"section": "cash", "what": row["kind"], **named, "reference": row["movement_id"]})
    return found
