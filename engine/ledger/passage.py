"""What time alone, and a handover, do to a trader's money and positions, read from the transfers that record it.

The desk and the audit both book such transfers through `pass_time`, so that one cannot differ from the other.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from engine.ledger.chart import CAPITAL, VCR, trader_of
from engine.ledger.postings import (
    FINAL_SETTLEMENT,
    HANDED_CASH,
    HANDOVER_CODES,
    OWN_CODES,
    RESET,
    SPLIT,
    VARIATION,
    handover_houses,
    time_house,
)
from engine.model.account import Position, Transfer
from engine.model.ids import Symbol


class Purse(Protocol):
    """What time changes: money in Minor and positions by symbol, flat ones absent."""

    cash: int
    realised: int
    positions: dict[str, Position]


def owner(transfer: Transfer) -> tuple[str, int] | None:
    """(trader, signed amount) of a transfer of `OWN_CODES`; None where it is not between one trader and a house
    account of its code, or names a thing it does not move."""
    houses = _houses(transfer)
    if transfer.asset not in (VCR, transfer.reference):
        return None
    trader = trader_of(transfer.credit, transfer.asset)
    if trader is not None and transfer.debit in houses:
        return trader, transfer.amount
    trader = trader_of(transfer.debit, transfer.asset)
    if trader is not None and transfer.credit in houses:
        return trader, -transfer.amount
    return None


def _houses(transfer: Transfer) -> tuple[str | None, ...]:
    if transfer.code in HANDOVER_CODES:
        return handover_houses(transfer.reference, transfer.asset)
    return (time_house(transfer.code, transfer.asset),)


def begins_anew(transfer: Transfer) -> bool:
    """Whether it is the start money of a reset: profit and fees are counted from here."""
    handed = transfer.code == RESET and transfer.asset == VCR and transfer.reference == HANDED_CASH
    return handed and transfer.debit == CAPITAL


def shows_margined(transfer: Transfer) -> bool:
    """Whether it is one that only a position which settles differences has."""
    if transfer.code in HANDOVER_CODES:
        return transfer.reference != HANDED_CASH and CAPITAL in (transfer.debit, transfer.credit)
    return transfer.code in (VARIATION, FINAL_SETTLEMENT)


def pass_time(purse: Purse, transfer: Transfer) -> int:
    """Book one transfer of `OWN_CODES`; the profit in Minor that it realised.

    Variation makes cost what the position is worth and realises the difference. Final settlement does the same and
    then removes the lots. A split changes lots and leaves cost, less the cash for a fraction; where nothing is left,
    the rest of the cost is realised. A handover pays for lots at their cost and realises nothing. All others move cash
    only. Raises ValueError for any other transfer, and for one that changes a position that is not there.
    """
    found = owner(transfer) if transfer.code in OWN_CODES else None
    if found is None:
        raise ValueError(f"transfer {transfer.transfer_id} ({transfer.code}) is not one that time or a handover causes")
    amount = found[1]
    if transfer.asset == VCR:
        purse.cash += amount
    if transfer.code in HANDOVER_CODES:
        _hand(purse, transfer, amount)
        return 0
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


def _hand(purse: Purse, transfer: Transfer, amount: int) -> None:
    """What a handover does to the position it names: lots come and go, money that is paid is their cost."""
    symbol = transfer.reference
    if transfer.asset == VCR and symbol == HANDED_CASH:
        return
    held = purse.positions.get(symbol)
    if transfer.asset == VCR:
        if held is None:
            raise ValueError(f"transfer {transfer.transfer_id} pays for a position in {symbol} that is not held")
        purse.positions[symbol] = msgspec.structs.replace(held, cost=held.cost - amount)
        return
    lots = amount + (held.lots if held else 0)
    cost = held.cost if held else 0
    if lots:
        kept = held or Position(Symbol(symbol), 0, 0)
        purse.positions[symbol] = msgspec.structs.replace(kept, lots=lots)
    elif cost:
        raise ValueError(
            f"transfer {transfer.transfer_id} takes {symbol} away, of which {cost} Minor are not paid back"
        )
    else:
        purse.positions.pop(symbol, None)


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
