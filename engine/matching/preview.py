"""What an order would do if it were sent now: the same gate, the same walk, and nothing changes."""

from __future__ import annotations

from typing import Any

from engine.documents import exact_money, ratio
from engine.market.shown import ShownMarket
from engine.matching.exchange import Sweep, beyond_cap, plan
from engine.matching.fees import schedule
from engine.matching.resting import queue_ahead
from engine.model.account import Account
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.order import OrderRequest, side_word
from engine.model.refusal import Refusal
from engine.portfolio.valuation import LEVERAGE_LIMIT, Valuer
from engine.risk.gate import Gate, Working

Document = dict[str, Any]


class Preview:
    """Previews of one desk, at the shown market's present prices."""

    def __init__(self, shown: ShownMarket, valuer: Valuer, gate: Gate) -> None:
        self.shown, self.valuer, self.gate = shown, valuer, gate

    def document(self, account: Account, request: OrderRequest, working: Working, at: TimeNs) -> Document:
        """The `preview` document (without `at` and `seq`)."""
        instrument = self.valuer.instrument(request.symbol)
        verdict = self.gate.check(account, request, working, at)
        refused = verdict if isinstance(verdict, Refusal) else None
        queued = refused is None and not isinstance(verdict, Refusal) and verdict.queued
        sweep = Sweep((), 0, 0.0)
        if not queued:
            limit = None if request.limit_price is None else int(request.limit_price)
            cap = beyond_cap(self.shown, instrument)
            sweep = plan(self.shown, instrument, request.side, int(request.quantity), limit, cap)
        largest = self.gate.largest(account, request, working, at)
        return {
            "symbol": instrument.symbol,
            "side": side_word(request.side),
            "type": request.type.value,
            "quantity": instrument.quantity_text(request.quantity),
            "ok": refused is None,
            "refusal": refused.document()["error"] if refused else None,
            "queued": queued,
            **self._walk(instrument, request, sweep),
            **self._costs(account, instrument, request, sweep),
            **self._after(account, instrument, request),
            "max_quantity": instrument.quantity_text(largest),
        }

    def _walk(self, instrument: Instrument, request: OrderRequest, sweep: Sweep) -> Document:
        rests = int(request.quantity) - sweep.lots
        ahead = 0
        if rests and request.limit_price is not None and not sweep.lots:
            ahead = queue_ahead(self.shown, instrument, request.side, int(request.limit_price))
        bids, asks = self.shown.ladder(instrument)
        touched = asks if request.side > 0 else bids
        last = sweep.slices[-1] if sweep.slices else None
        after = last.price if last else (touched[0][0] if touched else 0)
        if last is not None:
            taken: dict[int, int] = {}
            for part in sweep.slices:
                taken[part.displayed] = taken.get(part.displayed, 0) + part.lots
            after = next((p for p, size in touched if size > taken.get(p, 0)), last.price)
        return {
            "fills": [
                {"price": instrument.price_text(s.price), "quantity": instrument.quantity_text(s.lots)}
                for s in sweep.slices
            ],
            "fills_now": instrument.quantity_text(sweep.lots),
            "rests": instrument.quantity_text(rests),
            "queue_ahead": instrument.quantity_text(ahead),
            "market_after": instrument.price_text(after),
        }

    def _costs(self, account: Account, instrument: Instrument, request: OrderRequest, sweep: Sweep) -> Document:
        """Money over what would fill now: half spread, depth walked, impact beyond the book, fee."""
        side, mid2 = request.side, self.shown.mid2(instrument)
        bid, ask = self.shown.touch(instrument)
        touch = ask if side > 0 else bid
        lots = sweep.lots
        paid = sum(s.price * s.lots for s in sweep.slices)
        walked = sum(s.displayed * s.lots for s in sweep.slices)
        value = self.valuer.value

        def cost(half_ticks_lots: int) -> str:
            return exact_money(side * value(instrument, 1, half_ticks_lots))

        worth = value(instrument, 1, 2 * paid)
        fee = 0
        if lots:
            rate = self.valuer.rate(instrument.currency)
            traded = account.traded.get(instrument.fee_schedule, 0)
            fee = schedule(instrument.fee_schedule).total(instrument, side, lots, worth, False, traded, rate)
        average = None
        if lots:
            average = ratio(
                paid * instrument.tick.units, lots * 10**instrument.tick.decimals, instrument.tick.decimals + 2
            )
        slip = side * (2 * paid - mid2 * lots)
        return {
            "average_price": average,
            "mid": instrument.tick.half_text(mid2),
            "half_spread": cost((2 * touch - mid2) * lots),
            "depth": cost(2 * (walked - touch * lots)),
            "impact": cost(2 * (paid - walked)),
            "slippage_bps": ratio(10_000 * slip, mid2 * lots, 2) if lots else "0.00",
            "fee": exact_money(fee),
            "value": exact_money(self._notional(instrument, request, sweep)),
        }

    def _notional(self, instrument: Instrument, request: OrderRequest, sweep: Sweep) -> int:
        """The whole order's worth: what fills now at its prices, the rest at its limit or the touch."""
        bid, ask = self.shown.touch(instrument)
        rest_price = int(request.limit_price or (ask if request.side > 0 else bid))
        rest = int(request.quantity) - sweep.lots
        paid = sum(s.price * s.lots for s in sweep.slices)
        return self.valuer.value(instrument, 1, 2 * (paid + rest * rest_price))

    def _after(self, account: Account, instrument: Instrument, request: OrderRequest) -> Document:
        """Weight, leverage, cash and buying power before and after the whole order, at the mid."""
        worth = self.valuer.worth(account)
        position = account.positions.get(request.symbol)
        before = position.lots if position else 0
        after = before + request.side * int(request.quantity)
        now, then = self.valuer.mark(instrument, before), self.valuer.mark(instrument, after)
        gross = worth.gross - abs(now) + abs(then)
        cash = account.cash - (then - now if instrument.full_cash else 0)
        return {
            "weight_before": ratio(now, worth.nav),
            "weight_after": ratio(then, worth.nav),
            "leverage_before": ratio(worth.gross, worth.nav),
            "leverage_after": ratio(gross, worth.nav),
            "cash_after": exact_money(cash),
            "buying_power_after": exact_money(max(0, LEVERAGE_LIMIT * worth.nav - gross)),
        }
