"""kill -9 the engine in the middle of a stream of orders, again and again; nothing acknowledged may be lost.

`python -m tests.scenarios.kill --kills 50` runs it at length and prints one JSON line; `make crash` has it, too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import tempfile
import threading
import time
from pathlib import Path

from engine.bootstrap import audit_home
from engine.client.start import StartOptions
from engine.client.thin import ThinDesk
from engine.desk import DeskUnreachable
from engine.home import Home

SYMBOLS = ("AAPL", "BTC", "KO", "EUR-USD", "ETH", "SPY")
LOTS = {"AAPL": "1", "BTC": "0.001", "KO": "2", "EUR-USD": "1000", "ETH": "0.01", "SPY": "1"}
CALLERS = 4


class Stream:
    """Callers that send orders until they are told to stop; what was acknowledged is remembered."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.acknowledged: dict[str, str] = {}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(CALLERS)]

    def __enter__(self) -> Stream:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        desk = ThinDesk(self.home, start=False)
        chance = random.Random(number)
        count = 0
        while not self._stop.is_set():
            count += 1
            name = f"k{os.getpid()}.{id(self)}.{number}.{count}"
            symbol = chance.choice(SYMBOLS)
            order = {
                "symbol": symbol,
                "side": chance.choice(["buy", "sell"]),
                "type": "market",
                "quantity": LOTS[symbol],
                "client_order_id": name,
            }
            try:
                status, document = desk.request("POST", "/v1/orders", order)
            except DeskUnreachable:
                self._stop.wait(0.01)
                continue
            if status in (200, 201):
                self.acknowledged[name] = document["order_id"]


def run(home_path: str, kills: int, seed: int) -> dict[str, object]:
    """Kill `kills` times; the figures. Raises AssertionError where anything acknowledged is missing."""
    home = Home(home_path)
    options = StartOptions(seed="5", clock="2026-11-23T15:00:00Z")
    started, chance = time.perf_counter(), random.Random(seed)
    desk = ThinDesk(home, options=options)
    acknowledged: dict[str, str] = {}
    ready_ms: list[float] = []
    missing = unsound = 0
    for _ in range(kills):
        begun = time.perf_counter()
        status, _ = desk.request("GET", "/v1/portfolio")
        ready_ms.append((time.perf_counter() - begun) * 1000)
        assert status == 200
        with Stream(home) as stream:
            time.sleep(chance.uniform(0.05, 0.6))
            os.kill(int(Path(home.pid).read_text()), signal.SIGKILL)
        acknowledged.update(stream.acknowledged)
        unsound += not audit_home(Path(home_path)).ok
    _, document = desk.request("GET", "/v1/orders")
    kept = {o.get("client_order_id"): o["order_id"] for o in document["orders"]}
    missing = sum(kept.get(name) != order_id for name, order_id in acknowledged.items())
    desk.request("POST", "/v1/engine/stop")
    return {
        "kills": kills,
        "acknowledged": len(acknowledged),
        "missing": missing,
        "audits_not_ok": unsound,
        "ready_ms_median": round(statistics.median(ready_ms[1:] or ready_ms)),
        "ready_ms_max": round(max(ready_ms[1:] or ready_ms)),
        "seconds": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(os.path.join(folder, "home"), asked.kills, asked.seed)))


if __name__ == "__main__":
    main()
