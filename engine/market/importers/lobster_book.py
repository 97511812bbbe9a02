"""LOBSTER's `orderbook` file: its rows, and what the messages between two of them prove."""

from __future__ import annotations

from engine.market.importers.decimals import BadLine

_EMPTY = 9_999_999_999
"""Price of a level that is not there; bids carry it with a minus."""

_SIDES = (1, -1)
Sizes = dict[int, int]


class Row:
    """One row: sizes by price of both sides, in file order; `width` levels a side, filled or not."""

    __slots__ = ("asks", "bids", "width")

    def __init__(self, bids: Sizes, asks: Sizes, width: int) -> None:
        self.bids, self.asks, self.width = bids, asks, width

    def side(self, sign: int) -> Sizes:
        """Bids (+1) or asks (-1)."""
        return self.bids if sign > 0 else self.asks


def read_row(line: bytes) -> Row:
    """`ask price, ask size, bid price, bid size` per level. Raises BadLine."""
    words = line.strip().split(b",")
    if len(words) % 4:
        raise BadLine(f"a row is ask price, ask size, bid price, bid size per level, not {len(words)} columns")
    try:
        numbers = [int(word) for word in words]
    except ValueError:
        raise BadLine(f"prices and sizes are whole numbers: {line[:60]!r}") from None
    asks, bids = (
        {
            price: size
            for price, size in zip(numbers[first::4], numbers[first + 1 :: 4], strict=True)
            if abs(price) != _EMPTY and size
        }
        for first in (0, 2)
    )
    if any(price < 0 or size < 0 for side in (asks, bids) for price, size in side.items()):
        raise BadLine(f"a price or size below 0: {line[:60]!r}")
    if list(asks) != sorted(asks) or list(bids) != sorted(bids, reverse=True):
        raise BadLine("the levels of a row are not in order, best first")
    return Row(bids, asks, len(numbers) // 4)


class Watch:
    """Compares each row with the row before it and the message between them.

    Known is what the row before showed; a level that comes into view from beyond its worst price is news, and is
    taken over. A side that was not full has shown all there is. `row` is the latest (None: none yet).
    """

    def __init__(self) -> None:
        self.row: Row | None = None

    def compare(self, row: Row, kind: int, size: int, price: int, sign: int) -> bool | None:
        """Whether `row` follows from the row before; None for a first row that does not start from nothing.

        `kind` 1 adds `size` at `price`, 2 to 4 take it away, 0 changes nothing. `sign` +1: on the bids.
        """
        before = self.row
        if before is None:
            begun = kind == 1 and row.side(sign) == {price: size} and not row.side(-sign)
            return True if begun else None
        for each in _SIDES:
            shown, found = before.side(each), row.side(each)
            worst = next(reversed(shown)) if len(shown) >= before.width else None
            if each != sign or not kind:
                expected = shown
            else:
                expected = _after(shown, size if kind == 1 else -size, price)
            if not _agree(expected, found, row.width, worst, each):
                return False
        return True

    def take(self, row: Row) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Make `row` the latest; the (bids, asks) that differ from the one before, with size 0 where gone."""
        before, self.row = self.row, row
        if before is None:
            return list(row.bids.items()), list(row.asks.items())
        return _differing(before.bids, row.bids), _differing(before.asks, row.asks)


def _after(shown: Sizes, change: int, price: int) -> Sizes:
    expected = dict(shown)
    left = expected.get(price, 0) + change
    if left > 0:
        expected[price] = left
    else:
        expected.pop(price, None)
    return expected


def _agree(expected: Sizes, found: Sizes, width: int, worst: int | None, sign: int) -> bool:
    """Whether the best `width` of what is expected are those found, as far as `worst` is known."""
    if expected is found:
        return True
    best = sorted(expected, reverse=sign > 0)
    known = [(price, expected[price]) for price in best if worst is None or sign * (price - worst) >= 0][:width]
    seen = [(price, size) for price, size in found.items() if worst is None or sign * (price - worst) >= 0]
    return known == seen


def _differing(before: dict[int, int], now: dict[int, int]) -> list[tuple[int, int]]:
    if before == now:
        return []
    gone = [(price, 0) for price in before if price not in now]
    return gone + [(price, size) for price, size in now.items() if before.get(price) != size]
