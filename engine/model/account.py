"""A trader's account: cash, positions, and the transfers that prove them."""

from __future__ import annotations

import msgspec

from engine.model.ids import AccountId, Minor, Symbol, TimeNs

START_CASH = Minor(1_000_000_000_000)
"""What a new account is given: 1,000,000 VCR."""


class Position(msgspec.Struct):
    """Signed lots and what they cost: `cost` is signed Minor VCR, so average cost = cost / lots."""

    symbol: Symbol
    lots: int
    cost: int
    realised: int = 0
    fees: int = 0
    day_label: str = ""


class Holding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A position that is handed over: signed lots, signed Minor paid for them, and the day it was opened on, if that is
    known. `margined`: only differences were settled, so its cost never left the cash."""

    symbol: Symbol
    lots: int
    cost: int
    margined: bool = False
    day_label: str = ""


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """Limits that an account's owner set on every order, whoever sends it; None means none.

    `order_value` and `daily_loss` in Minor VCR; `off_bps` and `off_ticks` how far through the touch an aggressive
    price may be; `repeat_ns` the time within which the same order again, without a client id of its own, is taken for
    a slip; `orders_per_minute` how many may be sent.
    """

    order_value: int | None = None
    off_bps: int | None = None
    off_ticks: int | None = None
    daily_loss: int | None = None
    repeat_ns: int | None = None
    orders_per_minute: int | None = None


class Account(msgspec.Struct, omit_defaults=True):
    """A trader's book of money. `cash` in Minor VCR; positions by symbol, flat ones removed.

    `day_nav` is the NAV when the account's current day (UTC) began; `traded` is kept by fee schedule. `locked` says why
    only reducing orders are taken (empty: all are), until the UTC day number `locked_day` has passed. `warned`: the
    margin warning was given and has not been lifted. `liquidating`: positions are being closed to restore margin.
    `check_at` is when its margin is looked at next (0: with its next fill). `funding` and `dividends` are what time
    has paid so far, in Minor: interest, borrow fees and swaps (mostly below 0), and dividends less those owed.
    `given` is what came in from outside beyond START_CASH (below 0: less), `point_nav` the NAV of its last equity
    point (None: none yet); `point_due`: the next whole hour notes one. `reset_at` is when it last began anew (0: never)
    and `reset_fills` how many fills the desk had made by then; `forked_from` and `forked_at` name the account whose
    holdings it began with and the moment at which that had them. `imported_at` is when its trades were imported (0:
    they were made here), `closed_at` when it was given back (0: it is open).
    """

    account_id: AccountId
    opened_at: TimeNs
    cash: int
    positions: dict[str, Position]
    realised: int = 0
    fees: int = 0
    day: int = 0
    day_nav: int = 0
    traded: dict[str, int] = msgspec.field(default_factory=dict)
    limits: Limits = Limits()
    locked: str = ""
    locked_day: int = 0
    warned: bool = False
    liquidating: bool = False
    check_at: TimeNs = TimeNs(0)
    funding: int = 0
    dividends: int = 0
    given: int = 0
    point_nav: int | None = None
    point_due: bool = False
    reset_at: TimeNs = TimeNs(0)
    reset_fills: int = 0
    forked_from: str = ""
    forked_at: TimeNs = TimeNs(0)
    imported_at: TimeNs = TimeNs(0)
    closed_at: TimeNs = TimeNs(0)

    @property
    def began_at(self) -> TimeNs:
        """Since when its figures count: its opening, or its last reset."""
        return self.reset_at or self.opened_at

    @property
    def funded(self) -> int:
        """What came in from outside less what went out, in Minor."""
        return START_CASH + self.given


class EquityPoint(msgspec.Struct, frozen=True, gc=False):
    """What an account was worth at a whole hour: all amounts in Minor VCR, `gross` and `net` the notional of its
    positions, `realised`, `fees`, `funding`, `dividends` and `funded` as the account had them then."""

    account: AccountId
    at: TimeNs
    nav: int
    cash: int
    gross: int
    net: int
    realised: int
    fees: int
    funding: int
    dividends: int
    funded: int


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """`amount` of `asset` moves from `debit` to `credit`; never edited, corrected by another transfer.

    `asset` is "VCR" (amount in Minor) or a symbol (amount in lots); `code` says why.
    """

    transfer_id: int
    at: TimeNs
    debit: str
    credit: str
    asset: str
    amount: int
    code: str
    reference: str
