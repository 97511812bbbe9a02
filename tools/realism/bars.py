"""Minute bars from 60 s steps and daily bars of sixteen years, through the world's public readings."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import pandas as pd

from engine.market.calendar import load_calendar
from engine.market.world import World
from engine.model.ids import DAY_NS, MINUTE_NS, SECOND_NS, TimeNs
from engine.model.instrument import Grid, Instrument
from tools.realism.calendars import key_of, regular_minutes, repeated

TICK_NS = SECOND_NS // 10
ANCHOR = TimeNs(1_787_061_600 * SECOND_NS)
"""Tuesday 2026-08-18, 14:00 UTC."""

FINE = 6
"""Daily bars are read on a grid 10**FINE times finer, as split-adjusted series are: over sixteen years a
name without splits may come to trade for a few ticks."""


@dataclass
class Minutes:
    """Minute bars of one name, and how wide its quote was at their starts."""

    bars: pd.DataFrame
    spread: float
    one_tick: float


def near_world(instruments: list[Instrument], seed: int) -> World:
    """The shipped world of some names with its own calendars."""
    calendars = {key: load_calendar(key) for key in {key_of(i) for i in instruments}}
    return World(instruments, calendars, seed, ANCHOR)


def minutes(instruments: list[Instrument], seed: int, sessions: int) -> list[Minutes]:
    """Minute bars of the sessions after the anchor's, for names of one calendar, by steps of 60 s."""
    world = near_world(instruments, seed)
    days = regular_minutes(load_calendar(key_of(instruments[0])), ANCHOR, sessions, MINUTE_NS)
    mids, volumes, wide = [], [], []
    for day in days:
        for place, at in enumerate(day):
            if place == 0 or day[place - 1] != at - MINUTE_NS:
                world.advance(TimeNs(at), MINUTE_NS)
                before = world.volume_day.copy()
            wide.append(world.ask - world.bid)
            goes_on = place + 1 < len(day) and day[place + 1] == at + MINUTE_NS
            if goes_on:
                world.advance(TimeNs(at + MINUTE_NS), MINUTE_NS)
            else:
                world.advance(TimeNs(at + MINUTE_NS - TICK_NS), TICK_NS)
            after = world.volume_day.copy()
            mids.append(world.mid2 / 2)
            volumes.append(after - before)
            before = after
    mid, volume, spread = np.array(mids), np.array(volumes), np.array(wide)
    index = {
        "day": np.repeat(np.arange(len(days)), [len(day) for day in days]),
        "minute": np.concatenate([np.arange(len(day)) for day in days]),
    }
    return [
        Minutes(
            pd.DataFrame({**index, "mid": mid[:, k], "volume": volume[:, k]}),
            float(spread[:, k].mean()),
            float((spread[:, k] == 1).mean()),
        )
        for k in range(len(instruments))
    ]


def _finer(instrument: Instrument) -> Instrument:
    return msgspec.structs.replace(
        instrument,
        tick=Grid(instrument.tick.units, instrument.tick.decimals + FINE),
        spread_ticks=instrument.spread_ticks * 10**FINE,
    )


def daily(instruments: list[Instrument], seed: int, count: int) -> list[pd.DataFrame]:
    """`count` daily bars of names of one calendar, from the start of the session table on."""
    calendar = repeated(key_of(instruments[0]))
    world = World([_finer(i) for i in instruments], {key_of(instruments[0]): calendar}, seed,
                  calendar.days[0].segments[0].start)  # fmt: skip
    end = TimeNs(int(calendar.days[count + 1].segments[-1].end) // DAY_NS * DAY_NS)
    world.advance(end, MINUTE_NS)
    out = []
    for ix in range(len(instruments)):
        # The newest may still run, at a quote that is wide beside a price of a few ticks.
        rows = [(b.at, b.open, b.high, b.low, b.close, b.volume) for b in world.daily(ix, count + 1, end)[:-1]]
        out.append(pd.DataFrame(rows, columns=["date", "open", "high", "low", "close", "volume"]))
    return out
