"""A whole desk on a still market with the real calendars, that trades at random through days and nights."""

from __future__ import annotations

import random

from engine.kernel import Kernel
from engine.market.calendar import load_calendar
from engine.market.catalogue import load
from engine.market.dividends import Dividends
from engine.market.exdividend import ExDividend
from engine.market.shown import ShownMarket
from engine.model.account import START_CASH
from engine.model.command import CancelAll, OpenAccount, Submit
from engine.model.format import parse_time, time_text
from engine.model.ids import HOUR_NS, MINUTE_NS, AccountId, Lots, Symbol, Ticks, TimeNs
from engine.model.order import OrderRequest, OrderType
from engine.ports import JournalEntry
from engine.views import View
from tests.still_market import StillMarket

START = parse_time("2026-02-17T15:30:00Z")
SYMBOLS = ("AAPL", "AMC", "TLT", "SPX", "N225", "GCJ26", "CLH26", "EUR-USD", "USD-JPY", "BTC-USD", "HSBA.L", "KO")


class TradedDesk:
    """Two accounts, `bull` and `bear`; every moved price and every order comes from the seed. Without `moving` prices
    stand still, so that the journal alone plays back to the same."""

    def __init__(self, seed: int, *, moving: bool = True) -> None:
        self.chance, self.moving = random.Random(seed), moving
        catalogue = load()
        calendars = {i.session: load_calendar(i.session) for i in catalogue.columns}
        self.market = StillMarket(catalogue.columns, size=10_000_000_000)
        source = ExDividend(self.market, Dividends(catalogue.columns, calendars, seed, START))
        self.kernel = Kernel(ShownMarket(source, calendars), catalogue, START, MINUTE_NS)
        self.view = View(self.kernel, lambda: {"now": time_text(self.kernel.state.now)})
        self.entries: list[JournalEntry] = []
        for name in ("bull", "bear"):
            self.do(OpenAccount(at=START, account=AccountId(name), cash=START_CASH))

    def do(self, command: object) -> object:
        made, answer = self.kernel.apply(command)  # type: ignore[arg-type]
        self.entries += made
        return answer

    def trade(self) -> None:
        """An order of some size at market, or one that waits a little away from it."""
        symbol, side = self.chance.choice(SYMBOLS), self.chance.choice((1, -1))
        instrument = self.kernel.catalogue[symbol]
        mid2 = self.kernel.shown.mid2(instrument)
        one = max(1, self.kernel.valuer.value(instrument, 1, mid2))
        lots = max(1, self.chance.randrange(1_000, 20_000) * 1_000_000 // one)
        limit = None if self.chance.random() < 0.7 else Ticks(mid2 // 2 - side * 3)
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        request = OrderRequest(Symbol(symbol), side, kind, Lots(lots), limit)
        name = AccountId(self.chance.choice(("bull", "bear")))
        self.do(Submit(at=self.kernel.state.now, account=name, order=request))

    def move(self) -> None:
        """A price goes a little."""
        instrument = self.kernel.catalogue[self.chance.choice(SYMBOLS)]
        if self.moving and self.market.mid2[instrument.column] > 200:
            self.market.move(instrument.column, self.chance.randrange(-20, 21))
            self.kernel.shown.changed(instrument)

    def live(self, hours: int) -> None:
        """Let some hours pass with trading in them."""
        for _ in range(hours):
            for _ in range(self.chance.randrange(3)):
                self.move()
                self.trade()
            if self.chance.random() < 0.05:
                self.do(CancelAll(at=self.kernel.state.now, account=AccountId("bull")))
            minutes = self.chance.choice((7, 60, 60, 300, 840))
            self.entries += self.kernel.advance(TimeNs(self.kernel.state.now + minutes * MINUTE_NS))

    def some_time(self) -> TimeNs:
        """A moment of its life, often a whole hour."""
        at = self.chance.randrange(START - HOUR_NS, self.kernel.state.now + HOUR_NS)
        return TimeNs(at // HOUR_NS * HOUR_NS if self.chance.random() < 0.6 else at)
