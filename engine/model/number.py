"""Decimal text to scaled integers and back; the only place that rounds money.

No float enters here. Text is plain ASCII decimal, as the contract says: an optional minus, digits,
an optional point with digits. Exponents, signs, spaces, underscores and other scripts' digits are
refused by `parse_decimal`, because a number that two readers can read differently is not a number.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z", re.ASCII)

MAX_DIGITS = 40
"""Longest run of digits read: far above any real price, far below what would cost time."""


class NumberFormatError(ValueError):
    """The text is not a plain ASCII decimal number."""


def parse_decimal(text: str) -> tuple[int, int]:
    """Return (digits, decimals) with value == digits / 10**decimals, trailing zeros removed.

    Raises NumberFormatError for anything that is not a plain ASCII decimal.
    """
    if len(text) > MAX_DIGITS or not _PLAIN.match(text):
        raise NumberFormatError(text[:MAX_DIGITS])
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return int(whole + fraction), len(fraction)


def to_units(text: str, decimals: int) -> int | None:
    """The text as an integer number of 10**-decimals, or None where it has more decimals than that."""
    digits, scale = parse_decimal(text)
    if scale > decimals:
        return None
    return int(digits * 10 ** (decimals - scale))


def to_text(units: int, decimals: int) -> str:
    """`units / 10**decimals` as decimal text with exactly `decimals` places; there is no minus zero."""
    if decimals == 0:
        return str(units)
    sign = "-" if units < 0 else ""
    digits = str(abs(units)).zfill(decimals + 1)
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def trim(text: str) -> str:
    """Decimal text without trailing zeros after the point."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def div_floor(numerator: int, denominator: int) -> int:
    """Quotient rounded toward minus infinity."""
    return numerator // denominator


def div_ceil(numerator: int, denominator: int) -> int:
    """Quotient rounded toward plus infinity."""
    return -(-numerator // denominator)


def div_half_even(numerator: int, denominator: int) -> int:
    """Quotient rounded to nearest, ties to even: the rounding of every valuation.

    Raises ZeroDivisionError for a zero denominator.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, remainder = divmod(numerator, denominator)
    twice = remainder + remainder
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient
