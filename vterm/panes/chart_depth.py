"""The book as a picture: what stands up to each price, bids falling to the left edge, asks rising to the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.desk import Document
from engine.model.number import to_text
from vterm.paint import Line, Span, fit, grouped, joined
from vterm.panes.chart_axis import compact, price_cells
from vterm.panes.chart_legend import Token, packed
from vterm.state import units
from vterm.widgets.strokes import Cells, glyph, stroke

GUTTER = 7


def cells_of(width: int) -> int:
    """Cells of the picture in a pane of so many."""
    return max(8, width - GUTTER - 1)


@dataclass(frozen=True)
class Sides:
    """Prices as whole numbers, best first, and what stands up to each of them."""

    bids: tuple[tuple[int, float], ...]
    asks: tuple[tuple[int, float], ...]
    decimals: int

    @property
    def middle2(self) -> int:
        """Twice the middle of the best prices."""
        return self.bids[0][0] + self.asks[0][0]

    @property
    def reach(self) -> int:
        """How far from the middle the farther side is known."""
        ends = (self.middle2 - 2 * self.bids[-1][0], 2 * self.asks[-1][0] - self.middle2)
        return max(1, (max(ends) + 1) // 2)

    def at(self, price: int) -> float:
        """What a market order would have to take to reach this price."""
        if 2 * price < self.middle2:
            return max((total for level, total in self.bids if level >= price), default=0.0)
        return max((total for level, total in self.asks if level <= price), default=0.0)


def sides_of(book: Document, decimals: int) -> Sides | None:
    """The book's two sides, None where one of them is empty."""

    def summed(levels: Sequence[Sequence[str]]) -> tuple[tuple[int, float], ...]:
        found, total = [], 0.0
        for price, size in levels:
            total += float(size)
            found.append((units(str(price), decimals), total))
        return tuple(found)

    bids, asks = summed(book.get("bids") or ()), summed(book.get("asks") or ())
    return Sides(bids, asks, decimals) if bids and asks else None


def price_at(sides: Sides, place: int, cells: int, reach: int) -> int:
    """The price in the middle of a column."""
    return (sides.middle2 * cells + 2 * reach * (2 * place + 1 - cells)) // (2 * cells)


def place_of(sides: Sides, price: int, cells: int, reach: int) -> int:
    """The column of a price, which may lie outside the picture."""
    return ((2 * price - sides.middle2 + 2 * reach) * cells) // (4 * reach)


def draw(
    sides: Sides, width: int, height: int, zoom: int, cursor: int | None, own: Sequence[int], bare: bool
) -> list[Line]:
    """Legend, picture with its axis, prices below. `own` are prices of own orders, `cursor` a column."""
    cells, legend = cells_of(width), 1 if height >= 8 else 0
    rows = max(1, height - legend - 1)
    reach = max(2, sides.reach >> zoom)
    totals = [sides.at(price_at(sides, place, cells, reach)) for place in range(cells)]
    most = max(totals) or 1.0
    grid = _picture(totals, most, rows, cells, sides, reach)
    for price in own:
        place = place_of(sides, price, cells, reach)
        if 0 <= place < cells:
            grid[-1][place] = ("◆", f"accent{grid[-1][place][1].partition('rule')[2]}")
    at = None if cursor is None else max(0, min(cells - 1, cells // 2 + cursor))
    if at is not None:
        for row in grid:
            char, role = row[at]
            row[at] = (":", "muted") if bare and char == " " else (char, f"{role.partition(' on ')[0]} on cursor")
    lines = [_legend(sides, at, cells, reach, width)] if legend else []
    labels = {rows // 2: compact(most / 2), 0: compact(most)}
    for y, row in enumerate(grid):
        lines.append((*joined(row), (f" {labels.get(y, ''):>{GUTTER}}", "muted")))
    lines.append(_prices(sides, cells, reach, at, width))
    return [fit(line, width) for line in lines]


def _picture(totals: Sequence[float], most: float, rows: int, cells: int, sides: Sides, reach: int) -> list[list[Span]]:
    high = rows * 4
    tops = [high - max(1, round(total / most * (high - 1))) if total > 0 else None for total in totals]
    middle = next((x for x in range(cells) if 2 * price_at(sides, x, cells, reach) >= sides.middle2), cells)
    found: Cells = {}
    for role, part in (("up", range(0, middle)), ("down", range(middle, cells))):
        heights = [tops[place] if place in part else None for place in range(cells) for _ in (0, 1)]
        stroke(found, heights, role)
    grid: list[list[Span]] = []
    for y in range(rows):
        line: list[Span] = []
        for place in range(cells):
            tint = "book-bid" if place < middle else "book-ask"
            cell, top = found.get((y, place)), tops[place]
            filled = top is not None and y * 4 >= top
            if cell is not None:
                line.append((glyph(cell[0]), f"{cell[1]} on {tint}" if filled else cell[1]))
            else:
                line.append((" ", f"rule on {tint}") if filled else (" ", "rule"))
        grid.append(line)
    return grid


def _legend(sides: Sides, at: int | None, cells: int, reach: int, width: int) -> Line:
    decimals = sides.decimals
    size = price_cells(sides.asks[-1][0], decimals)
    if at is not None:
        price = price_at(sides, at, cells, reach)
        side = "bids" if 2 * price < sides.middle2 else "asks"
        basis = abs(2 * price - sides.middle2) * 10_000 / max(1, sides.middle2)
        return packed((
            Token(0, (("at ", "muted"), (grouped(to_text(price, decimals)).rjust(size), "foreground"))),
            Token(1, ((f"{side} ", "muted"), (compact(sides.at(price)).rjust(6), "up" if side == "bids" else "down"))),
            Token(2, ((f"{basis:7.2f}", "foreground"), (" bp from the middle", "muted"))),
        ), width)  # fmt: skip
    bid, ask = sides.bids[-1][1], sides.asks[-1][1]
    spread = sides.asks[0][0] - sides.bids[0][0]
    share = round(100 * bid / (bid + ask)) if bid + ask else 50
    return packed((
        Token(0, (("bids ", "muted"), (compact(bid).rjust(6), "up"))),
        Token(3, (("spread ", "muted"), (to_text(spread, decimals), "foreground"))),
        Token(2, ((f"{share}%", "foreground"), (" bids", "muted"))),
        Token(1, (("asks ", "muted"), (compact(ask).rjust(6), "down"))),
    ), width)  # fmt: skip


def _prices(sides: Sides, cells: int, reach: int, at: int | None, width: int) -> Line:
    line: list[Span] = [(" ", "muted")] * width
    decimals = sides.decimals
    marks = [(place, grouped(to_text(price_at(sides, place, cells, reach), decimals))) for place in
             (0, cells // 4, cells // 2, 3 * cells // 4, cells - 1)]  # fmt: skip
    free = 0
    last = max(0, cells - len(marks[-1][1]))
    for number, (place, text) in enumerate(marks):
        start = 0 if number == 0 else last if number == 4 else place - len(text) // 2
        if start >= free and (number in (0, 4) or start + len(text) + 2 <= last):
            line[start : start + len(text)] = [(char, "muted") for char in text]
            free = start + len(text) + 2
    if at is not None:
        line[at] = (line[at][0], f"{line[at][1]} on select")
    return joined(line)
