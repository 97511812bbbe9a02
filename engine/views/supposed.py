"""What a trade would change, seen before it is sent: every figure of the account before and after. Nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.documents import Document, exact_money
from engine.matching.fees import schedule
from engine.model.account import Account
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.number import to_units
from engine.model.order import OrderRequest
from engine.portfolio.analytics import whatif
from engine.portfolio.analytics.whatif import Book, Picture, Trade, WhatIf
from engine.risk.schema import parse_order
from engine.views.figures import concentration_document, exposure_document, figure, slice_document, tail_document
from engine.views.jobs import Job
from engine.views.performance import PerformanceView
from engine.views.statistics import with_benchmark

_MONEY_DECIMALS = 6
_SAID = ("ok", "refusal", "queued", "fills_now", "rests", "average_price", "fee", "value", "max_quantity")
"""What of a preview is repeated."""


class SupposedView(PerformanceView):
    """Trades that might be."""

    def preview(self, account: str, request: OrderRequest) -> Document:
        """What the gate and the market say of an order now."""
        holder, at = self.account(account), TimeNs(self.now)
        return self.kernel.preview.document(holder, request, self.kernel.working_lots(account), at)

    def what_if(
        self,
        account: str,
        payload: bytes | str | Mapping[str, Any],
        benchmark: str = "",
        *,
        strict: bool = False,
    ) -> Job[Document]:
        """Before and after an order of CONTRACT's payload, at the average price and fee that its preview expects."""
        request = parse_order(payload, self.catalogue, self.today(), strict=strict)
        holder, other = self.account(account), self.benchmark(benchmark)
        instrument, said = self.catalogue[request.symbol], self.preview(account, request)
        book, at = self.book_of(holder), self.now
        trade = self._trade(holder, instrument, request, said)
        known = {one.symbol: self.catalogue[one.symbol] for one in book.holdings} | {instrument.symbol: instrument}
        closes = yield from self.closes.daily([*known.values(), *([other] if other is not None else ())])
        name = str(other.symbol) if other is not None else ""

        def work() -> Document:
            found = with_benchmark(closes, sorted(known), name)
            if trade is None:
                still = whatif.picture(book, found, name)
                supposed = WhatIf(still, still, book, 0, 0, {}, None)
            else:
                supposed = whatif.what_if(book, trade, found, name)
            return {
                "account": account,
                "at": time_text(at),
                "symbol": instrument.symbol,
                "side": said["side"],
                "quantity": instrument.quantity_text(trade.lots if trade else 0),
                "benchmark": name or None,
                "preview": {word: said[word] for word in _SAID},
                **_supposed_document(book, supposed, trade),
            }

        document: Document = yield work

        return document

    def _trade(self, holder: Account, instrument: Instrument, request: OrderRequest, said: Document) -> Trade | None:
        """The trade that is supposed: what fills now at its prices, and what would wait at its limit or the touch. A
        reduce-only order does no more than what fills now. None where it would trade nothing."""
        valuer, side = self.kernel.valuer, request.side
        now = instrument.lot.steps(said["fills_now"]) or 0
        lots = now if request.reduce_only else int(request.quantity)
        if not lots:
            return None
        paid = sum(_ticks(instrument, one["price"]) * _lots(instrument, one["quantity"]) for one in said["fills"])
        filled = valuer.value(instrument, 1, 2 * paid)
        value = filled if lots == now else to_units(said["value"], _MONEY_DECIMALS) or 0
        fee = to_units(said["fee"], _MONEY_DECIMALS) or 0
        if lots > now:
            plan, traded = schedule(instrument.fee_schedule), holder.traded.get(instrument.fee_schedule, 0)
            waits, rate = request.limit_price is not None, valuer.rate(instrument.currency)
            rest, worth = lots - now, abs(value - filled)
            fee += plan.total(instrument, side, rest, worth, waits, traded + abs(filled), rate)
        return Trade(
            side,
            lots,
            value,
            valuer.mark(instrument, lots),
            fee,
            self.holding(instrument, lots, 0),
            full_cash=instrument.full_cash,
            margin_share=valuer.margin_share(instrument),
        )


def _ticks(instrument: Instrument, text: str) -> int:
    return instrument.tick.steps(text) or 0


def _lots(instrument: Instrument, text: str) -> int:
    return instrument.lot.steps(text) or 0


def _supposed_document(before: Book, found: WhatIf, trade: Trade | None) -> Document:
    return {
        "value": exact_money(trade.value if trade else 0),
        "fee": exact_money(trade.fee if trade else 0),
        "realised_pnl": exact_money(found.realised),
        "cost": exact_money(found.cost),
        "correlation_with_book": figure(found.with_book),
        "correlations": {name: figure(value) for name, value in found.correlations.items()},
        "before": _picture(before, found.before),
        "after": _picture(found.book, found.after),
    }


def _picture(book: Book, found: Picture) -> Document:
    risk = found.risk
    return {
        "nav": exact_money(book.nav),
        "cash": exact_money(book.cash),
        "exposure": exposure_document(found.exposure),
        "concentration": concentration_document(found.concentration),
        "allocation": {
            "class": [slice_document(one) for one in found.by_class],
            "sector": [slice_document(one) for one in found.by_sector],
            "currency": [slice_document(one) for one in found.by_currency],
        },
        "volatility": figure(risk.volatility) if risk else None,
        "beta": figure(risk.beta) if risk else None,
        "covered": figure(risk.covered) if risk else None,
        "tails": [tail_document(one, book.nav) for one in found.tails],
        "sharpe": figure(found.sharpe),
        "sortino": figure(found.sortino),
        "max_drawdown": figure(found.max_drawdown),
    }
