"""Executions become money: fills, transfers, positions, statuses, and what protects them."""

from __future__ import annotations

from engine.market.catalogue import Catalogue
from engine.market.shown import ShownMarket
from engine.matching.chronicle import Chronicle
from engine.matching.resting import rests
from engine.matching.state import State
from engine.matching.waiting import OpenOrders
from engine.model.event import AccountTouched, FillEvent
from engine.model.fill import Explain
from engine.model.ids import TimeNs, fill_id
from engine.model.instrument import Instrument
from engine.model.order import Order, Status
from engine.portfolio.booking import Execution, book, explain
from engine.portfolio.valuation import Valuer

Slice = tuple[int, int, int]
"""(price, lots, the displayed price they came from), in ticks and lots."""


class Executions:
    """Posts what the exchange decided, in the order decided."""

    def __init__(
        self, shown: ShownMarket, catalogue: Catalogue, valuer: Valuer, state: State, chronicle: Chronicle
    ) -> None:
        self.shown, self.catalogue, self.valuer = shown, catalogue, valuer
        self.chronicle = chronicle
        self.become(state)

    def become(self, state: State) -> None:
        """Go on from another state."""
        self.state = state
        self.open = OpenOrders(state.orders.values())
        self._traded: list[str] = []

    def post(self, order: Order, instrument: Instrument, at: TimeNs, slices: list[Slice], *, maker: bool) -> None:
        """Execute slices of an order against the market or another order."""
        mid2 = self.shown.mid2(instrument)
        shift2 = mid2 - self.shown.world_mid2(instrument)
        bid, ask = self.shown.touch(instrument)
        touch = ask if order.request.side > 0 else bid
        for price, lots, displayed in slices:
            execution = Execution(at, price, lots, maker=maker, touch=touch, displayed=displayed)
            self._one(order, instrument, execution, explain(order, execution, mid2, shift2))
        if slices:
            self._done(order, at)

    def cross(self, order: Order, instrument: Instrument, at: TimeNs, price: int, lots: int, mid2: int) -> None:
        """Execute at an auction's one price. `mid2` is the mid that the auction started from, in half ticks: what its
        price is away from that is impact."""
        shift2 = mid2 - self.shown.world_mid2(instrument)
        world_then = order.arrival_mid2 - order.arrival_shift2
        moved = shift2 - order.arrival_shift2
        parts = Explain(order.arrival_mid2, 0, 0, moved + 2 * price - mid2, mid2 - shift2 - world_then)
        self._one(order, instrument, Execution(at, price, lots, maker=False, touch=price, displayed=price), parts)
        self._done(order, at)

    def _one(self, order: Order, instrument: Instrument, execution: Execution, parts: Explain) -> None:
        state, chronicle, at = self.state, self.chronicle, execution.at
        account = state.accounts[order.account]
        name = fill_id(state.fills_made)
        state.fills_made += 1
        fill, transfers = book(
            account, order, instrument, execution, parts, self.valuer, name, state.transfers_made + 1
        )
        self.open.count(order, -execution.lots)
        state.transfers_made += len(transfers)
        self._traded.append(fill.symbol)
        chronicle.filled(fill)
        chronicle.moved(order, Status.PARTIALLY_FILLED if order.remaining else Status.FILLED, at)
        chronicle.happened(FillEvent(at, fill))
        chronicle.transferred(transfers, at)

    def _done(self, order: Order, at: TimeNs) -> None:
        self.chronicle.happened(AccountTouched(at, order.account))
        if not order.open:
            self.open.drop(order)

    def take_traded(self) -> list[str]:
        """Symbols of the fills since the last call, in order."""
        traded, self._traded = self._traded, []
        return traded

    # --- what an order may still do -------------------------------------------------------------

    def room(self, order: Order) -> int:
        """Lots that the order may trade now: its rest, or what is left of the position it may only reduce."""
        if not order.request.reduce_only:
            return order.remaining
        position = self.state.accounts[order.account].positions.get(order.request.symbol)
        return min(order.remaining, max(0, -order.request.side * (position.lots if position else 0)))

    def displayed(self, order: Order) -> int:
        """Lots that the book shows of a resting order: of an iceberg its slice."""
        lots = self.room(order)
        return lots if order.request.display is None else min(lots, order.slice_left)

    def before(self, order: Order) -> int:
        """Displayed lots of other orders that stand before a resting order at its price."""
        return sum(
            self.displayed(other)
            for other in self.open.of_symbol.get(order.request.symbol, ())
            if other.rank < order.rank
            and other.request.side == order.request.side
            and other.limit == order.limit
            and rests(other)
        )

    def finish(self, order: Order, status: Status, at: TimeNs, reason: str) -> None:
        """End an order that will not trade again."""
        self.chronicle.moved(order, status, at, reason)
        self.open.drop(order)

    def rank(self, order: Order) -> None:
        """Give the order the last place in time."""
        self.state.ranks_given += 1
        order.rank = self.state.ranks_given
