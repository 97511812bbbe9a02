"""The long form: `python -m tests.crash` kills, cuts, sends again and counts, and prints one table.

`--quick` is a twentieth of it; `--only kills,cuts` a part; `--json` adds one line for machines.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.crash import determinism, kills, numbers, once, power
from tests.crash.points import BEFORE, INSIDE
from tests.scenarios import kill

Row = dict[str, Any]
_TOLD = 2_000
COLUMNS = ("kind", "runs", "acknowledged", "missing", "imbalance", "nav differences", "doubles", "seconds", "verdict")


def _killed(runs: int) -> Row:
    found = kills.run(runs)
    return _row("killed at named points", found.kills, found, found.sound and found.escaped == 0, found.doubles)


def _killed_mutant(runs: int) -> Row:
    found = kills.run(runs, points=(BEFORE, INSIDE), mutant=True)
    return _row("  mutant: answers first", found.kills, found, found.missing > 0, found.doubles)


def _killed_engine(runs: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        found = kill.run(str(Path(folder) / "home"), runs, 1)
    sound = not found["missing"] and not found["audits_not_ok"]
    return {
        **dict.fromkeys(COLUMNS, "-"),
        "kind": "engine process killed at random",
        "runs": found["kills"],
        "acknowledged": found["acknowledged"],
        "missing": found["missing"],
        "seconds": found["seconds"],
        "verdict": "ok" if sound else "BROKEN",
        "detail": found,
    }


def _cut(kind: str, words: str) -> Callable[[int], Row]:
    def row(runs: int) -> Row:
        found = power.run(runs, kind=kind)
        good = found.sound if kind == power.FULL else found.losing > 0 and found.unsound == 0
        return _row(words, found.cuts, found, good, None)

    return row


def _sent(runs: int) -> Row:
    found = once.run(runs)
    return _plain("orders sent 1 to 5 times", found.made, found.doubles, found.seconds, found.sound, found)


def _counted(runs: int) -> Row:
    found = numbers.run(runs)
    return _plain("money against fractions", found.cases, None, found.seconds, not found.different, found)


def _same(runs: int) -> Row:
    found = determinism.compare(max(1, runs // 2_000), min(runs, 2_000))
    good = found["different"] == 0
    return _plain("commands done twice", found["commands"], None, found["seconds"], good, found)


PARTS: dict[str, tuple[Callable[[int], Row], int]] = {
    "kills": (_killed, 500),
    "kill-mutant": (_killed_mutant, 40),
    "engine": (_killed_engine, 20),
    "cuts": (_cut(power.FULL, "power cut"), 2_000),
    "cut-normal": (_cut(power.NORMAL, "  control: synchronous=NORMAL"), 300),
    "cut-mutant": (_cut(power.MUTANT, "  mutant: answers first"), 300),
    "once": (_sent, 10_000),
    "numbers": (_counted, 1_000_000),
    "determinism": (_same, 10_000),
}
"""What is done, and how often in the long form. Controls and mutants are right when they lose."""


def _row(kind: str, runs: int, found: Any, good: bool, doubles: int | None) -> Row:
    loses = kind.startswith(" ")
    return {
        "kind": kind,
        "runs": runs,
        "acknowledged": found.acknowledged,
        "missing": found.missing,
        "imbalance": found.imbalance,
        "nav differences": found.nav_differences,
        "doubles": "-" if doubles is None else doubles,
        "seconds": found.seconds,
        "verdict": (("caught" if loses else "ok") if good else "BLIND" if loses else "BROKEN"),
        "detail": msgspec.to_builtins(found),
    }


def _plain(kind: str, runs: Any, doubles: int | None, seconds: Any, good: bool, found: Any) -> Row:
    row = {**dict.fromkeys(COLUMNS, "-"), "kind": kind, "runs": runs, "seconds": seconds}
    row |= {"verdict": "ok" if good else "BROKEN", "detail": msgspec.to_builtins(found)}
    return row if doubles is None else {**row, "doubles": doubles}


def table(rows: list[Row]) -> str:
    """Rows under their headings, figures to the right."""
    cells = [[_text(row[name]) for name in COLUMNS] for row in rows]
    widths = [max(len(name), *(len(line[n]) for line in cells)) for n, name in enumerate(COLUMNS)]
    lines = [list(COLUMNS), *cells]
    return "\n".join(
        "  ".join(cell.ljust(w) if n in (0, len(widths) - 1) else cell.rjust(w) for n, (cell, w) in pairs).rstrip()
        for pairs in (list(enumerate(zip(line, widths, strict=True))) for line in lines)
    )


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}" if isinstance(value, float) else str(value)


def main() -> int:
    """Run what is asked; 1 where a promise broke or a control was blind."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a twentieth of each")
    parser.add_argument("--only", default=",".join(PARTS), help="some of " + ", ".join(PARTS))
    parser.add_argument("--json", action="store_true", help="one line of JSON behind the table")
    asked = parser.parse_args()
    wanted = asked.only.split(",")
    if unknown := set(wanted) - PARTS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}: use {', '.join(PARTS)}")
    rows = []
    for name in wanted:
        make, runs = PARTS[name]
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows.append(make(max(5, runs // 20) if asked.quick else runs))
    print(table(rows))
    for row in rows:
        if row["verdict"] in ("BROKEN", "BLIND"):
            print(f"{row['kind'].strip()}: {json.dumps(row['detail'])[:_TOLD]}")
    if asked.json:
        print(json.dumps({"crash": rows}))
    return int(any(row["verdict"] in ("BROKEN", "BLIND") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
