"""What is over: finished orders and every fill. The kernel's state holds only what the future needs; the rest is here.

The kernel asks it one thing, whether a client's order id was used before; everyone else reads history in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

import msgspec

from engine.ledger.chart import trader_of
from engine.ledger.postings import FILL_CODES
from engine.model.account import EquityPoint, Transfer
from engine.model.fill import Fill
from engine.model.order import Order
from engine.model.wanted import Found, Wanted
from engine.ports import JournalEntry

Booked = Fill | Transfer
T = TypeVar("T")


class Past(Protocol):
    """A memory of entries. Orders that can still trade are not its business: they are in the kernel's state."""

    def note(self, entry: JournalEntry) -> None:
        """Remember what an entry caused."""

    def settled(self, seq: int) -> None:
        """Entries up to `seq` are durable."""

    def order(self, order_id: str) -> Order | None:
        """A finished order by its own id."""

    def sent(self, account: str, client_order_id: str) -> Order | None:
        """A finished order by its client's id."""

    def orders(self, account: str, limit: int = 0) -> list[Order]:
        """The account's finished orders, newest first (`limit` 0: all)."""

    def fills(self, account: str, limit: int = 0) -> list[Fill]:
        """The account's fills, newest first (`limit` 0: all)."""

    def fills_of(self, order_id: str) -> list[Fill]:
        """An order's fills, oldest first."""

    def points(self, account: str, since: int = 0) -> list[EquityPoint]:
        """The account's equity points from `since` (ns) on, oldest first."""

    def transfers(self, account: str) -> list[Transfer]:
        """Transfers of the account that no fill made, oldest first: start money, funding, dividends, settlements."""

    def booked(self, account: str, newest: int = 0) -> list[Booked]:
        """The account's fills, and its transfers that no fill made, in the order in which they were booked; of them the
        `newest` (0: all)."""

    def find_orders(self, account: str, wanted: Wanted) -> list[Order]:
        """The account's finished orders that are wanted, as they are wanted."""

    def find_fills(self, account: str, wanted: Wanted) -> list[Fill]:
        """The account's fills that are wanted, as they are wanted."""

    def symbols(self, account: str) -> list[str]:
        """Symbols that the account has finished orders or fills in, sorted."""

    def digest(self) -> bytes:
        """What stands for all of it in a state's hash."""

    def close(self) -> None:
        """Let go of what it reads from."""


def beside_fills(transfer: Transfer) -> str | None:
    """Whose transfer it is, where no fill made it; None for the others."""
    if transfer.code in FILL_CODES:
        return None
    return trader_of(transfer.credit, transfer.asset) or trader_of(transfer.debit, transfer.asset)


def number_of(order: Order) -> int:
    """The place of an order in the order of making."""
    return int(order.order_id[1:])


def order_found(order: Order, fills: Iterable[Fill]) -> Found:
    """What an order with these fills is sorted by."""
    made = list(fills)
    value, pnl = sum(fill.value for fill in made), sum(fill.realised for fill in made)
    return Found(number_of(order), order.request.symbol, value, pnl)


def sort_found(found: list[tuple[Found, T]], wanted: Wanted) -> list[T]:
    """What was found, in the wanted order and number."""
    ranked = sorted(found, key=lambda pair: pair[0].key(wanted.sort))
    return [thing for _, thing in (ranked[: wanted.limit] if wanted.limit else ranked)]


