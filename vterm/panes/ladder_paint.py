"""How the ladder looks: rows, their depth, own orders, and the ticket's order drawn into the half that is blank. Pure.

An ask's row has nothing on its left and a bid's nothing on its right: there the ticket's order stands. `►` and `◄`
say what is taken of a row, `→` and `←` the best price after it, `○` what would rest, `◇` what waits for a price, and a
thin line between two rows the average price.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine.model.number import div_half_even, to_text, trim
from vterm.paint import DOWN, UP, Line, Span, bar, bar_left, fit, grouped, number, places
from vterm.panes.ladder_impact import Impact
from vterm.panes.ladder_rows import Rows, Side
from vterm.state import places_of, units

TAKES = {True: "►", False: "◄"}
LEADS = {True: "→", False: "←"}
RESTS, WAITS = "○", "◇"
LINES = {True: "▁", False: "▔"}
"""The edge of a row toward higher or lower prices, for asks and bids."""


@dataclass(frozen=True)
class Columns:
    """Widths of the ladder's cells, and the decimals that its sizes are shown with."""

    own: int
    size: int
    price: int
    decimals: int
    left: int


@dataclass
class Scene:
    """All that a row's picture depends on. `most` fills a row's tint; `depth` is what it is filled with."""

    rows: Rows
    cols: Columns
    width: int
    most: int
    depth: dict[bool, dict[int, int]]
    impact: Impact | None = None
    last: tuple[int, str] | None = None
    moving: tuple[int, int, int] | None = None
    """An own order on its way: the row it comes from, the one it goes to, its size."""


