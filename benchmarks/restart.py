"""Killed and started again: time to the first answer with a long journal, beside an empty home, in one run.

    python -m benchmarks.restart [--orders 100000] [--rounds 5] [--home DIR]

Orders go through the desk's own runner (market orders that fill, and limit orders taken back). Then, in turns for each
home: `vterm quote KO` starts the engine, some more orders are sent, the engine is killed with SIGKILL, and the time of
the next `vterm quote KO` is taken; it includes the command's own start. One line of JSON on standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CLOCK, SEED = "2026-11-23T15:00:00Z", "11"
SYMBOLS = ("KO", "AAPL", "MSFT", "NVDA", "SPY", "QQQ", "INTC", "PFE", "T", "GE", "BAC", "XOM")
CROWD, TAIL = 500, 60
BAR_S = 2.0


def orders(count: int) -> Iterator[dict[str, Any]]:
    """What is sent: one share bought, then sold, of one symbol after another; every tenth waits and is taken back."""
    for number in range(count):
        symbol, side = SYMBOLS[number // 2 % len(SYMBOLS)], "buy" if number % 2 == 0 else "sell"
        waits = {"type": "limit", "limit_price": "1.00", "side": "buy"}
        order = {"symbol": symbol, "side": side, "type": "market", "quantity": 1, "client_order_id": f"r-{number}"}
        yield {**order, **waits} if number % 20 >= 18 else order


async def build(home: Path, count: int) -> float:
    """Orders a second into a home, which is closed afterwards."""
    from engine.bootstrap import open_desk
    from engine.model.refusal import Refused

    desk = open_desk(home, clock=CLOCK, seed=SEED)
    await desk.ensure_account("main")
    waiting = orders(count)
    begun = time.perf_counter()

    async def send(order: dict[str, Any]) -> None:
        try:
            done = await desk.submit("main", order)
            if order["type"] == "limit":
                await desk.cancel("main", done["order_id"])
        except Refused as refused:
            if refused.refusal.code.value != "PRICE_BAND":
                raise

    for start in range(0, count, CROWD):
        await asyncio.gather(
            *(send(order) for _, order in zip(range(min(CROWD, count - start)), waiting, strict=False))
        )
        desk.step()
    took = time.perf_counter() - begun
    await desk.stop()
    return count / took


def processor_s(process: int) -> float:
    """Seconds of processor time that a process has used: what a busy machine does not change. 0 where unknown."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Killed:
    """One home and how long its engine took to answer."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "VTERM_HOME": str(home), "PYTHONPATH": str(ROOT)}
        self.environment |= {"VTERM_SEED": SEED, "VTERM_CLOCK": CLOCK}
        self.took: list[float] = []
        self.desk: list[float] = []
        self.worked: list[float] = []
        self.sent = 0

    def vterm(self, *words: str) -> str:
        command = [sys.executable, "-m", "vterm", *words, "--json"]
        return subprocess.run(command, env=self.environment, capture_output=True, check=True, text=True).stdout

    def engine(self) -> int:
        return int((self.home / "engine.pid").read_text())

    async def _trade(self, count: int) -> None:
        from engine.client import wire
        from engine.home import Home

        home = Home(str(self.home))
        for _ in range(count):
            self.sent += 1
            order = {"symbol": "KO", "side": "buy" if self.sent % 2 else "sell", "type": "market", "quantity": 1}
            status, answer = await wire.request(home, "main", "POST", "/v1/orders", order)
            assert status in {200, 201}, answer

    def round(self) -> None:
        """Start, trade, kill; then the time that counts."""
        self.vterm("quote", "KO")
        asyncio.run(self._trade(TAIL))
        os.kill(self.engine(), signal.SIGKILL)
        begun = time.perf_counter()
        self.vterm("quote", "KO")
        self.took.append(time.perf_counter() - begun)
        self.worked.append(processor_s(self.engine()))
        ready = [line for line in (self.home / "engine.log").read_text().splitlines() if "ready in" in line][-1]
        self.desk.append(float(ready.split("desk ")[1].split(",")[0]))

    def stop(self) -> None:
        self.vterm("engine", "stop")

    def clean(self) -> float:
        """The same after a stop in good order, when the whole file is verified first."""
        begun = time.perf_counter()
        self.vterm("quote", "KO")
        return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", type=Path, default=None, help="a home to build in, or one built before")
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        full = chosen.home or Path(folder) / "full"
        rate = None
        if not (full / "ledger.db").exists():
            full.mkdir(parents=True, exist_ok=True)
            rate = asyncio.run(build(full, chosen.orders))
        long, empty = Killed(full), Killed(Path(folder) / "empty")
        for _ in range(chosen.rounds):
            for home in (empty, long):
                home.round()
        for home in (empty, long):
            home.stop()
        cleanly = {"empty": empty.clean(), "long": long.clean()}
        for home in (empty, long):
            home.stop()
        size = (full / "ledger.db").stat().st_size
    print(json.dumps(summary(chosen.orders, rate, size, empty, long, cleanly)))


def summary(
    count: int, rate: float | None, size: int, empty: Killed, long: Killed, cleanly: dict[str, float]
) -> dict[str, object]:
    """Medians and largest, in seconds; the ratio is of medians."""

    def told(home: Killed) -> dict[str, float]:
        return {
            "first_answer_s": round(statistics.median(home.took), 3),
            "max_s": round(max(home.took), 3),
            "engine_processor_s": round(statistics.median(home.worked), 2),
            "desk_open_ms": round(statistics.median(home.desk)),
        }

    return {
        "benchmark": "restart",
        "orders": count,
        "rounds": len(long.took),
        "built_orders_per_s": None if rate is None else round(rate),
        "ledger_mb": round(size / 1e6, 1),
        "empty": told(empty),
        "long": told(long),
        "long_of_empty": round(statistics.median(long.took) / statistics.median(empty.took), 2),
        "after_a_clean_stop_s": {name: round(took, 3) for name, took in cleanly.items()},
        "bar_s": BAR_S,
        "held": max(long.took) <= BAR_S,
    }


if __name__ == "__main__":
    main()
