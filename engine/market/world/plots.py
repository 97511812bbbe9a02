"""The plots of the scenarios: which curves each one draws, from named draws of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.market.scenarios import Scenario
from engine.market.world.classes import Columns
from engine.market.world.scenario import DEPTH, SPREAD, UNREST, VOLUME, Curve, Effects, Factor
from engine.market.world.tables import F64
from engine.market.world.timeline import CalendarLike
from engine.model.ids import MINUTE_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.session import MarketSession
from engine.rng import halves, keys, stable_hash, stream_key, words

FALL = -0.09431067947124129
"""log(0.91): what a column with the loading of SPY falls."""

LOADING = 0.99 * 0.01
FALL_MINUTES, RECOVERY_MINUTES = 8, 20
_FALLING = (0.04, 0.07, 0.10, 0.13, 0.16, 0.20, 0.19, 0.11)
_ROLL = ((-15, 2.0), (-10, 3.0), (-2, 5.0), (0, 2.0), (5, 1.5), (30, 3.0), (60, 1.0))
"""(minutes from the roll, spread factor from then on); the model's own factor of 3 covers the first half hour."""

BURSTS = ((4, 0.14), (24, 0.20), (47, 0.32), (78, 0.20), (108, 0.14))
"""(minute, share) of the five bursts of a squeeze."""


