"""order, orders, cancel, close, fills: to trade, and what has become of it."""

from __future__ import annotations

import sys
import time

from vterm.cli.context import escape
from vterm.cli.market import whole
from vterm.cli.order_line import FIELDS, USAGE, add_order_flags, changes, payload
from vterm.cli.output import fields, plain, show, show_one, show_rows
from vterm.cli.stop import stop, usage
from vterm.wording import described

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Answer, Context

MAX_PAYLOAD = 65_536
DONE = ("filled", "cancelled", "rejected", "expired")
_POLL_S = 0.1
ORDERS = (
    *("order_id", "symbol", "side", "type", "quantity", "limit_price", "trigger_price", "status", "filled_quantity"),
    *("average_price", "queue_ahead", "time_in_force", "submitted_at"),
)
PARTS = ("mid", "half_spread", "depth", "impact", "timing")
FILLS = ("at", "fill_id", "order_id", "symbol", "side", "quantity", "price", "fee", "realised_pnl", "liquidity")


def args_order(parser: ArgumentParser) -> None:
    """vterm order buy|sell SYM QTY …, order amend ID, order show ID, order --payload FILE|-"""
    from argparse import RawDescriptionHelpFormatter

    parser.usage, parser.epilog, parser.formatter_class = USAGE, FIELDS, RawDescriptionHelpFormatter
    add_order_flags(parser)
    parser.add_argument("--payload", metavar="FILE", help="the order as JSON, - for standard input")
    parser.add_argument("--preview", action="store_true", help="show what it would do; send nothing")
    parser.add_argument("--wait", metavar="SECONDS", help="return when the order is done or the time is up")


def run_order(context: Context, args: Namespace) -> int:
    """Send, preview, amend or show one order."""
    wait = _seconds(args.wait)
    if args.words[:1] in (["show"], ["amend"]):
        verb = args.words[0]
        if len(args.words) != 2:
            raise usage(f"order {verb} needs one order id", f"vterm order {verb} ID")
        path = f"/v1/orders/{escape(args.words[1])}"
        if verb == "show":
            return _show_order(context, context.get(path))
        return _show_order(context, context.call("POST", f"{path}/amend", changes(args)))
    if args.payload is not None:
        if args.words:
            raise usage("--payload is the whole order", "leave out the words before it")
        order: object = read_payload(args.payload)
    else:
        order = payload(args)
    if args.preview:
        return _show_order(context, context.call("POST", "/v1/orders/preview", order))
    answer = context.call("POST", "/v1/orders", order)
    return _show_order(context, _await(context, answer, wait))


def read_payload(path: str) -> bytes:
    """The payload's bytes, untouched: what is wrong with them is the engine's to say."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(MAX_PAYLOAD + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(MAX_PAYLOAD + 1)
    except OSError as error:
        text = f"cannot read the payload {path}: {error.strerror}"
        raise usage(text, "--payload FILE, or - for standard input") from None
    if len(data) > MAX_PAYLOAD:
        raise stop("PAYLOAD_TOO_LARGE", "the payload is larger than 64 KiB", "send one order at a time", 2)
    return data


def _seconds(text: str | None) -> float:
    if text is None:
        return 0.0
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise usage("--wait is a number of seconds up to 86400", "--wait 5")
    return seconds


def _await(context: Context, answer: Answer, seconds: float) -> Answer:
    """The order when it is done or the time is up."""
    until = time.monotonic() + seconds
    while seconds and time.monotonic() < until and answer.document["status"] not in DONE:
        time.sleep(_POLL_S)
        answer = context.get(f"/v1/orders/{escape(str(answer.document['order_id']))}")
    return answer


def _show_order(context: Context, answer: Answer) -> int:
    if context.json or context.csv:
        return show_one(context, answer)
    document = answer.document
    refusal = document.pop("refusal", None)
    if "status" in document:
        sys.stdout.write(plain(described(document)) + "\n")
    fields(document)
    for name in ("if_triggered", "auction"):
        if document.get(name):
            fields({f"{name}.{key}": value for key, value in document[name].items()})
    for number, fill in enumerate(document.get("fills") or ()):
        fields({f"fill {number + 1}": f"{fill['quantity']} at {fill['price']}{_explained(fill)}"})
    if refusal:
        fields({"refused": f"{refusal['code']}: {refusal['message']}"})
    return 0


def _explained(fill: dict[str, Any]) -> str:
    """The parts that a fill's price is made of, those of nothing left out."""
    parts = fill.get("explain") or {}
    said = [(name.replace("_", " "), str(parts[name])) for name in PARTS[1:] if parts and parts[name].strip("-0.")]
    terms = [f"{'-' if text.startswith('-') else '+'} {text.lstrip('-')} {name}" for name, text in said]
    return f" = {' '.join([parts['mid'], 'mid', *terms])}" if parts else ""


def args_orders(parser: ArgumentParser) -> None:
    """vterm orders [--open] [--limit N]"""
    parser.add_argument("--open", action="store_true", help="only those that can still trade")
    parser.add_argument("--limit", metavar="N", help="newest N (default: all)")


