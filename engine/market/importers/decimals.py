"""Decimal text of a feed to exact integers, and feed times to nanoseconds. No float on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.market.importers.events import FINE, Level
from engine.model.ids import SECOND_NS
from engine.model.number import NumberFormatError, parse_decimal, to_text

_REMEMBERED = 100_000
_LATEST_NS = 1 << 63


class BadLine(ValueError):
    """A line is not what its format says; the text is the cause, in words."""


class Decimals:
    """Reads non-negative decimal texts as integers of 10**-FINE and remembers the recent ones.

    Feeds repeat themselves: the memory makes the exact reading as cheap as a careless one.
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def value(self, text: str) -> int:
        """The number; BadLine where it is not a plain decimal, negative, or finer than 10**-FINE."""
        known = self._seen.get(text)
        return self._read(text) if known is None else known

    def levels(self, pairs: Iterable[Sequence[str]]) -> list[Level]:
        """Levels of a feed, each [price, size, ...]."""
        seen = self._seen
        levels = []
        for pair in pairs:
            price, size = seen.get(pair[0]), seen.get(pair[1])
            if price is None:
                price = self._read(pair[0])
            if size is None:
                size = self._read(pair[1])
            levels.append((price, size))
        return levels

    def _read(self, text: str) -> int:
        if not isinstance(text, str):
            raise BadLine(f"a price or size must be decimal text, not {text!r:.40}")
        try:
            digits, decimals = parse_decimal(text)
        except NumberFormatError:
            raise BadLine(f"not a plain decimal number: {text!r:.40}") from None
        if digits < 0 or decimals > FINE:
            raise BadLine(f"a price or size below 0 or with more than {FINE} decimals: {text!r:.40}")
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        number = int(digits * 10 ** (FINE - decimals))
        self._seen[text] = number
        return number


class Fineness:
    """Finest decimals seen so far: a file's own grid, learnt while it is read."""

    def __init__(self) -> None:
        self.decimals = 0
        self._step: int = 10**FINE

    def see(self, value: int) -> None:
        """Take note of one number."""
        while value % self._step:
            self.decimals += 1
            self._step //= 10

    def text(self, value: int) -> str:
        """Decimal text on the grid."""
        self.see(value)
        return to_text(value // self._step, self.decimals)


def whole_ns(text: bytes) -> int:
    """A time written as whole nanoseconds."""
    if not text.isdigit() or len(text) > 19 or int(text) >= _LATEST_NS:
        raise BadLine(f"a line starts with the local receipt in nanoseconds, not {text[:30]!r}")
    return int(text)


def seconds_ns(text: bytes) -> int:
    """A time written as decimal seconds; digits beyond the nanosecond are cut off."""
    whole, _, fraction = text.partition(b".")
    if not whole.isdigit() or len(whole) > 10 or (fraction and not fraction.isdigit()) or text.endswith(b"."):
        raise BadLine(f"t is not a time in seconds: {text[:30]!r}")
    at = int(whole) * SECOND_NS + int(fraction[:9].ljust(9, b"0") or 0)
    if at >= _LATEST_NS:
        raise BadLine(f"t lies beyond the calendar: {text[:30]!r}")
    return at
