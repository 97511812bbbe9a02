"""The least that a model has to know: no account, no names of the person's own making, sizes rounded.

Rounded are figures of the person's own book (three digits that count); prices, statistics and research are public here
and stay exact. Ids of orders and proposals are counters, say nothing of anybody, and are what a cancel names.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

DIGITS = 3
OWN = frozenset({
    "portfolio_context", "position_history", "equity_curve", "margin_status", "concentration", "risk_report",
    "stress_test", "what_if", "rebalance_plan", "execution_costs",
})  # fmt: skip
"""Tools whose figures are the person's own."""
_LEFT_OUT = frozenset({
    "account", "account_id", "accounts", "owner", "user", "engine", "signer", "key", "key_id", "client_order_id",
    "client_id", "note", "session_id",
})  # fmt: skip
_EXACT = frozenset({
    "price", "last", "bid", "ask", "mid", "average_cost", "strike", "multiplier", "tick_size", "lot_size", "count",
    "working_orders", "max_quantity", "proposal_id", "order_id", "n",
})  # fmt: skip
_IN_TEXT = re.compile(r"(?<![\w.:/-])[-+]?\d[\d,]{2,}(?:\.\d+)?(?![\w-])", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII)


def least(tool: str, data: Any, ids: set[str]) -> Any:
    """A result's data as it may be sent. `ids` gains the account's, so that they can be kept out of text, too."""
    return _least(data, tool in OWN, ids)


def _least(value: Any, own: bool, ids: set[str]) -> Any:
    if isinstance(value, dict):
        kept = {}
        for name, each in value.items():
            if name in _LEFT_OUT:
                if isinstance(each, str) and name.startswith("account") and each:
                    ids.add(each)
                continue
            kept[name] = each if name in _EXACT else _least(each, own, ids)
        return kept
    if isinstance(value, list | tuple):
        return [_least(each, own, ids) for each in value]
    return _rounded(value) if own else value


def _rounded(value: Any) -> Any:
    """To three digits that count, in the form it had."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    text = str(value)
    if not _NUMBER.fullmatch(text):
        return value
    try:
        number = Decimal(text)
        short = number.quantize(Decimal(1).scaleb(number.adjusted() - DIGITS + 1)) if number else number
    except InvalidOperation:
        return value
    if len(number.as_tuple().digits) <= DIGITS or short == number:
        return value
    sign = "+" if text.startswith("+") else ""
    return f"{sign}{short:f}" if isinstance(value, str) else int(short) if isinstance(value, int) else float(short)


def rounded_text(text: str) -> str:
    """Words with every figure of more than three digits that count rounded; dates and ids stay."""
    return _IN_TEXT.sub(lambda found: str(_rounded(found.group().replace(",", ""))), text)


def without(text: str, ids: set[str]) -> str:
    """Words of the desk without an account's id."""
    for each in ids:
        text = re.sub(rf"(?<![\w-]){re.escape(each)}(?![\w-])", "(account)", text)
    return text
