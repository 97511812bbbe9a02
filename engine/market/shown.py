"""The market as it is shown and traded: a source that no user moves, with the users' displacement on top.

Reading never changes anything: a read decays a copy. Only `settle`, called by the exchange at times that
follow from the commands, changes state; so looking at a market cannot change its future.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from engine.market.overlay import Displaced, Shape, promised, within
from engine.model.ids import SECOND_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Quote, Trade
from engine.model.session import Halt, MarketSession, SessionDay
from engine.ports import MarketSource

Level = tuple[int, int]
DEPTH = 10
"""Levels a side that are shown and that an order may walk in one instant."""

_SESSIONS = {int(state): state for state in MarketSession}
_REFILL_S = {"crypto": 0.1}
_REFILL_THIN_S = 3.0
_THIN_TRADES = 3000.0
_DUST = 1e-6
_UNSEEN = 0.49
"""Ticks that surely round to none, whatever the last bits of the displacement are."""


class DayCalendar(Protocol):
    """What is needed of a venue's calendar."""

    @property
    def days(self) -> Sequence[SessionDay]:
        """All days, in time order."""

    def day_index(self, at: int) -> int:
        """Index of the day that contains `at`, or of the next one."""


class ShownMarket:
    """Quotes, ladders and prints of every instrument, contracts included, at one time."""

    def __init__(self, source: MarketSource, calendars: Mapping[str, DayCalendar]) -> None:
        self.source = source
        self.calendars = calendars
        self.now = TimeNs(0)
        self.step_ns = SECOND_NS // 10
        self.displaced: dict[str, Displaced] = {}
        self._shapes: dict[str, Shape] = {}
        self._peeked: dict[str, Displaced] = {}
        self._sides: dict[str, dict[tuple[int, int], list[Level]]] = {}
        self._shifts: dict[str, tuple[int, int]] = {}
        self._books: dict[int, tuple[list[Level], list[Level]]] = {}
        self._prices: dict[str, tuple[int, tuple[int, int]]] = {}
        self._volumes: dict[int, tuple[float, float]] = {}
        self.version = 0

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """Show the market at `at`, a multiple of `step_ns`."""
        self.source.advance(at, step_ns)
        self.now, self.step_ns = at, step_ns
        self._peeked.clear()
        self._sides.clear()
        self._shifts.clear()
        self._books.clear()
        self._prices.clear()
        self._volumes.clear()
        self.version += 1

    # --- prices -------------------------------------------------------------------------------

    def state(self, instrument: Instrument) -> MarketSession:
        """The venue's state now."""
        return _SESSIONS[self.source.state.item(instrument.column)]

    def band(self, instrument: Instrument) -> tuple[int, int] | None:
        """(lowest, highest) tick at which trades may print now; None where there is no bound."""
        band = self.source.band(instrument.column)
        return None if band is None else (band[0] + instrument.basis_ticks, band[1] + instrument.basis_ticks)

    def halt(self, instrument: Instrument) -> Halt | None:
        """Why trading stands still in the middle of a session; None while it does not."""
        return self.source.halt(instrument.column)

    def world_mid2(self, instrument: Instrument) -> int:
        """The mid nobody moved, in half ticks."""
        return int(self.source.mid2.item(instrument.column)) + 2 * instrument.basis_ticks

    def shifts(self, instrument: Instrument) -> tuple[int, int]:
        """(bid, ask) shift in whole ticks: the displacement at the nearest tick; the charge keeps to the exact one."""
        known = self._shifts.get(instrument.symbol)
        if known is None:
            state = self.displaced.get(instrument.symbol)
            if state is None:
                return 0, 0
            moved = self._moved(instrument, state)
            known = self._shifts[instrument.symbol] = moved, moved
        return known

    def _moved(self, instrument: Instrument, state: Displaced) -> int:
        """The displacement in whole ticks. Most traders move a price by less than half a tick, which the volumes they
        left tell before time is let pass over them."""
        shape, present = self.shape(instrument), state.instant == self.now
        scale = shape.scale(self.world_mid2(instrument) / 2)
        x, e = (state.frozen_x, state.frozen_e) if present else (state.x, state.e)
        if scale * shape.most(x, e) < _UNSEEN:
            return 0
        now = self.peek(instrument) or state
        return round(scale * shape.displacement(now.frozen_x, now.frozen_e))

    def mid2(self, instrument: Instrument) -> int:
        """The shown mid in half ticks."""
        return (self._prices.get(instrument.symbol) or self._priced(instrument))[0]

    def touch(self, instrument: Instrument) -> tuple[int, int]:
        """Shown (bid, ask) in ticks, whatever has been taken from them."""
        return (self._prices.get(instrument.symbol) or self._priced(instrument))[1]

    def _priced(self, instrument: Instrument) -> tuple[int, tuple[int, int]]:
        """(mid2, (bid, ask)), read once until the price moves: a gate looks at them many times an order."""
        low, high = self.shifts(instrument)
        ix, basis, source = instrument.column, instrument.basis_ticks, self.source
        prices = (
            source.mid2.item(ix) + 2 * basis + low + high,
            (source.bid.item(ix) + basis + low, source.ask.item(ix) + basis + high),
        )
        self._prices[instrument.symbol] = prices
        return prices

    def volume(self, instrument: Instrument) -> tuple[float, float]:
        """(lots expected to trade per 100 ms now, lots expected until today's close), read once a step."""
        ix = instrument.column
        known = self._volumes.get(ix)
        if known is None:
            known = self._volumes[ix] = self.source.volume_rate(ix), self.source.day_volume_left(ix)
        return known

    def last(self, instrument: Instrument) -> int:
        """The last traded price in ticks."""
        low, high = self.shifts(instrument)
        shift = low if low >= 0 else high
        return int(self.source.last[instrument.column]) + instrument.basis_ticks + shift

    def quote(self, instrument: Instrument) -> Quote:
        """Best shown prices with what is left at them."""
        if instrument.symbol not in self.displaced:
            ix, basis = instrument.column, instrument.basis_ticks
            source = self.source
            return Quote(
                int(source.bid[ix]) + basis,  # type: ignore[arg-type]
                int(source.ask[ix]) + basis,  # type: ignore[arg-type]
                int(source.bid_size[ix]),  # type: ignore[arg-type]
                int(source.ask_size[ix]),  # type: ignore[arg-type]
            )
        bids, asks = self.ladder(instrument, DEPTH)
        bid, ask = (bids or [(0, 0)])[0], (asks or [(0, 0)])[0]
        return Quote(bid[0], ask[0], bid[1], ask[1])  # type: ignore[arg-type]

    def ladder(self, instrument: Instrument, levels: int = DEPTH) -> tuple[list[Level], list[Level]]:
        """Shown (bids, asks), best first: the world's levels, shifted, less what was taken and has not refilled."""
        return self.side(instrument, -1, levels), self.side(instrument, +1, levels)

    def side(self, instrument: Instrument, side: int, levels: int = DEPTH) -> list[Level]:
        """What an order of `side` meets: the shown asks for a buyer, the shown bids for a seller, best first."""
        known = self._sides.get(instrument.symbol)
        if known is None:
            known = self._sides[instrument.symbol] = {}
        built = known.get((side, levels))
        if built is None:
            built = known[side, levels] = self._build_side(instrument, side, levels)
        return built

    def _build_side(self, instrument: Instrument, side: int, levels: int) -> list[Level]:
        world, basis = self._world(instrument.column, side, levels), instrument.basis_ticks
        state = self.peek(instrument)
        if state is not None:
            return self._left(instrument, state, side, world, basis + self.shifts(instrument)[side > 0])
        return [(p + basis, s) for p, s in world] if basis else world

    def _world(self, column: int, side: int, levels: int) -> list[Level]:
        """The world's levels that an order of `side` meets; the touch alone needs no ladder."""
        source = self.source
        if levels == 1:
            price, size = (source.ask, source.ask_size) if side > 0 else (source.bid, source.bid_size)
            lots = size.item(column)
            return [(price.item(column), lots)] if lots > 0 else []
        if levels != DEPTH:
            return source.ladder(column, levels)[side > 0]
        book = self._books.get(column)
        if book is None:
            book = self._books[column] = source.ladder(column, levels)
        return book[side > 0]

    def _left(
        self, instrument: Instrument, state: Displaced, side: int, levels: list[Level], shift: int
    ) -> list[Level]:
        """What is left of one side: nothing taken earlier, no more than the potential allows, less this instant's."""
        taken, now = state.consumed(side), state.leg(side).sizes
        sizes = [size for _, size in levels]
        if taken:
            sizes = [max(0, s - math.ceil(taken.get(p, 0.0) - now.get(p, 0) - _DUST)) for p, s in levels]
        if state.moved:
            shape, world = self.shape(instrument), self.world_mid2(instrument) / 2
            far = [(side * (price + shift - world), size) for (price, _), size in zip(levels, sizes, strict=True)]
            sizes = promised(shape, shape.scale(world), state, side, far)
        return [
            (price + shift, size - now.get(price, 0))
            for (price, _), size in zip(levels, sizes, strict=True)
            if size > now.get(price, 0)
        ]

    def prints(self, instrument: Instrument) -> list[Trade]:
        """Trades of the last step at shown prices."""
        low, high = self.shifts(instrument)
        shift = instrument.basis_ticks
        trades = self.source.prints(instrument.column)
        if not (low or high or shift):
            return trades
        return [
            Trade(t.at, t.price + shift + (high if t.sign > 0 else low), t.size, t.sign)  # type: ignore[arg-type]
            for t in trades
        ]

    def low_high(self, instrument: Instrument) -> tuple[int, int]:
        """Lowest and highest shown trade of the last step."""
        low, high = self.source.low_high(instrument.column)
        down, up = self.shifts(instrument)
        return low + instrument.basis_ticks + down, high + instrument.basis_ticks + up

    # --- displacement -------------------------------------------------------------------------

    def shape(self, instrument: Instrument) -> Shape:
        """The instrument's displacement constants, at the catalogue's reference price."""
        shape = self._shapes.get(instrument.symbol)
        if shape is None:
            ticks = instrument.tick.steps(instrument.price0) or 1
            shape = self._shapes[instrument.symbol] = Shape.of(instrument, float(ticks))
        return shape

    def settle(self, instrument: Instrument) -> Displaced:
        """The state to trade against now: decayed to this instant and frozen for it. Changes state."""
        state = self.displaced.get(instrument.symbol)
        if state is None:
            state = Displaced(at=self.now)
            state.freeze(self.now)
            self.displaced[instrument.symbol] = state
        elif state.instant != self.now:
            now = self.peek(instrument) or state
            state.at, state.e = now.at, now.e
            state.consumed_bid, state.consumed_ask = now.consumed_bid, now.consumed_ask
            state.freeze(self.now)
        self._peeked.pop(instrument.symbol, None)
        return state

    def changed(self, instrument: Instrument) -> None:
        """Forget what was read of the instrument: its state has changed."""
        self._peeked.pop(instrument.symbol, None)
        self._shifts.pop(instrument.symbol, None)
        self._prices.pop(instrument.symbol, None)
        self.version += 1
        self.emptied(instrument)

    def emptied(self, instrument: Instrument) -> None:
        """Forget the instrument's levels: lots left the display, the price stands where the instant began."""
        self._sides.pop(instrument.symbol, None)

    def consume(self, instrument: Instrument, side: int, shown_price: int, lots: int) -> None:
        """Take displayed lots at a shown price; they refill with time."""
        world = shown_price - instrument.basis_ticks - self.shifts(instrument)[side > 0]
        state = self.displaced[instrument.symbol]
        taken, now = state.consumed(side), state.leg(side).sizes
        taken[world] = taken.get(world, 0.0) + lots
        now[world] = now.get(world, 0) + lots
        self.emptied(instrument)

    def waited(self, instrument: Instrument, side: int, through: int, most: int) -> int:
        """Most lots that orders waiting on a side can be given by a move `through` their price: as they trade they
        push the price away from themselves, and beyond that the move no longer reaches them."""
        state = self.peek(instrument) or Displaced(at=self.now)
        shape = self.shape(instrument)
        return within(shape, shape.scale(self.world_mid2(instrument) / 2), state, side, through, most)

    def peek(self, instrument: Instrument) -> Displaced | None:
        """The displacement as it stands now, without changing it; None where nobody ever traded."""
        symbol = instrument.symbol
        state = self.displaced.get(symbol)
        if state is None or state.instant == self.now:
            return state
        copy = self._peeked.get(symbol)
        if copy is None:
            copy = msgspec.structs.replace(state)
            self._pass_time(instrument, copy)
            copy.freeze(self.now)
            self._peeked[symbol] = copy
        return copy

    def _pass_time(self, instrument: Instrument, state: Displaced) -> None:
        seconds = (self.now - state.at) / SECOND_NS
        elapsed = sessions_between(self.calendars[instrument.session], state.at, self.now)
        state.decayed(elapsed, seconds / self._refill_s(instrument))
        state.at = self.now

    @staticmethod
    def _refill_s(instrument: Instrument) -> float:
        if instrument.trades_per_day < _THIN_TRADES:
            return _REFILL_THIN_S
        return _REFILL_S.get(instrument.asset_class, 0.5)


def sessions_between(calendar: DayCalendar, start: int, end: int) -> float:
    """Trading time from `start` to `end` in sessions of the calendar; many days count as many."""
    days = calendar.days
    total = 0.0
    for number in range(calendar.day_index(start), len(days)):
        day = days[number]
        if day.segments[0].start >= end:
            break
        length = open_ns = 0
        for segment in day.segments:
            if segment.state is MarketSession.REGULAR:
                length += segment.end - segment.start
                open_ns += max(0, min(end, segment.end) - max(start, segment.start))
        if length:
            total += open_ns / length
        if total > 100.0 or day.segments[-1].end >= end:
            break
    return total
