"""history: what was traded or ordered, narrowed and sorted."""

from __future__ import annotations

from vterm.cli.market import whole
from vterm.cli.orders import FILLS, ORDERS
from vterm.cli.output import show
from vterm.cli.query import query
from vterm.cli.stop import usage
from vterm.cli.wallet import add_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

CLASSES = ("equities", "etfs", "crypto", "forex", "commodities", "indices")
SORTS = ("newest", "oldest", "value", "pnl", "symbol")


def add_filters(parser: ArgumentParser) -> None:
    """What narrows orders and fills."""
    parser.add_argument("--symbol", metavar="SYM", help="one or more, with commas; a futures root is all its contracts")
    parser.add_argument("--class", dest="asset_class", choices=CLASSES, help="one asset class")
    parser.add_argument("--side", choices=("buy", "sell"))
    add_span(parser)
    parser.add_argument("--status", metavar="WORD", help="orders: filled, cancelled, rejected, expired, …, with commas")
    parser.add_argument("--origin", metavar="WORD", help="person, strategy, algo, import, api, …")
    parser.add_argument("--min-value", metavar="VCR", help="worth at least this")
    parser.add_argument("--sort", choices=SORTS, help="newest (default), oldest, largest value, best pnl, symbol")
    parser.add_argument("--limit", metavar="N", help="the first N (default: all)")


def args_history(parser: ArgumentParser) -> None:
    """vterm history [fills|orders] [--symbol SYM] [--class C] [--side S] [--from T] [--to T] …"""
    parser.add_argument("what", nargs="?", default="fills", choices=("fills", "orders"))
    add_filters(parser)


def run_history(context: Context, args: Namespace) -> int:
    """Fills, or orders."""
    if args.status and args.what == "fills":
        raise usage("--status belongs to `history orders`", "vterm history orders --status cancelled")
    return show(context, context.get(filtered(args, args.what)), args.what, FILLS if args.what == "fills" else ORDERS)


def filtered(args: Namespace, what: str) -> str:
    """The path of orders or fills with the filters of a command line."""
    return query(
        f"/v1/{what}",
        symbol=args.symbol,
        _class=args.asset_class,
        side=args.side,
        _from=args.since,
        to=args.until,
        status=args.status if what == "orders" else None,
        origin=args.origin,
        min_value=args.min_value,
        sort=args.sort,
        limit=whole(args.limit, "--limit") if args.limit else None,
    )
