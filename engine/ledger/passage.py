"""What time alone does to a trader's money and positions, read from the transfers that record it.

The desk and the audit both book such transfers through `pass_time`, so that one cannot differ from the other.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from engine.ledger.chart import VCR, trader_of
from engine.ledger.postings import FINAL_SETTLEMENT, SPLIT, TIME_CODES, VARIATION, time_house
from engine.model.account import Position, Transfer


class Purse(Protocol):
    """What time changes: money in Minor and positions by symbol, flat ones absent."""

    cash: int
    realised: int
    positions: dict[str, Position]


def owner(transfer: Transfer) -> tuple[str, int] | None:
    """(trader, signed amount) of a transfer of `TIME_CODES`; None where it is not between one trader and the house
    account of its code, or names a thing it does not move."""
    house = time_house(transfer.code, transfer.asset)
    if transfer.asset not in (VCR, transfer.reference):
        return None
    trader = trader_of(transfer.credit, transfer.asset)
    if trader is not None and transfer.debit == house:
        return trader, transfer.amount
    trader = trader_of(transfer.debit, transfer.asset)
    if trader is not None and transfer.credit == house:
        return trader, -transfer.amount
    return None


def pass_time(purse: Purse, transfer: Transfer) -> int:
    """Book one transfer of `TIME_CODES`; the profit in Minor that it realised.

    Variation makes cost what the position is worth and realises the difference. Final settlement does the same and
    then removes the lots. A split changes lots and leaves cost, less the cash for a fraction; where nothing is left,
    the rest of the cost is realised. All others move cash only. Raises ValueError for any other transfer, and for
    one that changes a position that is not there.
    """
    found = owner(transfer) if transfer.code in TIME_CODES else None
    if found is None:
        raise ValueError(f"transfer {transfer.transfer_id} ({transfer.code}) is not one that time causes")
    amount = found[1]
    if transfer.asset == VCR:
        purse.cash += amount
    if transfer.code not in (VARIATION, FINAL_SETTLEMENT, SPLIT):
        return 0
    held = purse.positions.get(transfer.reference)
    if held is None:
        raise ValueError(f"transfer {transfer.transfer_id} changes a position in {transfer.reference} that is not held")
    after, realised = _changed(held, transfer, amount)
    if after.lots:
        purse.positions[transfer.reference] = after
    else:
        del purse.positions[transfer.reference]
    purse.realised += realised
    return realised


def _changed(held: Position, transfer: Transfer, amount: int) -> tuple[Position, int]:
    """The position after the transfer, and the profit this realised."""
    cost, lots, realised = held.cost, held.lots, 0
    if transfer.asset != VCR:
        lots += amount
        if lots == 0 and transfer.code == SPLIT:
            realised, cost = -cost, 0
    elif transfer.code == SPLIT:
        cost -= amount
    else:
        cost, realised = cost + amount, amount
    return msgspec.structs.replace(held, lots=lots, cost=cost, realised=held.realised + realised), realised
