"""A market whose price never moves by itself, to see what orders alone do: the shipped parameters, plan and take.

With the world's price constant, whatever a schedule of orders earns it earns from its own orders. Schedules
are lists of steps: a wait in seconds, a share of a day's volume, and whether it waited in the book.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np

from engine.market.calendar import Calendar, load_calendar
from engine.market.catalogue import TABLE_DATE, Catalogue, load
from engine.market.overlay import Shape
from engine.market.shown import DEPTH, ShownMarket
from engine.market.world import depth
from engine.matching.exchange import plan, take
from engine.matching.fees import schedule
from engine.model.ids import SECOND_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Bar, Trade
from engine.model.session import Halt, MarketSession

STEP = SECOND_NS // 10
WALLS = ("BTC-USD", "ETH-USD", "BNB-USD")

NAMES: dict[str, tuple[str, ...]] = {
    "equities": ("AAPL", "AMC", "ARL", "7203.T"),
    "etfs": ("SPY", "EEM", "SHY"),
    "crypto": ("BTC-USD", "DOGE-USD", "FTT-USD"),
    "forex": ("EUR-USD", "USD-HKD", "USD-TRY"),
    "commodities": ("GC+1", "QG+0", "PA+0"),
    "indices": ("SPX", "W5000", "IBEX"),
}
"""Each class by a liquid name, a large tick or wall, and a thin or wide one; GC+1 is gold's second listed contract."""
EVERY = tuple(name for names in NAMES.values() for name in names)


class Step(msgspec.Struct, frozen=True):
    """Wait `gap` seconds, then trade `share` of a day's volume (signed): at once, or from waiting in the book."""

    gap: float
    share: float
    waiting: bool = False


Schedule = list[Step]


@cache
def catalogue() -> Catalogue:
    """The shipped one."""
    return load()


def named(name: str) -> Instrument:
    """An instrument, or the n-th listed contract of a root (GC+1)."""
    root, plus, number = name.partition("+")
    if plus:
        return catalogue().contracts(root, TABLE_DATE)[int(number)]
    return catalogue()[name]


