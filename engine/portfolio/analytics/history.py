"""An account's past told again, fill by fill and transfer by transfer, with what each did to profit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from engine.ledger.passage import begins_anew, owner, pass_time
from engine.ledger.position import apply_fill
from engine.ledger.postings import (
    DIVIDEND,
    FINAL_SETTLEMENT,
    HANDOVER_CODES,
    LOTS,
    OWN_CODES,
    SPLIT,
    TIME_CODES,
    VARIATION,
)
from engine.model.account import Position, Transfer
from engine.model.fill import Fill
from engine.model.ids import fill_number
from engine.model.number import div_half_even

CASH = "cash"
"""What interest on borrowed money names instead of a symbol."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """One fill, or one thing that time did. `before` and `after` are signed lots; amounts in Minor: `realised`,
    `dividend` and `carry` (interest, borrow fees, swaps) as gained, `fee` as paid."""

    at: int
    symbol: str
    before: int
    after: int
    realised: int = 0
    fee: int = 0
    dividend: int = 0
    carry: int = 0
    fill: Fill | None = None

    @property
    def opened(self) -> int:
        """Lots of the fill that opened or added to a position; the rest of them closed one."""
        if self.fill is None:
            return 0
        if self.before * self.fill.side >= 0:
            return self.fill.quantity
        return max(0, self.fill.quantity - abs(self.before))

    def shared(self, amount: int) -> tuple[int, int]:
        """(closing, opening) part of an amount of the fill, by lots; the opening part is rounded half to even."""
        if self.fill is None or not self.opened:
            return amount, 0
        opening = div_half_even(amount * self.opened, self.fill.quantity)
        return amount - opening, opening


class History(msgspec.Struct):
    """Steps, oldest first, and the positions that they lead to."""

    steps: list[Step]
    positions: dict[str, Position]


class _Purse:
    """What `pass_time` changes."""

    def __init__(self, held: Mapping[str, Position]) -> None:
        self.cash = self.realised = 0
        self.positions = dict(held)


def retell(
    account: str,
    fills: Iterable[Fill],
    transfers: Iterable[Transfer] = (),
    held: Mapping[str, Position] | None = None,
) -> History:
    """The steps of an account from its fills and its transfers, in the order in which they were booked.

    `held` are the positions before the first of them (default: none). Transfers of fills only give that order; without
    them a fill comes before what time did at the same moment. Of the transfers of other accounts and those from
    outside none is a step. A reset begins the account anew: what was before it is left out. What a fork was given is
    held, and no step.
    """
    return tell(_ordered(account, fills, transfers), held)


def tell(booked: Iterable[Fill | Transfer], held: Mapping[str, Position] | None = None) -> History:
    """As `retell`, of what one account booked, in that order; what came from outside is no step."""
    purse, steps = _Purse(held or {}), list[Step]()
    for one in booked:
        if isinstance(one, Fill):
            steps.append(_fill_step(purse, one))
        elif one.code in TIME_CODES:
            steps.append(_time_step(purse, one))
        elif one.code in HANDOVER_CODES:
            pass_time(purse, one)
            if begins_anew(one):
                steps.clear()
    return History(steps, purse.positions)


def _ordered(account: str, fills: Iterable[Fill], transfers: Iterable[Transfer]) -> list[Fill | Transfer]:
    booked: dict[str, int] = {}
    rows: list[tuple[int, int, int, Fill | Transfer]] = []
    for transfer in transfers:
        if transfer.code == LOTS:
            booked[transfer.reference] = transfer.transfer_id
        elif transfer.code in OWN_CODES:
            found = owner(transfer)
            if found is not None and found[0] == account:
                rows.append((transfer.at, transfer.transfer_id, 0, transfer))
    for fill in fills:
        if fill.account == account:
            rows.append((fill.at, booked.get(fill.fill_id, 0), fill_number(fill.fill_id), fill))
    rows.sort(key=lambda row: row[:3])
    return [row[3] for row in rows]


def _fill_step(purse: _Purse, fill: Fill) -> Step:
    held = purse.positions.get(fill.symbol)
    before = held.lots if held else 0
    position, _ = apply_fill(held, fill.symbol, fill.side, fill.quantity, fill.value)
    if position is None:
        del purse.positions[fill.symbol]
    else:
        purse.positions[fill.symbol] = position
    after = before + fill.side * fill.quantity
    return Step(fill.at, fill.symbol, before, after, realised=fill.realised, fee=fill.fee, fill=fill)


def _time_step(purse: _Purse, transfer: Transfer) -> Step:
    symbol = transfer.reference
    held = purse.positions.get(symbol)
    before = held.lots if held else 0
    cash = purse.cash
    realised = pass_time(purse, transfer)
    moved = purse.cash - cash
    kept = purse.positions.get(symbol)
    after = kept.lots if kept else 0
    if transfer.code in (VARIATION, FINAL_SETTLEMENT, SPLIT):
        return Step(transfer.at, symbol, before, after, realised=realised)
    if transfer.code == DIVIDEND:
        return Step(transfer.at, symbol, before, after, dividend=moved)
    return Step(transfer.at, symbol, before, after, carry=moved)
