"""twap, vwap, pov, iceberg, algos, algo: large orders in pieces, and what they saved."""

from __future__ import annotations

from vterm.cli.context import escape
from vterm.cli.output import show, show_one
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

COLUMNS = (
    *("algo_id", "algo", "symbol", "side", "quantity", "filled_quantity", "average_price", "shortfall_bps"),
    *("block_shortfall_bps", "status", "slices_sent", "next_at"),
)


def _args(parser: ArgumentParser, *, slices: bool) -> None:
    parser.add_argument("side", choices=("buy", "sell"))
    parser.add_argument("symbol")
    parser.add_argument("quantity")
    parser.add_argument("--over", metavar="SPAN", default="10m", help="how long it may take: 90s, 10m, 2h")
    if slices:
        parser.add_argument("--slices", metavar="N", help="how many pieces (default 10)")
    else:
        parser.add_argument("--rate", metavar="SHARE", help="share of the market's volume (default 0.1)")
    parser.add_argument("--limit", metavar="P", help="never trade beyond this price")
    parser.add_argument("--session", choices=("regular", "extended"))
    parser.add_argument("--client-id", metavar="ID", help="your own id; sending it twice starts one")


def args_twap(parser: ArgumentParser) -> None:
    """vterm twap buy|sell SYM QTY --over 10m --slices 10"""
    _args(parser, slices=True)


def args_vwap(parser: ArgumentParser) -> None:
    """vterm vwap buy|sell SYM QTY --over 2h --slices 12"""
    _args(parser, slices=True)


def args_pov(parser: ArgumentParser) -> None:
    """vterm pov buy|sell SYM QTY --over 30m --rate 0.1"""
    _args(parser, slices=False)


def run_twap(context: Context, args: Namespace) -> int:
    """Equal slices: Q/N every T/N."""
    return _start(context, "twap", args)


def run_vwap(context: Context, args: Namespace) -> int:
    """Slices as large as the volume that usually trades then."""
    return _start(context, "vwap", args)


def run_pov(context: Context, args: Namespace) -> int:
    """A share of what trades."""
    return _start(context, "pov", args)


def _start(context: Context, kind: str, args: Namespace) -> int:
    body: dict[str, Any] = {
        "algo": kind,
        "symbol": args.symbol,
        "side": args.side,
        "quantity": args.quantity,
        "over": args.over,
        "slices": getattr(args, "slices", None),
        "rate": getattr(args, "rate", None),
        "limit_price": args.limit,
        "session": args.session,
        "client_order_id": args.client_id,
    }
    said = {name: value for name, value in body.items() if value is not None}
    return show_one(context, context.call("POST", "/v1/algos", said))


def args_iceberg(parser: ArgumentParser) -> None:
    """vterm iceberg buy|sell SYM QTY --limit P --display Q"""
    parser.add_argument("side", choices=("buy", "sell"))
    parser.add_argument("symbol")
    parser.add_argument("quantity")
    parser.add_argument("--limit", metavar="P", required=True, help="the price it rests at")
    parser.add_argument("--display", metavar="Q", required=True, help="what the book shows of it at a time")
    parser.add_argument("--tif", metavar="TIF", default="GTC", help="DAY or GTC")
    parser.add_argument("--client-id", metavar="ID", help="your own id")


def run_iceberg(context: Context, args: Namespace) -> int:
    """A limit order that shows a slice of itself: `order … --display` by its usual name."""
    body = {
        "symbol": args.symbol,
        "side": args.side,
        "type": "limit",
        "quantity": args.quantity,
        "limit_price": args.limit,
        "display_quantity": args.display,
        "time_in_force": args.tif,
        "client_order_id": args.client_id,
    }
    said = {name: value for name, value in body.items() if value is not None}
    return show_one(context, context.call("POST", "/v1/orders", said))


def args_algos(parser: ArgumentParser) -> None:
    """vterm algos [--open]"""
    parser.add_argument("--open", action="store_true", help="those still at work")


def run_algos(context: Context, args: Namespace) -> int:
    """Algorithms, newest first."""
    return show(context, context.get("/v1/algos?open=true" if args.open else "/v1/algos"), "algos", COLUMNS)


def args_algo(parser: ArgumentParser) -> None:
    """vterm algo show|pause|resume|cancel ID"""
    parser.add_argument("action", choices=("show", "pause", "resume", "cancel"))
    parser.add_argument("id", nargs="?")


def run_algo(context: Context, args: Namespace) -> int:
    """Show one, or change what it does."""
    if args.id is None:
        raise usage(f"algo {args.action} needs an id", "vterm algos lists them")
    path = f"/v1/algos/{escape(args.id)}"
    if args.action == "show":
        return show_one(context, context.get(path))
    return show_one(context, context.call("POST", f"{path}/{args.action}"))
