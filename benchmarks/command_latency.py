"""`vterm quote BTC --json` with an engine running: whole process, beside bare Python and beside the usual client stack.

Interleaved rounds; one JSON line: medians in milliseconds and ratios.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 25
ROOT = Path(__file__).resolve().parents[1]

PEER = """\
import sys, httpx, msgspec, typer
app = typer.Typer()
@app.command()
def quote(symbol: str, socket: str) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(uds=socket), base_url="http://vterm") as client:
        answer = client.get(f"/v1/quotes/{symbol}")
    sys.stdout.buffer.write(msgspec.json.encode(msgspec.json.decode(answer.content)) + b"\\n")
app()
"""


def measure(commands: dict[str, list[str]], environment: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds of each command, round by round, so that slow phases of the machine meet all of them."""
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, words in commands.items():
            begun = time.perf_counter()
            subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=True)
            took[name].append((time.perf_counter() - begun) * 1e3)
    return took


def main() -> None:
    """Measure in a home of its own."""
    sys.path.insert(0, str(ROOT))
    from engine.home import Home

    with tempfile.TemporaryDirectory() as folder:
        home = Home(os.path.join(folder, "home"))
        environment = {**os.environ, "VTERM_HOME": home.path, "PYTHONPATH": str(ROOT), "VTERM_SEED": "7"}
        vterm = [sys.executable, "-m", "vterm"]
        subprocess.run([*vterm, "quote", "BTC", "--json"], env=environment, stdout=subprocess.DEVNULL, check=True)
        try:
            took = measure(
                {
                    "python": [sys.executable, "-c", "pass"],
                    "vterm": [*vterm, "quote", "BTC", "--json"],
                    "typer_httpx_msgspec": [sys.executable, "-c", PEER, "BTC", home.socket],
                },
                environment,
            )
        finally:
            subprocess.run([*vterm, "engine", "stop"], env=environment, stdout=subprocess.DEVNULL, check=True)
    middle = {name: statistics.median(times) for name, times in took.items()}
    print(
        json.dumps(
            {
                "benchmark": "command_latency",
                "rounds": ROUNDS,
                "limit_ms": 150,
                **{f"{name}_ms": round(value, 1) for name, value in middle.items()},
                "vterm_max_ms": round(max(took["vterm"]), 1),
                "over_python": round(middle["vterm"] / middle["python"], 2),
                "of_peer": round(middle["vterm"] / middle["typer_httpx_msgspec"], 2),
            }
        )
    )


if __name__ == "__main__":
    main()
