"""A question about the past as SQL: what narrows it, with its values apart, and in what order it is answered."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.model.wanted import Wanted

_TOTAL = "(SELECT coalesce(sum({column}), 0) FROM fills t WHERE t.order_id = o.order_id)"
ORDER_VALUE, ORDER_PNL = _TOTAL.format(column="value"), _TOTAL.format(column="realised")
"""What an order's fills are worth, and the profit they closed, in Minor."""

_SENT_AT = "json_extract(CAST(o.body AS TEXT), '$.submitted_at')"
_ORIGIN = "coalesce(json_extract(CAST(o.body AS TEXT), '$.origin'), 'person')"


class Question(msgspec.Struct, frozen=True):
    """Further terms of a WHERE that begins before them, each with AND, and their values in order."""

    where: str
    values: tuple[Any, ...]


class _Terms:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.values: list[Any] = []

    def add(self, term: str, *values: Any) -> None:
        self.words.append(f"AND {term}")
        self.values += values

    def question(self) -> Question:
        return Question(" ".join(self.words), tuple(self.values))


def orders_where(wanted: Wanted) -> Question:
    """The terms for rows of `orders o`."""
    terms = _Terms()
    _common(terms, wanted, _SENT_AT)
    if wanted.statuses:
        terms.add(f"status IN ({_marks(wanted.statuses)})", *wanted.statuses)
    if wanted.origin:
        terms.add(f"({_ORIGIN} = ? OR {_ORIGIN} LIKE ? || ':%')", wanted.origin, wanted.origin)
    if wanted.least:
        terms.add(f"{ORDER_VALUE} >= ?", wanted.least)
    return terms.question()


def fills_where(wanted: Wanted) -> Question:
    """The terms for rows of `fills f`."""
    terms = _Terms()
    _common(terms, wanted, "at")
    if wanted.origin:
        of_order = f"(SELECT {_ORIGIN} FROM orders o WHERE o.order_id = f.order_id)"
        terms.add(f"({of_order} = ? OR {of_order} LIKE ? || ':%')", wanted.origin, wanted.origin)
    if wanted.least:
        terms.add("value >= ?", wanted.least)
    return terms.question()


def _common(terms: _Terms, wanted: Wanted, at: str) -> None:
    if wanted.symbols is not None:
        terms.add(f"symbol IN ({_marks(wanted.symbols)})", *wanted.symbols)
    if wanted.side:
        terms.add("side = ?", wanted.side)
    if wanted.since:
        terms.add(f"{at} >= ?", wanted.since)
    if wanted.until:
        terms.add(f"{at} < ?", wanted.until)


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))


def order_sort(wanted: Wanted) -> str:
    """ORDER BY of orders; rowids follow the order of making."""
    sorts = {
        "oldest": "o.rowid",
        "value": f"{ORDER_VALUE} DESC, o.rowid DESC",
        "pnl": f"{ORDER_PNL} DESC, o.rowid DESC",
    }
    return {**sorts, "symbol": "symbol, o.rowid DESC"}.get(wanted.sort, "o.rowid DESC")


def fill_sort(wanted: Wanted) -> str:
    """ORDER BY of fills."""
    sorts = {"oldest": "number", "value": "value DESC, number DESC", "pnl": "realised DESC, number DESC"}
    return {**sorts, "symbol": "symbol, number DESC"}.get(wanted.sort, "number DESC")
