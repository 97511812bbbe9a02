"""What has happened since the last journal entry: events in order, orders touched, fills and transfers."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from copy import copy

from engine.matching.lifecycle import move
from engine.matching.state import State
from engine.model.account import EquityPoint, Transfer
from engine.model.event import AccountTouched, AlertEvent, Event, LedgerEntry, OrderEvent, ProposalEvent
from engine.model.fill import Fill
from engine.model.ids import TimeNs
from engine.model.order import Order, Status
from engine.ports import JournalEntry


class Chronicle:
    """Collects until `entry` closes the books on a command or a moment."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._touched: dict[str, Order] = {}
        self._fills: list[Fill] = []
        self._transfers: list[Transfer] = []
        self._points: list[EquityPoint] = []
        self._booked: set[str] = set()
        self._alerted = False

    @property
    def changed(self) -> bool:
        """Whether an order, money or a known worth changed since the last entry."""
        return bool(self._touched or self._transfers or self._alerted or self._points)

    @property
    def traded(self) -> bool:
        """Whether money changed since the last entry."""
        return bool(self._transfers)

    def booked(self) -> AbstractSet[str]:
        """Whose money changed since the last entry, as of now: it grows as things happen."""
        return self._booked

    def accounts(self) -> list[str]:
        """Whose money changed since the last entry, sorted."""
        return sorted(self._booked)

    def moved(self, order: Order, status: Status, at: TimeNs, reason: str = "") -> None:
        """Change an order's status and say so."""
        self._touched[order.order_id] = order
        self.events.append(move(order, status, at, reason))

    def said(self, kind: str, order: Order, at: TimeNs) -> None:
        """Say something of an order whose status stays: order.accepted, order.triggered, order.amended."""
        self._touched[order.order_id] = order
        self.events.append(OrderEvent(kind, at, copy(order)))

    def happened(self, event: Event) -> None:
        """Say something else."""
        if isinstance(event, AccountTouched):
            self._booked.add(event.account)
        self._alerted = self._alerted or isinstance(event, AlertEvent | ProposalEvent)
        self.events.append(event)

    def filled(self, fill: Fill) -> None:
        """Note an execution."""
        self._fills.append(fill)

    def transferred(self, transfers: tuple[Transfer, ...], at: TimeNs) -> None:
        """Note transfers and say so."""
        self._transfers.extend(transfers)
        self.events.extend(LedgerEntry(at, transfer) for transfer in transfers)

    def recorded(self, order: Order | None, fill: Fill | None, transfers: tuple[Transfer, ...]) -> None:
        """Note what happened in the past and elsewhere, and tell nobody."""
        if order is not None:
            self._touched[order.order_id] = order
        if fill is not None:
            self._fills.append(fill)
        self._transfers.extend(transfers)

    def pointed(self, point: EquityPoint) -> None:
        """Note what an account is worth."""
        self._points.append(point)

    def entry(self, state: State, kind: str, at: TimeNs, body: bytes) -> JournalEntry:
        """Close the books: everything since the last entry, under the next number."""
        state.entries += 1
        orders = tuple(copy(order) for order in self._touched.values())
        entry = JournalEntry(
            state.entries, at, kind, body, orders, tuple(self._fills), tuple(self._transfers), tuple(self._points)
        )
        self._touched, self._fills, self._transfers, self._points = {}, [], [], []
        self._booked, self._alerted = set(), False
        return entry

    def take_events(self) -> list[Event]:
        """The events since the last call, in order."""
        events, self.events = self.events, []
        return events
