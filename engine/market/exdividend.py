"""A market whose prices fall by each dividend when it is paid, over one whose prices know of none.

The inner market's path is that of the total return: what a holder who is paid his dividends has. From each ex-moment
on, prices are shown lower by the dividend, by the same ticks everywhere, so that who is paid gains nothing and the
history has the gaps that raw prices have. The shift is a function of time alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from engine.market.dividends import Dividends
from engine.market.traces import Trace, traces
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Bar, Trade
from engine.model.session import Halt
from engine.ports import MarketSource

Levels = list[tuple[int, int]]
_FAR = 1 << 62


class ExDividend:
    """Implements MarketSource; see there. The previous close is shown as adjusted for a dividend of today.

    `actions` is the calendar of what companies do.
    """

    def __init__(self, inner: MarketSource, dividends: Dividends) -> None:
        self.inner, self.actions = inner, dividends
        columns = {str(i.symbol): number for number, i in enumerate(inner.instruments)}
        self._payers = [(symbol, columns[symbol]) for symbol in dividends.symbols]
        self._shift = np.zeros(len(columns), dtype=np.int64)
        self._from, self._until = _FAR, -_FAR
        self._shown: dict[str, Any] = {}
        self._now = TimeNs(0)
        self._ix_of = {number: symbol for symbol, number in self._payers}

    # --- time -----------------------------------------------------------------------------------

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """Move to `at`."""
        self.inner.advance(at, step_ns)
        self._now = at
        self._shown.clear()
        if not self._from <= at < self._until:
            self._reshift(at)

    def _reshift(self, at: int) -> None:
        """The shift of every column at `at`, and the stretch of time in which it holds."""
        self._from, self._until = at, _FAR
        for symbol, column in self._payers:
            self._shift[column] = -self.actions.paid(symbol, at)
            following = self.actions.next_action(symbol, at)
            if following:
                self._until = min(self._until, following)

    def _shift_at(self, ix: int, at: int) -> int:
        symbol = self._ix_of.get(ix)
        return 0 if symbol is None else -self.actions.paid(symbol, at)

    # --- prices ---------------------------------------------------------------------------------

    def _moved(self, name: str, steps: int) -> Any:
        """One of the inner market's arrays, shifted once after each advance."""
        array = self._shown.get(name)
        if array is None:
            array = self._shown[name] = getattr(self.inner, name) + steps * self._shift
        return array

    @property
    def instruments(self) -> Sequence[Instrument]:
        """The columns, in order."""
        return self.inner.instruments

    @property
    def bid(self) -> Any:
        """Best bid."""
        return self._moved("bid", 1)

    @property
    def ask(self) -> Any:
        """Best ask."""
        return self._moved("ask", 1)

    @property
    def last(self) -> Any:
        """Last traded price, as adjusted for a dividend since; 0 where none is known."""
        last = self.inner.last
        return np.where(last > 0, last + self._shift, last)

    @property
    def mid2(self) -> Any:
        """Mid in half ticks."""
        return self._moved("mid2", 2)

    @property
    def prev_close(self) -> Any:
        """Close of the day before, as adjusted for a dividend since."""
        return self._moved("prev_close", 1)

    @property
    def bid_size(self) -> Any:
        """Lots at the best bid."""
        return self.inner.bid_size

    @property
    def ask_size(self) -> Any:
        """Lots at the best ask."""
        return self.inner.ask_size

    @property
    def state(self) -> Any:
        """MarketSession integers."""
        return self.inner.state

    @property
    def volume_day(self) -> Any:
        """Lots traded today."""
        return self.inner.volume_day

    def ladder(self, ix: int, levels: int) -> tuple[Levels, Levels]:
        """(bids, asks), best first."""
        bids, asks = self.inner.ladder(ix, levels)
        shift = int(self._shift[ix])
        if not shift:
            return bids, asks
        return [(p + shift, s) for p, s in bids], [(p + shift, s) for p, s in asks]

    def prints(self, ix: int) -> list[Trade]:
        """Trades of the last advance."""
        return self._trades(ix, self.inner.prints(ix))

    def any_prints(self) -> Any:
        """Column numbers that traded in the last advance."""
        return self.inner.any_prints()

    def low_high(self, ix: int) -> tuple[int, int]:
        """Lowest and highest traded price of the last advance."""
        low, high = self.inner.low_high(ix)
        return low + int(self._shift[ix]), high + int(self._shift[ix])

    def volume_rate(self, ix: int) -> float:
        """Lots expected to trade per 100 ms at this time of day."""
        return self.inner.volume_rate(ix)

    def day_volume_left(self, ix: int) -> float:
        """Lots expected to trade until today's close."""
        return self.inner.day_volume_left(ix)

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """Raw bars: one in which a dividend is paid stands wholly at the price without it."""
        bars = self.inner.bars(ix, every_ns, start, end)
        if ix not in self._ix_of or not bars:
            return bars
        return [_lower(bar, self._shift_at(ix, bar.at + every_ns - 1)) for bar in bars]

    def traces(self, points: int) -> Iterator[Trace]:
        """Prices of every column over its last trading day, each as it was shown at its time."""
        for columns, times, prices in traces(self.inner, self._now, points):
            shown = prices.copy()
            for place, column in enumerate(columns.tolist()):
                if column in self._ix_of:
                    shown[:, place] += [self._shift_at(column, at) for at in times.tolist()]
            yield columns, times, shown

    def recent_trades(self, ix: int, count: int) -> list[Trade]:
        """The newest `count` trades before now, oldest first, at the prices of their time."""
        return self._trades(ix, self.inner.recent_trades(ix, count))

    def _trades(self, ix: int, trades: list[Trade]) -> list[Trade]:
        if ix not in self._ix_of or not trades:
            return trades
        return [msgspec.structs.replace(trade, price=trade.price + self._shift_at(ix, trade.at)) for trade in trades]

    def halt(self, ix: int) -> Halt | None:
        """Why a column stands still in the middle of its session."""
        return self.inner.halt(ix)

    def next_halt(self, ix: int, after: int) -> TimeNs | None:
        """When a halt of a column begins or ends next in the running session day."""
        return self.inner.next_halt(ix, after)

    def band(self, ix: int) -> tuple[int, int] | None:
        """(lowest, highest) tick at which trades may print now."""
        band, shift = self.inner.band(ix), int(self._shift[ix])
        return None if band is None else (band[0] + shift, band[1] + shift)


def _lower(bar: Bar, shift: int) -> Bar:
    if not shift:
        return bar
    return msgspec.structs.replace(
        bar, open=bar.open + shift, high=bar.high + shift, low=bar.low + shift, close=bar.close + shift
    )
