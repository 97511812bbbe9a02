"""First meaningful frame of the terminal beside Textual's hello-world and posting, in pseudo-terminals, in turns.

    python -m benchmarks.first_frame [--rounds 7] [--posting PATH | --install]

"First frame" is the moment words of the program are painted: those of a pane, hello-world's one word, the name of a
pane of posting. Two cases of the terminal: an engine that runs already, and a fresh home where the engine starts at
the same moment. Ratios are of medians of one interleaved run, beside the median of the ratios of each round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from benchmarks import _posting
from benchmarks._window import Window, load, main_thread, vterm

COLUMNS, LINES = 120, 40
BAR, POSTING_BAR = 1.35, 0.65
WITHIN_S = 20.0
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("HELLO-READY")
Hello().run()
"""
MARKERS = {"hello": b"HELLO-READY", "warm": b"opening the market", "fresh": b"opening the market",
           "posting": b"Collection"}  # fmt: skip


Start = tuple[float, float, float]


def painted_after(argv: Sequence[str], marker: bytes, environment: dict[str, str]) -> Start:
    """Milliseconds from exec to the marker on the screen; of them its main thread's own, and waiting for its turn."""
    window = Window(argv, environment, COLUMNS, LINES)
    try:
        if not window.listen(WITHIN_S, marker):
            raise SystemExit(f"{argv[-1]} never painted {marker.decode()!r}")
        return ((window.written[-1][0] - window.begun) * 1000, *main_thread(window.pid))
    finally:
        window.close()


def end(home: str) -> None:
    """End the engine of a home."""
    subprocess.run(vterm("--home", home, "engine", "stop"), capture_output=True, check=False)


def measure(folder: str, rounds: int, posting: str) -> dict[str, list[Start]]:
    """Each program's starts, by name; the first round warms the file cache and is left out."""
    own = {"HOME": folder, "XDG_CONFIG_HOME": f"{folder}/config", "XDG_DATA_HOME": f"{folder}/data"}
    programs = {"hello": ([sys.executable, "-c", HELLO], {}), "warm": (vterm(), {"VTERM_HOME": f"{folder}/warm"})}
    if posting:
        programs["posting"] = ([posting], own)
    taken: dict[str, list[Start]] = {name: [] for name in (*programs, "fresh")}
    subprocess.run(vterm("--home", f"{folder}/warm", "engine", "start"), capture_output=True, check=True)
    try:
        for number in range(-1, rounds):
            home = f"{folder}/fresh{number}"
            found = {name: painted_after(argv, MARKERS[name], more) for name, (argv, more) in programs.items()}
            found["fresh"] = painted_after(vterm(), MARKERS["fresh"], {"VTERM_HOME": home})
            end(home)
            if number >= 0:
                for name, value in found.items():
                    taken[name].append(value)
    finally:
        end(f"{folder}/warm")
    return taken


def ratios(taken: dict[str, list[Start]], peer: str) -> dict[str, float]:
    """Of medians, the median of the rounds' own, and of what the main threads ran, which other programs on the
    machine do not stretch by making them wait."""
    found = {}
    for case in ("warm", "fresh"):
        own, other = taken[case], taken[peer]
        for name, at in (("", 0), ("_own_time", 1)):
            medians = [statistics.median(start[at] for start in starts) for starts in (own, other)]
            found[f"{case}_over_{peer}{name}"] = round(medians[0] / medians[1], 3)
        by_round = [a[0] / b[0] for a, b in zip(own, other, strict=True)]
        found[f"{case}_over_{peer}_by_round"] = round(statistics.median(by_round), 3)
    return found


def figures(starts: list[Start]) -> dict[str, int]:
    """Milliseconds: shortest, median and longest start; medians of what ran and of what waited for its turn."""
    wall, ran, waited = ([start[at] for start in starts] for at in range(3))
    return {"min": round(min(wall)), "median": round(statistics.median(wall)), "max": round(max(wall)),
            "ran": round(statistics.median(ran)), "waited": round(statistics.median(waited))}  # fmt: skip


def main() -> int:
    """Measure in turns; one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--posting", default="", help="the program to measure beside")
    parser.add_argument("--install", action="store_true", help="install it first, into an environment of its own")
    args = parser.parse_args()
    posting = _posting.install() if args.install else _posting.installed(args.posting)
    if posting is None:
        print(_posting.absent(), file=sys.stderr)
    before = load()
    with tempfile.TemporaryDirectory(prefix="vterm-frame-", ignore_cleanup_errors=True) as folder:
        taken = measure(folder, args.rounds, str(posting or ""))
    beside = ratios(taken, "posting") if posting else {"posting": _posting.absent()}
    print(json.dumps({
        "benchmark": "first_frame", "rounds": args.rounds,
        "ms": {name: figures(starts) for name, starts in taken.items()},
        **ratios(taken, "hello"), "bar": BAR, **beside, "posting_bar": POSTING_BAR, "load": [before, load()],
    }))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