def columns(width: int, rows: Rows, lot: str) -> Columns:
    """Columns for a width: the price has what it needs, the sizes as many decimals as fit."""
    reach = max((abs(p) for side in (rows.bids, rows.asks) for p in side.sizes), default=0)
    price = max(7, len(grouped(rows.text(reach + 40 * rows.step))))
    own = min(9, 5 + max(0, width - 36) // 6)
    size = min(12, (width - 1 - price - 2 - 2 * own) // 2)
    most = max((s for side in (rows.bids, rows.asks) for s in side.sizes.values()), default=0)
    whole = len(grouped(str(most // 10**rows.size_decimals)))
    decimals = max(0, min(places_of(lot), size - whole - 2))
    left = (width - 2 * own - 2 * size - price - 1) // 2
    return Columns(own, size, price, decimals, max(0, left))


def scene(rows: Rows, width: int, lot: str, shown: list[int], cumulative: bool) -> Scene:
    """What the rows `shown` are painted from; the tints are filled by what a side has in a row, or up to it."""
    depth = {True: summed(rows.asks, shown, 1) if cumulative else rows.asks.sizes,
             False: summed(rows.bids, shown, -1) if cumulative else rows.bids.sizes}  # fmt: skip
    sizes = [side[p] for side in depth.values() for p in shown if p in side]
    return Scene(rows, columns(width, rows, lot), width, max(sizes, default=1) or 1, depth)


def summed(side: Side, shown: list[int], sign: int) -> dict[int, int]:
    """What a side has from its best row to each row shown, outward; rows beyond its last level are left out."""
    found: dict[int, int] = {}
    levels = sorted(side.sizes, key=lambda price: sign * price)
    if not levels:
        return found
    total, at = 0, 0
    for price in sorted(shown, key=lambda price: sign * price):
        while at < len(levels) and sign * levels[at] <= sign * price:
            total, at = total + side.sizes[levels[at]], at + 1
        if total and sign * price <= sign * levels[-1]:
            found[price] = total
    return found


def size_text(lots: int, rows: Rows, decimals: int) -> str:
    """A size with the column's decimals."""
    return places(to_text(lots, rows.size_decimals), decimals)


def short_size(lots: int, rows: Rows, cells: int) -> str:
    """A size in at most `cells` cells, with as many decimals as fit; a size is never shown as nothing."""
    full = grouped(trim(to_text(lots, rows.size_decimals)))
    if len(full) <= cells:
        return full
    for decimals in range(min(4, rows.size_decimals), -1, -1):
        text = grouped(trim(size_text(lots, rows, decimals)))
        if len(text) <= cells and any(c in "123456789" for c in text):
            return text
    return "<1" if full.startswith("0.") else full[: max(0, cells - 1)] + "…"


@lru_cache(maxsize=512)
def tinted(spans: Line, share: int, cells: int, back: str, from_left: bool) -> Line:
    """The cell with `share` of its `cells` on a tint, growing from the price outward."""
    text = "".join(t for t, _ in spans)
    styles = [style for t, style in spans for _ in t]
    lit = range(share) if from_left else range(cells - share, cells)
    out: list[Span] = []
    for i, char in enumerate(text):
        style = styles[i] if i not in lit else ("muted" if styles[i] == "faint" else styles[i]) + f" on {back}"
        if out and out[-1][1] == style:
            out[-1] = (out[-1][0] + char, style)
        else:
            out.append((char, style))
    return tuple(out)


def size_cell(price: int, ask: bool, seen: Scene) -> Line:
    """The size at a price with its depth tint; only the tint where no level is."""
    rows, cols = seen.rows, seen.cols
    side = rows.asks if ask else rows.bids
    size, deep = side.sizes.get(price, 0), seen.depth[ask].get(price, 0)
    cell: Line = ((" " * cols.size, "foreground"),)
    if size:
        text = size_text(size, rows, cols.decimals)
        style = "bold foreground" if price == side.best_row else "foreground"
        cell = number(text, cols.size - 1 if ask else cols.size, style)
        cell = (*cell, (" ", "foreground")) if ask else cell
    if not deep:
        return cell
    share = max(1, (deep * cols.size + seen.most // 2) // seen.most)
    return tinted(cell, share, cols.size, "book-ask" if ask else "book-bid", from_left=ask)


def own_cell(price: int, ask: bool, seen: Scene) -> Line:
    """Own size at a price; an order on its way is a ring, what it leaves is faint."""
    rows, cells = seen.rows, seen.cols.own
    size = (rows.asks if ask else rows.bids).own.get(price, 0)
    style = "bold accent"
    text = grouped(trim(to_text(size, rows.size_decimals))) if size else ""
    if seen.moving is not None:
        source, target, lots = seen.moving
        if price == target:
            return ((f"{RESTS}{short_size(lots, rows, cells - 1)}".rjust(cells), style),)
        elif price == source:
            style = "faint"
    if len(text) > cells - 1:
        text = text[: max(0, cells - 2)] + "…"
    return ((text.rjust(cells - 1) + " ", style),)


def price_cell(price: int, rows: Rows, cells: int, ask: bool) -> Line:
    """The row's price; the best of a side is bold and in its colour."""
    best = price == (rows.asks if ask else rows.bids).best_row
    style = ("bold down" if ask else "bold up") if best else "foreground"
    cell = number(rows.text(price), cells, style)
    return ((cell[0][0] + cell[1][0], style),) if best and len(cell) > 1 else cell


def price_row(price: int, ask: bool, seen: Scene) -> Line:
    """One row of the ladder: own, size, price on a bid's left; price, size, own on an ask's right."""
    cols = seen.cols
    size, own = size_cell(price, ask, seen), own_cell(price, ask, seen)
    drawn = drawn_half(price, ask, seen)
    left = drawn if ask else (*own, *size)
    right = (*size, *own) if ask else drawn
    lead, last = lead_cell(price, ask, seen), last_cell(price, seen)
    before, after = (lead, last) if ask else (last, lead)
    cell = price_cell(price, seen.rows, cols.price, ask)
    return fit(((" " * cols.left, "foreground"), *left, before, *cell, after, *right), seen.width)


# -- the ticket's order ---------------------------------------------------------------------------------------


def lead_cell(price: int, ask: bool, seen: Scene) -> Span:
    """The arrow at the price that would be the best of its side afterwards."""
    impact = seen.impact
    if impact is None or impact.after != price or ask != (impact.side == "buy"):
        return (" ", "foreground")
    return (LEADS[ask], "bold accent")


def last_cell(price: int, seen: Scene) -> Span:
    """The mark of the last trade: which side took."""
    if seen.last is None or seen.last[0] != price:
        return (" ", "foreground")
    buyer = seen.last[1] == "buy"
    return (UP if buyer else DOWN, "up" if buyer else "down")


def drawn_half(price: int, ask: bool, seen: Scene) -> Line:
    """The blank half of a row with what the ticket's order does there; what is nearest the price matters most."""
    cells, impact = seen.cols.own + seen.cols.size, seen.impact
    if impact is None:
        return ((" " * cells, "foreground"),)
    mine = ask == (impact.side == "buy")
    fill = LINES[ask] if mine and impact.average == price else " "
    parts: list[str] = []
    lots = impact.taken.get(price, 0) if mine else 0
    if lots:
        text = size_text(lots, seen.rows, seen.cols.decimals)
        if len(grouped(text)) > cells - 2 or not any(c in "123456789" for c in text):
            text = short_size(lots, seen.rows, cells - 2)
        text = grouped(text)
        parts.append(text + TAKES[ask] if ask else TAKES[ask] + text)
    if impact.rest is not None and impact.rest[0] == price:
        parts.append(RESTS + short_size(impact.rest[1], seen.rows, cells - 2))
    if price in impact.waits:
        parts.append(f"{WAITS} {impact.waits[price]}")
    if fill != " ":
        parts.append("avg")
    text = ""
    for part in parts:
        joined = (f"{part}{fill}{text}" if ask else f"{text}{fill}{part}") if text else part
        if len(joined) <= cells - 1:
            text = joined
    text = text.rjust(cells, fill) if ask else text.ljust(cells, fill)
    return ((text, "bold accent" if lots else "accent"),)


def impact_words(impact: Impact, rows: Rows, cells: int) -> str:
    """Average, cost and where the market would be left; or what would rest, behind how much."""
    if not impact.taken:
        if impact.rest is None:
            return " · ".join(f"{word} {grouped(rows.text(price))}" for price, word in impact.waits.items())[:cells]
        rests, ahead = f"rests {grouped(impact.rest_text)}", units(impact.ahead_text, rows.size_decimals)
        behind = f" behind {short_size(ahead, rows, 9)}" if ahead else ", first in the queue"
        return rests + behind if len(rests + behind) <= cells else rests
    average = grouped(_decimals(impact.average_text, rows.decimals))
    text = f"avg {average} {LEADS[True]} {grouped(impact.after_text)}"
    pieces = [f"{impact.slippage} bp"]
    if impact.rest is not None:
        pieces.insert(0, f"rests {short_size(impact.rest[1], rows, 9)}")
    for piece in pieces:
        if len(text) + 3 + len(piece) <= cells:
            text += f" · {piece}"
    return text


def _decimals(text: str, decimals: int) -> str:
    """An average with the instrument's decimals, or up to two more where it needs them."""
    return places(text, max(decimals, min(decimals + 2, places_of(trim(text)))))


# -- between and below ----------------------------------------------------------------------------------------


def head_row(cols: Columns, width: int) -> Line:
    """Names of the columns."""
    left = "mine".rjust(cols.own - 1) + " " + "bid".rjust(cols.size)
    right = "ask".rjust(cols.size - 1) + " " + "mine".rjust(cols.own - 1)
    return fit(((" " * cols.left + left + " " + "price".rjust(cols.price) + " " + right, "muted"),), width)


def middle_row(rows: Rows, width: int) -> Line:
    """Spread and mid, between the sides."""
    bid, ask = rows.bids.best, rows.asks.best
    if bid is None or ask is None:
        return fit((("  one side is empty", "muted"),), width)
    spread = ask - bid
    points = to_text(div_half_even(spread * 2_000_000, bid + ask), 2) if bid + ask else "0.00"
    mid = grouped(to_text((bid + ask) * 5, rows.decimals + 1))
    left = f" spread {to_text(spread, rows.decimals)} · {points} bp"
    right = f"mid {mid} "
    if len(left) + len(right) + 1 > width:
        left = f" spread {to_text(spread, rows.decimals)}"
    return fit(((left, "muted"), (" " * max(1, width - len(left) - len(right)), "muted"), (right, "muted")), width)


def imbalance(rows: Rows) -> str:
    """(bid − ask) / (bid + ask) of the shown sizes, as a signed percentage."""
    bid, ask = rows.bids.total, rows.asks.total
    percent = div_half_even((bid - ask) * 100, bid + ask) if bid + ask else 0
    return f"{'+' if percent > 0 else ''}{percent}%"


def balance_row(rows: Rows, cols: Columns, width: int) -> Line:
    """Totals of both sides and their imbalance, with bars from it outward: bids to the left, asks to the right."""
    bid, ask = rows.bids.total, rows.asks.total
    left = f" {grouped(size_text(bid, rows, min(2, cols.decimals)))} "
    right = f" {grouped(size_text(ask, rows, min(2, cols.decimals)))} "
    middle = f" {imbalance(rows)} "
    room = width - len(left) - len(right) - len(middle)
    if room < 6:
        return fit(((left, "up"), (middle, "foreground"), (right, "down")), width)
    most, half = max(1, bid, ask), room // 2
    return fit(((left, "muted"), *bar_left(bid, most, half, "flash-up"), (middle, "foreground"),
                (bar(ask, most, room - half), "flash-down"), (right, "muted")), width)  # fmt: skip
