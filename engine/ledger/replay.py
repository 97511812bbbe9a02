"""Cash, positions, profit and net asset value rebuilt from fills alone: what an audit compares with."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import msgspec

from engine.ledger.position import apply_fill
from engine.ledger.postings import settles_difference
from engine.model.account import Position
from engine.model.fill import Fill
from engine.model.number import div_half_even


class Rebuilt(msgspec.Struct):
    """One trader's money as the fills give it. All amounts in Minor; flat positions are absent.

    `margined` names the symbols that settle only differences: their value is not in cash, so net asset value
    counts their unrealised profit instead.
    """

    cash: int = 0
    realised: int = 0
    fees: int = 0
    positions: dict[str, Position] = msgspec.field(default_factory=dict)
    margined: set[str] = msgspec.field(default_factory=set)

    def take(self, fill: Fill) -> int:
        """Book one fill; the profit in Minor that it closed by average cost."""
        held, realised = apply_fill(self.positions.get(fill.symbol), fill.symbol, fill.side, fill.quantity, fill.value)
        if held is None:
            self.positions.pop(fill.symbol, None)
        else:
            self.positions[fill.symbol] = held
        if settles_difference(fill):
            self.margined.add(fill.symbol)
        self.cash += fill.cash - fill.fee
        self.realised += realised
        self.fees += fill.fee
        return realised


def replay(fills: Iterable[Fill], opening: Mapping[str, int]) -> dict[str, Rebuilt]:
    """Every account after `fills` in order, begun with the start money of `opening` (account to Minor)."""
    accounts = {name: Rebuilt(cash=cash) for name, cash in opening.items()}
    for fill in fills:
        accounts.setdefault(fill.account, Rebuilt()).take(fill)
    return accounts


def nav(
    cash: int,
    positions: Mapping[str, Position],
    marks: Mapping[str, tuple[int, int]],
    margined: Container[str] = (),
) -> int:
    """Net asset value in Minor: cash, plus what each position is worth at its mark (n/d Minor a lot, half even).

    Symbols in `margined` add value less cost, because their value was never paid. Raises KeyError for a
    position without a mark.
    """
    total = cash
    for symbol, position in positions.items():
        numerator, denominator = marks[symbol]
        total += div_half_even(position.lots * numerator, denominator)
        if symbol in margined:
            total -= position.cost
    return total


def nav_at_cost(cash: int, positions: Mapping[str, Position], margined: Container[str] = ()) -> int:
    """Net asset value with every position at what it cost: what can be said where no mark is known."""
    return cash + sum(position.cost for symbol, position in positions.items() if symbol not in margined)
