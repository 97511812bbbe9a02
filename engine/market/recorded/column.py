"""One instrument of a recorded market: its book, prints and bars on the instrument's own grids."""

from __future__ import annotations

from collections import deque

from engine.book.levels import BookSide
from engine.market.importers.events import FINE, Level, MarketEvent, TapeTrade
from engine.market.importers.rebuild import Rebuilt
from engine.market.recorded.bars import MidBars
from engine.model.ids import DAY_NS, Lots, Ticks, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Trade
from engine.model.session import MarketSession

_RECENT = 1_000


class Column:
    """Follows the events of one instrument. Prices in ticks, sizes in lots; `mid2` in half ticks.

    A number finer than the grid that the first look found is rounded so that it never flatters: bids down,
    asks up, sizes down.
    """

    def __init__(self, instrument: Instrument, first_mid2: int) -> None:
        self._price_step = int(10 ** (FINE - instrument.tick.decimals))
        self._size_step = int(10 ** (FINE - instrument.lot.decimals))
        self._rebuilt = Rebuilt()
        self.mid2 = first_mid2 // self._price_step
        self.bid = self.mid2 // 2
        self.ask = -(-self.mid2 // 2)
        self.bid_size = 0
        self.ask_size = 0
        self.last = self.mid2 // 2
        self.volume_day = 0
        self.state = MarketSession.HALTED
        self.prints: list[Trade] = []
        self.recent: deque[Trade] = deque(maxlen=_RECENT)
        self.bars = MidBars()
        self.prev_close = self.last
        self._day = 0

    def see(self, event: MarketEvent, kept_after: int) -> None:
        """Follow one event; prints after `kept_after` belong to this advance."""
        self.turn_day(event.at)
        if isinstance(event, TapeTrade):
            self._trade(event, kept_after)
        elif self._rebuilt.apply(event):
            self._touch(event.at)

    def ladder(self, levels: int) -> tuple[list[Level], list[Level]]:
        """(bids, asks), best first; empty while halted."""
        if self.state is not MarketSession.REGULAR:
            return [], []
        book = self._rebuilt.book
        return self._side(book.bids, levels, 0), self._side(book.asks, levels, self._price_step - 1)

    def turn_day(self, at: int) -> bool:
        """Start the UTC day of `at` if it is a new one: the mid becomes the previous close; True if so."""
        day = at // DAY_NS
        if day == self._day:
            return False
        if self._day:
            self.prev_close = self.mid2 // 2
        self._day, self.volume_day = day, 0
        return True

    def _side(self, side: BookSide, levels: int, lift: int) -> list[Level]:
        """Best levels of one side on the grid; looks deeper where numbers off the grid merge or vanish."""
        count = levels
        while True:
            exact = side.top(count)
            found = self._on_grid(exact, lift)
            whole = len(found) == levels and not any(price % self._price_step for price, _ in exact)
            if whole or len(found) > levels or len(exact) < count:
                return found[:levels]
            count = 2 * count + 1

    def _on_grid(self, exact: list[Level], lift: int) -> list[Level]:
        found: list[Level] = []
        for price, size in exact:
            ticks, lots = (price + lift) // self._price_step, size // self._size_step
            if found and found[-1][0] == ticks:
                found[-1] = (ticks, found[-1][1] + lots)
            elif lots:
                found.append((ticks, lots))
        return found

    def _best(self, side: BookSide, lift: int) -> Level | None:
        best = side.best()
        if best is None or (best[0] % self._price_step == 0 and best[1] >= self._size_step):
            return None if best is None else (best[0] // self._price_step, best[1] // self._size_step)
        return next(iter(self._side(side, 1, lift)), None)

    def _touch(self, at: int) -> None:
        book = self._rebuilt.book
        if not self._rebuilt.valid or book.crossed():
            self.state = MarketSession.HALTED
            self.bid_size = self.ask_size = 0
            return
        self.state = MarketSession.REGULAR
        bid, ask = self._best(book.bids, 0), self._best(book.asks, self._price_step - 1)
        self.bid_size = self.ask_size = 0
        if bid is not None:
            self.bid, self.bid_size = bid
        if ask is not None:
            self.ask, self.ask_size = ask
        if bid is not None and ask is not None:
            self.mid2 = self.bid + self.ask
            self.bars.see(at, self.mid2)

    def _trade(self, event: TapeTrade, kept_after: int) -> None:
        ticks, lots = event.price // self._price_step, event.size // self._size_step
        if not ticks or not lots:
            return
        self.last = ticks
        if event.history:
            return
        self.volume_day += lots
        trade = Trade(TimeNs(event.at), Ticks(ticks), Lots(lots), event.sign)
        self.recent.append(trade)
        if event.at > kept_after:
            self.prints.append(trade)
        self.bars.see(event.at, self.mid2, lots)
