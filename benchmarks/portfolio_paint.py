"""What a screen asks first, with 1,000 positions and a year of hourly points: portfolio, positions, equity curve.

    python -m benchmarks.portfolio_paint [--positions 1000] [--rounds 30]

A desk over a real ledger, in a market whose every price moves before each question, so that nothing can be answered
from what was worked out before. For each question: the view's call, the encoding, and the whole answer over the Unix
socket, medians and worst in milliseconds; `cold` is the first answer of an engine, which has read nothing yet. Beside
them what the heavy ones take, and the longest that the desk's loop was held meanwhile. One line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.adapters.lists import FileLists
from engine.adapters.sqlite import SqliteLedger
from engine.adapters.sqlite_past import SqlitePast
from engine.client.thin import ThinDesk
from engine.clock import OwnClock
from engine.gateway.serve import Gateway
from engine.home import Home
from engine.kernel import Kernel
from engine.market.calendar import load_calendar
from engine.market.catalogue import Catalogue, load
from engine.market.shown import ShownMarket
from engine.model.account import Position
from engine.model.format import parse_time
from engine.model.ids import DAY_NS, HOUR_NS, Lots, Symbol, Ticks, TimeNs
from engine.model.market import Bar
from engine.runner import Runner
from engine.views.jobs import aside, at_once
from tests.still_market import StillMarket

START = parse_time("2026-11-23T15:35:00Z")
BAR_MS = 15.0
HOLD_MS = 50.0
HOURS = 365 * 24
STEP_NS = 100_000_000


class WideMarket(StillMarket):
    """A still market that tests move, with a year of daily closes behind it."""

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """A random walk that ends at the present price."""
        dice, price, found = random.Random(ix), float(self.mid2[ix]) / 2, []
        for back in range(int((end - start) // DAY_NS)):
            at = TimeNs((end // DAY_NS - back) * DAY_NS + 15 * HOUR_NS)
            close = Ticks(max(1, round(price)))
            found.append(Bar(at, close, close, close, close, Lots(1)))
            price *= 1 + dice.gauss(0, 0.01)
        return found[::-1]

    def move_all(self, ticks: int) -> None:
        """Every price moves."""
        for array in (self.bid, self.ask, self.last):
            array += ticks
        self.mid2 += 2 * ticks


def wide(count: int) -> Catalogue:
    """A catalogue with at least `count` tradable instruments: the real ones, and copies of them."""
    real = [i for i in load().columns if not i.root and i.symbol not in load().roots]
    copies = cycle(i for i in real if i.tradable)
    lacking = range(max(0, count - sum(i.tradable for i in real)))
    made = [msgspec.structs.replace(next(copies), symbol=Symbol(f"P{number:04d}"), aliases=()) for number in lacking]
    return Catalogue.of([*real, *made])


def write_points(path: Path) -> None:
    """A year of hourly points of account main, as the ledger keeps them."""
    dice, nav, rows = random.Random(1), 1_000_000_000_000, []
    first = START // HOUR_NS * HOUR_NS - HOURS * HOUR_NS
    for hour in range(HOURS):
        nav += round(dice.gauss(0, 1e9))
        rows.append(("main", first + hour * HOUR_NS, 1, nav, nav // 2, nav // 2, nav // 2, 0, 0, 0, 0, 10**12))
    names = (
        "account",
        "at",
        "seq",
        "nav",
        "cash",
        "gross",
        "net",
        "realised",
        "fees",
        "funding",
        "dividends",
        "funded",
    )
    with sqlite3.connect(path) as ledger:
        marks = ", ".join("?" * len(names))
        ledger.executemany(f"INSERT INTO equity ({', '.join(names)}) VALUES ({marks})", rows)


async def open_runner(folder: Path, positions: int) -> tuple[Runner, WideMarket]:
    """A desk whose account was opened a year ago and holds so much."""
    catalogue = wide(positions)
    market = WideMarket(catalogue.columns)
    calendars = {i.session: load_calendar(i.session) for i in catalogue.columns}
    store = SqliteLedger(folder / "ledger.db")
    begun = TimeNs(START - (HOURS + 1) * HOUR_NS)
    kernel = Kernel(ShownMarket(market, calendars), catalogue, begun, past=SqlitePast(store.path))
    runner = Runner(kernel, store, OwnClock(begun, 1, paused=True), FileLists(folder / "lists.json", None))
    await runner.ensure_account("main")
    kernel.advance(START)
    write_points(store.path)
    account = kernel.state.accounts["main"]
    for instrument in [i for i in catalogue.columns if i.tradable][:positions]:
        value = kernel.valuer.mark(instrument, 1)
        lots = max(1, 10**9 // max(1, value))
        cost = kernel.valuer.mark(instrument, lots)
        account.positions[instrument.symbol] = Position(instrument.symbol, lots, cost)
        account.cash -= cost if instrument.full_cash else 0
    return runner, market


class Paint:
    """Asks, and notes how long it took."""

    def __init__(self, runner: Runner, market: WideMarket, home: Home) -> None:
        self.runner, self.market, self.home = runner, market, home
        self.turn = 0

    def move(self) -> None:
        """The market moves: everything that was worked out at its prices is worthless."""
        self.turn += 1
        self.market.move_all(1 if self.turn % 2 else -1)
        kernel = self.runner.kernel
        kernel.shown.advance(TimeNs(kernel.shown.now + STEP_NS), STEP_NS)

    async def ask(self, call: Callable[[], Any], path: str, rounds: int) -> dict[str, float]:
        """Milliseconds of a question."""
        taken: dict[str, list[float]] = {"view": [], "encode": [], "socket": []}
        size = 0
        desk = ThinDesk(self.home, start=False)
        for _ in range(rounds):
            self.move()
            began = time.perf_counter()
            document = call()
            viewed = time.perf_counter()
            size = len(msgspec.json.encode(document))
            taken["view"].append((viewed - began) * 1e3)
            taken["encode"].append((time.perf_counter() - viewed) * 1e3)
            self.move()
            taken["socket"].append(await asyncio.to_thread(_timed, desk, path))
        found = {f"{name}_ms": round(statistics.median(values), 2) for name, values in taken.items()}
        return {**found, "socket_worst_ms": round(max(taken["socket"]), 2), "bytes": size}

    async def hold(self, job: Callable[[], Any]) -> dict[str, float]:
        """Milliseconds that a heavy question took, and for how long the loop was held at most meanwhile."""
        gaps, last, done = [0.0], time.perf_counter(), asyncio.Event()

        async def beat() -> None:
            nonlocal last
            while not done.is_set():
                await asyncio.sleep(0)
                now = time.perf_counter()
                gaps.append(now - last)
                last = now

        self.move()
        pulse = asyncio.create_task(beat())
        await asyncio.sleep(0.01)
        began = time.perf_counter()
        gaps.clear()
        await aside(job())
        took = time.perf_counter() - began
        done.set()
        await pulse
        return {"took_ms": round(took * 1e3, 1), "held_ms": round(max(gaps) * 1e3, 1)}


def _timed(desk: ThinDesk, path: str) -> float:
    began = time.perf_counter()
    status, _ = desk.send("GET", path)
    assert status == 200
    return (time.perf_counter() - began) * 1e3


async def measure(folder: Path, positions: int, rounds: int) -> dict[str, Any]:
    """All figures."""
    home = Home(str(folder / "home"))
    home.prepare()
    runner, market = await open_runner(folder, positions)
    gateway = Gateway(runner, lambda: None)
    await gateway.start(_listener(home))
    paint, view = Paint(runner, market, home), runner.view
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # as the engine's process does
    cold = {}
    for window in ("7d", "1y"):
        began = time.perf_counter()
        at_once(view.equity("main", window))
        cold[f"equity_{window}_cold_ms"] = round((time.perf_counter() - began) * 1e3, 2)
    fast = {
        "portfolio": await paint.ask(lambda: view.portfolio("main"), "/v1/portfolio", rounds),
        "positions": await paint.ask(lambda: view.positions("main"), "/v1/positions", rounds),
        "equity_7d": await paint.ask(lambda: at_once(view.equity("main", "7d")), "/v1/portfolio/equity", rounds),
        "equity_1y": await paint.ask(
            lambda: at_once(view.equity("main", "1y")), "/v1/portfolio/equity?window=1y", rounds
        ),
        "equity_1y_hourly": await paint.ask(
            lambda: at_once(view.equity("main", "1y", "", "hour")),
            "/v1/portfolio/equity?window=1y&every=hour",
            rounds,
        ),
    }
    order = {"symbol": "KO", "side": "buy", "type": "market", "quantity": "10"}
    heavy = {
        "analytics": await paint.hold(lambda: view.analytics("main")),
        "risk": await paint.hold(lambda: view.risk_figures("main")),
        "correlation": await paint.hold(lambda: view.correlation("main")),
        "what_if": await paint.hold(lambda: view.what_if("main", order)),
        "attribution": await paint.hold(lambda: view.attribution("main", "symbol")),
        "rebalance": await paint.hold(lambda: view.rebalance("main", {"strategy": "equal"})),
    }
    await gateway.stop()
    await runner.stop()
    return {
        "benchmark": "portfolio_paint",
        "held": positions,
        "points": HOURS,
        "rounds": rounds,
        **fast,
        **cold,
        "bar_ms": BAR_MS,
        "within_bar": all(one["view_ms"] + one["encode_ms"] <= BAR_MS for one in fast.values()),
        "aside": heavy,
        "hold_bar_ms": HOLD_MS,
        "within_hold": all(one["held_ms"] <= HOLD_MS for one in heavy.values()),
        "threads": threading.active_count(),
    }


def _listener(home: Home) -> Any:
    import socket

    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    home.bind(listener)
    return listener


def main() -> int:
    """Measure; one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vterm-paint-") as folder:
        print(json.dumps(asyncio.run(measure(Path(folder), args.positions, args.rounds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
