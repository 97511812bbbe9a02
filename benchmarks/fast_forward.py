"""Time of a market day passed quickly, beside a plain NumPy market making as many steps, in one interleaved run.

    python benchmarks/fast_forward.py [--rounds 3]

A day of 1,440 steps of 60 s, then an hour of 3,600 steps of 1 s, each on a Tuesday from midnight UTC and from 14:00
UTC. Every step shows quotes, sizes and volumes of every instrument of the catalogue as a live engine would; the plain
market (market_step.py) has neither sessions, trades nor a history. Prints one JSON line; `ratio` is ours over the
plain one's, the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial

from benchmarks.market_step import PlainMarket
from engine.market.calendar import calendar_keys, load_calendar
from engine.market.catalogue import load
from engine.market.world import World
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, SECOND_NS, TimeNs

DAY = TimeNs(1_787_011_200 * SECOND_NS)
"""Tuesday 2026-08-18, 00:00 UTC."""

HOUR = TimeNs(DAY + 14 * HOUR_NS)
DAYS_LATER = TimeNs(DAY_NS)


def elapsed(work: Callable[[], None]) -> float:
    """Seconds a call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def forward(world: World, start: int, step_ns: int, count: int) -> None:
    """`count` steps after `start`."""
    for number in range(1, count + 1):
        world.advance(TimeNs(start + number * step_ns), step_ns)


def plainly(market: PlainMarket, count: int) -> None:
    """`count` steps of the plain market."""
    for _ in range(count):
        market.step()


def main() -> None:
    """Pass days and hours in turn with the plain market and print the medians."""
    parser = argparse.ArgumentParser(description="Time fast-forward of the whole market.")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    calendars = {key: load_calendar(key) for key in calendar_keys()}
    columns = load().columns
    world, plain = World(columns, calendars, 7, DAY), PlainMarket()
    out: dict[str, object] = {"benchmark": "fast_forward", "instruments": len(columns)}
    for name, start, step, count in (("day_60s", DAY, MINUTE_NS, 1440), ("hour_1s", HOUR, SECOND_NS, 3600)):
        ours, other = [], []
        for number in range(rounds):
            begin = TimeNs(start + number * DAYS_LATER)
            world.advance(begin, step)
            ours.append(elapsed(partial(forward, world, begin, step, count)))
            other.append(elapsed(partial(plainly, plain, count)))
        out[f"{name}_s"] = round(statistics.median(ours), 2)
        out[f"{name}_step_us"] = round(statistics.median(ours) / count * 1e6)
        out[f"{name}_plain_s"] = round(statistics.median(other), 2)
        out[f"{name}_ratio"] = round(statistics.median(a / b for a, b in zip(ours, other, strict=True)), 2)
    print(json.dumps(out))


if __name__ == "__main__":
    main()
