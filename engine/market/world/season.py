"""How activity is spread over the day: volume shares; volatility follows their square root."""

from __future__ import annotations

import math

import numpy as np

from engine.market.world.tables import F64, exp

_BUMPS = {
    "forex": (0.35, ((8.5, 2.6, 1.0), (14.0, 2.2, 1.35), (1.5, 2.0, 0.45))),
    "commodity": (0.18, ((8.0, 2.2, 0.55), (14.5, 1.9, 2.2), (19.0, 1.3, 0.7))),
    "crypto": (0.80, ((14.5, 3.5, 0.45),)),
}
"""Base level and (hour UTC, width in hours, height) of each bump."""


def u_shape(position: F64) -> F64:
    """Volume season of a venue with an open and a close; `position` is 0 at the open, 1 at the close."""
    return np.asarray(0.7 + 2.2 * exp(-position / 0.06) + 2.4 * exp(-(1 - position) / 0.05))


def by_hour(kind: str, hours: F64) -> F64:
    """Volume season of a venue open round the clock, by UTC hour in [0, 24)."""
    base, bumps = _BUMPS[kind]
    out = np.full(hours.shape, base)
    for centre, width, height in bumps:
        away = np.abs(hours - centre)
        away = np.minimum(away, 24 - away)
        out += height * exp(-(away * away) / (2 * width * width))
    if kind == "forex":
        out[(hours >= 21) & (hours < 23)] *= 0.5
    return out


def season(kind: str, start_minute: int, minutes: int) -> F64:
    """Volume season of a regular session, shape (minutes,), mean 1."""
    places = np.arange(minutes) + 0.5
    if kind == "u" or minutes < 600:
        out = u_shape(places / minutes)
    else:
        out = by_hour(kind, ((start_minute + places) / 60) % 24)
    return np.asarray(out / (math.fsum(out.tolist()) / minutes))
