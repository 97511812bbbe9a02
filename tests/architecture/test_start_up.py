"""What an entry point loads before it is useful, measured in a fresh interpreter by sys.modules."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

NETWORK = ("starlette", "uvicorn", "httpx", "httpx2", "websockets", "aiohttp", "asyncio", "ssl", "http.client")
STORES = ("sqlalchemy", "aiosqlite", "clickhouse_connect", "sqlite3", "pysqlite3")
SERVICES = (*STORES, "anthropic", "onnxruntime", "pydantic", "cryptography")
SCREEN = ("textual", "rich")
HEAVY_NUMBERS = ("numpy", "pandas", "pyarrow", "numba", "exchange_calendars")

RULES: dict[str, tuple[str, ...]] = {
    "vterm.cli.main": (*SCREEN, *HEAVY_NUMBERS, *SERVICES, "httpx", "typer", "click", "msgspec", "asyncio", "zoneinfo"),
    "vterm.app": (*HEAVY_NUMBERS, *SERVICES, "httpx", "starlette", "uvicorn", "websockets", "typer"),
    "engine.kernel": (*SCREEN, *STORES, "anthropic", *NETWORK),
    "engine.desk": (*SCREEN, *STORES, "anthropic", *NETWORK, *HEAVY_NUMBERS),
    "engine.model.order": (*SCREEN, *STORES, "anthropic", *NETWORK, *HEAVY_NUMBERS),
    "engine.client.thin": (*SCREEN, *HEAVY_NUMBERS, *SERVICES, "httpx", "typer", "msgspec", "asyncio"),
    "engine.market.calendar": (*SCREEN, *STORES, *NETWORK, *HEAVY_NUMBERS, "zoneinfo"),
    "engine.market.expiry": (*SCREEN, *STORES, *NETWORK, *HEAVY_NUMBERS, "zoneinfo"),
}
PRESENT = [name for name in RULES if (ROOT / (name.replace(".", "/") + ".py")).exists()]


def test_something_is_checked() -> None:
    assert "engine.desk" in PRESENT, "no entry point was found: RULES names modules that are gone"


@pytest.mark.parametrize("module", PRESENT)
def test_start_up_is_light(module: str) -> None:
    script = f"import json, sys; before = set(sys.modules); import {module}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{module} cannot be imported on its own:\n{run.stderr}"
    loaded = set(json.loads(run.stdout))
    guilty = sorted(loaded.intersection(RULES[module]))
    assert not guilty, (
        f"importing {module} loads {', '.join(guilty)}: import it inside the function that needs it. "
        f"Find the way there with: python -X importtime -c 'import {module}'"
    )
