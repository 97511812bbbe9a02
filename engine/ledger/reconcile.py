"""Reconciliation: what the desk believes of its accounts against what the committed fills and transfers make of them.

The books kept here share nothing with the kernel's state: they begin from stored rows and take one committed entry
after another. A difference is a drift. It is named and never put right: which side is wrong cannot be known here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from engine.ledger.chart import VCR, trader_of
from engine.ledger.invariants import Balances, sums
from engine.ledger.passage import owner
from engine.ledger.postings import FILL_CODES, OWN_CODES
from engine.ledger.replay import Rebuilt, in_order, nav
from engine.model.account import Account, Transfer
from engine.model.fill import Fill
from engine.model.number import to_text
from engine.ports import JournalEntry

_DECIMALS = 6
Marks = Mapping[str, tuple[int, int]]


class Drift(msgspec.Struct, frozen=True):
    """`what` of `account` is `desk` to the desk and `books` in `source`; Minor, or lots where `what` says so."""

    account: str
    what: str
    desk: int
    books: int
    source: str

    def text(self) -> str:
        """One line for people."""
        plain = self.what.startswith("lots")
        desk, books = (str(n) if plain else to_text(n, _DECIMALS) for n in (self.desk, self.books))
        return f"{self.what} of {self.account} is {desk} on the desk, {books} by {self.source}"


class Books(Protocol):
    """Stored rows, read beside the writer. Both raise StoreError or IntegrityError."""

    def balances(self) -> tuple[int, Balances]:
        """(newest entry, stored balances after it), both of one moment."""

    def recount(self) -> tuple[int, dict[str, Rebuilt]] | None:
        """(newest entry, every account by its stored fills and transfers up to it); None where `stop` came first."""

    def stop(self) -> None:
        """Let a recount end early."""


class Traders:
    """Every account, rebuilt entry by entry. `faults` are entries that could not be booked."""

    def __init__(self, traders: dict[str, Rebuilt] | None = None) -> None:
        self.of = traders if traders is not None else {}
        self.faults: list[str] = []

    def take(self, fills: Iterable[Fill], transfers: tuple[Transfer, ...]) -> None:
        """Book the fills and transfers of one entry."""
        for transfer in transfers:
            if transfer.code not in FILL_CODES and transfer.code not in OWN_CODES:
                self.give(transfer)
        for item in in_order(fills, transfers):
            if isinstance(item, Fill):
                self._trader(item.account).take(item)
            else:
                self.pass_on(item)

    def give(self, transfer: Transfer) -> None:
        """Book money that neither a fill nor time explains: start money."""
        for side, sign in ((transfer.credit, 1), (transfer.debit, -1)):
            trader = trader_of(side, VCR) if transfer.asset == VCR else None
            if trader is not None:
                self._trader(trader).cash += sign * transfer.amount

    def pass_on(self, transfer: Transfer) -> None:
        """Book what time or a handover did."""
        found = owner(transfer)
        try:
            self._trader(found[0] if found else "").pass_on(transfer)
        except ValueError as error:
            self.faults.append(str(error))

    def _trader(self, name: str) -> Rebuilt:
        trader = self.of.get(name)
        if trader is None:
            trader = self.of[name] = Rebuilt()
        return trader


class Reconciliation:
    """The books of a running desk. Give it every entry as it is made (`note`) and as it is durable (`settled`).

    Entries that are on their way to the disk count already: should they not reach it, the desk stops anyway.
    """

    def __init__(self) -> None:
        self._traders: Traders | None = None
        self._stored: dict[str, dict[str, int]] | None = None
        self._tail: deque[JournalEntry] = deque()
        self._settled = 0
        self._reading = 1  # the recount of the start needs every entry made meanwhile

    @property
    def begun(self) -> bool:
        """Whether the recount of the start is in."""
        return self._traders is not None

    # --- entries ------------------------------------------------------------------------------

    def note(self, entries: Iterable[JournalEntry]) -> None:
        """Entries were made."""
        for entry in entries:
            self._tail.append(entry)
            if self._traders is not None:
                self._traders.take(entry.fills, entry.transfers)
            if self._stored is not None:
                _post(self._stored, entry.transfers)

    def settled(self, seq: int) -> None:
        """Entries up to `seq` are durable."""
        self._settled = seq
        self._shorten()

    def _shorten(self) -> None:
        while not self._reading and self._tail and self._tail[0].seq <= self._settled:
            self._tail.popleft()

    # --- what is stored -----------------------------------------------------------------------

    def reading(self) -> None:
        """Stored balances are about to be read: until they are given, what is made meanwhile is remembered."""
        self._reading += 1

    def begin(self, seq: int, traders: dict[str, Rebuilt]) -> None:
        """Begin the books with every account as stored rows up to entry `seq` make it."""
        self._traders = Traders(traders)
        for entry in self._tail:
            if entry.seq > seq:
                self._traders.take(entry.fills, entry.transfers)
        self._reading -= 1
        self._shorten()

    def compare_with(self, seq: int, balances: Balances) -> list[Drift]:
        """Hold stored balances (as after entry `seq`) against the accounts that are looked at from now on; what is
        wrong with them by themselves."""
        stored: dict[str, dict[str, int]] = {}
        for (name, asset), amount in balances.items():
            trader = trader_of(name, asset)
            if trader is not None:
                stored.setdefault(trader, {})[asset] = amount
        for entry in self._tail:
            if entry.seq > seq:
                _post(stored, entry.transfers)
        self._stored = stored
        self._reading -= 1
        self._shorten()
        off = {asset: total for asset, total in sums(balances).items() if total}
        return [Drift("all accounts", _named(asset), 0, total, "the stored balances") for asset, total in off.items()]

    def forget_balances(self) -> None:
        """The pass is over: stored balances are read anew for the next."""
        self._stored = None

    # --- comparison ---------------------------------------------------------------------------

    def drifts(self, account: Account) -> list[Drift]:
        """Where an account of the desk differs from the books, and from the stored balances where those are known."""
        found: list[Drift] = []
        if self._traders is not None:
            found += _against_books(account, self._traders.of.get(account.account_id) or Rebuilt())
        if self._stored is not None:
            found += _against_balances(account, self._stored.get(account.account_id, {}))
        return found

    def nav(self, account: str, marks: Marks) -> int:
        """What the account is worth by the books, once they have begun, at these marks, in Minor."""
        trader = (self._traders.of.get(account) if self._traders else None) or Rebuilt()
        return nav(trader.cash, trader.positions, marks, trader.margined)

    def strangers(self, known: Mapping[str, Account]) -> list[Drift]:
        """Accounts that hold something in the books or the balances and that the desk does not have."""
        found = []
        if self._traders is not None:
            for name, trader in self._traders.of.items():
                if name not in known and (trader.cash or trader.positions):
                    found.append(Drift(name, "cash", 0, trader.cash, "its fills"))
        for name, held in (self._stored or {}).items():
            if name not in known and any(held.values()):
                found.append(Drift(name, "cash", 0, held.get(VCR, 0), "the stored balances"))
        return found

    def faults(self) -> list[str]:
        """Entries that could not be booked."""
        return [] if self._traders is None else self._traders.faults


def _post(stored: dict[str, dict[str, int]], transfers: Iterable[Transfer]) -> None:
    for transfer in transfers:
        asset = transfer.asset
        for side, sign in ((transfer.credit, 1), (transfer.debit, -1)):
            trader = trader_of(side, asset)
            if trader is not None:
                held = stored.setdefault(trader, {})
                held[asset] = held.get(asset, 0) + sign * transfer.amount


def _against_books(account: Account, books: Rebuilt) -> list[Drift]:
    pairs = [
        ("cash", account.cash, books.cash),
        ("realised profit", account.realised, books.realised),
        ("fees", account.fees, books.fees),
    ]
    for symbol in sorted(account.positions.keys() | books.positions.keys()):
        here, there = account.positions.get(symbol), books.positions.get(symbol)
        pairs.append((f"lots of {symbol}", here.lots if here else 0, there.lots if there else 0))
        pairs.append((f"cost of {symbol}", here.cost if here else 0, there.cost if there else 0))
    return [Drift(account.account_id, what, desk, own, "its fills") for what, desk, own in pairs if desk != own]


def _against_balances(account: Account, stored: Mapping[str, int]) -> list[Drift]:
    desk = {VCR: account.cash, **{symbol: position.lots for symbol, position in account.positions.items()}}
    assets = [asset for asset in desk.keys() | stored.keys() if desk.get(asset, 0) != stored.get(asset, 0)]
    return [
        Drift(account.account_id, _named(asset), desk.get(asset, 0), stored.get(asset, 0), "the stored balances")
        for asset in sorted(assets)
    ]


def _named(asset: str) -> str:
    return "cash" if asset == VCR else f"lots of {asset}"
