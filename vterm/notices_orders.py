"""What became of an order, in the past tense: the same words for a toast, a notice and an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.model.number import trim
from engine.model.text import safe
from vterm.paint import grouped
from vterm.wording import terms


def some(text: object) -> bool:
    """Whether a decimal text is not zero."""
    return any(c in "123456789" for c in str(text or ""))


def described(order: Mapping[str, Any]) -> str:
    """side quantity symbol, and the limit or what it waits for."""
    text = f"{order['side']} {grouped(trim(str(order['quantity'])))} {safe(str(order['symbol']))}"
    if order.get("type") not in ("limit", "market", None):
        return f"{text} {safe(terms(order, grouped))}"
    return f"{text} at {grouped(str(order['limit_price']))}" if order.get("limit_price") else text


def outcome(order: Mapping[str, Any]) -> str:
    """What became of an order."""
    filled, symbol = str(order.get("filled_quantity") or "0"), safe(str(order["symbol"]))
    verb = "Bought" if order["side"] == "buy" else "Sold"
    status = str(order.get("status", ""))
    if some(filled):
        price = trim(str(order.get("average_price") or ""))
        text = f"{verb} {grouped(trim(filled))} {symbol} at {grouped(price)}"
        if status in ("filled",):
            return text
        rest = grouped(trim(str(order.get("remaining_quantity") or "0")))
        return f"{text}; {rest} {'left working' if status == 'partially_filled' else status}"
    words = {
        "working": "Placed",
        "accepted": "Placed",
        "queued": "Queued for the open:",
        "cancelled": "Cancelled unfilled:",
        "expired": "Expired unfilled:",
        "rejected": "Rejected:",
    }
    return f"{words.get(status, 'Placed')} {described(order)}"
