"""Splits, dividends and renamings of LEAN's equities: `factor_files` and `map_files` beside the data.

Prices of the files are raw. A row of either file holds up to and including its date: the row of a day is the first one
whose date is not before it. An adjusted price is the raw one times the row's price factor times its split factor.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from engine.market.importers.decimals import BadLine
from engine.market.importers.errors import BadDataFile
from engine.market.importers.lean_rows import day_and_time
from engine.market.importers.source import read_lines
from engine.model.number import NumberFormatError, div_half_even, parse_decimal

WHOLE = Fraction(1)


class Factors:
    """What the raw prices of one instrument are multiplied by, day by day. No rows: by 1."""

    def __init__(self, rows: Sequence[tuple[date, Fraction]] = ()) -> None:
        self._days = [day for day, _ in rows]
        self._factors = [factor for _, factor in rows]

    def on(self, day: date) -> Fraction:
        """The factor of a day; 1 after the last row."""
        place = bisect_left(self._days, day)
        return self._factors[place] if place < len(self._factors) else WHOLE

    def adjust(self, price: int, day: date) -> int:
        """A raw price of that day, adjusted; both in the stream's 10**-12, rounded half to even."""
        factor = self.on(day)
        return price if factor is WHOLE else div_half_even(price * factor.numerator, factor.denominator)


class Tickers:
    """The tickers that one instrument traded under."""

    def __init__(self, rows: Sequence[tuple[date, str]] = ()) -> None:
        self._days = [day for day, _ in rows]
        self._names = [name for _, name in rows]

    def on(self, day: date) -> str:
        """The ticker of a day, upper case; the last one after the last row, "" where the file says nothing."""
        place = bisect_left(self._days, day)
        return self._names[min(place, len(self._names) - 1)] if self._names else ""


def factors_of(path: Path, symbol: str) -> Factors:
    """Factors of `symbol` that lie beside the LEAN file or folder at `path`; none where there is no such file.

    Raises BadDataFile for a file that is not of this form.
    """
    beside = _beside(path, "factor_files", symbol)
    return read_factors(beside) if beside else Factors()


def tickers_of(path: Path, symbol: str) -> Tickers:
    """Tickers of `symbol` from the map file beside the LEAN file or folder at `path`. Raises BadDataFile."""
    beside = _beside(path, "map_files", symbol)
    return read_tickers(beside) if beside else Tickers()


def read_factors(path: Path) -> Factors:
    """`yyyymmdd,price factor,split factor[,close before]` rows in order of date. Raises BadDataFile."""
    rows = []
    for row, line in read_lines(path):
        try:
            day, cells = _cells(line, 3)
            rows.append((day, _factor(cells[1]) * _factor(cells[2])))
        except (BadLine, NumberFormatError, UnicodeDecodeError) as error:
            raise BadDataFile(str(path), f"not a row of a factor file: {error}", "fetch it again", row) from None
    _in_order(path, [day for day, _ in rows])
    return Factors(rows)


def read_tickers(path: Path) -> Tickers:
    """`yyyymmdd,ticker[,exchange]` rows in order of date. Raises BadDataFile."""
    rows = []
    for row, line in read_lines(path):
        try:
            day, cells = _cells(line, 2)
        except (BadLine, UnicodeDecodeError) as error:
            raise BadDataFile(str(path), f"not a row of a map file: {error}", "fetch it again", row) from None
        rows.append((day, cells[1].upper()))
    _in_order(path, [day for day, _ in rows])
    return Tickers(rows)


def _cells(line: bytes, least: int) -> tuple[date, list[str]]:
    cells = [cell.strip() for cell in line.decode("ascii").split(",")]
    if len(cells) < least:
        raise BadLine(f"{len(cells)} columns")
    return day_and_time(cells[0] + " 00:00")[0], cells


def _factor(text: str) -> Fraction:
    digits, decimals = parse_decimal(text)
    if digits <= 0:
        raise BadLine(f"a factor of {text:.20}")
    return Fraction(digits, 10**decimals)


def _in_order(path: Path, days: Sequence[date]) -> None:
    if sorted(set(days)) != list(days):
        raise BadDataFile(str(path), "its dates do not rise", "fetch it again")


def _beside(path: Path, folder: str, symbol: str) -> Path | None:
    """The file of `symbol` in the nearest `folder` above `path`."""
    whole = path.absolute()
    for above in (whole, *whole.parents):
        found = above / folder / f"{symbol.lower()}.csv"
        if found.is_file():
            return found
        if above.name in ("equity", "forex", "future", "crypto"):
            return None
    return None
