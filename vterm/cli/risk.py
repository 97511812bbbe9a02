"""risk: how near the account is to its margin, and the limits that its owner set."""

from __future__ import annotations

import sys

from vterm.cli.output import fields, show_one, show_rows
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

TAILS = ("confidence", "var", "cvar", "normal_var", "normal_cvar", "var_amount", "cvar_amount")
POSITIONS = ("symbol", "value", "weight", "margin", "share_of_limit", "unrealised_pnl")
LIMITS = {
    "max_order_value": ("V", "an order may be worth at most V VCR"),
    "max_off_percent": ("P", "a price may be at most P percent through the market"),
    "max_off_ticks": ("N", "a price may be at most N ticks through the market"),
    "daily_loss": ("V", "lock the account for the day when it has lost V VCR"),
    "no_repeat": ("SECONDS", "refuse the same order again within SECONDS"),
    "orders_per_minute": ("N", "send at most N orders a minute"),
}
WORDS = {"no_repeat": "no_repeat_seconds"}
"""Names on the wire that are not those of the flags."""


def args_risk(parser: ArgumentParser) -> None:
    """vterm risk, risk set --daily-loss 5000 …, risk set --off daily-loss, risk unlock"""
    parser.add_argument("action", nargs="?", choices=("set", "unlock"))
    for name, (metavar, about) in LIMITS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar=metavar, help=about)
    names = ", ".join(name.replace("_", "-") for name in LIMITS)
    parser.add_argument("--off", action="append", metavar="NAME", default=[], help=f"remove a limit: {names}")


def run_risk(context: Context, args: Namespace) -> int:
    """Show the figures, or change a limit and show what has become of them."""
    changes = _changes(args)
    if bool(changes) != (args.action == "set"):
        raise usage("risk set takes the limits to change", "vterm risk set --daily-loss 5000")
    if args.action == "unlock":
        changes = {"unlock": True}
    answer = context.call("POST", "/v1/risk/limits", changes) if changes else context.get("/v1/risk")
    if context.json or context.csv:
        return show_one(context, answer)
    _show(context, answer.document)
    return 0


def _changes(args: Namespace) -> dict[str, Any]:
    """What `set` sends: the limits said, and None for those taken off."""
    said = {name: getattr(args, name) for name in LIMITS}
    changes = {WORDS.get(name, name): value for name, value in said.items() if value is not None}
    for word in args.off:
        name = word.removeprefix("--").replace("-", "_")
        if name not in LIMITS:
            raise usage(f"there is no limit {word}", f"--off {'|'.join(LIMITS).replace('_', '-')}")
        if said[name] is not None:
            raise usage(f"{word} is set and taken off at once", "say one of them")
        changes[WORDS.get(name, name)] = None
    return changes


def _show(context: Context, document: dict[str, Any]) -> None:
    positions, limits, lock = document["positions"], document["limits"], document["locked"]
    fields(document)
    for name in ("exposure", "reasons"):
        if document.get(name):
            sys.stdout.write(f"\n{name}\n" if name == "exposure" else "\nwhy figures are missing\n")
            fields(document[name])
    if document.get("tails"):
        sys.stdout.write("\nlosses of one bad day, of what is held now over past days\n")
        show_rows(context, document["tails"], TAILS, "tails")
    if lock:
        fields({"locked": lock["cause"], "until": lock["until"]})
    said = {name: value for name, value in limits.items() if value is not None}
    sys.stdout.write("\n")
    fields(said or {"limits": "none set"})
    if positions:
        sys.stdout.write("\n")
        show_rows(context, positions, POSITIONS, "positions")