class Stage(NamedTuple):
    """What plots are made from: a seed, the minute of the start, and the world's columns and calendars."""

    seed: int
    start: int
    instruments: Sequence[Instrument]
    columns: Columns
    calendars: Mapping[str, CalendarLike]

    def draws(self, what: str, count: int) -> list[float]:
        """Named uniform numbers of this seed."""
        key = keys(stream_key(self.seed, "scenario"), np.array([stable_hash(what)], np.uint64), np.zeros(1, np.int64))
        drawn = halves(words(key, 0, (count + 3) // 4)).reshape(-1)[:count]
        return [(int(u) + 0.5) / 65536 for u in drawn]

    def each(self, what: str) -> F64:
        """A uniform number for each column; names that share a path share it."""
        subject = np.full(len(self.columns), stable_hash(what) % (1 << 62), np.int64)
        drawn = halves(words(keys(stream_key(self.seed, "scenario"), self.columns.driver, subject), 0, 1)[0])
        return (drawn[:, 0].astype(np.float64) + 0.5) / 65536

    def everyone(self) -> NDArray[np.bool_]:
        """All columns."""
        return np.ones(len(self.columns), np.bool_)

    def of_class(self, *names: str) -> NDArray[np.bool_]:
        """Columns of some asset classes."""
        return np.array([i.asset_class in names for i in self.instruments])

    def only(self, symbol: str) -> NDArray[np.bool_]:
        """The column of one symbol (none where the world has no such column)."""
        return np.array([i.symbol == symbol for i in self.instruments])

    def regular(self, session: str, after: int) -> list[tuple[int, int]]:
        """Regular stretches (first minute, end minute) of the next days that end after a minute."""
        out: list[tuple[int, int]] = []
        if session not in self.calendars:
            return [(after, after + 1440)]
        calendar = self.calendars[session]
        first = max(0, int(np.searchsorted(np.asarray(calendar.ordinals), after // 1440 + 719_163 - 2)))
        for day in calendar.days[first : first + 14]:
            spans = [(int(s.start), int(s.end)) for s in day.segments if s.state == MarketSession.REGULAR]
            out += [(a // MINUTE_NS, b // MINUTE_NS) for a, b in spans if b > after * MINUTE_NS]
        return out or [(after, after + 1440)]

    def moment(self, session: str, wait: int, room: int) -> int:
        """`wait` minutes from the start where `room` regular minutes follow, else `wait` minutes into a session."""
        for low, high in self.regular(session, self.start):
            begin = max(self.start, low) + wait
            if begin + room <= high:
                return begin
        return self.start + wait


def effects(
    scenario: Scenario,
    seed: int,
    start: TimeNs,
    instruments: Sequence[Instrument],
    columns: Columns,
    calendars: Mapping[str, CalendarLike],
) -> Effects:
    """The effects of a scenario in a world that starts at `start`."""
    stage = Stage(seed, int(start) // MINUTE_NS, instruments, columns, calendars)
    if scenario.name == "flash-crash":
        return _flash_crash(stage)
    if scenario.name == "earnings-gap":
        return _earnings_gap(stage, scenario.symbol)
    if scenario.name == "liquidity-drought":
        return _liquidity_drought(stage)
    if scenario.name == "short-squeeze":
        return _short_squeeze(stage, scenario.symbol)
    if scenario.name == "fx-roll":
        return _fx_roll(stage)
    return Effects(stage.start, (), (), quiet=True)


def _flash_crash(stage: Stage) -> Effects:
    """Shares, funds and indices fall by their loadings and win two thirds back."""
    begin = stage.moment("US_EQ", 30, FALL_MINUTES + RECOVERY_MINUTES + 15)
    who = stage.of_class("equities", "etfs", "indices")
    c = stage.columns
    loading = c.rho * c.sigma / LOADING * (1 + 0.6 * (stage.each("flash-crash") - 0.5) * c.own)
    weight = np.where(who, np.minimum(np.maximum(loading, -6.0), 2.5), 0.0)
    uneven = stage.draws("flash-crash path", FALL_MINUTES + RECOVERY_MINUTES)
    points, level = [(float(begin), 0.0)], 0.0
    falling = [share * (0.6 + 0.8 * u) for share, u in zip(_FALLING, uneven, strict=False)]
    for step, share in enumerate(falling, 1):
        level += FALL * share / sum(falling)
        points.append((begin + step, level))
    rising = [(u - 0.25) / (3 + step) for step, u in enumerate(uneven[FALL_MINUTES:])]
    for step, share in enumerate(rising, FALL_MINUTES + 1):
        level -= FALL * share / sum(rising) * (2 / 3)
        points.append((begin + step, level))
    end = begin + FALL_MINUTES + RECOVERY_MINUTES
    shape = ((begin, 0.0), (begin + 4, 0.6), (begin + 6, 1.0), (begin + 12, 1.0), (end, 0.25), (end + 15, 0.0))
    factors = [
        Factor(kind, who, Curve.of(*((at, 1 + share * (most - 1)) for at, share in shape)))
        for kind, most in ((SPREAD, 6.0), (VOLUME, 6.0), (UNREST, 4.0))
    ]
    thin = Curve.of(*((at, 1 / (1 + 7 * share)) for at, share in shape))
    return Effects(begin, [(weight, Curve.of(*points))], [*factors, Factor(DEPTH, who, thin)])


def _earnings_gap(stage: Stage, symbol: str) -> Effects:
    """One name jumps after its close and opens several deviations away."""
    who = stage.only(symbol)
    if not who.any():
        return Effects(stage.start, (), ())
    place = int(np.flatnonzero(who)[0])
    spans = [s for s in stage.regular(stage.instruments[place].session, stage.start) if s[1] > stage.start]
    # After a break the same day opens again: results come after the last stretch of the day.
    at = next(k for k in range(len(spans) - 1) if spans[k + 1][0] - spans[k][1] > 240)
    close, opened = spans[at][1], spans[at + 1][0]
    sign, size = stage.draws(f"earnings-gap {symbol}", 2)
    gap = float(stage.columns.sigma[place]) * (5 + 3 * size) * (1 if sign < 0.5 else -1)
    path = Curve.of(
        (close + 5, 0.0), (close + 6, 0.35), (close + 8, 0.58), (close + 15, 0.52), (close + 60, 0.6),
        (opened - 60, 0.72), (opened - 5, 0.93), (opened, 1.0), (opened + 12, 1.1), (opened + 60, 1.0),
    )  # fmt: skip
    late = (close + 4, 1.0), (close + 5, 20.0), (close + 60, 5.0), (opened - 1, 5.0)
    early = (opened, 6.0), (opened + 60, 2.5), (opened + 240, 1.5), (opened + 960, 1.0)
    wide = (close + 4, 1.0), (close + 5, 2.5), (opened - 1, 2.0), (opened, 3.0), (opened + 15, 1.5), (opened + 90, 1.0)
    wild = (close + 4, 1.0), (close + 5, 4.0), (close + 60, 1.5), (opened, 3.0), (opened + 90, 1.2), (opened + 390, 1.0)
    factors = [
        Factor(VOLUME, who, Curve.of(*late, *early)),
        Factor(SPREAD, who, Curve.of(*wide)),
        Factor(UNREST, who, Curve.of(*wild)),
    ]
    return Effects(close + 4, [(np.where(who, gap, 0.0), path)], factors)


def _liquidity_drought(stage: Stage) -> Effects:
    """Everything is wide and thin from the start on."""
    begin, who = stage.start, stage.everyone()
    rates = ((SPREAD, 3.0), (DEPTH, 1 / 6), (VOLUME, 1 / 3))
    return Effects(begin, (), [Factor(kind, who, Curve.steps([(begin, rate)])) for kind, rate in rates])


def _short_squeeze(stage: Stage, symbol: str) -> Effects:
    """One name rises by 60 to 150 % in bursts and gives two fifths of it back."""
    who = stage.only(symbol)
    if not who.any():
        return Effects(stage.start, (), ())
    place = int(np.flatnonzero(who)[0])
    begin = stage.moment(stage.instruments[place].session, 10, 125)
    size, *late = stage.draws(f"short-squeeze {symbol}", 1 + len(BURSTS))
    whole = 0.47000362924573563 + 0.44628710262841953 * size
    points, level, kept = [(float(begin), 0.0)], 0.0, 0.75
    for (minute, share), delay in zip(BURSTS, late, strict=True):
        at = begin + minute + int(8 * delay)
        top = level + whole * share / kept
        points += [(at, level), (at + 1, level + 0.45 * (top - level)), (at + 2, top)]
        level = top - (1 - kept) * (top - level)
        points.append((at + 9, level))
    over = points[-1][0]
    points += [(over + 30, level * 0.78), (over + 90, level * 0.6)]
    rates = ((SPREAD, 4.0), (VOLUME, 12.0), (UNREST, 3.0))
    factors = [
        Factor(kind, who, Curve.of((begin, 1.0), (begin + 3, most), (over, most), (over + 90, 1 + (most - 1) / 4)))
        for kind, most in rates
    ]
    factors.append(Factor(DEPTH, who, Curve.of((begin, 1.0), (begin + 3, 1 / 3), (over, 1 / 3), (over + 90, 1.0))))
    return Effects(begin, [(np.where(who, 1.0, 0.0), Curve.of(*points))], factors)


def _fx_roll(stage: Stage) -> Effects:
    """Wide, thin and slow around every 17:00 in New York of the next two weeks."""
    who = np.array([i.session == "FX_24_5" for i in stage.instruments])
    spans = stage.regular("FX_24_5", stage.start)
    wide: list[tuple[float, float]] = []
    thin: list[tuple[float, float]] = []
    slow: list[tuple[float, float]] = []
    for (_, end), (start, _) in pairwise(spans):
        wide += [((end if minute < 0 else start) + minute, rate) for minute, rate in _ROLL]
        thin += [(end - 10, 1 / 3), (start, 1 / 4), (start + 60, 1.0)]
        slow += [(start, 1 / 2), (start + 60, 1.0)]
    if not wide:
        return Effects(stage.start, (), ())
    parts = ((SPREAD, wide), (DEPTH, thin), (VOLUME, slow))
    return Effects(int(wide[0][0]), (), [Factor(kind, who, Curve.steps(points)) for kind, points in parts])
