"""Whose doing an order is: a person's, a strategy's, a trading key's, or the desk's own."""

from __future__ import annotations

from engine.model.command import ORIGINS

UNDER_KEY = "api:"
"""Begins the origin of what was sent under a trading key; the key's id follows."""

SIGNED = "signed:"
"""Begins the origin of what a person signed for; the proposal's id follows."""


def from_outside(origin: str) -> bool:
    """Whether an order was sent from outside, and not made by the desk itself (exits, slices, liquidation)."""
    return origin in ORIGINS or origin.startswith((UNDER_KEY, SIGNED))
