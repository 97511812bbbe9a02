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


class Account(msgspec.Struct):
    """A trader's book of money. `cash` in Minor VCR; positions by symbol, flat ones removed.

    `day_nav` is the NAV when the account's current day (UTC) began; `volume_30d` is kept by fee schedule.
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


class Transfer(msgspec.Struct, frozen=True):
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
