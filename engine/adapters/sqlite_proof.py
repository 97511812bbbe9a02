"""What an audit rebuilds while it walks the entries, and what it holds against the stored tables."""

from __future__ import annotations

from collections.abc import Iterable

from engine.adapters.sqlite_rows import Row, order_bodies, order_row
from engine.ledger.chart import VCR, trader_cash, trader_position
from engine.ledger.invariants import Balances, entry_faults, post, sums
from engine.ledger.passage import owner
from engine.ledger.postings import FILL_CODES, OWN_CODES, settles_difference
from engine.ledger.replay import Rebuilt, in_order, nav, nav_at_cost
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.model.order import Order
from engine.ports import JournalEntry, Snapshot
from engine.signing.audit import SignedActs

MOST = 20
"""Problems kept: a wholly broken ledger needs no longer list."""


class Proof:
    """Everything that follows from the entries seen so far. All money in Minor."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.entries = self.fills = self.order_rows = 0
        self.imbalance = self.nav_stored = self.nav_recomputed = 0
        self.signed = SignedActs()
        self._posted: Balances = {}
        self._given: dict[str, int] = {}
        self._traders: dict[str, Rebuilt] = {}
        self._orders: dict[str, Row] = {}
        self._latest: dict[str, Order] = {}
        self._fills_of: dict[str, list[Fill]] = {}

    def say(self, problem: str) -> None:
        """Note a problem."""
        if len(self.problems) < MOST:
            self.problems.append(problem)

    def entry(self, entry: JournalEntry, orders: bytes) -> None:
        """Take one entry; `orders` are the bytes that its orders are stored as."""
        self.entries += 1
        for fault in [*entry_faults(entry), *self.signed.take(entry.kind, entry.body, entry.orders)]:
            self.say(f"entry {entry.seq}: {fault}")
        for order, body in zip(entry.orders, order_bodies(orders), strict=True):
            self._latest[order.order_id] = order
            self._orders[order.order_id] = order_row(order, entry.seq, body)
        for transfer in entry.transfers:
            post(self._posted, transfer)
            if transfer.code not in FILL_CODES | OWN_CODES:
                self._give(transfer)
        for item in in_order(entry.fills, entry.transfers):
            if isinstance(item, Fill):
                self._fill(item)
            else:
                self._pass(item)
        if entry.kind == "reset_account":
            self._anew(entry.transfers[-1])
        for point in entry.points:
            cash = self._cash(point.account)
            if point.cash != cash:
                self.say(f"{point.account} had {cash} Minor at entry {entry.seq}, its equity point says {point.cash}")

    def _anew(self, start: Transfer) -> None:
        """After a reset there is its start money and nothing else."""
        found = owner(start)
        account = found[0] if found else ""
        trader = self._traders.get(account) or Rebuilt()
        if trader.positions or self._cash(account) != start.amount:
            self.say(f"{account} kept something through the reset of transfer {start.transfer_id}")

    def _fill(self, fill: Fill) -> None:
        self.fills += 1
        self._fills_of.setdefault(fill.order_id, []).append(fill)
        trader = self._traders.setdefault(fill.account, Rebuilt())
        realised = trader.take(fill)
        if realised != fill.realised:
            self.say(f"fill {fill.fill_id} closed a profit of {realised} Minor, but {fill.realised} is stored")
        if settles_difference(fill) and fill.cash != realised:
            self.say(f"fill {fill.fill_id} moved {fill.cash} Minor: neither its value nor its profit")

    def _pass(self, transfer: Transfer) -> None:
        """What time or a handover did to a trader; a transfer that names none is a fault of its entry, said there."""
        trader = owner(transfer)
        if trader is None:
            return
        try:
            self._traders.setdefault(trader[0], Rebuilt()).pass_on(transfer)
        except ValueError as error:
            self.say(str(error))

    def _give(self, transfer: Transfer) -> None:
        """Money that no fill explains: start money and the like."""
        if transfer.asset == VCR:
            self._given[transfer.credit] = self._given.get(transfer.credit, 0) + transfer.amount
            self._given[transfer.debit] = self._given.get(transfer.debit, 0) - transfer.amount

    def value(self, snapshot: Snapshot) -> None:
        """Compare a snapshot's net asset values with those that the fills so far and its marks give."""
        self.nav_stored = sum(snapshot.nav.values())
        self.nav_recomputed = 0
        for account, stored in snapshot.nav.items():
            trader = self._traders.get(account) or Rebuilt()
            try:
                worth = nav(self._cash(account), trader.positions, snapshot.marks, trader.margined)
            except KeyError as missing:
                self.say(f"the snapshot of entry {snapshot.seq} has no mark for {missing.args[0]}")
                continue
            self.nav_recomputed += worth
            if worth != stored:
                self.say(
                    f"net asset value of {account} at entry {snapshot.seq}: {stored} Minor stored, "
                    f"{worth} from its fills"
                )
        for account in sorted(self._traders.keys() - snapshot.nav.keys()):
            self.say(f"the snapshot of entry {snapshot.seq} says nothing of {account}")

    def value_at_cost(self) -> None:
        """Without a snapshot there is no mark: both figures count positions at cost."""
        for account in self._funded() | self._traders.keys():
            trader = self._traders.get(account) or Rebuilt()
            booked = self._posted.get((trader_cash(account), VCR), 0)
            self.nav_stored += nav_at_cost(booked, trader.positions, trader.margined)
            self.nav_recomputed += nav_at_cost(self._cash(account), trader.positions, trader.margined)

    def _funded(self) -> set[str]:
        start, end = trader_cash("\0").split("\0")
        return {
            name.removeprefix(start).removesuffix(end)
            for name in self._given
            if name.startswith(start) and name.endswith(end)
        }

    def _cash(self, account: str) -> int:
        trader = self._traders.get(account)
        return self._given.get(trader_cash(account), 0) + (trader.cash if trader else 0)

    def orders(self, rows: Iterable[Row]) -> None:
        """Compare the stored orders with the newest copy of each in the entries, and with their fills."""
        for row in rows:
            self.order_rows += 1
            if self._orders.get(row[0]) != row:
                self.say(f"order {row[0]} is not as its last entry left it")
        if self.order_rows != len(self._orders):
            self.say(f"{len(self._orders)} orders were entered, {self.order_rows} are stored")
        for name, order in self._latest.items():
            fills = self._fills_of.pop(name, [])
            filled = sum(fill.quantity for fill in fills)
            if order.filled != filled:
                self.say(f"order {name} says {order.filled} lots filled, its fills say {filled}")
        for name in self._fills_of:
            self.say(f"fills name order {name}, which was never entered")

    def balances(self, rows: Iterable[Row]) -> None:
        """Compare the stored balances with the transfers, with the fills, and with nothing in sum."""
        stored: Balances = {(account, asset): amount for account, asset, amount in rows}
        for key in sorted(stored.keys() | self._posted.keys()):
            if stored.get(key, 0) != self._posted.get(key, 0):
                self.say(
                    f"{key[0]} holds {stored.get(key, 0)} of {key[1]}, its transfers say {self._posted.get(key, 0)}"
                )
        for asset, total in sorted(sums(stored).items()):
            if total:
                self.say(f"all accounts of {asset} together hold {total} instead of 0")
                self.imbalance = self.imbalance or total
        self._compare_traders(stored)

    def _compare_traders(self, stored: Balances) -> None:
        expected: Balances = {}
        for account, trader in self._traders.items():
            expected[trader_cash(account), VCR] = self._cash(account)
            for symbol, position in trader.positions.items():
                expected[trader_position(account, symbol), symbol] = position.lots
        for account in self._funded():
            expected[trader_cash(account), VCR] = self._cash(account)
        held = {key for key, amount in stored.items() if amount and key[0].startswith("trader:")}
        for key in sorted(held | expected.keys()):
            if stored.get(key, 0) != expected.get(key, 0):
                self.say(f"{key[0]} holds {stored.get(key, 0)} of {key[1]}, its fills give {expected.get(key, 0)}")
