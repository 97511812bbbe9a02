"""Run every benchmark, one after another; each prints one JSON line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run them all (or those named); the exit code is that of the first that fails."""
    here, first = Path(__file__).parent, 0
    wanted = sys.argv[1:] or sorted(p.stem for p in here.glob("*.py") if not p.stem.startswith("_"))
    for name in wanted:
        print(f"# {name}", file=sys.stderr, flush=True)
        code = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
        first = first or code
    return first


if __name__ == "__main__":
    sys.exit(main())
