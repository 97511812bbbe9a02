"""Runs the command that stands in each example and prints what it made; with --write, puts that into the example.

python -m tools.example_figures [--write] [NAME …]
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
COMMAND = re.compile(r"^    vterm (simulate .*)$", re.MULTILINE)
FIGURES = re.compile(r"^    fills \d+, realised .*$", re.MULTILINE)


def command_of(text: str) -> list[str]:
    """The words after `vterm` of an example's command."""
    found = COMMAND.search(text)
    if found is None:
        raise SystemExit("an example has no line `    vterm simulate …`")
    return found[1].split()


def figures(lines: list[dict[str, Any]]) -> str:
    """A run's lines as the one line of an example."""
    end = lines[-1]["accounts"]["main"]
    fills = sum(line["type"] == "fill" for line in lines)
    fees, nav = (f"{round(float(end[name]), 2):.2f}" for name in ("fees", "nav"))
    return f"fills {fills}, realised {end['realised_pnl']}, fees {fees}, NAV at the end {nav}"


def main() -> None:
    """Measure the named examples, or all of them."""
    names = [word for word in sys.argv[1:] if word != "--write"]
    for path in sorted(EXAMPLES.glob("*.py")):
        if names and path.stem not in names:
            continue
        text = path.read_text(encoding="utf-8")
        words = [sys.executable, "-m", "vterm", *command_of(text)]
        out = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
        line = figures([json.loads(row) for row in out.splitlines()])
        print(f"{path.name}: {line}")
        if "--write" in sys.argv:
            path.write_text(FIGURES.sub(f"    {line}", text, count=1), encoding="utf-8")


if __name__ == "__main__":
    main()