class FrozenSource:
    """A MarketSource of one instrument whose book stands still: the world's mean ladder, or one drawn by `sizes`."""

    def __init__(self, instrument: Instrument, spread: int | None, sizes: Sequence[float]) -> None:
        self.instruments = (instrument,)
        mid = int(instrument.tick.steps(instrument.price0) or 1)
        wide = max(1, round(instrument.spread_ticks)) if spread is None else spread
        n = instrument.column + 1
        self.bid = np.full(n, mid - wide // 2, dtype=np.int64)
        self.ask = self.bid + wide
        touch = instrument.l1_depth / float(instrument.lot.fraction())
        tail = depth.profile(DEPTH, instrument.asset_class == "crypto")
        self.sizes = [max(1, round(touch * f * s)) for f, s in zip([1.0, *tail], sizes, strict=True)]
        self.gap = 150 if instrument.symbol in WALLS else max(1, round(0.5 * instrument.spread_ticks))
        self.bid_size = self.ask_size = np.full(n, self.sizes[0], dtype=np.int64)
        self.last, self.prev_close = self.bid.copy(), self.bid.copy()
        self.mid2 = self.bid + self.ask
        self.volume_day = np.zeros(n, dtype=np.int64)
        self.state = np.full(n, MarketSession.REGULAR, dtype=np.uint8)
        self.lots_a_day = instrument.adv_units / float(instrument.lot.fraction())

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """Nothing moves."""

    def ladder(self, ix: int, levels: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The same levels on both sides; bids stop above price 0."""
        bid, ask = int(self.bid[ix]), int(self.ask[ix])
        bids = [(bid - k * self.gap, size) for k, size in enumerate(self.sizes) if bid - k * self.gap > 0]
        return bids, [(ask + k * self.gap, size) for k, size in enumerate(self.sizes)]

    def prints(self, ix: int) -> list[Trade]:
        """None."""
        return []

    def any_prints(self) -> list[int]:
        """None."""
        return []

    def low_high(self, ix: int) -> tuple[int, int]:
        """The last price twice."""
        return int(self.last[ix]), int(self.last[ix])

    def volume_rate(self, ix: int) -> float:
        """A day's volume spread over 24 hours."""
        return self.lots_a_day / 864_000

    def day_volume_left(self, ix: int) -> float:
        """A day's volume."""
        return self.lots_a_day

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """None."""
        return []

    def recent_trades(self, ix: int, count: int) -> list[Trade]:
        """None."""
        return []

    def halt(self, ix: int) -> Halt | None:
        """None."""
        return None

    def next_halt(self, ix: int, after: int) -> TimeNs | None:
        """None."""
        return None

    def band(self, ix: int) -> tuple[int, int] | None:
        """None."""
        return None


class Lab:
    """One instrument in a frozen market, at the regular open of a day. Prices in ticks, volumes in lots."""

    def __init__(
        self, instrument: Instrument, spread: int | None = None, sizes: Sequence[float] = (1.0,) * DEPTH
    ) -> None:
        self.instrument = instrument
        self.calendar: Calendar = load_calendar(instrument.session)
        self.source = FrozenSource(instrument, spread, sizes)
        self.shown = ShownMarket(self.source, {instrument.session: self.calendar})
        self.shape: Shape = self.shown.shape(instrument)
        self.open, self.close = regular_hours(self.calendar)
        self.restart()

    def restart(self) -> None:
        """Forget everything anybody did."""
        self.shown.displaced.clear()
        self.shown.advance(self.open, STEP)
        self.paid2 = 0
        self.inventory = 0
        self.allowance = 0.0
        self.traded = 0

    @property
    def mid2(self) -> int:
        """The world's mid in half ticks."""
        return self.shown.world_mid2(self.instrument)

    @property
    def ladder_lots(self) -> int:
        """Lots displayed on one side of the untouched book."""
        return sum(self.source.sizes)

    def wait(self, seconds: float) -> None:
        """Let time pass, in whole steps."""
        if seconds > 0:
            steps = max(1, round(seconds * 10))
            self.shown.advance(TimeNs(self.shown.now + steps * STEP), STEP)

    def trade(self, signed: int, limit: int | None = None) -> int:
        """Take liquidity at once, without a cap on what lies beyond the book; returns the cost in half ticks x lots."""
        side = 1 if signed > 0 else -1
        sweep = plan(self.shown, self.instrument, side, abs(signed), limit, 1 << 100)
        take(self.shown, self.instrument, side, sweep)
        cost = sum(side * (2 * s.price - self.mid2) * s.lots for s in sweep.slices)
        self.book(side * sweep.lots, cost)
        return cost

    def waited(self, signed: int) -> None:
        """A resting order at the shown touch of its own side is filled whole by somebody's print."""
        side = 1 if signed > 0 else -1
        bid, ask = self.shown.touch(self.instrument)
        price = bid if side > 0 else ask
        state = self.shown.settle(self.instrument)
        before = self.shape.potential(state.x, state.e)
        slope = self.shape.displacement(state.x, state.e)
        state.traded(signed)
        self.shown.changed(self.instrument)
        own = self.shape.potential(state.x, state.e) - before - signed * slope
        self.allowance += 2 * (abs(signed) * (0.5 * (ask - bid) + 0.5) + own)
        self.book(signed, side * (2 * price - self.mid2) * abs(signed), maker=True)

    def book(self, signed: int, cost: int, *, maker: bool = False) -> None:
        """Note a trade that cost so many half ticks x lots against the world's mid."""
        self.paid2 += cost
        self.inventory += signed
        self.traded += abs(signed)

    def displacement(self) -> float:
        """How far the shown price stands from the world's, in ticks, before rounding."""
        state = self.shown.peek(self.instrument)
        return self.shape.displacement(state.x, state.e) if state else 0.0

    def lots(self, share: float) -> int:
        """A share of a day's volume in lots, at least one away from 0."""
        lots = round(share * self.shape.volume)
        return lots or (1 if share > 0 else -1)

    def run(self, schedule: Schedule) -> float:
        """Profit of a schedule, closed at its end, in basis points of the value traded. Nothing may be left open.

        What waited is allowed half a spread, the rounding of the shown price and what its own print moved; that
        much is taken off the profit.
        """
        self.restart()
        for step in schedule:
            self.wait(step.gap)
            (self.waited if step.waiting else self.trade)(self.lots(step.share))
        if self.inventory:
            self.wait(0.1)
            self.trade(-self.inventory)
        assert self.inventory == 0
        profit = -float(self.paid2) - self.allowance
        return 1e4 * profit / (self.mid2 * self.traded)


class FeeLab(Lab):
    """The same with the instrument's own fees, a new account's, one unit of its currency being one VCR."""

    def restart(self) -> None:
        super().restart()
        self.fees2 = 0.0

    def book(self, signed: int, cost: int, *, maker: bool = False) -> None:
        """Note a trade and its fee."""
        super().book(signed, cost, maker=maker)
        n, d = self.instrument.value_ratio()
        value = abs(signed) * self.mid2 * n // (2 * d)
        side = 1 if signed > 0 else -1
        fee = schedule(self.instrument.fee_schedule).total(self.instrument, side, abs(signed), value, maker)
        self.fees2 += 2 * fee * d / n

    def run(self, schedule: Schedule) -> float:
        """Profit after fees."""
        before = super().run(schedule)
        return before - 1e4 * self.fees2 / (self.mid2 * self.traded)


def regular_hours(calendar: Calendar) -> tuple[TimeNs, TimeNs]:
    """First opening and last close of the first full trading day after the catalogue's date."""
    for day in calendar.days:
        if day.label > TABLE_DATE.isoformat():
            regular = [s for s in day.segments if s.state is MarketSession.REGULAR]
            if regular:
                start = -(-regular[0].start // STEP) * STEP
                return TimeNs(start), regular[-1].end
    raise AssertionError("the calendar ends before the catalogue begins")
