"""What an order would take if it arrived now: the market's walk, with other accounts' orders in their places."""

from __future__ import annotations

from engine.market.shown import ShownMarket
from engine.matching.exchange import Slice, Sweep, beyond_cap, plan
from engine.matching.executions import Executions
from engine.matching.meeting import Meeting, price_limit
from engine.model.ids import AccountId, OrderId, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import Order, OrderRequest, Status, TimeInForce

NOTHING = Sweep((), 0, 0.0)


def imagined(account: str, request: OrderRequest, at: TimeNs) -> Order:
    """The order that a request would become, of which nobody else knows."""
    return Order(OrderId(""), AccountId(account), request, Status.ACCEPTED, at, at, rank=1 << 62)


class Foreseen:
    """The walks of one desk's orders. Changes nothing."""

    def __init__(self, shown: ShownMarket, executions: Executions, meeting: Meeting) -> None:
        self.shown, self.executions, self.meeting = shown, executions, meeting

    def walk(self, order: Order, instrument: Instrument) -> Sweep:
        """What the order takes at once: exactly this where nobody else waits on the other side. Where others do, what
        the market charges beyond its levels may differ by a tick."""
        lots, cap = self.executions.room(order), beyond_cap(self.shown, instrument)
        limit = price_limit(self.shown, instrument, order)
        makers = [m for m in self.meeting.opposite(order, instrument, limit) if m.account != order.account]
        if not makers:
            found = plan(self.shown, instrument, order.request.side, lots, limit, cap)
        else:
            found = self._among(makers, order, instrument, lots, limit, cap)
        whole = order.request.time_in_force is TimeInForce.FOK
        return NOTHING if whole and found.lots < int(order.request.quantity) else found

    def _among(
        self, makers: list[Order], order: Order, instrument: Instrument, lots: int, limit: int | None, cap: int
    ) -> Sweep:
        """Other accounts' orders give what they have when the market's lots before them are gone."""
        side, given, left = order.request.side, list[Slice](), lots
        market = 0
        for maker in makers:
            price = int(maker.limit or 0)
            before = self.meeting.standing_before(maker, instrument, side, left + market)
            if before is None:
                before = plan(self.shown, instrument, side, left + market, price, cap).lots
            more = min(left, max(0, before - market))
            market, left = market + more, left - more
            taken = min(left, self.executions.room(maker))
            if taken:
                given.append(Slice(price, taken, price))
                left -= taken
        found = plan(self.shown, instrument, side, market + left, limit, cap)
        slices = sorted([*found.slices, *given], key=lambda part: side * part.price)
        return Sweep(tuple(slices), found.beyond, found.charged)
