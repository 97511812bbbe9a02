"""What an order and a step of the market cost with few and with many accounts on the desk.

    python -m benchmarks.accounts [--orders 300] [--counts 1,1000,20000]

Each account holds 15 positions, handed over as a fork does it. Orders are market orders of one account; a quiet step
is one in which nothing is due; then a step at a whole hour (equity points), a midnight, a daily roll and a snapshot, in
which every account counts by nature. No store: what is measured is the kernel. One line of JSON on standard output.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START, SEED, HELD = "2026-11-23T15:00:00Z", 11, 15
STEPS = 200


def timed(times: int, work: Callable[[int], Any]) -> dict[str, float]:
    """Median and 99th percentile in microseconds."""
    took = []
    for number in range(times):
        begun = time.perf_counter()
        work(number)
        took.append(time.perf_counter() - begun)
    took.sort()
    return {"p50_us": round(took[len(took) // 2] * 1e6, 1), "p99_us": round(took[len(took) * 99 // 100] * 1e6, 1)}


def once(work: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    begun = time.perf_counter()
    work()
    return round((time.perf_counter() - begun) * 1e3, 2)


def desk(accounts: int) -> Any:
    """A kernel on the living market with accounts that each hold `HELD` of its shares."""
    from engine.bootstrap import living_market
    from engine.kernel import Kernel
    from engine.market.shown import ShownMarket
    from engine.model.account import START_CASH, Holding
    from engine.model.command import ForkAccount, OpenAccount
    from engine.model.format import parse_time
    from engine.model.ids import AccountId

    start = parse_time(START)
    source, catalogue, calendars = living_market(SEED, start)
    kernel = Kernel(ShownMarket(source, calendars), catalogue, start)
    shares = [i for i in catalogue.columns if i.currency == "USD" and i.full_cash][:60]
    kernel.apply(OpenAccount(at=start, account=AccountId("main"), cash=START_CASH))
    for number in range(accounts):
        mine = [shares[(number * 7 + k * 4) % len(shares)] for k in range(HELD)]
        chosen = {i.symbol: i for i in mine}.values()
        held = tuple(Holding(i.symbol, 10, kernel.valuer.mark(i, 10)) for i in sorted(chosen, key=lambda i: i.symbol))
        paid = sum(h.cost for h in held)
        kernel.apply(ForkAccount(start, AccountId("main"), AccountId(f"t{number:05d}"), START_CASH - paid, held, start))
    kernel.take_events()
    return kernel


def measure(accounts: int, orders: int) -> dict[str, Any]:
    """Every figure at one number of accounts."""
    from engine.model.command import Submit
    from engine.model.ids import DAY_NS, HOUR_NS, AccountId, Lots, Symbol, TimeNs
    from engine.model.order import OrderRequest, OrderType
    from engine.portfolio.overnight.hours import next_roll
    from engine.recovery import snapshot_of

    begun = time.perf_counter()
    kernel = desk(accounts)
    built = time.perf_counter() - begun
    state = kernel.state

    def order(number: int) -> None:
        request = OrderRequest(Symbol("KO"), 1 if number % 2 == 0 else -1, OrderType.MARKET, Lots(1))
        kernel.apply(Submit(state.now, AccountId("main"), request))
        kernel.take_events()

    def step(_: int) -> None:
        kernel.advance(TimeNs(state.now + state.step_ns))
        kernel.take_events()

    def ordered_step(number: int) -> None:
        order(number)
        step(number)

    kernel.advance(TimeNs(state.now + 3 * state.step_ns))
    order(0)
    order(1)
    figures: dict[str, Any] = {"build_s": round(built, 2), "order": timed(orders, order)}
    for _ in range(30):
        step(0)
    figures["quiet_step"] = timed(STEPS, step)
    figures["order_and_step"] = timed(STEPS, ordered_step)

    def to(at: int) -> Callable[[], Any]:
        kernel.advance(TimeNs(at - state.step_ns))
        return lambda: kernel.advance(TimeNs(at))

    figures["hour_ms"] = once(to((state.now // HOUR_NS + 1) * HOUR_NS))
    figures["snapshot_ms"] = once(lambda: snapshot_of(kernel))
    figures["roll_ms"] = once(to(int(next_roll(state.now))))
    figures["midnight_ms"] = once(to((state.now // DAY_NS + 1) * DAY_NS))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--counts", default="1,1000,20000")
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    counts = [int(text) for text in chosen.counts.split(",")]
    found = {str(count): measure(count, chosen.orders) for count in counts}
    first, last = found[str(counts[0])], found[str(counts[-1])]
    ratios = {name: round(last[name]["p50_us"] / first[name]["p50_us"], 2) for name in ("order", "quiet_step")}
    print(json.dumps({"benchmark": "accounts", "positions_each": HELD, "accounts": found, "last_of_first": ratios}))


if __name__ == "__main__":
    main()
