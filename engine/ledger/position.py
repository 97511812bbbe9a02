"""What one fill does to a position, by the average-cost method, in exact integers."""

from __future__ import annotations

import msgspec

from engine.model.account import Position
from engine.model.ids import Symbol
from engine.model.number import div_half_even


def apply_fill(position: Position | None, symbol: str, side: int, lots: int, value: int) -> tuple[Position | None, int]:
    """The position after trading `lots` (> 0) worth `value` Minor, and the profit in Minor that this closed.

    `position` is left as it is; the answer is a new one, or None when flat. A growing position adds `value` to
    its cost; a shrinking one gives up cost in proportion, rounded half to even; one that crosses zero closes
    wholly and opens the rest with its share of `value`. No Minor is lost: over any run of fills
    realised + (-cost) equals the sum of -side * value. Fees and `day_label` stay as they were.
    Raises ValueError for a side other than +1 and -1, a quantity of no lots, or another symbol's position.
    """
    if lots <= 0 or side not in (1, -1):
        raise ValueError(f"a fill needs a side of +1 or -1 and at least one lot: side {side}, lots {lots}")
    if position is None or position.lots == 0:
        kept = position or Position(Symbol(symbol), 0, 0)
        return msgspec.structs.replace(kept, lots=side * lots, cost=side * value), 0
    if position.symbol != symbol:
        raise ValueError(f"a fill of {symbol} cannot change a position in {position.symbol}")
    held = abs(position.lots)
    if position.lots * side > 0:
        grown = position.cost + side * value
        return msgspec.structs.replace(position, lots=position.lots + side * lots, cost=grown), 0
    if lots < held:
        removed = div_half_even(position.cost * lots, held)
        realised = -side * value - removed
        return _after(position, position.lots + side * lots, position.cost - removed, realised), realised
    opened = lots - held
    opened_value = div_half_even(value * opened, lots)
    realised = -side * (value - opened_value) - position.cost
    if opened == 0:
        return None, realised
    return _after(position, side * opened, side * opened_value, realised), realised


def _after(position: Position, lots: int, cost: int, realised: int) -> Position:
    return msgspec.structs.replace(position, lots=lots, cost=cost, realised=position.realised + realised)
