"""What must hold in every ledger at every moment, checked before each commit and by every audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.ledger.handover import handover_faults
from engine.ledger.passage import owner
from engine.ledger.postings import FILL_CODES, OWN_CODES, for_fill
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.ports import JournalEntry

Balances = dict[tuple[str, str], int]
"""(ledger account, asset) to amount: what came in less what went out."""


def post(balances: Balances, transfer: Transfer) -> None:
    """Add one transfer to `balances`."""
    source, target = (transfer.debit, transfer.asset), (transfer.credit, transfer.asset)
    balances[source] = balances.get(source, 0) - transfer.amount
    balances[target] = balances.get(target, 0) + transfer.amount


def sums(balances: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Sum of all accounts for each asset; in a sound ledger every one is 0."""
    total: dict[str, int] = {}
    for (_, asset), amount in balances.items():
        total[asset] = total.get(asset, 0) + amount
    return total


def fill_faults(fill: Fill, booked: Iterable[Transfer]) -> list[str]:
    """What is wrong with the transfers booked for one fill (in order); empty where they are what they must be."""
    found = list(booked)
    first = found[0].transfer_id if found else 0
    if tuple(found) == for_fill(fill, first):
        return []
    return [f"fill {fill.fill_id} is not booked as its quantity, cash and fee require"]


def entry_faults(entry: JournalEntry) -> list[str]:
    """What makes an entry unfit to be stored; empty for a sound one."""
    faults: list[str] = []
    by_fill: dict[str, list[Transfer]] = {}
    for transfer in entry.transfers:
        if transfer.amount <= 0 or transfer.debit == transfer.credit:
            faults.append(f"transfer {transfer.transfer_id} must move a positive amount between two accounts")
        if transfer.code in FILL_CODES:
            by_fill.setdefault(transfer.reference, []).append(transfer)
        elif transfer.code in OWN_CODES and owner(transfer) is None:
            faults.append(f"transfer {transfer.transfer_id} is no {transfer.code} between a trader and the house")
    orders = {order.order_id for order in entry.orders}
    for fill in entry.fills:
        faults += fill_faults(fill, by_fill.pop(fill.fill_id, ()))
        if fill.order_id not in orders:
            faults.append(f"fill {fill.fill_id} comes without its order {fill.order_id}")
    faults += handover_faults(entry)
    faults += [f"transfers name fill {name}, which is not in the entry" for name in by_fill]
    return faults
