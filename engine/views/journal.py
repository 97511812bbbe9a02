"""The desk's journal as an account's owner reads it: what was asked, and what came of it, entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from engine.documents import Document, exact_money, signed
from engine.ledger.chart import VCR, trader_of
from engine.market.catalogue import Catalogue
from engine.model.fill import Fill
from engine.model.format import time_text
from engine.model.order import Order, side_word
from engine.past import beside_fills
from engine.portfolio.analytics.cashflow import signed as moved
from engine.portfolio.analytics.cashflow import word_of
from engine.ports import JournalEntry

SHOWN_HASH = 12
"""Hexadecimal digits that are shown of an entry's hash."""


class Noted(msgspec.Struct, frozen=True):
    """An entry as it is stored; `sound` where its hash is that of what is stored, and the entry before it is the one
    that it names."""

    entry: JournalEntry
    hash: bytes
    sound: bool


class Page(msgspec.Struct, frozen=True):
    """Entries of one account, newest first. `checked` counts all entries that were read, others' included, `broken`
    names those that are not sound; `more`: there are older ones."""

    noted: list[Noted]
    checked: int
    broken: list[int]
    more: bool


class Journal(Protocol):
    """Where stored entries are read. Reading never waits for the writer, nor the writer for it."""

    def page(self, account: str, limit: int = 0, before: int = 0) -> Page:
        """The newest entries of an account before entry number `before` (0: from the newest), at most `limit` (0: all).

        Raises StoreError."""


class _Named(msgspec.Struct):
    account: str = ""
    to: str = ""


_read_names = msgspec.json.Decoder(_Named).decode


def concerns(entry: JournalEntry, account: str) -> bool:
    """Whether an account asked for an entry, or something of it came to the account."""
    if entry.kind != "tick":
        named = _read_names(entry.body)
        if account in (named.account, named.to):
            return True
    if any(order.account == account for order in entry.orders) or any(fill.account == account for fill in entry.fills):
        return True
    return any(beside_fills(transfer) == account for transfer in entry.transfers)


def page_document(page: Page, account: str, catalogue: Catalogue) -> Document:
    """{"entries": [...], "checked", "ok", "broken", "next"}: entries newest first, `next` for an older page."""
    rows = [entry_document(noted, account, catalogue) for noted in page.noted]
    return {
        "account": account,
        "entries": rows,
        "checked": page.checked,
        "ok": not page.broken,
        "broken": page.broken,
        "next": page.noted[-1].entry.seq if page.more and page.noted else None,
    }


def entry_document(noted: Noted, account: str, catalogue: Catalogue) -> Document:
    """One entry: what of it is the account's."""
    entry = noted.entry
    orders = [order for order in entry.orders if order.account == account]
    fills = [fill for fill in entry.fills if fill.account == account]
    others = [t for t in entry.transfers if beside_fills(t) == account]
    cash = sum(fill.cash - fill.fee for fill in fills) + sum(moved(account, t) for t in others)
    return {
        "seq": entry.seq,
        "at": time_text(entry.at),
        "kind": entry.kind,
        "asked": asked(entry, catalogue),
        "caused": caused(orders, fills, others, account, catalogue),
        "orders": [order.order_id for order in orders],
        "fills": [fill.fill_id for fill in fills],
        "transfers": [f"t{transfer.transfer_id}" for transfer in others],
        "realised_pnl": exact_money(sum(fill.realised for fill in fills)),
        "fees": exact_money(sum(fill.fee for fill in fills)),
        "cash": exact_money(cash),
        "hash": noted.hash.hex()[:SHOWN_HASH],
        "sound": noted.sound,
    }


# --- what was asked --------------------------------------------------------------------------------


def asked(entry: JournalEntry, catalogue: Catalogue) -> str:
    """The command of an entry in one line."""
    if entry.kind == "tick":
        return "time passed"
    command = msgspec.json.decode(entry.body)
    teller = _TELLERS.get(entry.kind)
    return teller(command, catalogue) if teller else entry.kind.replace("_", " ")


