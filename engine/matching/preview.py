"""What an order would do if it were sent now: the same gate, the same walk, and nothing changes."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.documents import exact_money, ratio
from engine.market.auctions import CLOSING, OPENING, REOPENING, auction_volume
from engine.matching.exchange import Sweep
from engine.matching.fees import schedule
from engine.matching.foreseen import NOTHING, Foreseen, imagined
from engine.matching.indication import Indications
from engine.matching.resting import queue_ahead
from engine.matching.trading import Trading
from engine.matching.triggers import arm
from engine.model.account import Account
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.order import AUCTION_ONLY, NOW_OR_NEVER, Order, OrderRequest, TimeInForce, side_word
from engine.model.refusal import Refusal
from engine.model.session import MarketSession
from engine.portfolio.valuation import LEVERAGE_LIMIT
from engine.risk.gate import Working
from engine.risk.limits import check_limits, recent_orders

Document = dict[str, Any]


class Preview:
    """Previews of one desk, at the shown market's present prices."""

    def __init__(self, trading: Trading, indications: Indications) -> None:
        self.shown, self.valuer, self.gate = trading.shown, trading.valuer, trading.gate
        self.trading, self.indications = trading, indications
        self.foreseen = Foreseen(trading.shown, trading.executions, trading.lives.meeting)

    def document(self, account: Account, request: OrderRequest, working: Working, at: TimeNs) -> Document:
        """The `preview` document (without `at` and `seq`)."""
        instrument = self.valuer.instrument(request.symbol)
        recent = recent_orders(self.trading.state.sent.get(account.account_id, ()), account, at)
        verdict = check_limits(account, request, at, recent) or self.gate.check(account, request, working, at)
        refused = verdict if isinstance(verdict, Refusal) else None
        queued = not isinstance(verdict, Refusal) and verdict.queued
        order = imagined(account.account_id, request, at)
        if not queued:
            arm(self.shown, instrument, order)
        waits = queued or order.dormant or request.time_in_force in AUCTION_ONLY
        sweep = NOTHING if waits else self.foreseen.walk(order, instrument)
        largest = self.gate.largest(account, request, working, at)
        return {
            "symbol": instrument.symbol,
            "side": side_word(request.side),
            "type": request.type.value,
            "quantity": instrument.quantity_text(request.quantity),
            "ok": refused is None,
            "refusal": refused.document()["error"] if refused else None,
            "queued": queued,
            **self._walk(instrument, order, sweep, waits=waits),
            **self._costs(account, instrument, request, sweep),
            **self._after(account, instrument, order),
            **self._held_back(account, instrument, order, queued=queued),
            **self._called(instrument, order, at, queued=queued),
            "max_quantity": instrument.quantity_text(largest),
        }

    def _held_back(self, account: Account, instrument: Instrument, order: Order, *, queued: bool) -> Document:
        """The price that an order waits for, and what it would do if that came now."""
        request, document = order.request, Document()
        if not (request.triggered_by_price or request.when):
            return document
        trigger = order.trigger or request.stop_price
        if trigger:
            document["trigger_price"] = instrument.price_text(trigger)
        if not queued:
            released = msgspec.structs.replace(order, dormant=False, released=True, trigger=0)
            sweep = self.foreseen.walk(released, instrument)
            document["if_triggered"] = {
                **self._walk(instrument, released, sweep, waits=False),
                **self._costs(account, instrument, request, sweep),
            }
        return document

    def _called(self, instrument: Instrument, order: Order, at: TimeNs, *, queued: bool) -> Document:
        """The auction that the order would take part in, and where that would cross with it now."""
        closes = order.request.time_in_force is TimeInForce.CLS
        if not (queued or closes):
            return {}
        halted = self.shown.state(instrument) is MarketSession.HALTED
        kind = CLOSING if closes else REOPENING if halted else OPENING
        if not auction_volume(instrument, kind):
            return {}
        price = self.indications.price(instrument, kind, order)
        return {"auction": {"kind": kind, "indicative_price": instrument.price_text(price)}}

    def _walk(self, instrument: Instrument, order: Order, sweep: Sweep, *, waits: bool) -> Document:
        request = order.request
        left = int(request.quantity) - sweep.lots
        stays = waits or request.time_in_force not in NOW_OR_NEVER
        ahead = 0
        if left and stays and not waits and order.limit is not None and not sweep.lots:
            ahead = queue_ahead(self.shown, instrument, request.side, int(order.limit))
            ahead += self.trading.executions.before(order)
        return {
            "fills": [
                {"price": instrument.price_text(s.price), "quantity": instrument.quantity_text(s.lots)}
                for s in sweep.slices
            ],
            "fills_now": instrument.quantity_text(sweep.lots),
            "rests": instrument.quantity_text(left if stays else 0),
            "queue_ahead": instrument.quantity_text(ahead),
            "market_after": instrument.price_text(self._touch_after(instrument, request.side, sweep)),
        }

    def _touch_after(self, instrument: Instrument, side: int, sweep: Sweep) -> int:
        """The touch that would be left on the side that the order takes from."""
        touched = self.shown.side(instrument, side)
        taken: dict[int, int] = {}
        for part in sweep.slices:
            taken[part.displayed] = taken.get(part.displayed, 0) + part.lots
        last = sweep.slices[-1].price if sweep.slices else 0
        return next((price for price, size in touched if size > taken.get(price, 0)), last)

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
            "fee": exact_money(self._fee(account, instrument, side, sweep)),
            "value": exact_money(self._notional(instrument, request, sweep)),
        }

    def _fee(self, account: Account, instrument: Instrument, side: int, sweep: Sweep) -> int:
        """The fees of the fills one after the other, as they are booked: each adds to what the account has traded."""
        plan, rate = schedule(instrument.fee_schedule), self.valuer.rate(instrument.currency)
        traded = account.traded.get(instrument.fee_schedule, 0)
        lots = paid = fee = 0
        for part in sweep.slices:
            after = lots + part.lots, paid + part.price * part.lots
            before_worth, worth = (self.valuer.value(instrument, 1, 2 * p) for p in (paid, after[1]))
            fee += plan.total(instrument, side, after[0], worth, False, traded, rate)
            fee -= plan.total(instrument, side, lots, before_worth, False, traded, rate)
            traded += self.valuer.value(instrument, part.lots, 2 * part.price)
            lots, paid = after
        return fee

    def _notional(self, instrument: Instrument, request: OrderRequest, sweep: Sweep) -> int:
        """The whole order's worth: what fills now at its prices, the rest at its limit or the touch."""
        bid, ask = self.shown.touch(instrument)
        rest_price = int(request.limit_price or (ask if request.side > 0 else bid))
        rest = int(request.quantity) - sweep.lots
        paid = sum(s.price * s.lots for s in sweep.slices)
        return self.valuer.value(instrument, 1, 2 * (paid + rest * rest_price))

    def _after(self, account: Account, instrument: Instrument, order: Order) -> Document:
        """Weight, leverage, cash and buying power before and after all that the order may trade, at the mid."""
        worth, request = self.valuer.worth(account), order.request
        position = account.positions.get(request.symbol)
        before = position.lots if position else 0
        after = before + request.side * self.trading.executions.room(order)
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
