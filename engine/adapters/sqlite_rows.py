"""Structs to rows and back: one place that knows which column holds what."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.ledger.chain import link
from engine.model.account import EquityPoint, Transfer
from engine.model.fill import Explain, Fill
from engine.model.order import Order
from engine.ports import JournalEntry

Row = tuple[Any, ...]

encode = msgspec.json.Encoder().encode
_read_orders = msgspec.json.Decoder(tuple[Order, ...]).decode
_split_orders = msgspec.json.Decoder(list[msgspec.Raw]).decode
read_order = msgspec.json.Decoder(Order).decode


class Written(msgspec.Struct):
    """One entry as it is stored: the rows of each table, and the new head of the chain."""

    journal: Row
    orders: list[Row]
    fills: list[Row]
    transfers: list[Row]
    points: list[Row]
    hash: bytes


def write_entry(entry: JournalEntry, previous: bytes, next_fill: int, next_point: int) -> Written:
    """All rows of one entry; fills are numbered from `next_fill`, points from `next_point`."""
    bodies = [encode(order) for order in entry.orders]
    joined = b"[" + b",".join(bodies) + b"]"
    fills = [fill_row(fill, number, entry.seq) for number, fill in enumerate(entry.fills, next_fill)]
    transfers = [transfer_row(transfer, entry.seq) for transfer in entry.transfers]
    points = [point_row(point, number, entry.seq) for number, point in enumerate(entry.points, next_point)]
    head = (entry.seq, entry.at, entry.kind)
    digest = link(previous, head, entry.body, joined, fills, transfers, points)
    orders = [order_row(order, entry.seq, body) for order, body in zip(entry.orders, bodies, strict=True)]
    return Written((*head, entry.body, joined, previous, digest), orders, fills, transfers, points, digest)


def order_row(order: Order, seq: int, body: bytes) -> Row:
    """The key columns of an order beside its whole JSON; no client id is NULL, so that it need not be unique."""
    wish = order.request
    return (
        order.order_id,
        order.account,
        wish.client_order_id or None,
        wish.symbol,
        wish.side,
        order.status.value,
        wish.quantity,
        order.filled,
        seq,
        body,
    )


def fill_row(fill: Fill, number: int, seq: int) -> Row:
    """A fill's columns in table order."""
    parts = fill.explain
    return (
        number,
        seq,
        fill.fill_id,
        fill.order_id,
        fill.client_order_id,
        fill.account,
        fill.symbol,
        fill.side,
        fill.quantity,
        fill.price,
        fill.value,
        fill.cash,
        fill.fee,
        fill.realised,
        1 if fill.maker else 0,
        fill.at,
        parts.mid,
        parts.half_spread,
        parts.depth,
        parts.impact,
        parts.timing,
    )


def read_fill(row: Row) -> Fill:
    """A fill from its columns."""
    values: Row = (*row[2:14], row[14] == 1, row[15], Explain(*row[16:]))
    return Fill(*values)


def transfer_row(transfer: Transfer, seq: int) -> Row:
    """A transfer's columns in table order."""
    return (
        transfer.transfer_id,
        seq,
        transfer.at,
        transfer.debit,
        transfer.credit,
        transfer.asset,
        transfer.amount,
        transfer.code,
        transfer.reference,
    )


def read_transfer(row: Row) -> Transfer:
    """A transfer from its columns."""
    return Transfer(row[0], *row[2:])


def point_row(point: EquityPoint, number: int, seq: int) -> Row:
    """An equity point's columns in table order."""
    money = (point.nav, point.cash, point.gross, point.net, point.realised, point.fees)
    return (number, seq, point.at, point.account, *money, point.funding, point.dividends, point.funded)


def read_point(row: Row) -> EquityPoint:
    """An equity point from its columns."""
    return EquityPoint(row[3], row[2], *row[4:])


def read_entry(journal: Row, fills: list[Row], transfers: list[Row], points: list[Row]) -> JournalEntry:
    """A journal entry from its rows. Raises msgspec.MsgspecError where the orders are no orders."""
    seq, at, kind, body, orders = journal[:5]
    return JournalEntry(
        seq=seq,
        at=at,
        kind=kind,
        body=body,
        orders=_read_orders(orders),
        fills=tuple(map(read_fill, fills)),
        transfers=tuple(map(read_transfer, transfers)),
        points=tuple(map(read_point, points)),
    )


def order_bodies(orders: bytes) -> list[bytes]:
    """The JSON of each order of a journal row, byte for byte."""
    return [bytes(raw) for raw in _split_orders(orders)]


def relink(journal: Row, fills: list[Row], transfers: list[Row], points: list[Row]) -> bytes:
    """The hash that a stored entry must have, given the one before it that it names."""
    seq, at, kind, body, orders, previous = journal[:6]
    return link(previous, (seq, at, kind), body, orders, fills, transfers, points)
