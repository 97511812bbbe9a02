"""Accounts that begin anew, and accounts that begin as others were: what they hold is handed over at its cost.

Money comes from capital and goes back to it. A position is booked as if it were bought from the house at its cost, or
sold to it, so that what it cost follows from the transfers alone.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from engine.ledger.chart import CAPITAL, MARKET, VCR, trader_cash, trader_position
from engine.ledger.passage import owner
from engine.ledger.postings import FORK, HANDED_CASH, HANDOVER_CODES, RESET, UNDO
from engine.model.account import Holding, Position, Transfer
from engine.model.command import ForkAccount, ResetAccount, UndoImport
from engine.model.ids import TimeNs

if TYPE_CHECKING:
    from engine.ports import JournalEntry

_CODE_OF = {"fork_account": FORK, "reset_account": RESET, "undo_import": UNDO}
_read_fork = msgspec.json.Decoder(ForkAccount).decode
_read_reset = msgspec.json.Decoder(ResetAccount).decode
_read_undo = msgspec.json.Decoder(UndoImport).decode


def hand_over(
    account: str, code: str, cash: int, holdings: Sequence[Holding], at: int, next_id: int
) -> tuple[Transfer, ...]:
    """Transfers that give a trader `cash` and `holdings`: money for all of it from capital, then each position at its
    cost, lots first."""
    paid = sum(holding.cost for holding in holdings)
    moves = [(HANDED_CASH, VCR, cash + paid, CAPITAL)]
    for holding in holdings:
        moves.append((holding.symbol, holding.symbol, holding.lots, MARKET))
        moves.append((holding.symbol, VCR, -holding.cost, _cost_house(holding.margined)))
    return _moved(account, code, moves, at, next_id)


def hand_back(
    account: str,
    cash: int,
    positions: Mapping[str, Position],
    margined: Container[str],
    anew: int,
    at: int,
    next_id: int,
    code: str = RESET,
) -> tuple[Transfer, ...]:
    """Transfers of a reset: each position goes back at its cost, lots last, then all money; then `anew` Minor come."""
    moves: list[tuple[str, str, int, str]] = []
    for symbol in sorted(positions):
        held = positions[symbol]
        moves.append((symbol, VCR, held.cost, _cost_house(symbol in margined)))
        moves.append((symbol, symbol, -held.lots, MARKET))
        cash += held.cost
    moves += [(HANDED_CASH, VCR, -cash, CAPITAL), (HANDED_CASH, VCR, anew, CAPITAL)]
    return _moved(account, code, moves, at, next_id)


def _cost_house(margined: bool) -> str:
    """Who is paid for a position: the market, as for a fill; capital where a fill moves only differences, so that the
    money which stands for its cost goes back to where it came from."""
    return CAPITAL if margined else MARKET


def _moved(
    account: str, code: str, moves: Iterable[tuple[str, str, int, str]], at: int, next_id: int
) -> tuple[Transfer, ...]:
    """A transfer for each (reference, asset, signed amount to the trader, house); 0 moves none."""
    transfers: list[Transfer] = []
    for reference, asset, amount, house in moves:
        own = trader_cash(account) if asset == VCR else trader_position(account, asset)
        if amount:
            debit, credit = (house, own) if amount > 0 else (own, house)
            number = next_id + len(transfers)
            transfers.append(Transfer(number, TimeNs(at), debit, credit, asset, abs(amount), code, reference))
    return tuple(transfers)


def handover_faults(entry: JournalEntry) -> list[str]:
    """What is wrong with the handovers in an entry: those of another command, or not what their command says."""
    handed = tuple(t for t in entry.transfers if t.code in HANDOVER_CODES)
    code = _CODE_OF.get(entry.kind)
    if code is None or any(transfer.code != code for transfer in handed):
        return [f"transfer {t.transfer_id} is a {t.code} in an entry of kind {entry.kind}" for t in handed[:1]]
    if code == FORK:
        fork = _read_fork(entry.body)
        first = handed[0].transfer_id if handed else 0
        if handed != hand_over(fork.to, FORK, fork.cash, fork.holdings, entry.at, first):
            return [f"account {fork.to} was not given what its command says"]
        return []
    if code == UNDO:
        undone = _read_undo(entry.body).account
        others = [t for t in handed if (owner(t) or ("", 0))[0] != undone]
        return [f"transfer {t.transfer_id} undoes what is not of {undone}" for t in others[:1]]
    reset = _read_reset(entry.body)
    owners = [owner(transfer) for transfer in handed]
    if any(found is None or found[0] != reset.account for found in owners) or owners[-1:] != [
        (reset.account, reset.cash)
    ]:
        return [f"account {reset.account} was not reset to what its command says"]
    return []
