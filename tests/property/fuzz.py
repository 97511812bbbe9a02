"""The long form of the exchange's state machine: many runs of many steps, in batches that each begin afresh.

    python -m tests.property.fuzz [--runs 2000] [--steps 200] [--seed 1] [--jobs 2]

A batch's seed is printed with it, so that a failure can be had again: --seed S --runs 100 --jobs 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.test_exchange_stateful import Desk

BATCH = 100
"""Runs a batch: the generator remembers every run of one, and slows down with them."""


def batch(number: int, runs: int, steps: int) -> tuple[int, int, float]:
    """(seed, runs, seconds) of one batch; raises what a broken rule raises."""
    begun = time.perf_counter()
    wanted = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    machine = type(f"Desk{number}", (Desk,), {})
    run_state_machine_as_test(seed(number)(machine), settings=wanted)
    return number, runs, time.perf_counter() - begun


def main() -> int:
    """Run all batches; prints a line each, and a JSON line at the end. Exits 1 where a rule broke."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    sizes = [min(BATCH, wanted.runs - done) for done in range(0, wanted.runs, BATCH)]
    begun, done, broken = time.perf_counter(), 0, []
    with ProcessPoolExecutor(wanted.jobs) as pool:
        jobs = {
            pool.submit(batch, wanted.seed + place, runs, wanted.steps): wanted.seed + place
            for place, runs in enumerate(sizes)
        }
        for job in as_completed(jobs):
            fault = job.exception()
            if fault is not None:
                broken.append(jobs[job])
                print(f"seed {jobs[job]}:", *getattr(fault, "__notes__", []), repr(fault), sep="\n", file=sys.stderr)
                continue
            number, runs, seconds = job.result()
            done += runs
            print(f"seed {number}: {runs} runs of {wanted.steps} steps, {seconds:.0f} s", file=sys.stderr, flush=True)
    seconds = round(time.perf_counter() - begun, 1)
    print(json.dumps({"runs": done, "steps": wanted.steps, "broken": sorted(broken), "seconds": seconds}))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
