"""What the desk costs while 160 instruments tick ten times a second: processor time and frames, in a pseudo-terminal.

    python -m benchmarks.desk_cpu [--seconds 20] [--watched 160]

Ladder, quotes, chart, tape and ticket are open, at three sizes; the engine is a process of its own. A frame is one beat
of the bridge that asked for paint: from its start in the terminal to the last byte of that update of the screen,
read at the other end. Beside it, in turns, the framework alone: a `DataTable` of 160 rows whose prices change as often.
"""

from __future__ import annotations

import argparse
import array
import json
import statistics
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks._desk import await_end, engine_pid, running, terminal
from benchmarks._window import Window, cpu_seconds, frames, load, memory, quantile
from tests.processes import Desk

BAR_CPU, BAR_FRAME_MS = 0.30, 50.0
SIZES = ((120, 36), (200, 60), (80, 24))
ROUNDS = 2
Moment = tuple[float, float]
"""Seconds of `time.monotonic`, and the milliseconds that the terminal had waited for a processor by then."""
BEATS = """
import array, atexit, sys, time
from textual.widget import Widget
from vterm.bridge import Bridge
beats, flush, refresh, path, asked = array.array("d"), Bridge.flush, Widget.refresh, sys.argv.pop(1), []
def heard(widget, *regions, **how):
    asked.append(1)
    return refresh(widget, *regions, **how)
def noted(bridge):
    waited = int(open("/proc/self/schedstat").read().split()[1]) / 1e6
    begun = time.monotonic()
    asked.clear()
    flush(bridge)
    if asked:
        beats.extend((begun, waited))
Bridge.flush, Widget.refresh = noted, heard
atexit.register(lambda: open(path, "wb").write(beats.tobytes()))
from vterm.cli.main import main
sys.exit(main())
"""
PEER = """
import random
from textual.app import App
from textual.widgets import DataTable
class Peer(App):
    def compose(self):
        yield DataTable()
    def on_mount(self):
        table = self.query_one(DataTable)
        self.columns = table.add_columns("symbol", "last", "change")
        self.rows = [table.add_row(f"READY{n}", "", "") for n in range(160)]
        self.dice = random.Random(1)
        self.set_interval(0.1, self.tick)
    def tick(self):
        table = self.query_one(DataTable)
        for row in self.rows:
            if self.dice.random() < 0.5:
                table.update_cell(row, self.columns[1], f"{self.dice.random() * 100:.2f}")
                table.update_cell(row, self.columns[2], f"{self.dice.random():.2f}%")
Peer().run()
"""


def share(window: Window, seconds: float, engine: int = 0) -> dict[str, Any]:
    """Processor time per second of the program, and of the engine beside it."""
    watched = [pid for pid in (window.pid, engine) if pid]
    begun, first = [cpu_seconds(pid) for pid in watched], len(window.written)
    await_end(window, seconds)
    spent = [round((cpu_seconds(pid) - was) / seconds, 3) for pid, was in zip(watched, begun, strict=True)]
    output = sum(len(data) for _, data, _ in window.written[first:])
    own = {"cpu": spent[0], "bytes_per_s": round(output / seconds), "memory_mb": round(memory(window.pid), 1)}
    return own | ({"engine_cpu": spent[1]} if engine else {})


def frame_times(beats: Sequence[Moment], painted: Sequence[Moment]) -> list[tuple[float, float]]:
    """Milliseconds from each beat to the end of the next update of the screen, and the same without what the terminal
    waited for a processor."""
    found, moments = [], [at for at, _ in painted]
    for begun, ready in beats:
        at = bisect_left(moments, begun)
        if at < len(painted):
            whole = (moments[at] - begun) * 1000
            found.append((whole, whole - (painted[at][1] - ready)))
    return found


def measure(here: Desk, size: tuple[int, int], seconds: float, folder: Path) -> dict[str, Any]:
    """One terminal of that size: what it costs without a probe, then its frames with one."""
    window = terminal(here, size=size)
    found = share(window, seconds, engine_pid(here))
    window.close("\x11")
    path = folder / "beats"
    window = terminal(here, [sys.executable, "-c", BEATS, str(path)], size=size)
    first = window.written[-1][0]
    await_end(window, seconds)
    window.close("\x11")
    values = array.array("d", path.read_bytes())
    beats: list[Moment] = [(at, waited) for at, waited in zip(values[::2], values[1::2], strict=True) if at > first]
    times = frame_times(beats, list(frames(window)))
    return found | {"frames": len(times), "frame_ms": spread([one[0] for one in times]),
                    "own_frame_ms": spread([one[1] for one in times])}  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    """p50, p99 and the longest."""
    found = {"p50": statistics.median(values), "p99": quantile(values, 0.99), "longest": max(values)}
    return {name: round(value, 1) for name, value in found.items()}


def peer(seconds: float) -> dict[str, Any]:
    """The table of the framework."""
    window = Window([sys.executable, "-c", PEER], {})
    window.listen(20.0, b"READY0")
    await_end(window, 1.0)
    found = share(window, seconds)
    window.close()
    return found


def main() -> int:
    """Measure in turns; one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--watched", type=int, default=160)
    args = parser.parse_args()
    before, taken, table = load(), {size: list[dict[str, Any]]() for size in SIZES}, list[float]()
    with (
        tempfile.TemporaryDirectory(prefix="vterm-cpu-") as folder,
        running(Path(folder) / "home", args.watched) as here,
    ):
        for _ in range(ROUNDS):
            table.append(peer(args.seconds)["cpu"])
            for size in SIZES:
                taken[size].append(measure(here, size, args.seconds, Path(folder)))
    cpu = {size: statistics.median(one["cpu"] for one in found) for size, found in taken.items()}
    print(json.dumps({
        "benchmark": "desk_cpu", "watched": args.watched, "seconds": args.seconds,
        **{f"{size[0]}x{size[1]}": found for size, found in taken.items()},
        "cpu": {f"{size[0]}x{size[1]}": round(value, 3) for size, value in cpu.items()}, "bar_cpu": BAR_CPU,
        "bar_frame_ms": BAR_FRAME_MS, "table_cpu": round(statistics.median(table), 3),
        "ratio": round(cpu[SIZES[0]] / statistics.median(table), 3), "load": [before, load()],
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
