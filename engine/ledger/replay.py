"""Cash, positions, profit and value rebuilt from fills and from what time booked: what an audit compares with."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping

import msgspec

from engine.ledger.chart import CAPITAL, VCR
from engine.ledger.passage import begins_anew, owner, pass_time, shows_margined
from engine.ledger.position import apply_fill
from engine.ledger.postings import FILL_CODES, OPEN, OWN_CODES, settles_difference
from engine.model.account import Position, Transfer
from engine.model.fill import Fill
from engine.model.number import div_half_even


class Rebuilt(msgspec.Struct):
    """One trader's money as fills and the passing of time give it. All amounts in Minor; flat positions are absent.

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

    def pass_on(self, transfer: Transfer) -> None:
        """Book one transfer of `OWN_CODES`. Raises ValueError for one that cannot have been booked now."""
        pass_time(self, transfer)
        if shows_margined(transfer):
            self.margined.add(transfer.reference)
        if begins_anew(transfer):
            self.realised = self.fees = 0


def in_order(fills: Iterable[Fill], transfers: Iterable[Transfer]) -> Iterator[Fill | Transfer]:
    """Fills, and the transfers that time or a handover caused, in the order in which they were booked.

    A fill stands where its first transfer does, since the transfers carry the order; fills without any come last.
    """
    waiting = deque(fills)
    for transfer in transfers:
        if transfer.code in OWN_CODES:
            yield transfer
        elif transfer.code in FILL_CODES and waiting and transfer.reference == waiting[0].fill_id:
            yield waiting.popleft()
    yield from waiting


def replay(fills: Iterable[Fill], opening: Mapping[str, int], transfers: Iterable[Transfer] = ()) -> dict[str, Rebuilt]:
    """Every account after `fills` in order, begun with the start money of `opening` (account to Minor).

    `transfers` are all that were booked, in order; those of `OWN_CODES` count between the fills. Raises ValueError for
    one that cannot have been booked then.
    """
    accounts = {name: Rebuilt(cash=cash) for name, cash in opening.items()}
    for item in in_order(fills, transfers):
        if isinstance(item, Fill):
            accounts.setdefault(item.account, Rebuilt()).take(item)
        else:
            trader = owner(item)
            accounts.setdefault(trader[0] if trader else "", Rebuilt()).pass_on(item)
    return accounts


def retrace(items: Iterable[Fill | Transfer]) -> Rebuilt:
    """One account after everything of it that was booked, in order: fills, and transfers that no fill made, its start
    money among them. Raises ValueError for one that cannot have been booked then."""
    trader = Rebuilt()
    for item in items:
        if isinstance(item, Fill):
            trader.take(item)
        elif item.code in OWN_CODES:
            trader.pass_on(item)
        elif item.code == OPEN and item.asset == VCR:
            trader.cash += item.amount if item.debit == CAPITAL else -item.amount
    return trader


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
