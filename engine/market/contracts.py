"""Futures contracts: codes such as GCQ26, and each contract's price distance from its root's series."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from engine.model.ids import Symbol
from engine.model.instrument import Instrument
from engine.model.number import div_half_even, parse_decimal

MONTH_LETTERS = "FGHJKMNQUVXZ"
"""January to December."""

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MOST_CONTRACTS = 12
"""Listed contracts of a root, at most."""

MOST_MONTHS = 24
"""A contract is listed when its last trade is at most this many months away."""

CARRY_BPS = {"Metals": 400, "Energy": 100, "Grains": 200, "Softs": 150, "Livestock": 50}
"""Yearly slope of a curve in basis points of the price level: storage and interest, plausible and constant."""

_CODE = re.compile(r"([A-Z]{1,3})([A-Z])([0-9]{1,6})\Z", re.ASCII)


class Code(msgspec.Struct, frozen=True):
    """A text of the form of a contract code; the letter and the year may still be wrong."""

    root: str
    letter: str
    year: str

    def month(self) -> int | None:
        """1 to 12, or None where the letter is not a month's."""
        return MONTH_LETTERS.index(self.letter) + 1 if self.letter in MONTH_LETTERS else None

    def full_year(self, on: date) -> int | None:
        """The year meant: two digits of this century, or one digit within [last year, last year + 10)."""
        if len(self.year) == 2:
            return 2000 + int(self.year)
        if len(self.year) == 1:
            first = on.year - 1
            return first + (int(self.year) - first) % 10
        return None


def split_code(text: str) -> Code | None:
    """`text` (upper case) as root, month letter and year digits, or None where it has another form."""
    match = _CODE.match(text)
    return Code(*match.groups()) if match else None


def contract_symbol(root: str, year: int, month: int) -> str:
    """GC, 2026, 8 as GCQ26."""
    return f"{root}{MONTH_LETTERS[month - 1]}{year % 100:02d}"


_TWO_DIGITS = re.compile(r"([A-Z0-9]{1,5})([FGHJKMNQUVXZ])([0-9])([0-9])\Z", re.ASCII)


def contract_spellings(symbol: str) -> tuple[str, ...]:
    """Other ways to write a contract with a two-digit year (GCZ13): GCZ3, GC201312 and 201312; none for other texts."""
    found = _TWO_DIGITS.match(symbol)
    if found is None:
        return ()
    root, letter, decade, year = found.groups()
    month = f"20{decade}{year}{MONTH_LETTERS.index(letter) + 1:02d}"
    return root + letter + year, root + month, month


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the 28th where that month is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))


def carry_ticks(root: Instrument, days: int) -> int:
    """Ticks that a contract `days` later stands above: price level x yearly slope x days / 365, half even."""
    digits, decimals = parse_decimal(root.price0)
    step = root.tick
    numerator = digits * int(10**step.decimals) * CARRY_BPS.get(root.sector, 0) * days
    return div_half_even(numerator, int(10**decimals) * step.units * 10_000 * 365)


def contract_of(root: Instrument, year: int, month: int, last_trade: date, front_last_trade: date) -> Instrument:
    """The contract as an instrument: the root's series, tick and multiplier, at its own distance from the front."""
    return msgspec.structs.replace(
        root,
        symbol=Symbol(contract_symbol(root.symbol, year, month)),
        name=f"{root.name} {MONTH_NAMES[month - 1]} {year}",
        basis_ticks=carry_ticks(root, (last_trade - front_last_trade).days),
        root=root.symbol,
        last_trade=last_trade.isoformat(),
        aliases=(f"{root.symbol}{MONTH_LETTERS[month - 1]}{year % 10}",),
    )
