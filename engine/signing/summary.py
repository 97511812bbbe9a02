"""One line of what a proposal is for, in the engine's words: for lists and counters, never for signing."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.proposal import Purpose
from engine.signing.card_rows import act_rows, algo_rows, leg_row
from engine.signing.fields import Part

_MOST = 120


def summary(purpose: Purpose, orders: Sequence[Part] = (), act: Part | None = None) -> str:
    """`BUY 2 GCQ26 LMT 2,381.40 DAY`, `3 orders: …`, or the first terms of another act; at most 120 characters."""
    terms = act or {}
    if purpose is Purpose.ALGO_START:
        text = ", ".join(algo_rows(terms)[:2])
    elif purpose is Purpose.ORDER_REPLACE and orders:
        text = f"change {terms['order_id']} to {leg_row(orders[0])}"
    elif len(orders) > 1:
        text = f"{len(orders)} orders: {', '.join(leg_row(order) for order in orders)}"
    elif orders:
        text = leg_row(orders[0])
    else:
        text = ", ".join(act_rows(terms, purpose))
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."