def run_orders(context: Context, args: Namespace) -> int:
    """Orders, newest first."""
    query = ["open=true"] if args.open else []
    if args.limit:
        query.append(f"limit={whole(args.limit, '--limit')}")
    return show(context, context.get("/v1/orders" + ("?" + "&".join(query) if query else "")), "orders", ORDERS)


def args_cancel(parser: ArgumentParser) -> None:
    """vterm cancel ID|--all [--flatten]"""
    parser.add_argument("order_id", nargs="?", metavar="ID", help="the order's id, or your own")
    parser.add_argument("--all", action="store_true", help="every open order of the account")
    parser.add_argument("--flatten", action="store_true", help="with --all: also close every position at market")


def run_cancel(context: Context, args: Namespace) -> int:
    """Take one order back, or all of them."""
    if args.all == bool(args.order_id):
        raise usage("cancel needs one order id, or --all", "vterm cancel ID")
    if args.flatten and not args.all:
        raise usage("--flatten goes with --all", "vterm cancel --all --flatten")
    if args.order_id:
        return _show_order(context, context.call("POST", f"/v1/orders/{escape(args.order_id)}/cancel"))
    answer = context.call("POST", "/v1/flatten" if args.flatten else "/v1/orders/cancel-all")
    if context.json:
        return show_one(context, answer)
    cancelled = answer.document["cancelled"]
    sys.stdout.write("".join(f"{plain(order_id)}\n" for order_id in cancelled))
    if not cancelled:
        sys.stderr.write("no open orders\n")
    if args.flatten:
        show_rows(context, answer.document["closing"], ORDERS, "positions to close")
    return 0


def args_fills(parser: ArgumentParser) -> None:
    """vterm fills [--limit N] [--explain]"""
    parser.add_argument("--limit", metavar="N", help="newest N (default: all)")
    parser.add_argument("--explain", action="store_true", help="what each price is made of")


def run_fills(context: Context, args: Namespace) -> int:
    """Executions, newest first."""
    query = f"?limit={whole(args.limit, '--limit')}" if args.limit else ""
    answer = context.get("/v1/fills" + query)
    if args.explain and not context.json:
        rows = [{**fill, **fill["explain"]} for fill in answer.document["fills"]]
        show_rows(context, rows, (*FILLS[:7], *PARTS), "fills")
        return 0
    return show(context, answer, "fills", FILLS)


def args_close(parser: ArgumentParser) -> None:
    """vterm close SYM [FRACTION]"""
    parser.add_argument("symbol", metavar="SYM")
    parser.add_argument("fraction", nargs="?", default="1", help="0.5 or 50%% (default: all of it)")
    parser.add_argument("--preview", action="store_true", help="show what it would do; send nothing")
    parser.add_argument("--wait", metavar="SECONDS", help="return when the order is done or the time is up")


def run_close(context: Context, args: Namespace) -> int:
    """A reduce-only market order against the position."""
    wait = _seconds(args.wait)
    share, whole_of = _fraction(args.fraction)
    symbol = str(context.get(f"/v1/quotes/{escape(args.symbol)}").document["symbol"])
    positions = context.get("/v1/positions").document["positions"]
    held = next((row for row in positions if row["symbol"] == symbol), None)
    if held is None:
        raise stop("WOULD_NOT_REDUCE", f"there is no position in {symbol} to close", "`vterm positions` lists them", 3)
    quantity = str(held["quantity"])
    short = quantity.startswith("-") or held.get("side") == "short"
    units, decimals = _units(quantity.lstrip("-"))
    part = units * share // whole_of
    if part == 0:
        raise stop("WOULD_NOT_REDUCE", f"that fraction of {quantity} {symbol} is nothing", "use a larger fraction", 3)
    order = {"symbol": symbol, "side": "buy" if short else "sell", "type": "market", "reduce_only": True}
    payload = {**order, "quantity": _decimal(part, decimals)}
    if args.preview:
        return _show_order(context, context.call("POST", "/v1/orders/preview", payload))
    return _show_order(context, _await(context, context.call("POST", "/v1/orders", payload), wait))


def _fraction(text: str) -> tuple[int, int]:
    """A fraction in (0, 1] as two integers."""
    number = text.removesuffix("%")
    if number.isascii() and number.replace(".", "", 1).isdigit() and len(number) <= 20:
        units, decimals = _units(number)
        below = 10**decimals * (100 if text.endswith("%") else 1)
        if 0 < units <= below:
            return units, below
    raise usage(f"{text[:20]!r} is no fraction of a position", "use 0.5 or 50%")


def _units(text: str) -> tuple[int, int]:
    """Decimal text as digits and a number of decimals, which are those of the instrument's lot."""
    whole_part, _, decimals = text.partition(".")
    return int(whole_part + decimals or "0"), len(decimals)


def _decimal(units: int, decimals: int) -> str:
    if not decimals:
        return str(units)
    whole_part, fraction = divmod(units, int(10**decimals))
    return f"{whole_part}.{fraction:0{decimals}d}"
