"""The book as everybody sees it: the market's levels with the resting orders of all accounts of the desk among them.

The mid that values accounts and prices fills stays the market's: an order that merely waits moves no mark.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.market.shown import DEPTH, Level, ShownMarket
from engine.matching.executions import Executions
from engine.matching.hours import trades
from engine.matching.resting import rests
from engine.model.instrument import Instrument
from engine.model.market import Quote
from engine.model.order import Order

Book = tuple[list[Level], list[Level]]


class Displayed:
    """Books and best prices of one desk. Reading changes nothing."""

    def __init__(self, shown: ShownMarket, executions: Executions) -> None:
        self.shown, self.executions = shown, executions

    def ladder(self, instrument: Instrument, levels: int = DEPTH) -> Book:
        """(bids, asks) as (ticks, lots), best first, at most `levels` a side."""
        bids, asks = self.shown.ladder(instrument, levels)
        waiting = self._standing(instrument)
        if not waiting:
            return bids, asks
        return self._joined(bids, waiting, +1, levels), self._joined(asks, waiting, -1, levels)

    def quote(self, instrument: Instrument) -> Quote:
        """Best prices and the lots that stand at them."""
        quote = self.shown.quote(instrument)
        waiting = self._standing(instrument)
        if not waiting:
            return quote
        bid = self._best((quote.bid, quote.bid_size), waiting, +1)
        ask = self._best((quote.ask, quote.ask_size), waiting, -1)
        return Quote(bid[0], ask[0], bid[1], ask[1])  # type: ignore[arg-type]

    def before(self, order: Order) -> int:
        """Lots of other orders that stand before an order at its price, as the book shows them."""
        return self.executions.before(order) if order.open and rests(order) else 0

    def places(self, symbol: str) -> dict[str, int]:
        """For each resting order of an instrument, by its id, the lots of other orders before it at its price."""
        found: dict[str, int] = {}
        before: dict[tuple[int, int], int] = {}
        resting = [order for order in self.executions.open.of_symbol.get(symbol, ()) if rests(order)]
        for order in sorted(resting, key=lambda order: order.rank):
            level = order.request.side, int(order.limit or 0)
            found[order.order_id] = before.get(level, 0)
            before[level] = found[order.order_id] + self.executions.displayed(order)
        return found

    def _standing(self, instrument: Instrument) -> list[Order]:
        waiting = self.executions.open.of_symbol.get(instrument.symbol)
        if not waiting:
            return []
        session = self.shown.state(instrument)
        return [order for order in waiting if rests(order) and trades(order, session)]

    def _by_price(self, waiting: Iterable[Order], side: int) -> dict[int, int]:
        found: dict[int, int] = {}
        for order in waiting:
            if order.request.side == side and (lots := self.executions.displayed(order)) > 0:
                price = int(order.limit or 0)
                found[price] = found.get(price, 0) + lots
        return found

    def _joined(self, market: list[Level], waiting: list[Order], side: int, levels: int) -> list[Level]:
        """One side of the market with the orders that stand on it; the market's own list where none does."""
        ours = self._by_price(waiting, side)
        if not ours:
            return market
        for price, size in market:
            ours[price] = ours.get(price, 0) + size
        return sorted(ours.items(), key=lambda level: -side * level[0])[:levels]

    def _best(self, touch: Level, waiting: list[Order], side: int) -> Level:
        ours = self._by_price(waiting, side)
        if not ours:
            return touch
        best = max(ours, key=lambda price: side * price)
        if touch[1] and side * (touch[0] - best) > 0:
            return touch
        return best, ours[best] + (touch[1] if touch[0] == best else 0)
