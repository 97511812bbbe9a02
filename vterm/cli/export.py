"""export: what an account did or has, as a file for a spreadsheet, a program or a notebook."""

from __future__ import annotations

import sys

from vterm.cli.account import POSITIONS
from vterm.cli.export_file import kind_of, packed, put
from vterm.cli.history import add_filters, filtered
from vterm.cli.journal import COLUMNS as JOURNAL
from vterm.cli.market import whole
from vterm.cli.orders import ORDERS
from vterm.cli.query import query
from vterm.cli.stop import usage
from vterm.cli.wallet import COLUMNS as WALLET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from vterm.cli.context import Context

TRADES = (
    *("at", "symbol", "side", "quantity", "price", "fee", "value", "realised_pnl", "liquidity", "fill_id", "order_id"),
    *("client_order_id", "account", "fee_currency"),
)
EQUITY = ("at", "nav", "return", "drawdown")
COLUMNS = {
    "trades": TRADES,
    "orders": (*ORDERS[:1], "account", *ORDERS[1:], "fee", "updated_at", "client_order_id", "origin", "reason"),
    "wallet": WALLET,
    "positions": (*POSITIONS, "asset_class", "sector", "cost"),
    "equity": EQUITY,
    "journal": JOURNAL,
}
_NOUNS = {"trades": "fills", "wallet": "movements", "journal": "entries", "equity": "points"}
_FILTERS = ("symbol", "asset_class", "side", "status", "origin", "min_value", "sort")


def args_export(parser: ArgumentParser) -> None:
    """vterm export trades|orders|wallet|positions|equity|journal --out FILE.(csv|json|parquet)"""
    parser.add_argument("what", choices=tuple(COLUMNS))
    parser.add_argument("--out", required=True, metavar="FILE", help="its name ends in .csv, .json or .parquet")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    add_filters(parser)


def run_export(context: Context, args: Namespace) -> int:
    """Write the file; say how many rows are in it."""
    kind = kind_of(args.out)
    noun = _NOUNS.get(args.what, args.what)
    rows = context.get(_path(args)).document[noun]
    data = packed(kind, noun, rows, COLUMNS[args.what])
    put(args.out, data, force=args.force)
    if context.json:
        from vterm.cli.output import write_json

        write_json({"file": args.out, "rows": len(rows), "bytes": len(data)})
    else:
        from vterm.cli.output import plain

        sys.stderr.write(plain(f"{args.out}: {len(rows)} rows") + "\n")
    return 0


def _path(args: Namespace) -> str:
    if args.what in ("trades", "orders"):
        return filtered(args, "fills" if args.what == "trades" else "orders")
    given = [name for name in _FILTERS if getattr(args, name)]
    if given:
        word = given[0].replace("_", "-")
        raise usage(f"--{word} belongs to trades and orders", "leave it out")
    limit = whole(args.limit, "--limit") if args.limit else ""
    if (args.since or args.until) and args.what != "wallet":
        raise usage(f"{args.what} has no --from and --to", "leave them out")
    if args.what in ("positions", "equity"):
        if limit:
            raise usage(f"{args.what} has no --limit", "leave it out")
        return "/v1/positions" if args.what == "positions" else "/v1/portfolio/equity?window=all&every=hour"
    return query(f"/v1/{args.what}", limit=limit, _from=args.since, to=args.until)
