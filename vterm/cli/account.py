"""portfolio, positions, watchlist: what is owned and what is looked at."""

from __future__ import annotations

import sys

from vterm.cli.output import fields, plain, show, show_rows, write_raw
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

POSITIONS = (
    *("symbol", "side", "quantity", "average_cost", "price", "value", "unrealised_pnl", "unrealised_pct"),
    *("day_pnl", "weight", "currency"),
)


def run_portfolio(context: Context, args: Namespace) -> int:
    """The account's figures, then its positions."""
    answer = context.get("/v1/portfolio")
    if context.json:
        write_raw(answer.raw)
        return 0
    document = answer.document
    if context.csv:
        show_rows(context, [document], [name for name, value in document.items() if name != "positions"], "portfolio")
        return 0
    fields(document)
    if document.get("positions"):
        sys.stdout.write("\n")
        show_rows(context, document["positions"], POSITIONS, "positions")
    return 0


def run_positions(context: Context, args: Namespace) -> int:
    """What is held, largest first."""
    return show(context, context.get("/v1/positions"), "positions", POSITIONS)


def args_watchlist(parser: ArgumentParser) -> None:
    """vterm watchlist [add|remove|set SYM…]"""
    parser.add_argument("action", nargs="?", choices=("add", "remove", "set"))
    parser.add_argument("symbols", nargs="*", metavar="SYM")


def run_watchlist(context: Context, args: Namespace) -> int:
    """Show the list, or change it and show what it has become."""
    if args.action in ("add", "remove") and not args.symbols:
        raise usage(f"{args.action} needs a symbol", f"vterm watchlist {args.action} BTC")
    answer = context.get("/v1/watchlist")
    if args.action:
        answer = context.call("PUT", "/v1/watchlist", {"symbols": _changed(context, args, answer.document["symbols"])})
    if context.json:
        write_raw(answer.raw)
    elif context.csv:
        show_rows(context, [{"symbol": symbol} for symbol in answer.document["symbols"]], ("symbol",), "symbols")
    else:
        sys.stdout.write("".join(plain(symbol) + "\n" for symbol in answer.document["symbols"]))
    return 0


def _changed(context: Context, args: Namespace, now: list[str]) -> list[str]:
    """The new list. A symbol to remove may be any of its names."""
    if args.action == "set":
        return list(args.symbols)
    if args.action == "add":
        return [*now, *(symbol for symbol in args.symbols if symbol not in now)]
    from vterm.cli.context import escape

    gone = set(args.symbols)
    for symbol in args.symbols:
        if symbol not in now:
            gone.add(context.get(f"/v1/quotes/{escape(symbol)}").document["symbol"])
    return [symbol for symbol in now if symbol not in gone]
