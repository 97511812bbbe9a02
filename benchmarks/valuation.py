"""One symbol's tick to all its holders: ours beside a Redis pipeline and full NumPy recomputes, in one run.

    python -m benchmarks.valuation [--rounds 60] [--accounts 20000] [--positions 15] [--symbols 160]

Ours is exact to the Minor (checked at the end against `Valuer.worth`); peers add floats, or integers that leave out
the rounding. Symbols valued by steps, those that are rounded, currency pairs (which move everything in their currency)
and those on margin are timed apart, since a short go is seldom interrupted; `ours` is their mean, each symbol counting
once. `ours` is NumPy, `ours_compiled` the loops of the extra `fast`. The bar's peer is the fastest recompute that
allocates as one writes it; `numpy_full_tuned` allocates nothing. Kinds take turns in short rounds, in another order
each time and after one uncounted go; medians are over rounds. The Redis server is started here on a free loopback port
and stopped; what cannot run is named in `missing`. One line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from typing import Any

from benchmarks.valuation_peers import Plain, Redis
from engine.market.catalogue import load
from engine.model.account import START_CASH, Account, Position
from engine.model.ids import AccountId, Symbol, TimeNs
from engine.model.instrument import Instrument
from engine.portfolio import holders as room
from engine.portfolio.holders import Holders, compiled
from engine.portfolio.valuation import Valuer

BARS = {"redis_pipeline": 1_000.0, "numpy_full": 100.0}
CHECKED = 400


class Mids:
    """Prices that tick when told to: what a `Valuer` reads of a market."""

    def __init__(self, instruments: list[Instrument]) -> None:
        self.version = 0
        self.mids = {str(i.symbol): 2 * (i.tick.steps(i.price0) or 1) for i in instruments}

    def mid2(self, instrument: Instrument) -> int:
        """Half ticks."""
        return self.mids[instrument.symbol]

    def tick(self, symbol: str, by: int) -> None:
        """One symbol moves."""
        self.mids[symbol] += by
        self.version += 1


class Desk:
    """Many accounts, their index, and what is needed to time it."""

    def __init__(self, accounts: int, positions: int, symbols: int) -> None:
        chance, catalogue = random.Random(2), load()
        self.traded = [i for i in catalogue.columns if i.tradable][:symbols]
        self.mids = Mids(list(catalogue.columns))
        self.valuer = Valuer(self.mids, catalogue)  # type: ignore[arg-type]
        self.accounts = [
            Account(AccountId(f"a{number}"), TimeNs(0), START_CASH, self._positions(chance, positions))
            for number in range(accounts)
        ]
        self.by = {"ours": Holders(self.valuer)}
        if (loops := compiled()) is not None:
            self.by["ours_compiled"] = Holders(self.valuer, loops)
        begun = time.perf_counter()
        self.by["ours"].take_all(self.accounts)
        self.loading = time.perf_counter() - begun
        for holders in list(self.by.values())[1:]:
            holders.take_all(self.accounts)
        self.order = [str(i.symbol) for i in self.traded]
        chance.shuffle(self.order)
        self._turn = cycle((1, -1, -1, 1))

    def _positions(self, chance: random.Random, count: int) -> dict[str, Position]:
        """Longs and shorts at even odds, of 5 to 50 thousand VCR or so each."""
        held = {}
        for instrument in chance.sample(self.traded, count):
            mid2 = self.mids.mids[instrument.symbol]
            worth = max(1, self.valuer.value(instrument, 1_000, mid2))
            lots = max(1, chance.randrange(5_000, 50_000) * 10**9 // worth) * chance.choice((1, -1))
            cost = self.valuer.value(instrument, lots, mid2 - chance.randrange(mid2 // 20 + 1))
            held[str(instrument.symbol)] = Position(Symbol(instrument.symbol), lots, cost)
        return held

    def kinds(self) -> dict[str, list[str]]:
        """Symbols by how they are valued."""
        found: dict[str, list[str]] = {"steps": [], "rounded": [], "currency_pairs": [], "margined": []}
        for instrument in self.traded:
            n, d = instrument.value_ratio()
            kind = "steps" if instrument.currency == "USD" and n % (2 * d) == 0 else "rounded"
            if instrument.asset_class == "forex":
                kind = "currency_pairs"
            found[kind if instrument.full_cash else "margined"].append(str(instrument.symbol))
        return {kind: symbols for kind, symbols in found.items() if symbols}

    def ticks(self, symbols: list[str], holders: Holders) -> int:
        """Each symbol ticks once, forth or back; returns how many positions were reached."""
        reached, tick, move, turn = 0, holders.tick, self.mids.tick, self._turn
        for symbol in symbols:
            move(symbol, next(turn))
            reached += tick(symbol)
        return reached

    def together(self, symbols: list[str], holders: Holders, share: tuple[int, int]) -> float:
        """Seconds to catch up with a tick of several symbols at once, with this share as the switch."""
        for symbol in symbols:
            self.mids.tick(symbol, next(self._turn))
        kept, room.WHOLE = room.WHOLE, share
        begun = time.perf_counter()
        holders.look()
        took = time.perf_counter() - begun
        room.WHOLE = kept
        return took

    def differing(self, holders: Holders) -> int:
        """Accounts, of some, whose figures are not what valuing them afresh says."""
        holders.look()
        some = self.accounts[:: max(1, len(self.accounts) // CHECKED)]
        return sum(holders.worth(a.account_id) != self.valuer.worth(a) for a in some)


def per_call(work: Callable[[], object], calls: int) -> float:
    """Microseconds of each of `calls` that `work` does."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) / calls * 1e6


