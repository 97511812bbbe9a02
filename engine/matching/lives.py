"""Orders through their lives on the market: begun, held, released, arrived, resting, swept on, protected."""

from __future__ import annotations

from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.matching.exchange import PARTICIPATION, beyond_cap
from engine.matching.executions import Executions
from engine.matching.exits import exit_request, grown, protected
from engine.matching.meeting import Meeting, show_next
from engine.matching.resting import crossed, queue_ahead, reached, rests, untouched
from engine.matching.triggers import arm, holds, touched
from engine.model.ids import OrderId, TimeNs
from engine.model.instrument import Instrument
from engine.model.order import AUCTION_ONLY, Order, OrderType, Status, TimeInForce
from engine.ports import Placing


class Lives:
    """What becomes of an order that the gate let pass. `place` sends the orders that others' fills call for."""

    def __init__(self, shown: ShownMarket, catalogue: Catalogue, executions: Executions, place: Placing) -> None:
        self.shown, self.catalogue = shown, catalogue
        self.executions = executions
        self.meeting = Meeting(shown, executions, self.after)
        self._place = place

    def begin(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        """An approved order meets its market: it waits for its trigger or its auction, or arrives."""
        arm(self.shown, instrument, order)
        if order.dormant or order.request.time_in_force in AUCTION_ONLY:
            self.executions.rank(order)
            self.executions.chronicle.moved(order, Status.WORKING, at)
        else:
            self.arrive(order, instrument, at)

    def arrive(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        """Take what can be had now; the rest ends, takes on, or stands in the book."""
        request, before = order.request, order.filled
        self.mark_arrival(order, instrument)
        cap = beyond_cap(self.shown, instrument)
        if request.time_in_force is TimeInForce.FOK and not self._whole(order, instrument, at, cap):
            return
        self.meeting.take(order, instrument, at, self.executions.room(order), cap)
        self.after(order, before, at)
        if not order.open:
            return
        if request.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            self.finish(order, Status.CANCELLED, at, "immediate or cancel: the rest was not there")
            return
        self._stand(order, instrument)
        if order.status in (Status.ACCEPTED, Status.QUEUED):
            self.executions.chronicle.moved(order, Status.WORKING, at)

    def mark_arrival(self, order: Order, instrument: Instrument) -> None:
        """Remember the mid that the order's cost is measured from."""
        if not order.arrival_mid2:
            order.arrival_mid2 = self.shown.mid2(instrument)
            order.arrival_shift2 = order.arrival_mid2 - self.shown.world_mid2(instrument)

    def _whole(self, order: Order, instrument: Instrument, at: TimeNs, cap: int) -> bool:
        """Whether a fill-or-kill order can be had whole; else it is killed."""
        sweep, others = self.meeting.available(order, instrument, order.remaining, cap)
        there = sweep.lots + others
        if there >= order.remaining:
            return True
        self.finish(
            order,
            Status.CANCELLED,
            at,
            f"fill or kill: only {instrument.quantity_text(there)} could be had at once",
        )
        return False

    def _stand(self, order: Order, instrument: Instrument) -> None:
        """Go on taking where the other side still stands at its price, else wait in the book."""
        self.executions.rank(order)
        order.sweeping = order.limit is None or crossed(self.shown, instrument, order)
        if not order.sweeping:
            order.ahead = queue_ahead(self.shown, instrument, order.request.side, int(order.limit or 0))
            order.before = self.executions.before(order)
            order.slice_left = min(int(order.request.display or 0), order.remaining)

    # --- time ---------------------------------------------------------------------------------

    def release(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        """Send on an order whose trigger is reached and whose conditions hold."""
        if order.released or not (order.dormant or order.trigger):
            return
        if order.request.when and not order.ruled:
            if holds(self.shown, self.catalogue, order, at):
                self._rule_holds(order, instrument, at)
            return
        if not touched(self.shown, instrument, order):
            return
        order.dormant, order.released, order.trigger, order.ahead = False, True, 0, 0
        self._released(order, at, "its stop was touched")
        self.arrive(order, instrument, at)

    def _rule_holds(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        """A rule lets go of its order: a stop now waits for its price, anything else meets the market."""
        order.ruled = True
        self._released(order, at, "its conditions hold")
        arm(self.shown, instrument, order)
        if not order.dormant:
            order.released = order.request.type is not OrderType.OCO
            self.arrive(order, instrument, at)

    def _released(self, order: Order, at: TimeNs, why: str) -> None:
        order.reason = why
        self.executions.chronicle.said("order.triggered", order, at)

    def meet_prints(self, waiting: list[Order], instrument: Instrument, at: TimeNs) -> None:
        """Resting orders that the last step's trades and quotes reached."""
        resting = [o for o in waiting if rests(o)]
        for order, wanted in self._reached(resting, instrument):
            lots = min(wanted, self.executions.room(order)) if order.open else 0
            if lots <= 0:
                continue
            before, limit = order.filled, int(order.limit or 0)
            order.before = 0
            self.executions.post(order, instrument, at, [(limit, lots, limit)], maker=True)
            self.shown.settle(instrument).traded(order.request.side * lots)
            self.shown.changed(instrument)
            self.after(order, before, at)
        for order in resting:
            if order.open and order.request.display is not None and order.slice_left == 0:
                show_next(self.shown, self.executions, order, instrument)

    def _reached(self, resting: list[Order], instrument: Instrument) -> list[tuple[Order, int]]:
        if untouched(self.shown, instrument, resting):
            return []
        rooms = {o.order_id: self.executions.room(o) for o in resting}
        return reached(self.shown, instrument, resting, rooms)

    def sweep_on(self, order: Order, instrument: Instrument, at: TimeNs) -> None:
        """The rest of an oversized order takes its share of the volume, an average trade at a time."""
        if not crossed(self.shown, instrument, order):
            self._stand(order, instrument)
            return
        steps = self.shown.step_ns / 100_000_000
        order.allowance += PARTICIPATION * self.shown.volume(instrument)[0] * steps
        room = self.executions.room(order)
        lots = min(room, int(order.allowance))
        if lots < min(room, instrument.usual_lots()) or not lots:
            return
        before = order.filled
        order.allowance -= self.meeting.take(order, instrument, at, lots, lots)
        self.after(order, before, at)

    # --- what follows a fill --------------------------------------------------------------------

    def after(self, order: Order, before: int, at: TimeNs) -> None:
        """An order traded `order.filled - before` lots: protect them, and end what has nothing left to reduce."""
        lots = order.filled - before
        if not lots:
            return
        if protected(order):
            self._protect(order, lots, at)
        self.trim(order.account, order.request.symbol, at)

    def _protect(self, entry: Order, lots: int, at: TimeNs) -> None:
        standing = self.executions.state.orders.get(OrderId(entry.exits))
        if standing is not None and standing.open:
            standing.request = grown(standing, lots)
            self.executions.chronicle.said("order.amended", standing, at)
            return
        made = self._place(entry.account, exit_request(entry, lots), origin="bracket", parent=entry.order_id)
        entry.exits = made.order_id

    def trim(self, account: str, symbol: str, at: TimeNs) -> None:
        """Reduce-only orders without a position to reduce end."""
        for order in self.executions.open.reducing(account, symbol):
            if order.open and not self.executions.room(order):
                self.finish(order, Status.CANCELLED, at, "there is no position left to reduce")

    def finish(self, order: Order, status: Status, at: TimeNs, reason: str) -> None:
        """End an order that will not trade again."""
        self.executions.finish(order, status, at, reason)


def continuous(order: Order) -> bool:
    """Whether the order trades in the continuous market: not before its trigger, and not if it wants an auction."""
    return not order.dormant and order.request.time_in_force not in AUCTION_ONLY
