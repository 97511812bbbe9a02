"""`make realism`: score the shipped market with the reference's yardstick and say whether it passes its rule.

    python -m tools.realism [--names AAPL,GC] [--seed N] [--quick | --long] [--jobs 2]

Minute bars come from steps of 60 s, daily bars from the world's own, quotes and trades from steps of 100 ms. The
yardstick is `../shared/reference/score_realism.py`. Exit code 0 when the rule holds, 1 when it does not, 2 when there
is nothing to measure with. The same seed gives the same table.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from engine.model.instrument import Instrument
from tools.realism.rule import SHOWN, Score, by_class, market_passes, yardstick
from tools.realism.run import TAPED, Effort, all_scores, reference

SEED = 314159
"""Not a seed on which any parameter was ever looked at."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="realism", description="Score the synthetic market against real ranges.")
    parser.add_argument("--names", default="", help="only these symbols, comma-separated; all have a tape then")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="fewer days and tapes; noisier")
    size.add_argument("--long", action="store_true", help="quotes and trades of every name")
    return parser.parse_args()


def _chosen(names: str) -> list[Instrument]:
    known = {str(i.symbol): i for i in reference()}
    wanted = [name for name in names.split(",") if name] or list(known)
    missing = [name for name in wanted if name not in known]
    if missing:
        raise SystemExit(f"realism: not in the reference table: {', '.join(missing)}")
    return [known[name] for name in wanted]


def _effort(chosen: argparse.Namespace, instruments: list[Instrument]) -> Effort:
    every = frozenset(str(i.symbol) for i in instruments)
    tape = every if chosen.long or chosen.names else TAPED
    if chosen.quick:
        return Effort(10, 1_500, 2, tape)
    return Effort(20, 4_000, 4, tape)


def line(score: Score) -> str:
    """One row of the table."""
    misses = ", ".join(
        f"{name} {value:.3g} not in [{low:g}, {high:g}]{' CORE' if name in score.core else ''}"
        for name, value, low, high in score.misses
    )
    verdict = "pass" if score.passes else "FAIL"
    return f"{score.symbol:<9}{score.asset_class:<12}{score.inside:>3}/{score.counted:<3} {verdict}  {misses}"


def verdict(scores: list[Score], taped: int) -> list[str]:
    """The lines under the table."""
    good, inside = sum(s.passes for s in scores), sum(s.inside for s in scores)
    counted = sum(s.counted for s in scores)
    classes = ", ".join(f"{name} {a}/{b}" for name, (a, b) in by_class(scores).items())
    ending = "PASS" if market_passes(scores) else "FAIL"
    return [
        f"classes      {classes}",
        f"metrics      {inside} of {counted} = {inside / counted:.1%}",
        f"tapes        {taped} instruments",
        f"instruments  {good} of {len(scores)} = {good / len(scores):.1%}; the rule asks for 80 % and one a class",
        f"verdict      {ending}",
    ]


def main() -> int:
    """Score, print, judge."""
    chosen = _arguments()
    if yardstick() is None:
        print(f"NOTHING WAS MEASURED: the yardstick {SHOWN} is not there. It is part of the reference, not of this "
              "repository; put it beside the project and run again.", file=sys.stderr)  # fmt: skip
        return 2
    begun = time.monotonic()
    instruments = _chosen(chosen.names)
    effort = _effort(chosen, instruments)
    print(f"seed {chosen.seed}: {len(instruments)} instruments, {effort.sessions} sessions of minutes, "
          f"{effort.daily} days, {effort.tape_sessions} sessions of quotes and trades", flush=True)  # fmt: skip
    scores: list[Score] = []
    for part in all_scores(instruments, chosen.seed, effort, chosen.jobs):
        scores += part
        for score in part:
            print(line(score), flush=True)
    taped = sum(str(i.symbol) in effort.tape for i in instruments)
    print("\n".join(verdict(scores, taped)))
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    return 0 if market_passes(scores) else 1


if __name__ == "__main__":
    sys.exit(main())
