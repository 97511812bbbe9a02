"""An order that takes meets the book: the world's displayed sizes and other accounts' orders, price before time.

At one price the world's lots that an order found there stand before it, then the order itself, then whatever came
later. Two orders of one account never trade with each other: the one that waits is taken back.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.market.shown import ShownMarket
from engine.matching.exchange import Sweep, plan, take
from engine.matching.executions import Executions
from engine.matching.resting import queue_ahead, rests
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, Status


def price_limit(shown: ShownMarket, instrument: Instrument, order: Order) -> int | None:
    """The worst price at which the order may trade now: its limit, within the venue's price band."""
    limit = None if order.limit is None else int(order.limit)
    band = shown.band(instrument)
    if band is None:
        return limit
    edge = band[1] if order.request.side > 0 else band[0]
    if limit is None:
        return edge
    return min(limit, edge) if order.request.side > 0 else max(limit, edge)


class Meeting:
    """Takes for one order at a time."""

    def __init__(self, shown: ShownMarket, executions: Executions, after: Callable[[Order, int, TimeNs], None]) -> None:
        self.shown, self.executions, self.after = shown, executions, after

    def available(self, order: Order, instrument: Instrument, lots: int, beyond: int) -> tuple[Sweep, int]:
        """What the market would give `lots` of it now, and what other accounts' orders would."""
        limit = price_limit(self.shown, instrument, order)
        sweep = plan(self.shown, instrument, order.request.side, lots, limit, beyond)
        others = sum(
            self.executions.room(maker)
            for maker in self.opposite(order, instrument, limit)
            if maker.account != order.account
        )
        return sweep, others

    def take(self, order: Order, instrument: Instrument, at: TimeNs, lots: int, beyond: int) -> int:
        """Trade up to `lots` of the order now, at most `beyond` of them past the displayed book; the lots traded."""
        side, limit = order.request.side, price_limit(self.shown, instrument, order)
        end = order.filled + lots
        while order.open and (left := min(end - order.filled, self.executions.room(order))) > 0:
            maker = next(iter(self.opposite(order, instrument, limit)), None)
            if maker is None:
                self._world(order, instrument, at, left, limit, beyond)
                break
            better = self.standing_before(maker, instrument, side, left)
            if better is None:
                self._world(order, instrument, at, left, int(maker.limit or 0), beyond)
            elif better:
                self._world(order, instrument, at, min(left, better), int(maker.limit or 0), 0)
            if order.filled < end:
                self._against(order, maker, instrument, at, end - order.filled)
        return order.filled - end + lots

    def opposite(self, order: Order, instrument: Instrument, limit: int | None) -> list[Order]:
        """Resting orders on the other side that it would reach, best price first, then time."""
        side = order.request.side
        found = [
            o
            for o in self.executions.open.of_symbol.get(instrument.symbol, ())
            if o.request.side != side
            and (limit is None or side * (int(o.limit or 0) - limit) <= 0)
            and rests(o)
            and self.executions.room(o)
        ]
        found.sort(key=lambda o: (side * int(o.limit or 0), o.rank))
        return found

    def standing_before(self, maker: Order, instrument: Instrument, side: int, enough: int) -> int | None:
        """The market's lots that stand before a resting order: at better prices, and ahead of it at its own; no more
        are counted than the touch shows where that is `enough`. None for an order behind the displayed book: all that
        the market gives up to its price stands before it."""
        price = int(maker.limit or 0)
        for level, size in self.shown.side(instrument, side, 1):
            if size >= enough and side * (level - price) < 0:
                return size
        levels = self.shown.side(instrument, side)
        if not levels or side * (price - levels[-1][0]) > 0:
            return None
        return maker.ahead + sum(size for level, size in levels if side * (level - price) < 0)

    def _world(
        self, order: Order, instrument: Instrument, at: TimeNs, lots: int, limit: int | None, beyond: int
    ) -> None:
        side = order.request.side
        touch = self.shown.touch(instrument)[side > 0]
        if limit is not None and side * (touch - limit) > 0:
            return
        sweep = plan(self.shown, instrument, side, lots, limit, beyond)
        if sweep.slices:
            slices = [(s.price, s.lots, s.displayed) for s in sweep.slices]
            self.executions.post(order, instrument, at, slices, maker=False)
            take(self.shown, instrument, side, sweep)

    def _against(self, order: Order, maker: Order, instrument: Instrument, at: TimeNs, lots: int) -> None:
        """Trade with a resting order at its price, slice by slice where it is an iceberg. Together the two move
        nothing: one's bought lots are the other's sold."""
        executions = self.executions
        if maker.account == order.account:
            reason = f"it would have traded with {order.order_id} of the same account"
            executions.finish(maker, Status.CANCELLED, at, reason)
            return
        lots = min(lots, executions.room(maker), executions.room(order))
        if maker.request.display is not None:
            lots = min(lots, maker.slice_left)
        if lots <= 0:
            return
        price, before = int(maker.limit or 0), maker.filled
        maker.ahead = maker.before = 0
        executions.post(maker, instrument, at, [(price, lots, price)], maker=True)
        executions.post(order, instrument, at, [(price, lots, price)], maker=False)
        if maker.request.display is not None and maker.open:
            maker.slice_left -= lots
            if maker.slice_left == 0:
                show_next(self.shown, executions, maker, instrument)
        self.after(maker, before, at)


def show_next(shown: ShownMarket, executions: Executions, order: Order, instrument: Instrument) -> None:
    """An iceberg whose slice is gone shows the next one, behind everybody at its price."""
    order.slice_left = min(int(order.request.display or 0), order.remaining)
    order.ahead = queue_ahead(shown, instrument, order.request.side, int(order.limit or 0))
    executions.rank(order)
    order.before = executions.before(order)
