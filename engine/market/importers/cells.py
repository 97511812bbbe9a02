"""Cells of a table to exact numbers and times. What a spreadsheet or a data frame writes is understood."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from engine.market.importers.decimals import BadLine
from engine.market.importers.events import FINE
from engine.model.format import parse_time
from engine.model.ids import SECOND_NS

_REMEMBERED = 100_000
_MOST: int = 10 ** (38 - 1)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_EPOCH = re.compile(r"-?(\d{1,19})(?:\.(\d{0,12}))?\Z", re.ASCII)
_COMPACT = re.compile(r"(19|20)(\d\d)(\d\d)(\d\d)\Z", re.ASCII)
_MISSING = frozenset(("", ".", "-", "null", "NULL", "None"))
_UNITS = ((10**11, SECOND_NS), (10**14, SECOND_NS // 10**3), (10**17, SECOND_NS // 10**6))
_LATEST_NS = 1 << 63
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


class Numbers:
    """Reads decimal cells, negative and with exponents too, as integers of 10**-FINE; remembers the recent ones.

    More decimals than FINE are noise of binary floats and are rounded to nearest, ties to even.
    """

    def __init__(self) -> None:
        self._seen: dict[str, int | None] = {}

    def value(self, cell: str) -> int | None:
        """The number, None where the cell is empty. Raises BadLine (also for NaN and infinity)."""
        try:
            return self._seen[cell]
        except KeyError:
            pass
        text = cell.strip()
        number = None if text in _MISSING else _exact(text)
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[cell] = number
        return number


def _exact(text: str) -> int:
    if len(text) > 60 or not _NUMBER.match(text):
        raise BadLine(f"not a number: {text!r:.40}")
    try:
        scaled = _EXACT.quantize(_EXACT.scaleb(Decimal(text), FINE), Decimal(1))
    except InvalidOperation:
        raise BadLine(f"a number beyond what is kept: {text!r:.40}") from None
    number = int(scaled)
    if abs(number) >= _MOST:
        raise BadLine(f"a number beyond what is kept: {text!r:.40}")
    return number


def cell_time(cell: str) -> int:
    """Nanoseconds since 1970 of an ISO time, 20200131, or seconds, ms, us or ns since 1970. Raises BadLine.

    The unit of a bare number is told by its size: the years 1973 to 5138 are unmistakable.
    """
    text = cell.strip()
    compact = _COMPACT.match(text)
    if compact:
        text = f"{compact[1]}{compact[2]}-{compact[3]}-{compact[4]}"
    epoch = _EPOCH.match(text)
    at = _since_epoch(epoch, text.startswith("-")) if epoch else _iso(text)
    if not -_LATEST_NS < at < _LATEST_NS:
        raise BadLine(f"a time beyond the calendar: {cell!r:.40}")
    return at


def _since_epoch(match: re.Match[str], negative: bool) -> int:
    whole = int(match[1])
    unit = next((unit for limit, unit in _UNITS if whole < limit), 1)
    fraction = (match[2] or "")[:9].ljust(9, "0")
    at = whole * unit + int(fraction) * unit // SECOND_NS
    return -at if negative else at


def _iso(text: str) -> int:
    plain = text.removesuffix(" UTC").removesuffix("+00").replace("/", "-")
    try:
        return parse_time(plain)
    except ValueError:
        raise BadLine(f"not a time like 2026-11-23T14:31:00Z or seconds since 1970: {text!r:.40}") from None