class MemoryPast:
    """A past that lasts as long as its process: runs without a store, and tests."""

    def __init__(self) -> None:
        self.done: dict[str, Order] = {}
        self.all_fills: list[Fill] = []
        self.all_points: list[EquityPoint] = []
        self._transfers: dict[str, list[Transfer]] = {}
        self._booked: dict[str, list[Booked]] = {}
        self._origins: dict[str, str] = {}
        self._sent: dict[tuple[str, str], str] = {}
        self._fills: dict[str, list[Fill]] = {}

    def note(self, entry: JournalEntry) -> None:
        """Remember what an entry caused."""
        for order in entry.orders:
            self._origins[order.order_id] = order.origin
            if not order.open:
                self.done[order.order_id] = order
                if order.request.client_order_id:
                    self._sent[order.account, order.request.client_order_id] = order.order_id
        for transfer in entry.transfers:
            trader = beside_fills(transfer)
            if trader is not None:
                self._transfers.setdefault(trader, []).append(transfer)
                self._booked.setdefault(trader, []).append(transfer)
        for fill in entry.fills:
            self.all_fills.append(fill)
            self._fills.setdefault(fill.order_id, []).append(fill)
            self._booked.setdefault(fill.account, []).append(fill)
        self.all_points += entry.points

    def adopt(self, other: MemoryPast) -> None:
        """Remember all that another does: a run that goes on from the middle of one."""
        self.done.update(other.done)
        self._sent.update(other._sent)
        self.all_points += other.all_points
        self.all_fills += other.all_fills
        self._fills |= {order_id: [*fills] for order_id, fills in other._fills.items()}
        self._transfers |= {trader: [*made] for trader, made in other._transfers.items()}
        self._booked |= {trader: [*made] for trader, made in other._booked.items()}
        self._origins |= other._origins

    def settled(self, seq: int) -> None:
        """Nothing is ever more durable here than the process."""

    def order(self, order_id: str) -> Order | None:
        """A finished order by its own id."""
        return self.done.get(order_id)

    def sent(self, account: str, client_order_id: str) -> Order | None:
        """A finished order by its client's id."""
        known = self._sent.get((account, client_order_id))
        return None if known is None else self.done[known]

    def orders(self, account: str, limit: int = 0) -> list[Order]:
        """The account's finished orders, newest first."""
        mine = sorted((o for o in self.done.values() if o.account == account), key=number_of, reverse=True)
        return mine[:limit] if limit else mine

    def fills(self, account: str, limit: int = 0) -> list[Fill]:
        """The account's fills, newest first."""
        mine = [fill for fill in reversed(self.all_fills) if fill.account == account]
        return mine[:limit] if limit else mine

    def fills_of(self, order_id: str) -> list[Fill]:
        """An order's fills, oldest first."""
        return list(self._fills.get(order_id, ()))

    def points(self, account: str, since: int = 0) -> list[EquityPoint]:
        """The account's equity points from `since` on, oldest first."""
        return [point for point in self.all_points if point.account == account and point.at >= since]

    def transfers(self, account: str) -> list[Transfer]:
        """Transfers of the account that no fill made, oldest first."""
        return list(self._transfers.get(account, ()))

    def booked(self, account: str, newest: int = 0) -> list[Booked]:
        """Fills and transfers beside them, in the order of booking."""
        return self._booked.get(account, [])[-newest:]

    def find_orders(self, account: str, wanted: Wanted) -> list[Order]:
        """The account's finished orders that are wanted, as they are wanted."""
        found = []
        for order in self.done.values():
            if order.account == account:
                of_order = order_found(order, self._fills.get(order.order_id, ()))
                if wanted.takes_order(order, of_order.value):
                    found.append((of_order, order))
        return sort_found(found, wanted)

    def find_fills(self, account: str, wanted: Wanted) -> list[Fill]:
        """The account's fills that are wanted, as they are wanted."""
        return sort_found(self.ranked_fills(account, wanted), wanted)

    def ranked_fills(self, account: str, wanted: Wanted, first: int = 0) -> list[tuple[Found, Fill]]:
        """The wanted fills with what they are sorted by; places count from `first`."""
        return [
            (Found(first + place, fill.symbol, fill.value, fill.realised), fill)
            for place, fill in enumerate(self.all_fills)
            if fill.account == account and wanted.takes_fill(fill, self._origins.get(fill.order_id, ""))
        ]

    def symbols(self, account: str) -> list[str]:
        """Symbols of the account's finished orders and fills."""
        ordered = {order.request.symbol for order in self.done.values() if order.account == account}
        return sorted(ordered | {fill.symbol for fill in self.all_fills if fill.account == account})

    def digest(self) -> bytes:
        """Every finished order in the order of making, every fill, every point."""
        orders = sorted(self.done.values(), key=number_of)
        return msgspec.msgpack.encode((orders, self.all_fills, self.all_points))

    def close(self) -> None:
        """There is nothing to let go of."""
