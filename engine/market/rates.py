"""What money costs in each currency: the shipped table of policy rates.

The table is of December 2025 and stays as it is: in this market central banks do not meet. Rates are in millionths
a year (3.625 % is 36,250).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import msgspec

from engine.market.tables import rows
from engine.model.number import parse_decimal

_PER_CENT_PLACES = 4


class Rate(msgspec.Struct, frozen=True):
    """`ppm` a year; `credit`: whether a desk pays its clients carry in this currency (not where it cannot be
    delivered); `usd`: what one unit was worth in USD at the table's date, for sizes that must not move."""

    ppm: int
    credit: bool
    usd: Fraction


@cache
def rates() -> dict[str, Rate]:
    """Rates by currency."""
    return {row["currency"]: _rate(row) for row in rows("rates.csv")}


def rate_of(currency: str) -> Rate:
    """The rate of a currency; one that the table lacks (a recording's) costs what USD does and is paid nothing."""
    return rates().get(currency) or msgspec.structs.replace(rates()["USD"], credit=False)


def _rate(row: dict[str, str]) -> Rate:
    digits, places = parse_decimal(row["rate_pct"])
    ppm = digits * int(10 ** (_PER_CENT_PLACES - places))
    units, decimals = parse_decimal(row["usd"])
    return Rate(ppm, row["credit"] == "yes", Fraction(units, int(10**decimals)))
