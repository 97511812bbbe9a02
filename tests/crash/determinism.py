"""The same seed and the same commands give the same state, in any process and from any restored point.

`python -m tests.crash.determinism --seeds 50 --commands 20000` runs each seed twice, in two processes with different
hash seeds; the second one goes to bytes and back, in a fresh kernel, at random moments.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from engine.kernel import Answer, Kernel
from engine.model.account import START_CASH
from engine.model.algo import AlgoKind, AlgoRequest
from engine.model.command import Amend, AnyCommand, Cancel, CancelAll, Flatten, OpenAccount, StartAlgo, Submit
from engine.model.ids import MINUTE_NS, AccountId, Lots, Ticks, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce
from engine.ports import JournalEntry, encode
from tests.crash.desk import ACCOUNTS, kernel

ROOT = Path(__file__).parents[2]
HASH_SEEDS = ("1", "77")
_MOST_WAITING, _EVERY, _LATER = 12, 3, 0.03


class Trader:
    """A stream of random commands that are sensible for the state that they meet. Its choices depend on nothing
    but its seed and that state."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.sent = 0
        self._traded: list[Instrument] = []

    def next(self, desk: Kernel) -> AnyCommand:
        """The next command, a little later than the last."""
        chance = self.chance
        at = TimeNs(desk.state.now + (chance.randrange(1, 3) * MINUTE_NS if chance.random() < _LATER else 0))
        account = AccountId(chance.choice(ACCOUNTS))
        waiting = desk.open_orders(account)
        kind = chance.random()
        if kind < 0.001:
            return Flatten(at, account)
        if kind < 0.004:
            return CancelAll(at, account)
        if kind < 0.007:
            return StartAlgo(at, account, self._algo(desk))
        if waiting and (kind < 0.2 or len(waiting) > _MOST_WAITING):
            return Cancel(at, account, chance.choice(waiting).order_id)
        if waiting and kind < 0.3:
            return self._amend(at, account, chance.choice(waiting))
        return Submit(at, account, self._order(desk))

    def _order(self, desk: Kernel) -> OrderRequest:
        chance, self.sent = self.chance, self.sent + 1
        instrument = self._instrument(desk)
        bid, ask = desk.shown.touch(instrument)
        side = chance.choice((1, -1))
        kind = chance.choice((OrderType.MARKET, OrderType.LIMIT, OrderType.LIMIT, OrderType.STOP))
        near = (ask if side > 0 else bid) + chance.randrange(-8, 3) * side
        return OrderRequest(
            symbol=instrument.symbol,
            side=side,
            type=kind,
            quantity=Lots(chance.randrange(1, 200)),
            limit_price=Ticks(near) if kind is OrderType.LIMIT else None,
            time_in_force=chance.choice((TimeInForce.GTC, TimeInForce.DAY, TimeInForce.IOC))
            if kind is OrderType.LIMIT
            else TimeInForce.GTC,
            client_order_id=f"d{self.sent}",
            stop_price=Ticks((ask if side > 0 else bid) + side * chance.randrange(1, 8))
            if kind is OrderType.STOP
            else None,
        )

    def _instrument(self, desk: Kernel) -> Instrument:
        self._traded = self._traded or [i for i in desk.catalogue.columns if i.full_cash][::_EVERY]
        return self.chance.choice(self._traded)

    def _amend(self, at: TimeNs, account: AccountId, order: Order) -> Amend:
        return Amend(at, account, order.order_id, quantity=Lots(order.filled + self.chance.randrange(1, 200)))

    def _algo(self, desk: Kernel) -> AlgoRequest:
        symbol = self._instrument(desk).symbol
        return AlgoRequest(AlgoKind.TWAP, symbol, self.chance.choice((1, -1)), Lots(500), 5 * MINUTE_NS, 5)


class Chain:
    """A digest of everything that a kernel answered and journalled."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.entries = self.fills = 0

    def take(self, entries: list[JournalEntry], answer: Answer) -> None:
        """What one command caused."""
        for entry in entries:
            self._hash.update(encode(entry))
            self.entries, self.fills = self.entries + 1, self.fills + len(entry.fills)
        self._hash.update(encode(answer))

    def digest(self) -> str:
        """Hexadecimal."""
        return self._hash.hexdigest()


def play(seed: int, commands: int, restores: int = 0) -> dict[str, object]:
    """`commands` random commands; the hashes at the end. `restores` times it goes on from its own bytes."""
    desk, trader, chain = kernel(MINUTE_NS), Trader(seed), Chain()
    for name in ACCOUNTS:
        chain.take(*desk.apply(OpenAccount(desk.state.now, AccountId(name), START_CASH)))
    moments = set(Random(f"restore {seed}").sample(range(commands), restores))
    for number in range(commands):
        if number in moments:
            desk = restored(desk)
        chain.take(*desk.apply(trader.next(desk)))
        desk.take_events()
    return {"state": desk.state_hash(), "journal": chain.digest(), "entries": chain.entries, "fills": chain.fills}


def restored(desk: Kernel) -> Kernel:
    """A fresh kernel in the same state, by way of bytes; the past is kept beside it, as in a store."""
    fresh = kernel(desk.state.step_ns, desk.past)
    fresh.thaw(desk.freeze())
    return fresh


def compare(seeds: int, commands: int, restores: int = 10) -> dict[str, object]:
    """Every seed in two processes; how many differ, and the figures."""
    begun = time.perf_counter()
    runs = [_elsewhere(hash_seed, seeds, commands, n * restores) for n, hash_seed in enumerate(HASH_SEEDS)]
    answers = [[json.loads(line) for line in run.communicate()[0].splitlines()] for run in runs]
    assert all(run.returncode == 0 for run in runs) and len(answers[0]) == seeds
    return {
        "seeds": seeds,
        "commands": seeds * commands * len(runs),
        "restored": seeds * restores,
        "different": sum(first != second for first, second in zip(*answers, strict=True)),
        "entries": sum(a["entries"] for a in answers[0]),
        "fills": sum(a["fills"] for a in answers[0]),
        "seconds": round(time.perf_counter() - begun, 1),
    }


def _elsewhere(hash_seed: str, seeds: int, commands: int, restores: int) -> subprocess.Popen[str]:
    words = ["--play", "--seeds", str(seeds), "--commands", str(commands), "--restores", str(restores)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.determinism", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Run it from the command line: one JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--commands", type=int, default=20_000)
    parser.add_argument("--restores", type=int, default=10)
    parser.add_argument("--play", action="store_true", help="one process' part: a line of hashes a seed")
    asked = parser.parse_args()
    if asked.play:
        for seed in range(asked.seeds):
            print(json.dumps(play(seed, asked.commands, asked.restores)), flush=True)
    else:
        print(json.dumps(compare(asked.seeds, asked.commands, asked.restores)))


if __name__ == "__main__":
    main()
