"""What an account has done since it began, counted: orders, trades, days, costs. Counts, and no rewards for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from engine.documents import Document, exact_money
from engine.model.fill import Fill
from engine.model.format import time_text
from engine.model.ids import DAY_NS
from engine.model.instrument import ASSET_CLASSES, Instrument
from engine.model.order import Order, OrderType
from engine.portfolio.analytics.attribution import costs
from engine.portfolio.analytics.history import History
from engine.portfolio.analytics.returns import is_weekday
from engine.portfolio.analytics.trades import round_trips, trade_stats
from engine.views.deeds import stats_document
from engine.views.figures import day_text, figure
from engine.views.jobs import Job
from engine.views.performance import PerformanceView
from engine.views.told import Told

STEPS: dict[str, tuple[int, ...]] = {
    "classes": (len(ASSET_CLASSES),),
    "symbols": (1, 5, 10, 25, 50, 100),
    "order_types": (len(OrderType),),
    "days": (1, 5, 20, 60, 120, 250),
    "days_in_a_row": (2, 5, 10, 20, 60),
    "closed_trades": (1, 10, 25, 100, 250),
    "stops": (1, 5, 20, 50, 100),
    "waited": (1, 10, 50, 200),
}
"""The numbers that each count is held against, one after the other."""


class Days(msgspec.Struct, frozen=True):
    """Days with a fill: how many, the longest run of them, the run of today. A weekend breaks no run."""

    count: int
    longest: int
    run: int


class Paid(msgspec.Struct, frozen=True):
    """Costs of fills in Minor as paid: negative is earned. `saved`: what fills that waited were better than the mid
    of their order's arrival."""

    fee: int
    spread: int
    impact: int
    timing: int
    saved: int
    waited: int


class ProgressView(PerformanceView):
    """Counts of one desk's accounts."""

    def progress(self, account: str) -> Job[Document]:
        """Everything that is counted, and what each count is held against next."""
        key = self._key("progress", account, self.kernel.state.orders_made)
        if key in self._known:
            return self._known[key]
        told, tell_it = self.told(account), self.history_of(account)
        orders = self._orders(account, told.began)
        history: History = yield tell_it
        return self._keep(key, (yield lambda: _document(told, history, orders)))

    def _orders(self, account: str, began: int) -> list[Order]:
        """Orders since the account began. Open ones are copied: what counts them runs beside the desk."""
        mine = [msgspec.structs.replace(order) for order in self.kernel.open_orders(account)]
        return [order for order in (*self.kernel.past.orders(account), *mine) if order.submitted_at >= began]


def _document(told: Told, history: History, orders: Sequence[Order]) -> Document:
    fills = [item for item in told.booked if isinstance(item, Fill)]
    closed, still = round_trips(history.steps)
    sent, traded, days, paid = (
        _sent(orders),
        _traded(fills, told.instruments),
        days_of(fills, told.now),
        paid_for(fills),
    )
    have = {
        "classes": sum(1 for row in traded if row["fills"]),
        "symbols": len({fill.symbol for fill in fills}),
        "order_types": len(sent["types"]),
        "days": days.count,
        "days_in_a_row": days.longest,
        "closed_trades": len(closed),
        "stops": sent["stops"],
        "waited": paid.waited,
    }
    return {
        "account": told.account,
        "at": time_text(told.now),
        "from": time_text(told.began),
        "orders": sent,
        "fills": len(fills),
        "traded": exact_money(sum(abs(fill.value) for fill in fills)),
        "symbols": have["symbols"],
        "classes": traded,
        "days": {"traded": days.count, "longest": days.longest, "run": days.run},
        "open": len(still),
        "trades": stats_document(trade_stats(closed), told.instruments),
        "costs": _costs_document(paid, fills),
        "milestones": [milestone(name, have[name]) for name in STEPS],
    }


def milestone(name: str, have: int) -> Document:
    """A count and the next number it is held against; None where there is none left."""
    return {"name": name, "have": have, "next": next((step for step in STEPS[name] if step > have), None)}


def _sent(orders: Sequence[Order]) -> Document:
    """Orders by how they were made and what became of them. Stops: those with a stop of their own or for their fills;
    the exits that the desk makes of a bracket are the bracket's."""
    types = Counter(order.request.type.value for order in orders)
    stops = sum(
        1
        for order in orders
        if order.origin != "bracket" and (order.request.triggered_by_price or order.request.stop_loss is not None)
    )
    return {
        "sent": len(orders),
        "types": {kind.value: types[kind.value] for kind in OrderType if types[kind.value]},
        "ends": dict(sorted(Counter(order.status.value for order in orders).items())),
        "origins": dict(sorted(Counter(order.origin.partition(":")[0] for order in orders).items())),
        "stops": stops,
        "refused": sum(1 for order in orders if order.refusal is not None),
    }


def _traded(fills: Iterable[Fill], instruments: dict[str, Instrument]) -> list[Document]:
    """A row a class, in screen order."""
    values: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    symbols: dict[str, set[str]] = {}
    for fill in fills:
        kind = instruments[fill.symbol].asset_class
        values[kind] += abs(fill.value)
        counts[kind] += 1
        symbols.setdefault(kind, set()).add(fill.symbol)
    whole = sum(values.values())
    return [
        {
            "asset_class": kind,
            "fills": counts[kind],
            "symbols": len(symbols.get(kind, ())),
            "value": exact_money(values[kind]),
            "share": figure(values[kind] / whole) if whole else None,
        }
        for kind in ASSET_CLASSES
    ]


def days_of(fills: Iterable[Fill], now: int) -> Days:
    """UTC days with a fill. Two of them are in a row where no weekday lies between them."""
    days = sorted({int(fill.at) // DAY_NS for fill in fills})
    longest = run = 1 if days else 0
    for before, after in pairwise(days):
        run = run + 1 if _joined(before, after) else 1
        longest = max(longest, run)
    today = now // DAY_NS
    alive = bool(days) and (days[-1] == today or _joined(days[-1], today))
    return Days(len(days), longest, run if alive else 0)


def _joined(before: int, after: int) -> bool:
    return not any(is_weekday(day) for day in range(before + 1, after))


def paid_for(fills: Iterable[Fill]) -> Paid:
    """What fills cost beside the market's own moves."""
    fee = spread = impact = timing = saved = waited = 0
    for fill in fills:
        parts = costs(fill)
        fee, spread, impact, timing = fee + fill.fee, spread + parts[0], impact + parts[1], timing + parts[2]
        if fill.maker:
            waited += 1
            saved -= min(0, parts[0])
    return Paid(fee, spread, impact, timing, saved, waited)


def _costs_document(paid: Paid, fills: Sequence[Fill]) -> Document:
    whole = paid.fee + paid.spread + paid.impact
    value = sum(abs(fill.value) for fill in fills)
    return {
        "fee": exact_money(paid.fee),
        "spread": exact_money(paid.spread),
        "impact": exact_money(paid.impact),
        "timing": exact_money(paid.timing),
        "paid": exact_money(whole),
        "paid_bps": figure(10_000 * whole / value, 2) if value else None,
        "saved": exact_money(paid.saved),
        "waited": paid.waited,
        "waited_share": figure(paid.waited / len(fills)) if fills else None,
        "since": day_text(int(fills[0].at) // DAY_NS) if fills else None,
    }
