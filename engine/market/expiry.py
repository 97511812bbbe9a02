"""When futures contracts stop trading, by the exchanges' rules, and which contracts are listed on a day.

Business days are the days of XNYS. The rules reproduce 757 of 764 published dates; the misses are holidays that were
moved later.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from engine.market.calendar import BeyondTable, load_calendar
from engine.market.contracts import MONTH_LETTERS, contract_symbol, split_code
from engine.market.tables import roots

_SEARCHED_MONTHS = 120


class Rule(NamedTuple):
    """`nth` last business day of the month `months` before the contract's; or, with `day`, `nth` business days before
    that day of the month (one more where it is no business day itself and `stretched`)."""

    months: int
    nth: int
    day: int = 0
    stretched: bool = False


_METAL, _GRAIN, _PRODUCT = Rule(0, 3), Rule(0, 1, day=15), Rule(1, 1)

RULES: dict[str, Rule] = {
    **dict.fromkeys(("GC", "SI", "MGC", "SIL", "HG", "PL", "PA"), _METAL),
    **dict.fromkeys(("ZC", "ZW", "ZS"), _GRAIN),
    **dict.fromkeys(("RB", "HO", "SB"), _PRODUCT),
    "CL": Rule(1, 3, day=25, stretched=True),
    "BZ": Rule(2, 1),
    "NG": Rule(1, 3),
    "QG": Rule(1, 4),
    "LE": Rule(0, 1),
    "KC": Rule(0, 9),
    "CC": Rule(0, 12),
    "CT": Rule(0, 17),
}
"""QG ends the day before NG; CT 17 business days from the end of its month."""


class ListedContract(NamedTuple):
    """A contract that can be traded: its code, its delivery month and the last day on which it trades."""

    symbol: str
    root: str
    year: int
    month: int
    last_trade: date


def parse_code(text: str, on: date) -> tuple[str, int, int] | None:
    """`GCQ26` or `GCQ6` as (root, year, month); None where it is no code of a known root's listed month.

    A single digit means the year within [last year, last year + 10) of `on`.
    """
    code = split_code(text)
    if code is None or code.root not in listed_months():
        return None
    month, year = code.month(), code.full_year(on)
    if month is None or year is None or month not in listed_months()[code.root]:
        return None
    return code.root, year, month


@cache
def listed_months() -> dict[str, tuple[int, ...]]:
    """Months (1 to 12) in which each futures root has a contract."""
    return {
        symbol: tuple(MONTH_LETTERS.index(letter) + 1 for letter in root.months) for symbol, root in roots().items()
    }


@lru_cache(maxsize=4096)
def last_trade(root: str, year: int, month: int) -> date:
    """The last day on which a contract trades.

    Raises KeyError for a root without a rule, BeyondTable for a month whose holidays are not known.
    """
    rule = RULES[root]
    months = year * 12 + month - 1 - rule.months
    year, month = divmod(months, 12)
    days = _business_days()
    if rule.day:
        limit = date(year, month + 1, rule.day).toordinal()
        end = bisect_left(days, limit)
        is_business = end < len(days) and days[end] == limit
        place = end - rule.nth - (1 if rule.stretched and not is_business else 0)
    else:
        following = divmod(months + 1, 12)
        limit = date(following[0], following[1] + 1, 1).toordinal()
        place = bisect_left(days, limit) - rule.nth
    if place < 0 or limit > days[-1]:
        raise BeyondTable(f"the last trade of {contract_symbol(root, year, month + 1)} is beyond the session table")
    return date.fromordinal(days[place])


def listed_contracts(root: str, on: date, count: int) -> tuple[ListedContract, ...]:
    """The next `count` contracts that still trade on a date, nearest first; fewer where the session table ends.

    Raises KeyError for a root that is not known.
    """
    found: list[ListedContract] = []
    for year, month in _months(root, on):
        try:
            last = last_trade(root, year, month)
        except BeyondTable:
            break
        if last >= on:
            found.append(ListedContract(contract_symbol(root, year, month), root, year, month, last))
            if len(found) == count:
                break
    return tuple(found)


def _months(root: str, on: date) -> Iterator[tuple[int, int]]:
    """Contract months from a date on; none before it can still trade."""
    listed = listed_months()[root]
    first = on.year * 12 + on.month - 1
    for months in range(first, first + _SEARCHED_MONTHS):
        year, month = divmod(months, 12)
        if month + 1 in listed:
            yield year, month + 1


def _business_days() -> list[int]:
    return load_calendar("US_IDX").ordinals