def _submit(command: dict[str, Any], catalogue: Catalogue) -> str:
    order = command["order"]
    instrument = catalogue[order["symbol"]]
    words = [side_word(order["side"]), instrument.quantity_text(order["quantity"]), instrument.symbol, order["type"]]
    for name in ("limit_price", "stop_price"):
        if order.get(name) is not None:
            words.append(f"{name.partition('_')[0]} {instrument.price_text(order[name])}")
    if order.get("client_order_id"):
        words.append(f"({order['client_order_id']})")
    return " ".join(word.replace("_", " ") for word in words[:4]) + "".join(f" {word}" for word in words[4:])


def _algo(command: dict[str, Any], catalogue: Catalogue) -> str:
    algo = command["algo"]
    instrument = catalogue[algo["symbol"]]
    return f"{algo['kind']} {side_word(algo['side'])} {instrument.quantity_text(algo['quantity'])} {instrument.symbol}"


def _import(command: dict[str, Any], catalogue: Catalogue) -> str:
    return f"import {len(command['trades'])} trades into {command['account']}"


_TELLERS: dict[str, Callable[[dict[str, Any], Catalogue], str]] = {
    "open_account": lambda c, _: f"open the account with {exact_money(c['cash'])}",
    "reset_account": lambda c, _: f"begin anew with {exact_money(c['cash'])}",
    "fork_account": lambda c, _: f"make {c['to']} as {c['account']} was at {time_text(c['taken'])}",
    "submit": _submit,
    "cancel": lambda c, _: f"cancel {c.get('order_id') or c.get('client_order_id', '')}",
    "cancel_all": lambda c, _: "cancel every open order",
    "amend": lambda c, _: f"change {c['order_id']}",
    "flatten": lambda c, _: "stop, cancel and close everything",
    "start_algo": _algo,
    "control_algo": lambda c, _: f"{c['action']} {c['algo_id']}",
    "set_alert": lambda c, _: f"set an alert on {c['alert']['symbol']}",
    "drop_alert": lambda c, _: f"drop {c.get('alert_id') or 'all alerts'}",
    "import_trades": _import,
}


# --- what it caused --------------------------------------------------------------------------------


def caused(orders: list[Order], fills: list[Fill], others: list[Any], account: str, catalogue: Catalogue) -> str:
    """What came of an entry, in one line; "" where nothing did."""
    said = [f"{order.order_id} {order.status.value.replace('_', ' ')}" for order in orders[:4]]
    if len(orders) > 4:
        said.append(f"{len(orders) - 4} more orders")
    said += [_fill_line(fill, catalogue) for fill in fills[:4]]
    if len(fills) > 4:
        said.append(f"{len(fills) - 4} more fills")
    for transfer in others[:6]:
        said.append(_transfer_line(transfer, account, catalogue))
    if len(others) > 6:
        said.append(f"{len(others) - 6} more transfers")
    return "; ".join(said)


def _fill_line(fill: Fill, catalogue: Catalogue) -> str:
    instrument = catalogue[fill.symbol]
    verb = "bought" if fill.side > 0 else "sold"
    text = f"{verb} {instrument.quantity_text(fill.quantity)} {fill.symbol} at {instrument.price_text(fill.price)}"
    return f"{text}, P&L {signed(exact_money(fill.realised))}" if fill.realised else text


def _transfer_line(transfer: Any, account: str, catalogue: Catalogue) -> str:
    if transfer.asset == VCR:
        amount = moved(account, transfer)
        named = "" if transfer.reference in ("cash", account) else f" {transfer.reference}"
        return f"{word_of(transfer, amount)}{named} {signed(exact_money(amount))}"
    came = trader_of(transfer.credit, transfer.asset) == account
    text = catalogue[transfer.asset].quantity_text(transfer.amount)
    return f"{transfer.code} {'+' if came else '-'}{text} {transfer.asset}"
