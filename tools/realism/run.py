"""Scores of many instruments: names of one calendar share a world, worlds share the processor's cores."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from engine.market.catalogue import load
from engine.model.instrument import Instrument
from tools.realism.bars import daily, minutes
from tools.realism.calendars import key_of
from tools.realism.rule import Score, scored, yardstick
from tools.realism.tape import tapes

REFERENCE = 165
"""Rows of the reference table; they come first among the catalogue's columns."""

TAPED = frozenset(
    ("AAPL", "MSFT", "KO", "SPY", "QQQ", "HYG", "BTC-USD", "ETH-USD", "ADA-USD",
     "EUR-USD", "USD-JPY", "USD-MXN", "GC", "CL", "ZC", "SPX", "DAX", "N225")
)  # fmt: skip
"""Three names a class, of seven calendars, whose quotes and trades are always looked at."""

TOGETHER = 12
"""Names of one world."""


@dataclass(frozen=True)
class Effort:
    """How much of the market is looked at. `tape` names the instruments with quotes and trades."""

    sessions: int
    daily: int
    tape_sessions: int
    tape: frozenset[str]


def reference() -> list[Instrument]:
    """The instruments of the reference table."""
    return list(load().columns[:REFERENCE])


def groups(instruments: list[Instrument]) -> list[list[Instrument]]:
    """Instruments by calendar, TOGETHER at most, the most work first."""
    found: dict[str, list[Instrument]] = {}
    for instrument in instruments:
        found.setdefault(key_of(instrument), []).append(instrument)
    parts = [names[k : k + TOGETHER] for names in found.values() for k in range(0, len(names), TOGETHER)]
    return sorted(parts, key=len, reverse=True)


def group_scores(instruments: list[Instrument], seed: int, effort: Effort) -> list[Score]:
    """Scores of names that share a calendar."""
    scorer = yardstick()
    if scorer is None:
        return []
    out = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        bars, days = minutes(instruments, seed, effort.sessions), daily(instruments, seed, effort.daily)
        taped = [i for i in instruments if i.symbol in effort.tape]
        found = tapes(taped, seed, effort.tape_sessions) if taped else []
        tape = {instrument.symbol: sessions for instrument, sessions in zip(taped, found, strict=True)}
        for instrument, near, far in zip(instruments, bars, days, strict=True):
            values = {**scorer.bar_metrics(near.bars), **scorer.daily_metrics(far)}
            spread, one = near.spread, near.one_tick
            if instrument.symbol in tape:
                ticks = scorer.tick_metrics(tape[instrument.symbol], 1.0)
                spread, one = ticks["spread_ticks_mean"], ticks["spread_one_tick_share"]
                values |= ticks
            out.append(scored(instrument, values, spread, one))
    return out


def all_scores(instruments: list[Instrument], seed: int, effort: Effort, jobs: int) -> Iterator[list[Score]]:
    """Scores of all groups as they are done, in the order of the groups."""
    parts = groups(instruments)
    if jobs == 1:
        yield from (group_scores(part, seed, effort) for part in parts)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for future in [pool.submit(group_scores, part, seed, effort) for part in parts]:
            yield future.result()
