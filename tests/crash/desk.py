"""A real desk of a real home on a market that costs nothing: its prices are a whole-number function of the time.

Everything else is what every home has: the wiring of `engine.bootstrap`, the runner, the ledger, the writer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from engine import bootstrap
from engine.kernel import Kernel
from engine.market.catalogue import Catalogue, load
from engine.market.shown import ShownMarket
from engine.model.format import time_text
from engine.model.ids import SECOND_NS, TimeNs
from engine.past import Past
from engine.runner import Runner
from tests.still_market import START, PlainCalendar, StillMarket

OPENS_AT = TimeNs(START + 12 * 3600 * SECOND_NS)
SYMBOLS = ("AAPL", "BTC", "KO", "EUR-USD", "ETH", "SPY")
LOTS = {"AAPL": 1, "BTC": 0.001, "KO": 2, "EUR-USD": 1000, "ETH": 0.01, "SPY": 1}
ACCOUNTS = ("main", "second", "third")
_PERIOD, _SWING, _SPEED = 41, 20, 10
_DEPTH = 10**9


class PulseMarket(StillMarket):
    """Every price swings by a few ticks, each column at its own pace, the same at the same time for ever."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue.columns, spread=2, size=_DEPTH)
        self._base = {name: getattr(self, name).copy() for name in ("bid", "ask", "last", "mid2")}
        self._pace = np.arange(len(self.instruments), dtype=np.int64) % 7 + 1

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """The prices of the second of `at`."""
        super().advance(at, step_ns)
        shift = at // SECOND_NS * self._pace % _PERIOD - _SWING
        for name in ("bid", "ask", "last"):
            np.add(self._base[name], shift, out=getattr(self, name))
        np.add(self._base["mid2"], 2 * shift, out=self.mid2)


@cache
def _calendar() -> PlainCalendar:
    return PlainCalendar()


def market(_seed: int = 0, _anchor: int = 0, _scenario: str = "") -> tuple[PulseMarket, Catalogue, dict[str, Any]]:
    """What `engine.bootstrap.living_market` gives, for next to nothing."""
    catalogue = load()
    return PulseMarket(catalogue), catalogue, {i.session: _calendar() for i in catalogue.columns}


def kernel(step_ns: int = SECOND_NS // 10, past: Past | None = None) -> Kernel:
    """A fresh kernel on the market, with a past of its own or another's."""
    source, catalogue, calendars = market()
    return Kernel(ShownMarket(source, calendars), catalogue, OPENS_AT, step_ns, past=past)


@contextmanager
def pulse() -> Iterator[None]:
    """Inside, every living market is this one."""
    kept, bootstrap.living_market = bootstrap.living_market, market  # type: ignore[assignment]
    try:
        yield
    finally:
        bootstrap.living_market = kept


def open_desk(home: Path) -> Runner:
    """The desk of a home, recovered, its clock ten times as fast as a wall's; a new home begins at noon."""
    home.mkdir(parents=True, exist_ok=True)
    with pulse():
        runner = bootstrap.open_desk(home, clock=time_text(OPENS_AT), seed="5")
    runner.clock.set(speed=_SPEED)  # type: ignore[attr-defined]
    return runner


def order(chance: Random, name: str) -> dict[str, Any]:
    """A small random order: mostly at market, some that wait for the price to turn, a few that are refused."""
    symbol = chance.choice(SYMBOLS)
    document: dict[str, Any] = {
        "symbol": symbol,
        "side": chance.choice(("buy", "sell")),
        "type": "market",
        "quantity": str(LOTS[symbol] * chance.randrange(1, 4)),
        "client_order_id": name,
    }
    kind = chance.random()
    if kind < 0.02:
        document["quantity"] = "40000000"
    elif kind < 0.2:
        document |= {"type": "trailing_stop", "trail_percent": "0.01"}
    return document
