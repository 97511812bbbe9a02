"""What an import would do: the trades it would book, the account they would go into, and what that would hold."""

from __future__ import annotations

from collections.abc import Container

import msgspec

from engine.documents import Document, exact_money
from engine.ledger.replay import Rebuilt
from engine.market.catalogue import Catalogue
from engine.model.command import ImportedTrade
from engine.model.format import time_text
from engine.model.ids import AccountId, Minor, TimeNs
from engine.model.number import NumberFormatError, to_units
from engine.model.refusal import Code, refuse
from engine.portfolio.imports.start import settle, start_money
from engine.portfolio.imports.table import read_table
from engine.portfolio.imports.trades import Fault, Reader
from engine.portfolio.valuation import Valuer
from engine.risk.account_schema import MOST_CASH, account_id

_TOLD = 5


class ImportBody(msgspec.Struct, forbid_unknown_fields=True):
    """POST /v1/imports: the file's `text`, the account's `name`, `map` of fields to headers, start money in VCR ("":
    just enough); `skip_bad` lines or book none; `preview` books nothing."""

    text: str
    name: str = ""
    map: dict[str, str] = msgspec.field(default_factory=dict)
    cash: str = ""
    skip_bad: bool = False
    preview: bool = False


class Plan(msgspec.Struct, frozen=True):
    """Trades oldest first; `rounded` of them had a price between two ticks."""

    name: AccountId
    cash: Minor
    trades: list[ImportedTrade]
    faults: list[Fault]
    rounded: int


def plan_import(wanted: ImportBody, catalogue: Catalogue, valuer: Valuer, now: TimeNs, taken: Container[str]) -> Plan:
    """The plan of a file. Raises Refused where nothing can be booked, or, unless only a preview is wanted or bad lines
    are to be skipped, where any line is bad."""
    name = account_id(wanted.name or "imported")
    if name in taken:
        fix = "choose another: --into NAME"
        raise refuse(Code.INCONSISTENT_FIELDS, f"there is an account {name} already", fix=fix, field="name")
    reader = Reader(read_table(wanted.text, wanted.map), catalogue, valuer, now)
    trades, faults = reader.read()
    if faults and not (wanted.skip_bad or wanted.preview):
        told = "; ".join(f"line {fault.line}: {fault.cause}" for fault in faults[:_TOLD])
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        fix = "correct them, or skip them with --skip-bad; --preview names each"
        raise refuse(
            Code.BAD_IMPORT, f"{len(faults)} lines are bad, so nothing was imported", cause=told + more, fix=fix
        )
    if not trades and not wanted.preview:
        raise refuse(Code.BAD_IMPORT, "there is no trade in the file", fix="check that it has lines below its header")
    ended = _ended(trades, catalogue, now)
    if ended and not wanted.preview:
        fix = "add the trades that closed it"
        raise refuse(Code.BAD_IMPORT, f"a position in {ended[0]} is left, which no longer trades", fix=fix)
    cash = _cash(wanted.cash) if wanted.cash else start_money(trades, valuer)
    return Plan(name, Minor(cash), trades, faults, reader.rounded)


def _ended(trades: list[ImportedTrade], catalogue: Catalogue, now: TimeNs) -> list[str]:
    """Contracts that have ended and would still be held."""
    left: dict[str, int] = {}
    for trade in trades:
        left[trade.symbol] = left.get(trade.symbol, 0) + trade.side * trade.lots
    today = time_text(now)[:10]
    return [s for s, lots in sorted(left.items()) if lots and (catalogue[s].last_trade or today) < today]


def _cash(text: str) -> int:
    try:
        cash = to_units(text, 6)
    except NumberFormatError:
        cash = None
    if cash is None or not 0 <= cash <= MOST_CASH:
        fix = f"give an amount from 0 to {MOST_CASH // 1_000_000} VCR"
        raise refuse(Code.OUT_OF_RANGE, "that is no start money", fix=fix, field="cash")
    return cash


def plan_document(plan: Plan, catalogue: Catalogue, valuer: Valuer) -> Document:
    """The account as it would stand after the import, at present prices."""
    held, symbols = Rebuilt(cash=plan.cash), dict[str, dict[str, int]]()
    for trade in plan.trades:
        _, realised = settle(held, trade, catalogue[trade.symbol].full_cash)
        row = symbols.setdefault(trade.symbol, {"trades": 0, "realised_pnl": 0, "fees": 0})
        row["trades"] += 1
        row["realised_pnl"] += realised
        row["fees"] += trade.fee
    nav, unrealised, positions = held.cash, 0, []
    for symbol, position in sorted(held.positions.items()):
        instrument = catalogue[symbol]
        worth = valuer.mark(instrument, position.lots)
        nav += worth if instrument.full_cash else worth - position.cost
        unrealised += worth - position.cost
        positions.append(
            {
                "symbol": symbol,
                "side": "long" if position.lots > 0 else "short",
                "quantity": instrument.quantity_text(position.lots),
                "cost": exact_money(position.cost),
                "value": exact_money(worth),
                "unrealised_pnl": exact_money(worth - position.cost),
            }
        )
    by_symbol = [
        {
            "symbol": symbol,
            "trades": row["trades"],
            "realised_pnl": exact_money(row["realised_pnl"]),
            "fees": exact_money(row["fees"]),
        }
        for symbol, row in sorted(symbols.items())
    ]
    return {
        "account": plan.name,
        "trades": len(plan.trades),
        "from": time_text(plan.trades[0].at) if plan.trades else None,
        "to": time_text(plan.trades[-1].at) if plan.trades else None,
        "start_cash": exact_money(plan.cash),
        "cash": exact_money(held.cash),
        "nav": exact_money(nav),
        "realised_pnl": exact_money(held.realised),
        "unrealised_pnl": exact_money(unrealised),
        "fees": exact_money(held.fees),
        "rounded_prices": plan.rounded,
        "positions": positions,
        "by_symbol": by_symbol,
        "bad_lines": [
            {"line": fault.line, "field": fault.field, "cause": fault.cause, "fix": fault.fix} for fault in plan.faults
        ],
    }
