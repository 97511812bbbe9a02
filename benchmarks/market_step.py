"""Time of one full-market step against a plain NumPy market of about the same size, in one interleaved run.

    python benchmarks/market_step.py [--rounds 9] [--steps 300]

Ours: every instrument of the catalogue, world step and 10-level ladders for all. Plain: log returns from eight
factors, a spread and 160 x 2 x 10 mean-reverting sizes with SFC64 noise, no determinism across machines, no
trades, no history. Prints one JSON line, microseconds per step.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np

from engine.market.calendar import calendar_keys, load_calendar
from engine.market.catalogue import load
from engine.market.world import World
from engine.model.ids import MINUTE_NS, SECOND_NS, TimeNs

TICK = SECOND_NS // 10
START = TimeNs(1_787_065_200 * SECOND_NS)
"""A Tuesday, 15:00 UTC: New York, London and the round-the-clock venues are open."""


class PlainMarket:
    """A straightforward vectorised market: 160 names, 2 sides, 10 levels."""

    def __init__(self, names: int = 160, levels: int = 10) -> None:
        start = np.random.default_rng(1)
        self._random = np.random.Generator(np.random.SFC64(5))
        self._mid = start.uniform(10, 1000, names)
        self._volatility = start.uniform(1e-5, 1e-4, names)
        self._load = start.normal(0, 0.3, (names, 8))
        self._sizes = start.integers(1, 100, (names, 2, levels)).astype(np.float64)
        self._prices = np.zeros((names, 2, levels))
        self._steps = np.arange(levels) * 1.0
        self._last, self._volume = np.zeros(names), np.zeros(names)

    def step(self) -> None:
        """One step of all names."""
        draw, names = self._random, len(self._mid)
        z = self._load @ draw.standard_normal(8) + draw.standard_normal(names)
        self._mid *= np.exp(self._volatility * z)
        ticks = np.rint(self._mid * 100)[:, None]
        half = np.rint(1 + np.abs(z))[:, None]
        self._prices[:, 0] = (ticks - half - self._steps) * 0.01
        self._prices[:, 1] = (ticks + half + self._steps) * 0.01
        self._sizes += 0.1 * (50 - self._sizes) + 8 * draw.standard_normal(self._sizes.shape)
        np.maximum(self._sizes, 1, out=self._sizes)
        traded = draw.random(names) < 0.3
        self._last = np.where(traded, np.where(z > 0, self._prices[:, 1, 0], self._prices[:, 0, 0]), self._last)
        self._volume += traded * np.minimum(self._sizes[:, 0, 0], 20)


def timed(step: Callable[[], None], count: int) -> list[float]:
    """Seconds of each of `count` calls."""
    out = []
    for _ in range(count):
        begun = time.perf_counter()
        step()
        out.append(time.perf_counter() - begun)
    return out


def main() -> None:
    """Run both markets in turn and print the medians of the rounds."""
    parser = argparse.ArgumentParser(description="Time one full-market step.")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=300)
    chosen = parser.parse_args()
    calendars = {key: load_calendar(key) for key in calendar_keys()}
    columns = load().columns
    begun = time.perf_counter()
    world = World(columns, calendars, 7, START)
    world.advance(START, TICK)
    ready = time.perf_counter() - begun

    def ours() -> None:
        world.advance(TimeNs(world.at + TICK), TICK)
        world.ladders(10)

    plain = PlainMarket()
    pairs = [(timed(ours, chosen.steps), timed(plain.step, chosen.steps)) for _ in range(chosen.rounds + 1)][1:]
    own = [statistics.fmean(a) * 1e6 for a, _ in pairs]
    other = [statistics.fmean(b) * 1e6 for _, b in pairs]
    begun = time.perf_counter()
    world.bars(0, MINUTE_NS, TimeNs(world.at - 300 * MINUTE_NS), world.at)
    history = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "benchmark": "market_step",
                "instruments": len(columns),
                "open": int((world.state > 0).sum()),
                "step_us": round(statistics.median(own), 1),
                "step_us_rounds": [round(x, 1) for x in own],
                "longest_step_us": round(max(x for a, _ in pairs for x in a) * 1e6),
                "plain_numpy_us": round(statistics.median(other), 1),
                "ratio": round(statistics.median(a / b for a, b in zip(own, other, strict=True)), 2),
                "ready_ms": round(ready * 1e3, 1),
                "bars_300_minutes_ms": round(history * 1e3, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
