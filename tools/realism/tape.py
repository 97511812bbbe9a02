"""Quotes and trades at 100 ms, taken down from a world that walks every tick."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.market.calendar import load_calendar
from engine.market.world import World
from engine.model.ids import MINUTE_NS, SECOND_NS, TimeNs
from engine.model.instrument import Instrument
from tools.realism.bars import ANCHOR, near_world
from tools.realism.calendars import key_of, regular_minutes

TICK_NS = SECOND_NS // 10
MS = 1_000_000
TICK_MS = 100.0
WINDOW, AFTER_OPEN = 375, 5
"""Minutes of a session that are taken down: from its sixth on, or its middle where it is long."""

TAKEN, REFILLED = 0.2, 10.0
"""A print empties part of the touch and the touch refills: two quotes that a grid of 100 ms hides. They are
written into the tape this many ms behind the print, inside the same step."""

Floats = NDArray[np.float64]
Tape = tuple[pd.DataFrame, pd.DataFrame]


def _window(day: list[int]) -> tuple[int, int]:
    first = max(0, len(day) // 2 - WINDOW // 2) if len(day) > 600 else AFTER_OPEN
    return first, min(first + WINDOW, len(day))


def tapes(instruments: list[Instrument], seed: int, sessions: int) -> list[list[Tape]]:
    """Per name of one calendar, per session: its quotes and its trades, prices in ticks."""
    world = near_world(instruments, seed)
    days = regular_minutes(load_calendar(key_of(instruments[0])), ANCHOR, sessions, MINUTE_NS)
    walked = [_walk(world, day[slice(*_window(day))]) for day in days]
    return [[day[k] for day in walked] for k in range(len(instruments))]


def _walk(world: World, starts: list[int]) -> list[Tape]:
    """Per name: what is shown and printed in the minutes `starts`; a lunch break between them takes no time."""
    ticks = [at + k * TICK_NS for at in starts for k in range(int(MINUTE_NS // TICK_NS))]
    shown = np.empty((len(ticks), 4, len(world.instruments)), np.int64)
    prints: list[list[tuple[float, int, int, int]]] = [[] for _ in world.instruments]
    parts = (world.bid, world.bid_size, world.ask, world.ask_size)
    for place, at in enumerate(ticks):
        world.advance(TimeNs(at), TICK_NS)
        row = shown[place]
        for number, part in enumerate(parts):
            row[number] = part
        if place and ticks[place - 1] == at - TICK_NS:
            for ix in world.any_prints().tolist():
                shift = place * TICK_NS - at
                prints[ix] += [((t.at + shift) / MS + 0.5, t.price, t.size, t.sign) for t in world.prints(ix)]
    time = np.arange(len(ticks)) * TICK_MS
    return [
        _tape(np.vstack([time, shown[:, :, ix].T]), np.array(prints[ix], np.float64).reshape(-1, 4).T)
        for ix in range(len(world.instruments))
    ]


def _tape(quotes: Floats, prints: Floats) -> Tape:
    """Frames of quotes (5, ticks: t, bid, size, ask, size) and prints (4, m: t, price, size, sign)."""
    changed = np.r_[True, (np.diff(quotes[1:], axis=1) != 0).any(axis=0)]
    kept = quotes[:, changed]
    met = np.searchsorted(kept[0], prints[0], side="right") - 1
    taken, back = kept[:, met].copy(), kept[:, met].copy()
    buys = prints[3] > 0
    for side, hit in ((4, buys), (2, ~buys)):
        taken[side] = np.where(hit, np.maximum(taken[side] - prints[2], 1), taken[side])
    taken[0] = prints[0] + TAKEN
    last = np.floor(prints[0] / TICK_MS) * TICK_MS + TICK_MS - 0.1
    back[0] = np.minimum(prints[0] + REFILLED, last)
    every = np.concatenate([kept, taken, back], axis=1)
    every = every[:, np.argsort(every[0], kind="stable")]
    return (
        pd.DataFrame(every.T, columns=["t_ms", "bid", "bid_size", "ask", "ask_size"]),
        pd.DataFrame(prints.T, columns=["t_ms", "price", "size", "sign"]),
    )