def each(does: Callable[[Any], object], of: Sequence[Any]) -> None:
    """One call after another."""
    for item in of:
        does(item)


def crossover(desk: Desk, holders: Holders, symbols: list[str], rounds: int) -> dict[str, object]:
    """Row by row and all at once, by the number of symbols with steps that move together, in microseconds."""
    rows: dict[int, tuple[float, float]] = {}
    for count in sorted({max(2, len(symbols) * tenth // 10) for tenth in (1, 3, 5, 6, 7, 8, 9, 10)}):
        each, once = [], []
        for _ in range(rounds):
            each.append(desk.together(symbols[:count], holders, (2, 1)) * 1e6)
            once.append(desk.together(symbols[:count], holders, (0, 1)) * 1e6)
        rows[count] = statistics.median(each), statistics.median(once)
    return {
        "of_symbols": len(symbols),
        "row_by_row_us": {count: round(each) for count, (each, _) in rows.items()},
        "all_at_once_us": {count: round(once) for count, (_, once) in rows.items()},
        "at_once_wins_from": next((count for count, (each, once) in rows.items() if once < each), None),
    }


def contest(desk: Desk, redis: Redis) -> dict[str, tuple[Callable[[], object], int]]:
    """What is timed, and how many ticks each call of it is."""
    plain, count = Plain(desk.accounts, desk.traded, desk.valuer), len(desk.traded)
    work: dict[str, tuple[Callable[[], object], int]] = {}
    for name, holders in desk.by.items():
        for kind, symbols in desk.kinds().items():
            work[f"{name}_{kind}"] = partial(desk.ticks, symbols, holders), len(symbols)
    for name in ("floats", "rectangle", "integers", "tuned"):
        work[f"numpy_full_{name}"] = partial(each, getattr(plain, name), [count // 2]), 1
    if redis.client is not None:
        work["redis_pipeline"] = partial(each, redis.tick, desk.order[:1]), 1
    return work


def run(desk: Desk, rounds: int) -> dict[str, object]:
    """Every kind in turn, round after round."""
    redis = Redis.start(desk.accounts)
    work = contest(desk, redis)
    took: dict[str, list[float]] = {name: [] for name in work}
    chance, names = random.Random(5), list(work)
    for _ in range(rounds):
        chance.shuffle(names)
        for name in names:
            does, calls = work[name]
            if name.startswith("ours"):
                desk.by["ours_compiled" if name.startswith("ours_compiled") else "ours"].look()  # the other's ticks
            does()  # whoever ran before left his own things in the caches
            took[name].append(per_call(does, calls))
    redis.stop()
    reached = desk.ticks(desk.order, desk.by["ours"])
    valuing = per_call(partial(each, desk.valuer.worth, desk.accounts), 1)
    taking = per_call(partial(each, desk.by["ours"].take, desk.accounts[:200]), 200)
    steps = desk.kinds()["steps"]
    return {
        **summary(desk, {name: (statistics.median(t), min(t), max(t)) for name, t in took.items()}),
        "positions_reached_per_tick": round(reached / len(desk.order)),
        "valuer_of_every_account_us": round(valuing),
        "take_an_account_us": round(taking, 1),
        "together": crossover(desk, desk.by["ours"], steps, rounds),
        "load_s": round(desk.loading, 2),
        "differing_accounts": sum(desk.differing(holders) for holders in desk.by.values()),
        "missing": redis.missing + ([] if "ours_compiled" in desk.by else ["ours_compiled: install the extra fast"]),
    }


def summary(desk: Desk, took: dict[str, tuple[float, float, float]]) -> dict[str, object]:
    """Figures, ratios to ours, and whether each bar holds; a peer that could not run has no ratio."""
    kinds = desk.kinds()
    for name in desk.by:
        took[name] = tuple(  # type: ignore[assignment]
            sum(len(symbols) * took[f"{name}_{kind}"][at] for kind, symbols in kinds.items()) / len(desk.traded)
            for at in range(3)
        )
    peers = {name: middle for name, (middle, _, _) in took.items() if not name.startswith("ours")}
    peers["numpy_full"] = min(peers[f"numpy_full_{name}"] for name in ("floats", "rectangle", "integers"))
    ratios = {
        ours: {peer: round(spent / took[ours][0], 1) for peer, spent in peers.items()}
        for ours in took
        if ours.startswith("ours")
    }
    return {
        "us_per_tick": {
            name: {"median": round(mid, 2), "min": round(low, 2), "max": round(high, 2)}
            for name, (mid, low, high) in took.items()
        },
        "ratios": ratios,
        "bars": BARS,
        "held": {
            ours: {peer: ratios[ours][peer] >= bar for peer, bar in BARS.items() if peer in peers}
            for ours in ("ours", "ours_compiled")
            if ours in took
        },
    }


def main() -> int:
    """Measure and print one JSON line; the exit code is 1 where an account's figures differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--positions", type=int, default=15)
    parser.add_argument("--symbols", type=int, default=160)
    chosen = parser.parse_args()
    desk = Desk(chosen.accounts, chosen.positions, chosen.symbols)
    figures = run(desk, chosen.rounds)
    sizes = {"accounts": chosen.accounts, "positions": desk.by["ours"].positions, "symbols": len(desk.traded)}
    print(json.dumps({"benchmark": "valuation", "rounds": chosen.rounds, **sizes, **figures}))
    return int(bool(figures["differing_accounts"]))


if __name__ == "__main__":
    sys.exit(main())
