"""The first frame comes before anything heavy: what importing the terminal may not pull in."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "sqlalchemy", "httpx", "anthropic", "websockets", "pandas", "numba", "asyncpg", "starlette")


def test_importing_the_terminal_is_light() -> None:
    code = f"import sys, vterm.app, vterm.terminal; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
