"""order, orders, cancel, close, fills: to trade, and what has become of it."""

from __future__ import annotations

import sys
import time

from vterm.cli.context import escape
from vterm.cli.market import whole
from vterm.cli.output import fields, show, show_one
from vterm.cli.stop import stop, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Answer, Context

MAX_PAYLOAD = 65_536
DONE = ("filled", "cancelled", "rejected", "expired")
_POLL_S = 0.1
ORDERS = (
    *("order_id", "symbol", "side", "type", "quantity", "limit_price", "status", "filled_quantity", "average_price"),
    *("time_in_force", "submitted_at"),
)
FILLS = ("at", "fill_id", "order_id", "symbol", "side", "quantity", "price", "fee", "realised_pnl", "liquidity")


def args_order(parser: ArgumentParser) -> None:
    """vterm order buy|sell SYM QTY …, order show ID, order --payload FILE|-"""
    parser.usage = (
        "vterm order buy|sell SYM QTY [--limit P] [--tif DAY|GTC|IOC|FOK] [--post-only] [--reduce-only]\n"
        "                   [--session regular|extended] [--client-id ID] [--preview] [--wait SECONDS]\n"
        "       vterm order show ID\n"
        "       vterm order --payload FILE|- [--preview] [--wait SECONDS]"
    )
    parser.add_argument("words", nargs="*", help="buy|sell SYM QTY, or show ID")
    parser.add_argument("--limit", metavar="P", help="limit price; a market order without it")
    parser.add_argument("--tif", metavar="T", help="DAY, GTC, IOC or FOK (default GTC)")
    parser.add_argument("--post-only", action="store_true", help="refuse the order where it would take")
    parser.add_argument("--reduce-only", action="store_true", help="only make a position smaller")
    parser.add_argument("--no-queue", action="store_true", help="refuse the order where the market is closed")
    parser.add_argument("--session", choices=("regular", "extended"), help="hours of equities and ETFs")
    parser.add_argument("--client-id", metavar="ID", help="your own name for it; sent twice, it trades once")
    parser.add_argument("--payload", metavar="FILE", help="the order as JSON, - for standard input")
    parser.add_argument("--preview", action="store_true", help="show what it would do; send nothing")
    parser.add_argument("--wait", metavar="SECONDS", help="return when the order is done or the time is up")


def run_order(context: Context, args: Namespace) -> int:
    """Send, preview or show one order."""
    wait = _seconds(args.wait)
    if args.words[:1] == ["show"]:
        if len(args.words) != 2:
            raise usage("order show needs one order id", "vterm order show ID")
        return _show_order(context, context.get(f"/v1/orders/{escape(args.words[1])}"))
    if args.payload is not None:
        if args.words:
            raise usage("--payload is the whole order", "leave out the words before it")
        payload: object = _read(args.payload)
    else:
        payload = _payload(args)
    if args.preview:
        return _show_order(context, context.call("POST", "/v1/orders/preview", payload))
    answer = context.call("POST", "/v1/orders", payload)
    return _show_order(context, _await(context, answer, wait))


def _payload(args: Namespace) -> dict[str, Any]:
    if len(args.words) != 3 or args.words[0] not in ("buy", "sell"):
        raise usage("an order is buy or sell, a symbol and a quantity", "vterm order buy BTC 0.5 --limit 68500")
    side, symbol, quantity = args.words
    order: dict[str, Any] = {"symbol": symbol, "side": side, "type": "limit" if args.limit else "market"}
    order["quantity"] = quantity
    given = {
        "limit_price": args.limit,
        "time_in_force": args.tif.upper() if args.tif else None,
        "session": args.session,
        "client_order_id": args.client_id,
        "post_only": args.post_only or None,
        "reduce_only": args.reduce_only or None,
        "queue": False if args.no_queue else None,
    }
    return {**order, **{name: value for name, value in given.items() if value is not None}}


def _read(path: str) -> bytes:
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
    fields(document)
    for number, fill in enumerate(document.get("fills") or ()):
        text = f"{fill['quantity']} at {fill['price']}" if isinstance(fill, dict) else fill
        fields({f"fill {number + 1}": text})
    if refusal:
        fields({"refused": f"{refusal['code']}: {refusal['message']}"})
    return 0


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
    """vterm cancel ID|--all"""
    parser.add_argument("order_id", nargs="?", metavar="ID", help="the order's id, or your own")
    parser.add_argument("--all", action="store_true", help="every open order of the account")


def run_cancel(context: Context, args: Namespace) -> int:
    """Take one order back, or all of them."""
    if args.all == bool(args.order_id):
        raise usage("cancel needs one order id, or --all", "vterm cancel ID")
    if args.order_id:
        return _show_order(context, context.call("POST", f"/v1/orders/{escape(args.order_id)}/cancel"))
    answer = context.call("POST", "/v1/orders/cancel-all")
    if context.json:
        return show_one(context, answer)
    cancelled = answer.document["cancelled"]
    sys.stdout.write("".join(f"{order_id}\n" for order_id in cancelled))
    if not cancelled:
        sys.stderr.write("no open orders\n")
    return 0


def args_fills(parser: ArgumentParser) -> None:
    """vterm fills [--limit N]"""
    parser.add_argument("--limit", metavar="N", help="newest N (default: all)")


def run_fills(context: Context, args: Namespace) -> int:
    """Executions, newest first."""
    query = f"?limit={whole(args.limit, '--limit')}" if args.limit else ""
    return show(context, context.get("/v1/fills" + query), "fills", FILLS)


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
