"""what-if: every figure before and after a trade that is not sent."""

from __future__ import annotations

import sys

from vterm.cli.analytics import flat, heading
from vterm.cli.order_line import add_order_flags, payload
from vterm.cli.output import fields, show_one, show_rows
from vterm.cli.query import query
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context


def args_what_if(parser: ArgumentParser) -> None:
    """vterm what-if buy|sell SYM QTY [flags of vterm order] [--benchmark SYM]"""
    parser.usage = "vterm what-if buy|sell SYM QTY [--limit P] [--benchmark SYM] [flags of vterm order]"
    add_order_flags(parser)
    parser.add_argument("--payload", metavar="FILE", help="the order as JSON, - for standard input")
    parser.add_argument("--benchmark", metavar="SYM", help="what to compare with (default SPX)")


def run_what_if(context: Context, args: Namespace) -> int:
    """Figures side by side. Nothing is sent."""
    order: object
    if args.payload is not None:
        from vterm.cli.orders import read_payload

        if args.words:
            raise usage("--payload is the whole order", "leave out the words before it")
        order = read_payload(args.payload)
    else:
        order = payload(args)
    answer = context.call("POST", query("/v1/portfolio/what-if", benchmark=args.benchmark), order)
    if context.json:
        return show_one(context, answer)
    document = answer.document
    rows = _rows(document["before"], document["after"])
    if context.csv:
        show_rows(context, rows, ("figure", "before", "after"), "figures")
        return 0
    refusal = document["preview"].pop("refusal")
    fields(document)
    fields(document["preview"])
    if refusal:
        fields({"refused": f"{refusal['code']}: {refusal['message']}"})
    sys.stdout.write("\n")
    show_rows(context, rows, ("figure", "before", "after"), "figures")
    if document["correlations"]:
        heading(f"correlation of {document['symbol']} with")
        fields(document["correlations"])
    return 0


def _rows(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a figure that either of them has."""
    first, second = dict(flat(before)), dict(flat(after))
    names = dict.fromkeys([*first, *second])
    skipped = (".name", ".confidence")
    return [
        {"figure": name, "before": first.get(name), "after": second.get(name)}
        for name in names
        if not name.endswith(skipped)
    ]
