"""rebalance: proposals that bring the account to target weights. Nothing is sent."""

from __future__ import annotations

import sys

from vterm.cli.analytics import heading
from vterm.cli.output import fields, show_one, show_rows
from vterm.cli.stop import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import Any

    from vterm.cli.context import Context

STRATEGIES = ("equal", "risk-parity", "inverse-vol", "targets")
PROPOSALS = ("symbol", "side", "quantity", "expected_price", "value", "fee", "checked", "reason")
ROWS = ("symbol", "weight", "target", "allowed", "after", "note")


def args_rebalance(parser: ArgumentParser) -> None:
    """vterm rebalance equal|risk-parity|inverse-vol|targets AAPL=0.3,BTC=20% [--reserve 2%] [--min-trade 500]"""
    parser.add_argument("strategy", choices=STRATEGIES)
    parser.add_argument("targets", nargs="*", metavar="SYM=WEIGHT", help="with targets: shares of NAV, - is short")
    parser.add_argument("--symbols", metavar="A,B", help="what to weigh (default: what is held)")
    parser.add_argument("--reserve", metavar="P%", help="share of NAV that stays in cash (default 2%%)")
    parser.add_argument("--min-trade", metavar="V", help="no trade below V VCR, unless it closes (default 100)")
    parser.add_argument("--keep-others", action="store_true", help="leave what has no target as it is")


def run_rebalance(context: Context, args: Namespace) -> int:
    """Proposals, those that make room first, and the weights before and after. `--json` has the payloads to send."""
    wanted: dict[str, Any] = {"strategy": args.strategy}
    pairs = [pair for words in args.targets for pair in words.split(",") if pair]
    if pairs:
        wanted["targets"] = _targets(pairs)
    if args.symbols:
        wanted["symbols"] = [symbol for symbol in args.symbols.split(",") if symbol]
    if args.reserve is not None:
        wanted["reserve"] = share(args.reserve, "--reserve")
    if args.min_trade is not None:
        wanted["min_trade"] = args.min_trade
    if args.keep_others:
        wanted["keep_others"] = True
    answer = context.call("POST", "/v1/portfolio/rebalance", wanted)
    if context.json:
        return show_one(context, answer)
    document = answer.document
    for row in document["proposals"]:
        row["checked"] = _checked(row)
    if context.csv:
        show_rows(context, document["proposals"], PROPOSALS, "proposals")
        return 0
    fields(document)
    sys.stdout.write("\n")
    show_rows(context, document["proposals"], PROPOSALS, "proposals")
    heading("weights")
    show_rows(context, document["rows"], ROWS, "positions")
    return 0


def _checked(row: dict[str, Any]) -> str:
    """What the gate says of a proposal now."""
    if row["refusal"]:
        return f"{row['refusal']['code']}, {row['max_quantity']} passes"
    return "waits for the open" if row["queued"] else "passes"


def _targets(pairs: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        symbol, equals, weight = pair.partition("=")
        if not equals or not symbol or not weight:
            raise usage("targets are symbols with weights", "vterm rebalance targets AAPL=0.3,BTC=0.2")
        if symbol in found:
            raise usage(f"{symbol} has two targets", "say each once")
        found[symbol] = share(weight, symbol)
    return found


def share(text: str, name: str) -> str:
    """A share as a plain decimal; 2% is 0.02."""
    if not text.endswith("%"):
        return text
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(text[:-1]) / 100
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise usage(f"{name} is a percentage", "for example 2%")
    return format(number.normalize(), "f")
