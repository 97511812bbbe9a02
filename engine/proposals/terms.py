"""A proposal as it is signed, and the present book it is signed on: worst price, cash, effects, all from the desk.

`protect` of an order with a limit is that limit; of one without, what it would pay now at its last lot and a quarter
of a percent beyond. Cash is the whole order at `protect`, the dearest fee included.
"""

from __future__ import annotations

import msgspec

from engine.matching.algos.desk import whole_of
from engine.matching.exchange import Sweep
from engine.matching.fees import schedule
from engine.matching.foreseen import NOTHING, imagined
from engine.matching.preview import Preview
from engine.matching.triggers import arm
from engine.model.account import Account
from engine.model.alert import AlertRequest
from engine.model.alert_text import described
from engine.model.algo import AlgoRequest
from engine.model.command import Propose
from engine.model.ids import SECOND_NS, Minor, Ticks, TimeNs
from engine.model.instrument import Instrument
from engine.model.number import div_ceil, to_text, trim
from engine.model.order import AUCTION_ONLY, BUY, Order, OrderRequest, side_word
from engine.model.proposal import Proposal, Purpose
from engine.model.refusal import Refusal
from engine.portfolio.valuation import CONCENTRATION, LEVERAGE_LIMIT
from engine.proposals.drift import Drift, drift_of, mids_of
from engine.proposals.execution import client_id
from engine.risk.condition import when_text
from engine.signing.facts import LegReading, Market
from engine.signing.fields import Part
from engine.signing.terms import effects_of, money_down, money_up, order_terms, plain

SLACK_PPM = 2_500
"""How far beyond what it would pay now an order at market may still trade, in millionths."""
PPM = 1_000_000


class Signable(msgspec.Struct, frozen=True):
    """The parts of a ticket that the desk itself says."""

    order: Part = {}
    legs: tuple[Part, ...] = ()
    act: Part = {}
    effects: Part = {}
    book: Part = {}


