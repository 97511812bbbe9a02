"""Execution algorithms as documents: what they have done, and what they saved against the block they replaced."""

from __future__ import annotations

from engine.documents import Document, algo_document, exact_money, ratio
from engine.model.algo import Algo
from engine.model.refusal import Code, refuse
from engine.views.risk import RiskView


class AlgoView(RiskView):
    """The algorithms of one desk's accounts."""

    def algos(self, account: str, open_only: bool = False) -> Document:
        """Algorithms, newest first."""
        self.account(account)
        mine = [a for a in self.kernel.state.algos.values() if a.account == account and (a.open or not open_only)]
        return {"algos": [self.algo_document(algo) for algo in reversed(mine)]}

    def algo(self, account: str, name: str) -> Document:
        """One algorithm by its own id or the client's. Raises Refused."""
        return self.algo_document(self.find_algo(account, name))

    def find_algo(self, account: str, name: str) -> Algo:
        """The account's algorithm by its own id or the client's. Raises Refused."""
        for algo in self.kernel.state.algos.values():
            if algo.account == account and name in (algo.algo_id, algo.request.client_order_id):
                return algo
        raise refuse(Code.UNKNOWN_ALGO, f"there is no algorithm {name[:64]}", fix="vterm algos lists them")

    def algo_document(self, algo: Algo) -> Document:
        """One algorithm with what it has traded and its shortfalls: what was paid beyond the mid at its start, and what
        the block order that it replaced would have paid beyond it, in basis points of that mid (less is better)."""
        instrument = self.catalogue[algo.request.symbol]
        known = self.kernel.state.orders
        orders = [known[name] for name in algo.children if name in known]
        filled = algo.filled + sum(order.filled for order in orders)
        paid = algo.filled_value + sum(order.filled_value for order in orders)
        side, quantity, mid2 = algo.request.side, int(algo.request.quantity), algo.arrival_mid2
        document = algo_document(algo, instrument)
        document["filled_quantity"] = instrument.quantity_text(filled)
        document["remaining_quantity"] = instrument.quantity_text(quantity - filled)
        document["average_price"] = None
        document["shortfall_bps"] = None
        if filled:
            tick = instrument.tick
            document["average_price"] = ratio(paid * tick.units, filled * 10**tick.decimals, tick.decimals + 2)
            document["shortfall_bps"] = ratio(10_000 * side * (2 * paid - mid2 * filled), mid2 * filled, 2)
        block = side * (2 * algo.block_value - mid2 * quantity)
        document["block_shortfall_bps"] = ratio(10_000 * block, mid2 * quantity, 2)
        document["fee"] = exact_money(algo.fee + sum(order.fee for order in orders))
        return document
