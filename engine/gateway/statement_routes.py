"""REST of what an account did: its orders and fills narrowed, its wallet, its statement, its journal, its imports."""

from __future__ import annotations

from engine.desk import Document
from engine.gateway.call import Call
from engine.model.ids import MINOR_PER_VCR
from engine.model.number import NumberFormatError, to_units
from engine.model.order import Status
from engine.model.refusal import Code, refuse
from engine.model.span import Span, parse_span
from engine.model.wanted import SORTS, Wanted
from engine.portfolio.imports.plan import ImportBody

MOST = 100_000_000
MOST_IMPORT = 8_388_608
"""Bytes of an import: some fifty thousand trades."""
_NARROWED = ("symbol", "class", "side", "from", "to", "status", "origin", "min_value", "sort")
_YES = ("true", "1")
_SIDES = {"": 0, "buy": 1, "sell": -1}
_MONEY_DECIMALS = len(str(MINOR_PER_VCR)) - 1


async def list_orders(call: Call) -> Document:
    """GET /v1/orders: newest first, or as asked for."""
    call.only("open", "limit", *_NARROWED)
    open_only = call.choice("open", ("true", "false", "1", "0"), "false") in _YES
    limit = call.number("limit", 0, 0, MOST)
    if not any(call.text(name) for name in _NARROWED):
        return call.view.orders(call.account, open_only, limit)
    return call.view.find_orders(call.account, _wanted(call, limit), call.text("class"), open_only)


async def list_fills(call: Call) -> Document:
    """GET /v1/fills: newest first, or as asked for."""
    narrowed = tuple(name for name in _NARROWED if name != "status")
    call.only("limit", *narrowed)
    limit = call.number("limit", 0, 0, MOST)
    if not any(call.text(name) for name in narrowed):
        return call.view.fills(call.account, limit)
    return call.view.find_fills(call.account, _wanted(call, limit), call.text("class"))


async def read_wallet(call: Call) -> Document:
    """GET /v1/wallet."""
    call.only("limit", "from", "to", "before")
    return call.view.wallet(call.account, _span(call), call.number("limit", 0, 0, MOST), call.text("before"))


async def read_statement(call: Call) -> Document:
    """GET /v1/statement."""
    call.only("from", "to", "month")
    return call.view.statement(call.account, _span(call))


async def read_journal(call: Call) -> Document:
    """GET /v1/journal."""
    call.only("limit", "before")
    return await call.runner.journal(call.account, call.number("limit", 0, 0, MOST), call.number("before", 0, 0, MOST))


async def import_trades(call: Call) -> Document:
    """POST /v1/imports."""
    call.only()
    return await call.runner.import_trades(await call.read(ImportBody, MOST_IMPORT))


async def undo_import(call: Call) -> Document:
    """DELETE /v1/imports/NAME."""
    call.only()
    return await call.runner.undo_import(call.path("name"))


def _span(call: Call) -> Span:
    return parse_span(call.text("from"), call.text("to"), call.text("month"))


def _wanted(call: Call, limit: int) -> Wanted:
    span, symbols = _span(call), _words(call, "symbol")
    statuses = _words(call, "status")
    known = [status.value for status in Status]
    if any(word not in known for word in statuses):
        raise refuse(Code.ENUM_ERROR, "status is none of its words", fix=f"use {', '.join(known)}", field="status")
    return Wanted(
        symbols=symbols or None,
        side=_SIDES[call.choice("side", tuple(_SIDES), "")],
        since=span.since,
        until=span.until,
        statuses=statuses,
        origin=call.text("origin"),
        least=_least(call.text("min_value")),
        sort=call.choice("sort", SORTS, SORTS[0]),
        limit=limit,
    )


def _words(call: Call, name: str) -> tuple[str, ...]:
    """A query parameter of words with commas between them."""
    return tuple(dict.fromkeys(word for word in call.text(name).split(",") if word))


def _least(text: str) -> int:
    try:
        units = to_units(text, _MONEY_DECIMALS) if text else 0
    except NumberFormatError:
        units = None
    if units is None or units < 0:
        fix = "give an amount such as 1000 or 99.50"
        raise refuse(Code.NUMBER_FORMAT, "min_value is no amount of money", fix=fix, field="min_value")
    return units
