"""The start money of an imported account, where its owner names none: just enough."""

from __future__ import annotations

from collections.abc import Iterable

from engine.ledger.position import apply_fill
from engine.ledger.replay import Rebuilt
from engine.model.command import ImportedTrade
from engine.portfolio.valuation import LEVERAGE_LIMIT, Valuer


def settle(held: Rebuilt, trade: ImportedTrade, full_cash: bool) -> tuple[int, int]:
    """Book one trade in `held`; (cash before the fee, profit) in Minor."""
    position, realised = apply_fill(held.positions.get(trade.symbol), trade.symbol, trade.side, trade.lots, trade.value)
    if position is None:
        held.positions.pop(trade.symbol, None)
    else:
        held.positions[trade.symbol] = position
    cash = -trade.side * trade.value if full_cash else realised
    held.cash += cash - trade.fee
    held.realised += realised
    held.fees += trade.fee
    return cash, realised


def start_money(trades: Iterable[ImportedTrade], valuer: Valuer) -> int:
    """Minor with which cash is never below 0, and with which no margin is called at present prices."""
    held, least = Rebuilt(), 0
    for trade in trades:
        settle(held, trade, valuer.instrument(trade.symbol).full_cash)
        least = min(least, held.cash)
    nav, gross = held.cash, 0
    for symbol, position in held.positions.items():
        instrument = valuer.instrument(symbol)
        worth = valuer.mark(instrument, position.lots)
        nav += worth if instrument.full_cash else worth - position.cost
        gross += abs(worth)
    return max(-least, -(-gross // LEVERAGE_LIMIT) - nav, 0)
