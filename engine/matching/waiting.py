"""Open orders by instrument and by account, each oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from engine.model.order import Order

_Key = TypeVar("_Key")

Working = dict[tuple[str, int], int]
"""Lots by (symbol, side)."""


class OpenOrders:
    """Every order that can still trade. Rebuilt from a state in the order in which they were made."""

    def __init__(self, orders: Iterable[Order] = ()) -> None:
        self.of_symbol: dict[str, list[Order]] = {}
        self._of_account: dict[str, dict[str, Order]] = {}
        self._reducing: dict[tuple[str, str], list[Order]] = {}
        self._working: dict[str, Working] = {}
        for order in orders:
            if order.open:
                self.add(order)

    def __bool__(self) -> bool:
        return bool(self.of_symbol)

    def __iter__(self) -> Iterator[Order]:
        for waiting in self.of_symbol.values():
            yield from waiting

    def add(self, order: Order) -> None:
        """A new open order."""
        self.of_symbol.setdefault(order.request.symbol, []).append(order)
        self._of_account.setdefault(order.account, {})[order.order_id] = order
        if order.request.reduce_only:
            self._reducing.setdefault((order.account, order.request.symbol), []).append(order)
        self.count(order, order.remaining)

    def drop(self, order: Order) -> None:
        """It is done. Dropping twice is harmless."""
        mine = self._of_account.get(order.account, {})
        if mine.pop(order.order_id, None) is None:
            return
        if not mine:
            del self._of_account[order.account]
        symbol = order.request.symbol
        _remove(self.of_symbol, symbol, order)
        if order.request.reduce_only:
            _remove(self._reducing, (order.account, symbol), order)
        self.count(order, -order.remaining)

    def count(self, order: Order, lots: int) -> None:
        """An open order has `lots` more (or less) left to trade. Reduce-only orders never add to a position."""
        if order.request.reduce_only or not lots:
            return
        mine = self._working.setdefault(order.account, {})
        key = order.request.symbol, order.request.side
        left = mine.get(key, 0) + lots
        if left:
            mine[key] = left
        else:
            del mine[key]

    def working(self, account: str, but: Order | None = None) -> Working:
        """Lots that the account's open orders may still add, by instrument and side; `but` is left out."""
        mine = self._working.get(account, {})
        if but is None or but.request.reduce_only:
            return mine
        key = but.request.symbol, but.request.side
        return {**mine, key: mine.get(key, 0) - but.remaining}

    def of_account(self, account: str) -> list[Order]:
        """The account's open orders."""
        return list(self._of_account.get(account, {}).values())

    def reducing(self, account: str, symbol: str) -> list[Order]:
        """The account's reduce-only orders in an instrument."""
        return list(self._reducing.get((account, symbol), ()))


def _remove(index: dict[_Key, list[Order]], key: _Key, order: Order) -> None:
    waiting = index[key]
    for place, other in enumerate(waiting):
        if other is order:
            del waiting[place]
            break
    if not waiting:
        del index[key]