class Terms:
    """Reads one desk's book; changes nothing."""

    def __init__(self, preview: Preview) -> None:
        self._preview = preview
        self._valuer, self._trading, self._shown = preview.valuer, preview.trading, preview.shown

    def of(self, proposal: Proposal, holder: Account, at: TimeNs, seq: int) -> Signable:
        """What a person signs of a proposal now; `seq` is the desk's state it was read from."""
        book: Part = {"seq": str(seq), "age_ms": str((at - self._shown.now) // 1_000_000)}
        if proposal.algo is not None:
            return self._algo(proposal, proposal.algo, holder, at, book)
        legs = [self._leg(proposal, number, holder, at) for number in range(1, len(proposal.orders) + 1)]
        act = self._act(proposal)
        if not legs:
            return Signable(act=act)
        requests = list(proposal.orders)
        if proposal.purpose is Purpose.BASKET_PLACE:
            return Signable(legs=tuple(legs), effects=self._effects(holder, requests, at, whole=True), book=book)
        return Signable(order=legs[0], act=act, effects=self._effects(holder, requests, at), book=book)

    def reading(self, proposal: Proposal, holder: Account, at: TimeNs) -> Market:
        """The present book, for the last check before a signed proposal is executed."""
        requests = [whole_of(proposal.algo)] if proposal.algo is not None else list(proposal.orders)
        working = self._trading.open.working(holder.account_id)
        gate: Refusal | None = None
        for request in requests:
            verdict = self._preview.gate.check(holder, request, working, at)
            gate = gate or (verdict if isinstance(verdict, Refusal) else None)
        legs = tuple(self._reading(request, holder, at) for request in requests)
        return Market(gate, True, (at - self._shown.now) // 1_000_000, legs)

    def mids(self, command: Propose) -> tuple[int, ...]:
        """The market that a proposal is made on."""
        return mids_of(command, self._shown, self._valuer)

    def drift(self, proposal: Proposal) -> list[Drift]:
        """How far it went since."""
        return drift_of(proposal, self._shown, self._valuer)

    # --- one order ----------------------------------------------------------------------------

    def _leg(self, proposal: Proposal, number: int, holder: Account, at: TimeNs) -> Part:
        request = proposal.orders[number - 1]
        instrument = self._valuer.instrument(request.symbol)
        protect = self._protect(request, instrument, holder, at)
        cash = self._cash(request, instrument, holder, protect)
        named = client_id(proposal, number)
        find = self._valuer.instrument
        when = [when_text((rule,), instrument.symbol, find) for rule in request.when]
        return order_terms(request, instrument, protect=protect, cash=cash, client_id=named, when=when)

    def _sweep(self, request: OrderRequest, instrument: Instrument, holder: Account, at: TimeNs) -> Sweep:
        order = imagined(holder.account_id, request, at)
        arm(self._shown, instrument, order)
        waits = order.dormant or request.time_in_force in AUCTION_ONLY
        return NOTHING if waits else self._preview.foreseen.walk(order, instrument)

    def _protect(self, request: OrderRequest, instrument: Instrument, holder: Account, at: TimeNs) -> Ticks:
        """The worst price, in ticks."""
        if request.limit_price is not None:
            return request.limit_price
        sweep, side = self._sweep(request, instrument, holder, at), request.side
        bid, ask = self._shown.touch(instrument)
        worst = max((side * part.price for part in sweep.slices), default=side * (ask if side > 0 else bid)) * side
        base = int(request.stop_price or worst) if request.stop_price else worst
        slack = div_ceil(abs(base) * SLACK_PPM, PPM)
        return Ticks(max(1, base + side * slack))

    def _cash(self, request: OrderRequest, instrument: Instrument, holder: Account, protect: int) -> Minor:
        """The most that a buy takes, or the least that a sale brings, fee included."""
        worth = self._valuer.value(instrument, int(request.quantity), 2 * protect)
        fee = self._fee(request, instrument, holder, worth)
        return Minor(worth + fee if request.side == BUY else worth - fee)

    def _fee(self, request: OrderRequest, instrument: Instrument, holder: Account, worth: int) -> int:
        traded = holder.traded.get(instrument.fee_schedule, 0)
        rate = self._valuer.rate(instrument.currency)
        plan = schedule(instrument.fee_schedule)
        return plan.total(instrument, request.side, int(request.quantity), abs(worth), False, traded, rate)

    def _reading(self, request: OrderRequest, holder: Account, at: TimeNs) -> LegReading:
        instrument = self._valuer.instrument(request.symbol)
        sweep, side = self._sweep(request, instrument, holder, at), request.side
        paid = sum(part.price * part.lots for part in sweep.slices)
        bid, ask = self._shown.touch(instrument)
        rest = int(request.limit_price or (ask if side > 0 else bid))
        worth = self._valuer.value(instrument, 1, 2 * (paid + (int(request.quantity) - sweep.lots) * rest))
        fee = self._fee(request, instrument, holder, worth)
        worst = max((side * part.price for part in sweep.slices), default=None)
        cash = money_up(Minor(worth + fee)) if side == BUY else money_down(Minor(worth - fee))
        return LegReading(None if worst is None else instrument.price_text(worst * side), cash)

    # --- what it does to the account ----------------------------------------------------------

    def _effects(self, holder: Account, requests: list[OrderRequest], at: TimeNs, *, whole: bool = False) -> Part:
        """Shares of NAV, margin and fees, before and after all that the orders may trade, at the mid."""
        worth = self._valuer.worth(holder)
        held = {symbol: position.lots for symbol, position in holder.positions.items()}
        after = dict(held)
        fee = pays = brings = 0
        for request in requests:
            after[request.symbol] = after.get(request.symbol, 0) + self._moves(request, holder, at)
            instrument = self._valuer.instrument(request.symbol)
            protect = self._protect(request, instrument, holder, at)
            value = self._valuer.value(instrument, int(request.quantity), 2 * protect)
            cost = self._fee(request, instrument, holder, value)
            fee += cost
            pays += value + cost if request.side == BUY else 0
            brings += value - cost if request.side != BUY else 0
        touched = sorted({request.symbol for request in requests})
        gross = worth.gross + sum(self._gross(s, after[s]) - self._gross(s, held.get(s, 0)) for s in touched)
        nav = max(1, worth.nav)
        largest = max(touched, key=lambda symbol: (self._gross(symbol, after[symbol]), symbol))
        first = self._valuer.instrument(requests[0].symbol)
        share = [div_ceil(self._gross(largest, lots.get(largest, 0)) * PPM, nav) for lots in (held, after)]
        margin = [div_ceil(one * PPM, nav) for one in (worth.gross, gross)]
        limit = CONCENTRATION.numerator * PPM // CONCENTRATION.denominator
        names = [trim(first.quantity_text(lots.get(first.symbol, 0))) for lots in (held, after)]
        return effects_of(
            share_ppm=(share[0], share[1], limit),
            margin_ppm=(margin[0], margin[1], LEVERAGE_LIMIT * PPM),
            fee=Minor(fee),
            position=None if whole else (names[0], names[1]),
            pays=Minor(pays) if whole and any(r.side == BUY for r in requests) else None,
            brings=Minor(brings) if whole and any(r.side != BUY for r in requests) else None,
        )

    def _gross(self, symbol: str, lots: int) -> int:
        return abs(self._valuer.mark_of(symbol, lots))

    def _moves(self, request: OrderRequest, holder: Account, at: TimeNs) -> int:
        return request.side * self._trading.executions.room(imagined(holder.account_id, request, at))

    # --- the other acts -----------------------------------------------------------------------

    def _algo(self, proposal: Proposal, request: AlgoRequest, holder: Account, at: TimeNs, book: Part) -> Signable:
        block = whole_of(request)
        instrument = self._valuer.instrument(request.symbol)
        protect = self._protect(block, instrument, holder, at)
        cash = self._cash(block, instrument, holder, protect)
        act: Part = {
            "algo": request.kind.value,
            "symbol": str(request.symbol),
            "side": side_word(request.side),
            "quantity": trim(instrument.quantity_text(request.quantity)),
            "over": _span(request.over_ns),
            "currency": instrument.currency,
            "protect": instrument.price_text(protect),
            "client_id": client_id(proposal, 1),
            ("max_cash" if request.side == BUY else "min_cash"): (
                money_up(cash) if request.side == BUY else money_down(cash)
            ),
        }
        if request.kind.value == "pov":
            act["rate"] = trim(to_text(request.rate_ppm, 4))
        else:
            act["slices"] = str(request.slices)
        if request.limit_price is not None:
            act["limit"] = instrument.price_text(request.limit_price)
        return Signable(act=act, effects=self._effects(holder, [block], at), book=book)

    def _act(self, proposal: Proposal) -> Part:
        if proposal.purpose in (Purpose.ORDER_CANCEL, Purpose.ORDER_REPLACE):
            order = self._trading.find(proposal.account, proposal.target)
            assert order is not None, "it was there when it was proposed, and orders are never forgotten"
            return self._target(order, whole=proposal.purpose is Purpose.ORDER_CANCEL)
        if proposal.alert is not None:
            return self._alert(proposal.alert)
        lists = ("add", "remove")
        return {name: value.split(",") if name in lists else value for name, value in proposal.act}

    def _alert(self, request: AlertRequest) -> Part:
        instrument = self._valuer.instrument(request.symbol)
        act: Part = {"symbol": str(request.symbol), "condition": plain(described(request, instrument))}
        return {**act, "note": plain(request.note)} if request.note else act

    def _target(self, order: Order, *, whole: bool) -> Part:
        """The order that is cancelled or replaced, as it stands."""
        instrument, request = self._valuer.instrument(order.request.symbol), order.request
        act: Part = {"order_id": order.order_id, "quantity": trim(instrument.quantity_text(request.quantity))}
        if order.limit is not None:
            act["limit"] = instrument.price_text(order.limit)
        if whole:
            left = int(request.quantity) - order.filled
            act |= {"side": side_word(request.side), "symbol": str(request.symbol), "type": request.type.value}
            act["remaining"] = trim(instrument.quantity_text(left))
            if request.stop_price is not None:
                act["stop"] = instrument.price_text(request.stop_price)
        return act


def _span(ns: int) -> str:
    """A span as algorithms are asked for: 90s, 10m, 2h."""
    seconds = ns // SECOND_NS
    for size, word in ((3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{word}"
    return f"{seconds}s"
