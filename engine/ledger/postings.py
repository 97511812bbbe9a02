"""How things that happen become transfers between ledger accounts."""

from __future__ import annotations

from engine.ledger.chart import CAPITAL, FEES, MARGIN_RESULT, MARKET, VCR, trader_cash, trader_position
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.model.ids import TimeNs

OPEN, LOTS, CASH, SETTLE, FEE, REBATE = "open", "lots", "cash", "settle", "fee", "rebate"
"""Transfer codes: start money, traded lots, full value, settled difference, fee, negative fee."""

FILL_CODES = frozenset({LOTS, CASH, SETTLE, FEE, REBATE})
"""Codes whose transfers come from a fill, and name it as their reference."""


def opening(account: str, cash: int, at: int, next_id: int) -> tuple[Transfer, ...]:
    """Start money of a new account, in Minor, from capital to the trader's cash (none for 0)."""
    if cash == 0:
        return ()
    debit, credit = (CAPITAL, trader_cash(account)) if cash > 0 else (trader_cash(account), CAPITAL)
    return (Transfer(next_id, TimeNs(at), debit, credit, VCR, abs(cash), OPEN, account),)


def settles_difference(fill: Fill) -> bool:
    """Whether the fill moved only the profit it closed, not its full value (futures, index contracts)."""
    return fill.cash != -fill.side * fill.value


def for_fill(fill: Fill, next_id: int) -> tuple[Transfer, ...]:
    """The transfers of one fill, numbered from `next_id`: lots, cash if any moved, and the fee if there is one."""
    cash = trader_cash(fill.account)
    held = trader_position(fill.account, fill.symbol)
    house, code = (MARGIN_RESULT, SETTLE) if settles_difference(fill) else (MARKET, CASH)
    moves = (
        (MARKET, held, fill.symbol, fill.side * fill.quantity, LOTS),
        (house, cash, VCR, fill.cash, code),
        (cash, FEES, VCR, fill.fee, FEE if fill.fee > 0 else REBATE),
    )
    transfers: list[Transfer] = []
    for source, target, asset, amount, why in moves:
        if amount:
            debit, credit = (source, target) if amount > 0 else (target, source)
            number = next_id + len(transfers)
            transfers.append(Transfer(number, fill.at, debit, credit, asset, abs(amount), why, fill.fill_id))
    return tuple(transfers)
