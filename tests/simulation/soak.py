"""A day of the whole market traded by random orders of every kind: sound books, equal bytes, whole after a restart.

Run as a module it is the long form: python -m tests.simulation.soak --orders 1000 --hours 24
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from engine.bootstrap import living_market, simulation
from engine.market.catalogue import Catalogue
from engine.model.format import parse_time, time_text
from engine.model.ids import HOUR_NS, SECOND_NS, TimeNs
from engine.ports import MarketSource
from engine.script import read_commands
from engine.simulate import STEPS, Options, Run

START = "2026-11-23T14:00:00Z"
SIZES = {
    "AAPL": (5, 250),
    "SPY": (5, 150),
    "BTC-USD": (0.05, 1.5),
    "ETH-USD": (0.5, 30),
    "EUR-USD": (1000, 120_000),
    "GCG27": (1, 2),
    "SPX": (1, 12),
    "7203.T": (100, 3000),
}
"""Smallest and largest quantity by symbol."""
ACCOUNTS = ("main", "ada", "bo")


class Script:
    """Random commands whose prices lie around the market at their time. Same arguments, same lines."""

    def __init__(self, seed: int, orders: int, hours: float, step: str) -> None:
        self.start = parse_time(START)
        self.end = TimeNs(self.start + int(hours * HOUR_NS))
        self.random = random.Random(seed)
        self.step_ns = STEPS[step]
        source, catalogue, _ = living_market(seed, self.start)
        self.source: MarketSource = source
        self.catalogue: Catalogue = catalogue
        self.orders = orders

    def lines(self) -> Iterator[str]:
        """NDJSON commands in time order."""
        times = sorted(self.random.randrange(self.start + SECOND_NS, self.end - SECOND_NS) for _ in range(self.orders))
        for number, at in enumerate(times):
            at -= at % 1_000_000
            yield json.dumps(self._command(number, TimeNs(at)))

    def _command(self, number: int, at: TimeNs) -> dict[str, Any]:
        pick = self.random.random
        common = {"at": time_text(at), "account": self.random.choice(ACCOUNTS)}
        if number > 20 and pick() < 0.08:
            return {**common, "cmd": "cancel", "client_order_id": f"c{self.random.randrange(number)}"}
        if number > 20 and pick() < 0.05:
            changes = {"quantity": self.random.randrange(1, 200)}
            return {
                **common,
                "cmd": "amend",
                "client_order_id": f"c{self.random.randrange(number)}",
                "changes": changes,
            }
        if pick() < 0.01:
            return {**common, "cmd": "flatten"}
        symbol = self.random.choice(sorted(SIZES))
        if pick() < 0.04:
            algo = {"cmd": "algo", "algo": self.random.choice(["twap", "vwap", "pov"]), "symbol": symbol}
            side = self.random.choice(["buy", "sell"])
            return {**common, **algo, "side": side, "quantity": self._quantity(symbol), "over": "20m"}
        return {**common, "cmd": "submit", "order": {**self._order(symbol, at), "client_order_id": f"c{number}"}}

    def _quantity(self, symbol: str) -> str:
        low, high = SIZES[symbol]
        if isinstance(low, int):
            lot = 100 if symbol == "7203.T" else 1000 if symbol == "EUR-USD" else 1
            return str(self.random.randrange(low, high + 1, lot) if lot > 1 else self.random.randint(low, int(high)))
        return f"{self.random.uniform(low, high):.4f}"

    def _order(self, symbol: str, at: TimeNs) -> dict[str, Any]:
        kind = self.random.choice(
            ["market", "market", "limit", "limit", "limit", "stop", "stop_limit", "trailing_stop", "oco"]
        )
        side = self.random.choice(["buy", "sell"])
        order: dict[str, Any] = {"symbol": symbol, "side": side, "type": kind, "quantity": self._quantity(symbol)}
        near = self._prices(symbol, at, 1 if side == "buy" else -1)
        if kind in ("limit", "oco"):
            order["limit_price"] = near(-self.random.uniform(-0.5, 4))
        if kind in ("stop", "stop_limit", "oco"):
            order["stop_price"] = near(self.random.uniform(1, 8))
        if kind == "oco":
            order["limit_price"] = near(-self.random.uniform(1, 6))
        if kind == "stop_limit":
            order["limit_price"] = near(self.random.uniform(8, 12))
        if kind == "trailing_stop":
            order["trail_percent"] = f"{self.random.uniform(0.05, 1):.2f}"
        if kind == "market" and self.random.random() < 0.3:
            order["stop_loss"], order["take_profit"] = near(-9), near(9)
        if kind == "limit":
            order["time_in_force"] = self.random.choice(["GTC", "GTC", "DAY", "IOC", "FOK"])
        return order

    def _prices(self, symbol: str, at: TimeNs, side: int) -> Any:
        """A price so many thousandths towards the aggressive side of the market at a time."""
        instrument = self.catalogue[symbol]
        grid = TimeNs(at // (60 * SECOND_NS) * 60 * SECOND_NS)
        self.source.advance(grid, 60 * SECOND_NS)
        mid = int(self.source.mid2[instrument.column]) // 2 + instrument.basis_ticks
        return lambda permille: instrument.price_text(max(1, mid + int(side * mid * permille / 1000)))


def options(script: Script) -> Options:
    """Everything that a run says of orders and money."""
    return Options(start=script.start, end=script.end, step_ns=script.step_ns)


def whole(seed: int, script: Script, lines: list[str]) -> list[bytes]:
    """The run in one go."""
    return list(simulation(seed, options(script)).lines(read_commands(lines)))


def broken(seed: int, script: Script, lines: list[str]) -> list[bytes]:
    """The run with a restart in the middle: half a run, its frozen state, and the rest in a fresh market."""
    middle = TimeNs((script.start + script.end) // 2 // SECOND_NS * SECOND_NS)
    first = simulation(seed, Options(start=script.start, end=middle, step_ns=script.step_ns))
    half = [line for line in lines if parse_time(json.loads(line)["at"]) < middle]
    out = list(first.lines(read_commands(half)))[:-1]
    second: Run = simulation(seed, options(script))
    second.kernel.thaw(first.kernel.freeze())
    second.past.adopt(first.past)
    second.count, second.transfers = first.count, list(first.transfers)
    rest = [""] * len(half) + lines[len(half) :]
    return out + list(second.lines(read_commands(rest)))


def main() -> int:
    """The long form: prints a table, and exits 1 where anything differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--step", default="100ms", choices=sorted(STEPS))
    parser.add_argument("--seed", type=int, default=11)
    asked = parser.parse_args()
    script = Script(asked.seed, asked.orders, asked.hours, asked.step)
    lines = list(script.lines())
    begun = time.perf_counter()
    out = whole(asked.seed, script, lines)
    took = time.perf_counter() - begun
    end = json.loads(out[-1])
    again, restarted = whole(asked.seed, script, lines), broken(asked.seed, script, lines)
    result = {
        "orders": asked.orders,
        "hours": asked.hours,
        "step": asked.step,
        "events": end["events"],
        "fills": sum(line.startswith(b'{"type":"fill"') for line in out),
        "audit": end["audit"],
        "again_equal": out == again,
        "restart_equal": out == restarted,
        "sha256": hashlib.sha256(b"".join(out)).hexdigest(),
        "seconds": round(took, 1),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if result["again_equal"] and result["restart_equal"] and end["audit"]["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
