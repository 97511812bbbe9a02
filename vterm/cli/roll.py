"""roll: move a futures position to the next contract."""

from __future__ import annotations

from vterm.cli.context import escape
from vterm.cli.output import show_rows, write_json
from vterm.cli.stop import stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

COLUMNS = ("order_id", "symbol", "side", "quantity", "status", "filled_quantity", "average_price", "reduce_only")


def args_roll(parser: ArgumentParser) -> None:
    """vterm roll SYM"""
    parser.add_argument("symbol", metavar="SYM", help="a contract that is held, or its root")


def run_roll(context: Context, args: Namespace) -> int:
    """Close what is held of a contract, then open as much of the next one; the second only if the first was taken."""
    held, following = _contracts(context, args.symbol.upper())
    long = not (str(held["quantity"]).startswith("-") or held.get("side") == "short")
    quantity = str(held["quantity"]).lstrip("-")
    legs: list[dict[str, Any]] = [
        {"symbol": held["symbol"], "side": "sell" if long else "buy", "quantity": quantity, "reduce_only": True},
        {"symbol": following, "side": "buy" if long else "sell", "quantity": quantity},
    ]
    rows = [context.call("POST", "/v1/orders", {**leg, "type": "market"}).document for leg in legs]
    if context.json:
        write_json({"orders": rows})
    else:
        show_rows(context, rows, COLUMNS, "orders")
    return 0


def _contracts(context: Context, name: str) -> tuple[dict[str, Any], str]:
    """The position that is rolled and the contract that it goes to."""
    positions = context.get("/v1/positions").document["positions"]
    roots = context.get("/v1/instruments?class=commodities").document["instruments"]
    for root in roots:
        codes = [str(contract["symbol"]) for contract in root.get("contracts") or ()]
        mine = [row for row in positions if row["symbol"] in codes and name in (row["symbol"], root["symbol"])]
        if len(mine) > 1:
            raise stop("INCONSISTENT_FIELDS", f"several contracts of {name} are held", f"vterm roll {codes[0]}", 2)
        if mine:
            place = codes.index(mine[0]["symbol"]) + 1
            if place == len(codes):
                raise stop("BAD_CONTRACT_CODE", f"no contract of {root['symbol']} comes after {codes[-1]}", "", 2)
            return mine[0], codes[place]
    symbol = str(context.get(f"/v1/quotes/{escape(name)}").document["symbol"])
    raise stop(
        "WOULD_NOT_REDUCE", f"there is no futures position in {symbol} to roll", "`vterm positions` lists them", 3
    )
