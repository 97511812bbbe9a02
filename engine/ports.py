"""What the engine needs from outside, as protocols: a store that never forgets, a market to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from engine.model.account import EquityPoint, Transfer
from engine.model.event import Event
from engine.model.fill import Fill
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Bar, Trade
from engine.model.order import Order, OrderRequest
from engine.model.session import Halt


class JournalEntry(Struct, frozen=True, gc=False):
    """One numbered input and all it caused. `body` is the command's canonical JSON.

    `kind` is the command's tag, or "tick" where only time caused the fills (then `body` names the time).
    `orders` are copies of the orders as they stood after this entry.
    """

    seq: int
    at: TimeNs
    kind: str
    body: bytes
    orders: tuple[Order, ...] = ()
    fills: tuple[Fill, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    points: tuple[EquityPoint, ...] = ()


class Snapshot(Struct, frozen=True):
    """The kernel's whole state after journal entry `seq`. `nav` maps accounts to NAV in Minor at that moment,
    `marks` symbols to (value ratio numerator, denominator): Minor per lot, so that an audit can revalue."""

    seq: int
    at: TimeNs
    state: bytes
    nav: dict[str, int]
    marks: dict[str, tuple[int, int]]


class Recovered(Struct, frozen=True):
    """What a store remembers: the newest snapshot (if any) and the journal entries after it, in order."""

    snapshot: Snapshot | None
    entries: tuple[JournalEntry, ...]


class AuditReport(Struct, frozen=True):
    """What an audit of a ledger found. `problems` is empty exactly when `ok`; `signatures` counts executed acts."""

    ok: bool
    imbalance: str
    entries: int
    orders: int
    fills: int
    nav_stored: str
    nav_recomputed: str
    problems: tuple[str, ...] = ()
    signatures: int = 0


class LedgerStore(Protocol):
    """Durable memory of one desk. One writer; every call may block on the disk."""

    def recover(self) -> Recovered:
        """Everything needed to rebuild the state. Raises IntegrityError where the chain does not hold."""

    def commit(self, entries: Sequence[JournalEntry]) -> None:
        """Make all entries durable in one transaction, or raise StoreError and have written nothing."""

    def snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot durably; older ones may be dropped."""

    def fold(self) -> None:
        """Tidy up what is already durable, while nobody waits. No promise depends on it."""

    def meta(self, key: str) -> str | None:
        """A remembered word about the home (seed, anchor, ...)."""

    def set_meta(self, key: str, value: str) -> None:
        """Remember a word about the home."""

    def close(self) -> None:
        """Fold everything into one file and let go of it."""


class StoreError(Exception):
    """The store could not do what was asked (disk full, no rights, locked): nothing was written."""


class IntegrityError(Exception):
    """What is stored contradicts itself."""


class Placing(Protocol):
    """`OrderDesk.place` alone."""

    def __call__(self, account: str, request: OrderRequest, *, origin: str, parent: str = "") -> Order:
        """Send an order now, through the gate like any other; it may come back rejected."""


class OrderDesk(Protocol):
    """What the desk's own agents (margin watch, algorithms, overnight bookings) may do inside the kernel."""

    def place(self, account: str, request: OrderRequest, *, origin: str, parent: str = "") -> Order:
        """Send an order now, through the gate like any other; it may come back rejected."""

    def withdraw(self, order: Order, reason: str) -> None:
        """Cancel an open order."""

    def working(self, account: str) -> dict[tuple[str, int], int]:
        """Lots that the account's open orders may still add, by (symbol, side)."""

    def open_orders(self, account: str) -> list[Order]:
        """The account's open orders, oldest first."""

    def happened(self, event: Event) -> None:
        """Tell the world of something."""

    def book_transfers(self, transfers: tuple[Transfer, ...], at: TimeNs) -> None:
        """Note transfers that no fill caused; they are numbered from `state.transfers_made + 1`."""


class MarketSource(Protocol):
    """A market to trade against: the synthetic world or a recording. Indices are columns of `instruments`.

    Arrays hold one value a column: prices in ticks, sizes in lots, `mid2` in half ticks, `state` as
    MarketSession integers. They are valid after the first `advance`.
    """

    @property
    def instruments(self) -> Sequence[Instrument]:
        """The columns, in order."""

    @property
    def bid(self) -> Any:
        """Best bid."""

    @property
    def ask(self) -> Any:
        """Best ask."""

    @property
    def bid_size(self) -> Any:
        """Lots at the best bid."""

    @property
    def ask_size(self) -> Any:
        """Lots at the best ask."""

    @property
    def last(self) -> Any:
        """Last traded price."""

    @property
    def mid2(self) -> Any:
        """Mid in half ticks."""

    @property
    def state(self) -> Any:
        """MarketSession integers."""

    @property
    def volume_day(self) -> Any:
        """Lots traded today."""

    @property
    def prev_close(self) -> Any:
        """Close of the day before."""

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """Move to `at`, a multiple of `step_ns` (100 ms, 1 s or 60 s), any distance away."""

    def ladder(self, ix: int, levels: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """(bids, asks), best first, as (price ticks, size lots)."""

    def prints(self, ix: int) -> list[Trade]:
        """Trades of the last advance, in time order (none at 60 s steps)."""

    def any_prints(self) -> Any:
        """Column numbers that traded in the last advance."""

    def low_high(self, ix: int) -> tuple[int, int]:
        """Lowest and highest traded price of the last advance (ticks); the last price twice where none traded."""

    def volume_rate(self, ix: int) -> float:
        """Lots expected to trade per 100 ms at this time of day."""

    def day_volume_left(self, ix: int) -> float:
        """Lots expected to trade until today's close."""

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """Bars of the mid over [start, end), oldest first."""

    def recent_trades(self, ix: int, count: int) -> list[Trade]:
        """The newest `count` trades before now, oldest first."""

    def halt(self, ix: int) -> Halt | None:
        """Why a column stands still in the middle of its session and until when; None while it does not."""

    def next_halt(self, ix: int, after: int) -> TimeNs | None:
        """The first whole minute after `after` at which a halt of a column begins or ends, in the session day that
        runs then; None where none does or it is not known."""

    def band(self, ix: int) -> tuple[int, int] | None:
        """(lowest, highest) tick at which trades may print now; None where there is no bound."""


def encode(value: object) -> bytes:
    """Canonical JSON of a struct: field order is the declaration's, so equal values give equal bytes."""
    return msgspec.json.encode(value)
