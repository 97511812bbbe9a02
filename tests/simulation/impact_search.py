"""The search for a schedule of orders that earns money without knowing where the price goes.

Random schedules first (noise, pump and dump, block and unwind, sizes from a millionth to a fifth of a day's volume,
waits from a tenth of a second to nine hours, some of them filled while waiting), then hill climbing from
the best. Two deliberately broken models show that the search can see.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import numpy as np

from engine.market.roots import power
from engine.model.instrument import Instrument
from tests.simulation.impact_lab import Lab, Schedule, Step

SMALLEST, LARGEST = 1e-6, 0.2
SHORTEST_S, LONGEST_S = 0.1, 9 * 3600.0
Score = Callable[[Schedule], float]


def _log(rng: np.random.Generator, low: float, high: float) -> float:
    return float(low * (high / low) ** rng.random())


def _pump(rng: np.random.Generator, waiting: float) -> list[tuple[float, bool]]:
    """Many small trades one way and one back, or one block and many small ones back."""
    total, parts = _log(rng, 10 * SMALLEST, LARGEST), int(rng.integers(2, 12))
    weights = rng.random(parts) ** (3 if rng.random() < 0.5 else 0.5)
    small = [(total * float(w) / float(weights.sum()), bool(rng.random() < waiting)) for w in weights]
    back = (-total, bool(rng.random() < waiting))
    if rng.random() < 0.3:
        half = _log(rng, SMALLEST, total)
        small.insert(int(rng.integers(0, parts)), (-half, False))
        back = (half - total, back[1])
    return [*small, back] if rng.random() < 0.6 else [back, *small]


def _noise(rng: np.random.Generator, waiting: float) -> list[tuple[float, bool]]:
    count = int(rng.integers(2, 12))
    trades = [
        (float(rng.choice([-1, 1])) * _log(rng, SMALLEST, LARGEST), bool(rng.random() < waiting)) for _ in range(count)
    ]
    return [*trades, (-sum(share for share, _ in trades), False)]


def drawn(rng: np.random.Generator, waiting: float) -> Schedule:
    """A random schedule; each of its trades waits in the book with probability `waiting`."""
    trades = (_pump if rng.random() < 0.6 else _noise)(rng, waiting)
    sign = float(rng.choice([-1, 1]))
    pace = _log(rng, SHORTEST_S, LONGEST_S)
    same = rng.random() < 0.4
    gaps = [pace if same else _log(rng, SHORTEST_S, LONGEST_S) for _ in trades]
    return [Step(gap, sign * share, wait) for gap, (share, wait) in zip(gaps, trades, strict=True) if share]


def changed(rng: np.random.Generator, schedule: Schedule) -> Schedule:
    """A schedule near another one."""
    steps = list(schedule)
    at = int(rng.integers(0, len(steps)))
    step, what = steps[at], rng.random()
    if what < 0.4:
        gap = step.gap * math.exp(rng.normal(0, 1.2))
        steps[at] = msgspec.structs.replace(step, gap=min(LONGEST_S, max(SHORTEST_S, gap)))
    elif what < 0.8:
        share = abs(step.share) * math.exp(rng.normal(0, 0.7))
        steps[at] = msgspec.structs.replace(step, share=math.copysign(min(LARGEST, max(SMALLEST, share)), step.share))
    elif what < 0.9 and len(steps) < 14:
        steps.insert(at, step)
    elif len(steps) > 2:
        del steps[at]
    return steps


def search(score: Score, seed: int, *, draws: int, climbs: int, waiting: float = 0.2) -> tuple[float, Schedule]:
    """The best schedule found and its score: `draws` random ones, then `climbs` small changes of the best."""
    rng = np.random.default_rng(seed)
    best, found = -math.inf, []
    for _ in range(draws):
        schedule = drawn(rng, waiting)
        value = score(schedule)
        if value > best:
            best, found = value, schedule
    for _ in range(climbs):
        schedule = changed(rng, found)
        value = score(schedule)
        if value > best:
            best, found = value, schedule
    return best, found


class ImpulseLab(Lab):
    """Broken: the square root of each order moves the price itself, and that price impulse decays."""

    def restart(self) -> None:
        super().restart()
        self.impulse, self.since = 0.0, self.shown.now

    def trade(self, signed: int, limit: int | None = None) -> int:
        side = 1 if signed > 0 else -1
        session = (self.close - self.open) / 8
        self.impulse *= math.exp(-(self.shown.now - self.since) / session)
        self.since = self.shown.now
        moved = self.shape.gamma * self.shape.price * power(abs(signed) / self.shape.volume, self.shape.alpha)
        spread = float(self.source.ask[-1] - self.source.bid[-1])
        cost = round(abs(signed) * (spread + 2 * side * self.impulse + 2 * moved))
        self.impulse += 1.5 * side * moved
        self.book(signed, cost)
        return cost


class TouchLab(Lab):
    """Broken: the square root begins at the first lot, and an order pays its walk without a floor."""

    def __init__(self, instrument: Instrument) -> None:
        super().__init__(instrument)
        shape, e0 = self.shape, 1e-9 * self.shape.volume
        factor = power(e0 / shape.e0, shape.alpha)
        a, b, c = (amplitude * factor for amplitude in shape.amplitudes)
        steep = msgspec.structs.replace(shape, e0=e0, flat=0.0, amplitudes=(a, b, c), steepest=math.inf)
        self.shape = self.shown._shapes[str(instrument.symbol)] = steep
