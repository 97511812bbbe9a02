"""What holding costs and earns: rates in millionths a year, money in Minor."""

from __future__ import annotations

from engine.market.rates import rate_of
from engine.model.account import Account
from engine.model.instrument import Instrument
from engine.model.number import div_half_even
from engine.portfolio.valuation import Valuer
from engine.risk.locate import needs_borrow, tier

YEAR_DAYS = 365
PPM = 1_000_000
MARKUP = 15_000
"""Above the benchmark for borrowed cash and index notional; below it for what an index short is paid."""
SWAP_MARKUP = 10_000
"""What the desk keeps of the carry of a currency pair, either way."""
STORAGE = 1_000
"""A year's vault for spot metals."""


def interest(value: int, ppm: int, days: int) -> int:
    """Interest on `value` Minor for some days, rounded half to even."""
    return div_half_even(value * ppm * days, YEAR_DAYS * PPM)


def index_ppm(currency: str, side: int) -> int:
    """What a side (+1 long, -1 short) of an index contract is paid a year on its notional; below 0 it pays."""
    benchmark = rate_of(currency).ppm
    return -(benchmark + MARKUP) if side > 0 else benchmark - MARKUP


def debit_ppm() -> int:
    """What borrowed cash costs a year."""
    return rate_of("USD").ppm + MARKUP


def swap_ppm(pair: str, side: int) -> int:
    """What a side of a currency pair such as EUR-USD is paid a year on its value; below 0 it pays.

    Nothing is paid out where either currency cannot be delivered: its high rate stands for a fall that the
    forward price expects, and this market's prices know no such drift.
    """
    base, _, quote = pair.partition("-")
    earned, owed = rate_of(base), rate_of(quote)
    carry = side * (earned.ppm - owed.ppm) - SWAP_MARKUP
    return carry if earned.credit and owed.credit else min(0, carry)


def is_pair(instrument: Instrument) -> bool:
    """Whether its carry is in the swap: currency pairs."""
    return instrument.asset_class == "forex"


def stored(instrument: Instrument) -> bool:
    """Whether a vault keeps it: metals bought for cash."""
    return instrument.asset_class == "commodities" and instrument.full_cash


def has_carry(instrument: Instrument, side: int) -> bool:
    """Whether a position of that side costs or earns anything at the roll, cash that paid for it aside."""
    if instrument.asset_class in ("indices", "forex"):
        return True
    return stored(instrument) if side > 0 else needs_borrow(instrument)


def borrow_ppm(instrument: Instrument) -> int:
    """The yearly fee for what a short position has borrowed."""
    return tier(instrument).fee_ppm


def borrowed_cash(account: Account, valuer: Valuer) -> int:
    """Minor that the desk lends the account, 0 or more.

    It is the debit balance of cash without currency pairs, whose two legs the swap pays for, and without the
    proceeds of short sales, which stand as collateral with who lent the shares.
    """
    free = account.cash
    for symbol, position in account.positions.items():
        instrument = valuer.instrument(symbol)
        if is_pair(instrument) or (position.lots < 0 and instrument.full_cash):
            free += position.cost
    return max(0, -free)
