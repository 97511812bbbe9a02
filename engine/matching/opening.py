"""Opens and closes: orders that waited for their market cross at one price, then trade on; closing orders cross too."""

from __future__ import annotations

from collections.abc import Callable

from engine.market.auctions import CLOSING, OPENING, REOPENING, auction_volume
from engine.market.shown import ShownMarket
from engine.matching.auction import Bid, Cross, clear, settle
from engine.matching.executions import Executions
from engine.matching.lives import Lives
from engine.model.event import SystemStatus
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, Status, TimeInForce
from engine.model.session import MarketSession


class Auctions:
    """Runs the crosses of one desk. `admit` is the gate's second look at an order whose market opens."""

    def __init__(
        self, shown: ShownMarket, executions: Executions, lives: Lives, admit: Callable[[Order, TimeNs], bool]
    ) -> None:
        self.shown, self.executions, self.lives, self.admit = shown, executions, lives, admit

    def open(self, waiting: list[Order], instrument: Instrument, at: TimeNs) -> None:
        """Let queued orders in: through the cross where the venue holds one, each by itself otherwise."""
        admitted = [order for order in waiting if self.admit(order, at)]
        kind = OPENING if self._just_opened(instrument, at) else REOPENING
        volume = auction_volume(instrument, kind)
        regular = self.shown.state(instrument) is MarketSession.REGULAR
        called = [o for o in admitted if regular and volume and _called(o)]
        if called:
            self._cross(kind, called, instrument, at, volume)
        for order in admitted:
            if order.open:
                self._go_on(order, instrument, at)

    def _just_opened(self, instrument: Instrument, at: TimeNs) -> bool:
        """Whether a session began within this step; otherwise it was a halt that ended."""
        calendar = self.shown.calendars[instrument.session]
        number = calendar.day_index(at)
        segments = calendar.days[number].segments if number < len(calendar.days) else ()
        return any(s.state is MarketSession.REGULAR and 0 <= at - s.start <= self.shown.step_ns for s in segments)

    def close(self, orders: list[Order], instrument: Instrument, at: TimeNs) -> None:
        """Cross the orders that asked for the close; what is left of them ends."""
        if orders:
            self._cross(CLOSING, orders, instrument, at, auction_volume(instrument, CLOSING))
        for order in orders:
            if order.open:
                self.lives.finish(order, Status.CANCELLED, at, "the closing auction is over")

    def _cross(self, kind: str, orders: list[Order], instrument: Instrument, at: TimeNs, volume: int) -> None:
        for order in orders:
            self.lives.mark_arrival(order, instrument)
        mid2 = self.shown.mid2(instrument)
        cross = clear(self.shown, instrument, self._bids(orders), volume)
        befores = [order.filled for order in orders]
        for order, lots in zip(orders, cross.lots, strict=True):
            if lots:
                self.executions.cross(order, instrument, at, cross.price, lots, mid2)
        settle(self.shown, instrument, cross)
        for order, before in zip(orders, befores, strict=True):
            self.lives.after(order, before, at)
        if cross.traded:
            self.executions.chronicle.happened(_status(kind, instrument, cross, at))

    def _bids(self, orders: list[Order]) -> list[Bid]:
        return [Bid(order, self.executions.room(order)) for order in orders]

    def _go_on(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        if order.request.time_in_force is TimeInForce.OPG:
            self.lives.finish(order, Status.CANCELLED, at, "the opening auction is over")
        elif order.request.triggered_by_price or order.request.when or _waits_for_close(order):
            if order.status is Status.QUEUED:
                self.lives.begin(order, instrument, at)
        else:
            self.lives.arrive(order, instrument, at)

    def indicative(self, orders: list[Order], instrument: Instrument, kind: str) -> Cross | None:
        """Where the orders that wait would cross now; None where none of them would be called."""
        called = [o for o in orders if (_waits_for_close(o) if kind == CLOSING else _called(o))]
        volume = auction_volume(instrument, kind)
        return clear(self.shown, instrument, self._bids(called), volume) if called and volume else None


def _called(order: Order) -> bool:
    """Whether an order takes part in a cross that opens its market."""
    request = order.request
    return not (request.extended or request.triggered_by_price or request.when or _waits_for_close(order))


def _waits_for_close(order: Order) -> bool:
    return order.request.time_in_force is TimeInForce.CLS


def _status(kind: str, instrument: Instrument, cross: Cross, at: TimeNs) -> SystemStatus:
    price, lots = instrument.price_text(cross.price), instrument.quantity_text(cross.traded)
    return SystemStatus(at, instrument.symbol, f"{kind}_cross", f"{lots} crossed at {price}")
