"""How things that happen become transfers between ledger accounts."""

from __future__ import annotations

from engine.ledger.chart import (
    CAPITAL,
    DIVIDENDS,
    FEES,
    FUNDING,
    MARGIN_RESULT,
    MARKET,
    VCR,
    trader_cash,
    trader_position,
)
from engine.model.account import Transfer
from engine.model.fill import Fill
from engine.model.ids import TimeNs

OPEN, LOTS, CASH, SETTLE, FEE, REBATE = "open", "lots", "cash", "settle", "fee", "rebate"
"""Transfer codes: start money, traded lots, full value, settled difference, fee, negative fee."""

FILL_CODES = frozenset({LOTS, CASH, SETTLE, FEE, REBATE})
"""Codes whose transfers come from a fill, and name it as their reference."""

VARIATION, FINAL_SETTLEMENT = "variation", "final_settlement"
"""What a margined position won or lost since it was last settled; the same at a contract's end, and its lots."""

FINANCING, BORROW, SWAP = "financing", "borrow", "swap"
"""Interest on borrowed money and index notional, fees for borrowed shares, the carry of currency pairs."""

DIVIDEND, SPLIT = "dividend", "split"
"""Cash that a company pays its holders; lots that it makes more or fewer, and cash for a fraction of one."""

TIME_CODES = frozenset({VARIATION, FINAL_SETTLEMENT, FINANCING, BORROW, SWAP, DIVIDEND, SPLIT})
"""Codes of transfers that time alone causes; each is between one trader and the house, and names a symbol or cash."""

RESET, FORK, UNDO = "reset", "fork", "undo"
"""What an account gives back when it begins anew, and its new start money; what one made after another begins with;
what an import gives back when it is undone."""

HANDOVER_CODES = frozenset({RESET, FORK, UNDO})
"""Codes of what is handed over at its cost: cash with capital, and a position as if it were bought from the house or
sold to it. Each transfer is between one trader and the house, and names cash or a symbol."""

OWN_CODES = TIME_CODES | HANDOVER_CODES
"""Codes of transfers without a fill that change what one trader holds."""

HANDED_CASH = "cash"
"""What a handover of money names."""

_MONEY_HOUSE = {
    VARIATION: MARGIN_RESULT,
    FINAL_SETTLEMENT: MARGIN_RESULT,
    FINANCING: FUNDING,
    BORROW: FUNDING,
    SWAP: FUNDING,
    DIVIDEND: DIVIDENDS,
    SPLIT: MARKET,
}
_LOTS_CODES = frozenset({FINAL_SETTLEMENT, SPLIT})


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


def time_house(code: str, asset: str) -> str | None:
    """The house account on the other side of a transfer that time causes; None where the code moves no such asset."""
    if asset == VCR:
        return _MONEY_HOUSE.get(code)
    return MARKET if code in _LOTS_CODES else None


def for_time(
    account: str, reference: str, code: str, at: int, next_id: int, *, money: int = 0, lots: int = 0
) -> tuple[Transfer, ...]:
    """Transfers of one of `TIME_CODES` for a trader: `money` Minor, then `lots` of `reference`; signed, 0 moves none.

    `reference` is the symbol of the position, or "cash" for interest on borrowed money.
    """
    moves = (
        (trader_cash(account), VCR, money),
        (trader_position(account, reference), reference, lots),
    )
    transfers: list[Transfer] = []
    for own, asset, amount in moves:
        house = time_house(code, asset)
        if amount and house is not None:
            debit, credit = (house, own) if amount > 0 else (own, house)
            number = next_id + len(transfers)
            transfers.append(Transfer(number, TimeNs(at), debit, credit, asset, abs(amount), code, reference))
    return tuple(transfers)


def handover_houses(reference: str, asset: str) -> tuple[str, ...]:
    """The house accounts that may be on the other side of a handover."""
    if asset != VCR:
        return (MARKET,)
    return (CAPITAL,) if reference == HANDED_CASH else (MARKET, CAPITAL)
