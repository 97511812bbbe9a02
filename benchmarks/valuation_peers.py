"""What valuation is measured beside: a plain NumPy recompute of all NAVs, and one Redis command per holder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from typing import Any

import numpy as np

from engine.model.account import Account
from engine.model.instrument import Instrument
from engine.portfolio.valuation import Valuer


class Plain:
    """All NAVs from all positions at every tick: as one writes it, in floats and in whole numbers, and tuned."""

    def __init__(self, accounts: list[Account], traded: list[Instrument], valuer: Valuer) -> None:
        column = {str(i.symbol): place for place, i in enumerate(traded)}
        held = [[(column[s], p.lots) for s, p in account.positions.items()] for account in accounts]
        flat = [pair for positions in held for pair in positions]
        self.columns = np.array([place for place, _ in flat], dtype=np.int64)
        self.lots = np.array([lots for _, lots in flat], dtype=np.float64)
        counts = np.array([len(positions) for positions in held])
        self.starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        self.square = (len(accounts), int(counts[0])) if (counts == counts[0]).all() else None
        ratios = (valuer.mark_ratio(i) for i in traded)
        self.price = np.array([n / d for n, d in ratios], dtype=np.float64)
        self.cash = np.array([account.cash for account in accounts], dtype=np.float64)
        self.work, self.nav = np.empty(len(flat)), np.empty(len(accounts))
        self.whole_lots, self.whole_cash = self.lots.astype(np.int64), self.cash.astype(np.int64)
        self.whole_price = self.price.astype(np.int64)

    def floats(self, column: int) -> None:
        """A symbol moves; gather, multiply, sum."""
        self.price[column] += 1.0
        self.nav = self.cash + np.add.reduceat(self.lots * self.price[self.columns], self.starts)

    def rectangle(self, column: int) -> None:
        """As `floats`, where every account holds equally many."""
        self.price[column] += 1.0
        worth = self.lots * self.price[self.columns]
        if self.square is None:
            self.nav = self.cash + np.add.reduceat(worth, self.starts)
        else:
            self.nav = self.cash + worth.reshape(self.square).sum(axis=1)

    def integers(self, column: int) -> None:
        """As `floats` in int64: exact where a lot is worth a whole number of Minor, and nowhere else."""
        self.whole_price[column] += 1
        worth = self.whole_lots * self.whole_price[self.columns]
        self.whole_nav = self.whole_cash + np.add.reduceat(worth, self.starts)

    def tuned(self, column: int) -> None:
        """As `floats` with nothing allocated and no bounds checked."""
        self.price[column] += 1.0
        np.take(self.price, self.columns, out=self.work, mode="clip")
        np.multiply(self.work, self.lots, self.work)
        np.add.reduceat(self.work, self.starts, out=self.nav)
        np.add(self.nav, self.cash, self.nav)


class Redis:
    """A server of its own, one hash an account, and a pipeline of HINCRBYFLOAT for each tick."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        self.client: Any = None
        self._server: subprocess.Popen[bytes] | None = None
        self._holders: dict[str, list[tuple[str, int]]] = {}

    @classmethod
    def start(cls, accounts: list[Account]) -> Redis:
        """A running one, or one that says what it lacks."""
        program = shutil.which("redis-server")
        try:
            import redis
        except ImportError:
            return cls(["redis_pipeline: install the extra desk (redis)"])
        if program is None:
            return cls(["redis_pipeline: there is no redis-server on the PATH"])
        made = cls([])
        made._start(program, redis)
        for account in accounts:
            for symbol, position in account.positions.items():
                made._holders.setdefault(symbol, []).append((f"acct:{account.account_id}", position.lots))
        pipeline = made.client.pipeline(transaction=False)
        for account in accounts:
            pipeline.hset(f"acct:{account.account_id}", mapping={"equity": float(account.cash)})
        pipeline.execute()
        return made

    def _start(self, program: str, redis: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        self.client = redis.Redis(host="127.0.0.1", port=port)
        for _ in range(200):
            try:
                self.client.ping()
                return
            except redis.exceptions.ConnectionError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError("redis-server did not answer within 4 s")

    def tick(self, symbol: str) -> None:
        """A symbol moves: every holder's equity by lots times the change."""
        pipeline = self.client.pipeline(transaction=False)
        for key, lots in self._holders[symbol]:
            pipeline.hincrbyfloat(key, "equity", lots * 0.01)
        pipeline.execute()

    def stop(self) -> None:
        """End the server that was started here."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)
            self._server = None
