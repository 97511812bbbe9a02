"""Rows of LEAN's CSVs as numbers of the stream.

Equities are written in ten-thousandths, everything else as it is. Sizes may carry the noise of a float
(0.34307688999999997): what is finer than the stream's grid is rounded to it, half to even.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from engine.market.importers.decimals import BadLine
from engine.market.importers.events import FINE
from engine.model.ids import MINUTE_NS

MS_NS = 1_000_000

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?\Z", re.ASCII)
_DAY_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2}) ([0-9]{1,2}):([0-9]{2})\Z", re.ASCII)
_REMEMBERED = 100_000
_LARGEST = 18
_LONGEST_DAY_MS = 90_000_000
"""25 hours: a day on which clocks are set back."""


class Numbers:
    """Texts of one file to integers of 10**-FINE; `shift` is 4 where a unit is a ten-thousandth."""

    def __init__(self, shift: int) -> None:
        self._digits = FINE - shift
        self._seen: dict[str, int] = {"": 0}

    def read(self, text: str) -> int:
        """The number, 0 for an empty field. Raises BadLine."""
        known = self._seen.get(text)
        if known is not None:
            return known
        if not _NUMBER.match(text):
            raise BadLine(f"not a number: {text!r:.40}")
        value = Decimal(text)
        if value.adjusted() > _LARGEST:
            raise BadLine(f"a number too large: {text!r:.40}")
        number = int(value.scaleb(self._digits).to_integral_value(ROUND_HALF_EVEN))
        if len(self._seen) >= _REMEMBERED:
            self._seen = {"": 0}
        self._seen[text] = number
        return number


def since_midnight(text: str) -> int:
    """Nanoseconds of a time in milliseconds since midnight, which may have a fraction. Raises BadLine."""
    whole, _, fraction = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(whole) > 8 or (fraction and not fraction.isdigit()):
        raise BadLine(f"a row begins with milliseconds since midnight, not {text!r:.40}")
    if int(whole) >= _LONGEST_DAY_MS:
        raise BadLine(f"a time beyond the day: {text!r:.40}")
    return int(whole) * MS_NS + int(fraction[:6].ljust(6, "0") or 0)


def day_and_time(text: str) -> tuple[date, int]:
    """(day, ns since midnight) of `yyyymmdd hh:mm`. Raises BadLine."""
    found = _DAY_TIME.match(text)
    if found is None:
        raise BadLine(f"a row begins with yyyymmdd hh:mm, not {text!r:.40}")
    year, month, day, hour, minute = (int(group) for group in found.groups())
    try:
        when = date(year, month, day)
    except ValueError:
        raise BadLine(f"no such day: {text!r:.40}") from None
    if hour > 23 or minute > 59:
        raise BadLine(f"no such time: {text!r:.40}")
    return when, (hour * 60 + minute) * MINUTE_NS
