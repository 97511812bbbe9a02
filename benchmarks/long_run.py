"""Memory of the terminal and of its engine over a long day at sixty times its pace.

    python -m benchmarks.long_run [--hours 8] [--speed 60] [--watched 160] [--still]

The terminal runs in a pseudo-terminal on an engine of its own and a person uses it: every two seconds of wall time
a key goes to another instrument, screen, pane or dialog and back (`--still`: nobody touches it). Resident memory of
both processes is read every five seconds. Before the clock is set to that pace each of those keys is pressed once,
because the first look at a screen reads its code and that is no growth of a long day. Growth is counted from ten
minutes of *market* time on, which is ten seconds here and so the strict reading; and, where the run is that long
(--hours 18), from ten minutes of wall time on. One JSON line.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._desk import await_end, engine_pid, running, terminal
from benchmarks._window import Window, cpu_seconds, load, memory

BAR_MB = 10.0
EVERY_S, KEY_S, FIRST_KEY_S = 5.0, 2.0, 0.6
ESC, TAB = "\x1b", "\t"
USE = ("1", "\x1bOP", ESC, TAB, "j", "j", "k", TAB, "]", "[", "2", "r", "1", "3", "j", "G", "1", "/", "E", ESC,
       "b", "1", "2", ESC, "\x10", "t", ESC, "z", "z", "8", "1", "A", ESC, "7", "1", "o", "p", "4", "5", "6",
       "1")  # fmt: skip
"""What a person does, in turns; it sends no order, because orders are kept and memory for them is no leak."""

Sample = tuple[float, float, float]
"""Seconds since the start, MB of the terminal, MB of the engine."""


def watch(window: Window, engine: int, seconds: float, still: bool) -> list[Sample]:
    """Use the terminal for so long, and note both processes' memory."""
    begun, samples, keys = time.monotonic(), [], itertools.cycle(USE)
    key_at, look_at = KEY_S, 0.0
    while (now := time.monotonic() - begun) < seconds:
        if now >= look_at:
            samples.append((round(now, 1), memory(window.pid), memory(engine)))
            look_at += EVERY_S
        if not still and now >= key_at:
            window.press(next(keys))
            key_at += KEY_S
        window.listen(min(look_at, key_at if not still else look_at) - now)
    return samples


def look_once(window: Window) -> None:
    """Every key of the day once."""
    for key in USE:
        window.press(key)
        await_end(window, FIRST_KEY_S)


def growth(samples: list[Sample], after: float) -> dict[str, float] | None:
    """MB that each process grew by since then: by the median of six samples there and of the last six, so that one
    breath of the collector does not decide; and the most it ever had above its level there."""
    rest = [sample for sample in samples if sample[0] >= after]
    if len(rest) < 24:
        return None
    found = {}
    for name, at in (("terminal", 1), ("engine", 2)):
        first = statistics.median(sample[at] for sample in rest[:6])
        found[name] = round(statistics.median(sample[at] for sample in rest[-6:]) - first, 1)
        found[f"{name}_most"] = round(max(sample[at] for sample in rest) - first, 1)
    return found


def main() -> int:
    """Run; one JSON line; 1 where the terminal or its engine grew by more than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0, help="of market time")
    parser.add_argument("--speed", type=int, default=60)
    parser.add_argument("--watched", type=int, default=160)
    parser.add_argument("--still", action="store_true", help="nobody touches it")
    args = parser.parse_args()
    before, seconds = load(), args.hours * 3600 / args.speed
    with (
        tempfile.TemporaryDirectory(prefix="vterm-long-") as folder,
        running(Path(folder) / "home", args.watched) as desk,
    ):
        window = terminal(desk)
        window.keep = False
        begun_mb = round(memory(window.pid), 1)
        if not args.still:
            look_once(window)
        desk.ask("clock", "speed", str(args.speed))
        spent = cpu_seconds(window.pid)
        samples = watch(window, engine_pid(desk), seconds, args.still)
        cpu = cpu_seconds(window.pid) - spent
        at = desk.ask("clock")["now"]
        window.close("\x11")
    by_market = growth(samples, 600 / args.speed)
    step = max(1, len(samples) // 24)
    print(json.dumps({
        "benchmark": "long_run", "hours": args.hours, "speed": args.speed, "watched": args.watched,
        "used": not args.still, "ended_at": at, "wall_s": round(seconds),
        "mb_before_the_first_look": begun_mb, "terminal_cpu": round(cpu / seconds, 3),
        "grew_mb_since_10_market_minutes": by_market, "grew_mb_since_1_wall_minute": growth(samples, 60),
        "grew_mb_since_10_wall_minutes": growth(samples, 600), "bar_mb": BAR_MB,
        "samples": [[s[0], round(s[1], 1), round(s[2], 1)] for s in samples[::step]], "load": [before, load()],
    }))  # fmt: skip
    return int(by_market is None or max(by_market["terminal"], by_market["engine"]) >= BAR_MB)


if __name__ == "__main__":
    sys.exit(main())
