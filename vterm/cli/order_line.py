"""The words and flags of `vterm order` as a payload of docs/orders.md. What is wrong with it is the engine's to say."""

from __future__ import annotations

from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

USAGE = (
    "vterm order buy|sell SYM QTY [--limit P] [--stop P] [--trail P|P%%] [--oco]\n"
    "                   [--tif DAY|GTC|IOC|FOK|GTD:DATE|OPG|CLS] [--post-only] [--reduce-only] [--no-queue]\n"
    "                   [--take-profit P] [--stop-loss P] [--display Q] [--when RULE]\n"
    "                   [--session regular|extended] [--client-id ID] [--preview] [--wait SECONDS]\n"
    "       vterm order amend ID [--quantity Q] [--limit P] [--stop P]\n"
    "       vterm order show ID\n"
    "       vterm order --payload FILE|- [--preview] [--wait SECONDS]"
)
FIELDS = """\
the order's type follows from its prices:
  market          no price
  limit           --limit
  stop            --stop                  waits for its price, then takes
  stop_limit      --stop and --limit      waits for its price, then rests at the limit
  trailing_stop   --trail                 its trigger follows the market (--stop: the first one)
  oco             --oco --limit --stop    rests at the limit; where the stop is touched first, takes

fields of a payload (JSON):
  symbol side type quantity               needed; REST also asset_class, and session of shares and ETFs
  limit_price stop_price                  multiples of the tick
  trail_amount trail_percent              one of them, for trailing_stop
  take_profit stop_loss                   make any order but oco a bracket: fills are protected by exits
  display_quantity                        iceberg: what the book shows of a resting order
  time_in_force expire_at                 DAY GTC IOC FOK GTD OPG CLS; GTD has a date or time
  post_only reduce_only queue             true or false; queue false: refuse where the market is closed
  when                                    wait for a rule: "price >= 250 and BTC spread <= 0.02"
  session client_order_id                 regular or extended; your own name for it
"""


def add_order_flags(parser: ArgumentParser) -> None:
    """Flags of a new order and of an amend."""
    add = parser.add_argument
    add("words", nargs="*", help="buy|sell SYM QTY, amend ID, or show ID")
    add("--limit", metavar="P", help="limit price")
    add("--stop", metavar="P", help="stop price")
    add("--trail", metavar="P", help="distance of a trailing stop, as a price or with a percent sign")
    add("--oco", action="store_true", help="limit and stop in one order: one cancels the other")
    add("--tif", metavar="T", help="DAY, GTC (default), IOC, FOK, GTD:DATE, OPG or CLS")
    add("--take-profit", metavar="P", help="exit of what fills, with a profit")
    add("--stop-loss", metavar="P", help="exit of what fills, with a loss")
    add("--display", metavar="Q", help="show only so much of it in the book")
    add("--when", metavar="RULE", help='wait until a rule holds, such as "spread <= 0.02 and BTC price > 70000"')
    add("--post-only", action="store_true", help="refuse the order where it would take")
    add("--reduce-only", action="store_true", help="only make a position smaller")
    add("--no-queue", action="store_true", help="refuse the order where the market is closed")
    add("--session", choices=("regular", "extended"), help="hours of equities and ETFs")
    add("--client-id", metavar="ID", help="your own name for it; sent twice, it trades once")
    add("--quantity", metavar="Q", help="amend: the whole quantity, with what is filled")


def payload(args: Namespace) -> dict[str, Any]:
    """The order that the line asks for."""
    if len(args.words) != 3 or args.words[0] not in ("buy", "sell"):
        raise usage("an order is buy or sell, a symbol and a quantity", "vterm order buy BTC 0.5 --limit 68500")
    if args.quantity:
        raise usage("--quantity belongs to order amend", "vterm order buy SYM QTY")
    side, symbol, quantity = args.words
    force, _, expiry = (args.tif or "").partition(":")
    given = {
        "limit_price": args.limit,
        "stop_price": args.stop,
        **_trail(args.trail),
        "take_profit": args.take_profit,
        "stop_loss": args.stop_loss,
        "display_quantity": args.display,
        "time_in_force": force.upper() or None,
        "expire_at": expiry or None,
        "session": args.session,
        "when": args.when,
        "client_order_id": args.client_id,
        "post_only": args.post_only or None,
        "reduce_only": args.reduce_only or None,
        "queue": False if args.no_queue else None,
    }
    order: dict[str, Any] = {"symbol": symbol, "side": side, "type": _kind(args), "quantity": quantity}
    return {**order, **{name: value for name, value in given.items() if value is not None}}


def _kind(args: Namespace) -> str:
    if args.oco:
        return "oco"
    if args.trail is not None:
        return "trailing_stop"
    if args.stop is not None:
        return "stop" if args.limit is None else "stop_limit"
    return "market" if args.limit is None else "limit"


def _trail(text: str | None) -> dict[str, str]:
    if text is None:
        return {}
    return {"trail_percent": text[:-1]} if text.endswith("%") else {"trail_amount": text}


def changes(args: Namespace) -> dict[str, str]:
    """What an amend changes."""
    given = {"quantity": args.quantity, "limit_price": args.limit, "stop_price": args.stop}
    found = {name: value for name, value in given.items() if value is not None}
    others = ("trail", "tif", "take_profit", "stop_loss", "display", "when", "session", "client_id", "payload", "wait")
    switches = ("oco", "post_only", "reduce_only", "no_queue", "preview")
    said = [name for name in others if getattr(args, name) is not None] + [n for n in switches if getattr(args, n)]
    if said:
        raise usage(f"an amend cannot change --{said[0].replace('_', '-')}", "cancel the order and send another")
    if not found:
        raise usage("an amend changes something", "vterm order amend ID --limit 68400")
    return found
