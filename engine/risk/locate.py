"""Selling what one does not have: how hard an instrument is to borrow, what that costs, and how much there is."""

from __future__ import annotations

import enum
from fractions import Fraction
from functools import lru_cache

from engine.market.rates import rate_of
from engine.model.instrument import Instrument


class Tier(enum.Enum):
    """How hard to borrow: the word, the fee in millionths a year, and what one account may be short of, in
    thousandths of an average day's volume."""

    EASY = ("easy", 3_000, 100)
    MEDIUM = ("medium", 30_000, 30)
    HARD = ("hard", 150_000, 5)

    def __init__(self, word: str, fee_ppm: int, room_permille: int) -> None:
        self.word, self.fee_ppm, self.room_permille = word, fee_ppm, room_permille


NO_LIMIT = (1 << 63) - 1
"""Lots that may be sold where nothing has to be borrowed."""

EASY_TURNOVER, EASY_PRICE = 500_000_000, 10
"""At least this much turnover a day and, of a share, this price, both in VCR: easy."""

HARD_TURNOVER, HARD_PRICE = 50_000_000, 5
"""Less of either: hard."""

_SHARES = ("equities", "etfs")


def needs_borrow(instrument: Instrument) -> bool:
    """Whether a short position is of something borrowed. Futures, index contracts and currency pairs are not."""
    return instrument.full_cash and instrument.asset_class != "forex"


@lru_cache(maxsize=1024)
def tier(instrument: Instrument) -> Tier:
    """The tier, from the catalogue's average volume and reference price: it does not change while one is short."""
    price = Fraction(instrument.price0) * rate_of(instrument.currency).usd
    turnover = price * Fraction(str(instrument.adv_units))
    share = instrument.asset_class in _SHARES
    if turnover < HARD_TURNOVER or (share and price < HARD_PRICE):
        return Tier.HARD
    if turnover >= EASY_TURNOVER and (not share or price >= EASY_PRICE):
        return Tier.EASY
    return Tier.MEDIUM


@lru_cache(maxsize=1024)
def short_limit(instrument: Instrument) -> int:
    """Lots that one account may be short of; `NO_LIMIT` where nothing is borrowed."""
    if not needs_borrow(instrument):
        return NO_LIMIT
    daily = Fraction(str(instrument.adv_units)) / instrument.lot.fraction()
    return int(daily * tier(instrument).room_permille / 1000)


def locate_room(instrument: Instrument, position_lots: int, working: int) -> int:
    """Largest quantity in lots that an account may still offer for sale.

    `position_lots` is signed; `working` are the lots of its open sell orders. Selling what is held needs no locate.
    """
    limit = short_limit(instrument)
    return limit if limit == NO_LIMIT else max(0, limit + position_lots - working)
