"""Orderly liquidation: one position at a time, the largest loser first, no more than brings the margin back.

An account's own orders that could add to its risk go first. A closing order is a reduce-only market order like any
other: it pays the spread, moves the price, and waits where its venue is closed.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.model.account import Account, Position
from engine.model.event import RiskEvent
from engine.model.ids import Lots, TimeNs
from engine.model.instrument import Instrument
from engine.model.number import div_ceil
from engine.model.order import Order, OrderRequest, OrderType, Status, TimeInForce
from engine.model.refusal import Refusal
from engine.model.session import MarketSession
from engine.portfolio.valuation import LEVERAGE_LIMIT, Valuer, Worth
from engine.ports import OrderDesk

ORIGIN = "liquidation"
AIM_PPM = 945_000
"""Use of the limit that a closing order is sized for: half a point below where liquidation ends, for its own costs."""


def beyond_position(account: Account, orders: Iterable[Order]) -> list[Order]:
    """The open orders that could do more than reduce: those that add, and what stands behind as much as closes."""
    room = {symbol: position.lots for symbol, position in account.positions.items()}
    beyond = []
    for order in orders:
        side, symbol = order.request.side, order.request.symbol
        left = -side * room.get(symbol, 0)
        if order.request.reduce_only or order.origin == ORIGIN:
            continue
        if left >= order.remaining:
            room[symbol] += side * order.remaining
        else:
            beyond.append(order)
    return beyond


class Loser(msgspec.Struct, frozen=True):
    """A position by what it has lost: `unrealised` and `value` in Minor at the shown mid."""

    symbol: str
    lots: int
    unrealised: int
    value: int


class Liquidator:
    """Closes positions of one account at a time."""

    def __init__(self, valuer: Valuer, desk: OrderDesk) -> None:
        self.valuer, self.desk = valuer, desk

    def losers(self, account: Account) -> list[Loser]:
        """Positions, largest loss first, ties by symbol."""
        found = [self._loser(account.positions[symbol]) for symbol in sorted(account.positions)]
        return sorted(found, key=lambda loser: (loser.unrealised, loser.symbol))

    def _loser(self, position: Position) -> Loser:
        value = self.valuer.mark(self.valuer.instrument(position.symbol), position.lots)
        return Loser(position.symbol, position.lots, value - position.cost, value)

    def end(self, account: Account) -> None:
        """Margin is back: take back what was still to be closed."""
        for order in self.desk.open_orders(account.account_id):
            if order.origin == ORIGIN:
                self.desk.withdraw(order, "margin is in order again")

    def go_on(self, account: Account, worth: Worth, use: int, at: TimeNs) -> bool:
        """The next closing order, unless one works already. Returns whether one works now."""
        for order in beyond_position(account, self.desk.open_orders(account.account_id)):
            self.desk.withdraw(order, "the account is being liquidated: only reducing orders stay")
        mine = [o for o in self.desk.open_orders(account.account_id) if o.origin == ORIGIN]
        if any(o.status is not Status.QUEUED for o in mine):
            return True
        waiting = {str(o.request.symbol) for o in mine}
        for loser in self.losers(account):
            instrument = self.valuer.instrument(loser.symbol)
            if loser.symbol in waiting or (waiting and not self._open(instrument)):
                continue
            closing = self._close(account, instrument, loser, worth)
            if closing.status is Status.REJECTED:
                continue
            which = "the largest loser that can trade now" if waiting else "the largest loser"
            self.desk.happened(_event(account, instrument, closing, worth, use, which, at))
            if closing.status is not Status.QUEUED:
                return True
            waiting.add(loser.symbol)
        return False

    def _open(self, instrument: Instrument) -> bool:
        return self.valuer.shown.state(instrument) is MarketSession.REGULAR

    def enough(self, worth: Worth, loser: Loser) -> int:
        """Lots of the position to close so that the use comes down to the aim; all of it where NAV is gone."""
        whole = abs(loser.lots)
        if worth.nav <= 0 or not loser.value:
            return whole
        excess = 1_000_000 * worth.gross - AIM_PPM * LEVERAGE_LIMIT * worth.nav
        return max(1, min(whole, div_ceil(excess * whole, 1_000_000 * abs(loser.value))))

    def _close(self, account: Account, instrument: Instrument, loser: Loser, worth: Worth) -> Order:
        side = -1 if loser.lots > 0 else 1
        lots = self.enough(worth, loser)
        self._make_room(account, loser, side, lots)
        order = self._place(account, instrument, side, lots)
        most = self._most(instrument, order.refusal)
        if order.status is Status.REJECTED and 0 < most < lots:
            return self._place(account, instrument, side, most)
        return order

    def _make_room(self, account: Account, loser: Loser, side: int, lots: int) -> None:
        """Take back the account's own exits, newest first, that would turn the position round once it is closed."""
        exits = [
            o
            for o in self.desk.open_orders(account.account_id)
            if o.request.symbol == loser.symbol and o.request.side == side and not o.request.reduce_only
        ]
        room = abs(loser.lots) - sum(o.remaining for o in exits)
        for order in reversed(exits):
            if room >= lots:
                return
            if order.open:
                room += order.remaining
                self.desk.withdraw(order, "the account is being liquidated: the desk closes this position")

    def _place(self, account: Account, instrument: Instrument, side: int, lots: int) -> Order:
        request = OrderRequest(
            instrument.symbol, side, OrderType.MARKET, Lots(lots), None, TimeInForce.GTC, reduce_only=True
        )
        return self.desk.place(account.account_id, request, origin=ORIGIN)

    @staticmethod
    def _most(instrument: Instrument, refusal: Refusal | None) -> int:
        """The size that the refusal says would pass; 0 for none."""
        if refusal is None or refusal.max_quantity is None:
            return 0
        return instrument.lot.steps(refusal.max_quantity) or 0


def _event(
    account: Account, instrument: Instrument, order: Order, worth: Worth, use: int, which: str, at: TimeNs
) -> RiskEvent:
    verb = "selling" if order.request.side < 0 else "buying back"
    text = f"{verb} {instrument.quantity_text(order.request.quantity)} {instrument.symbol}, {which}"
    if order.status is Status.QUEUED:
        text += ", as soon as its venue opens"
    return RiskEvent(
        "risk.liquidation",
        at,
        account.account_id,
        use,
        worth.nav,
        worth.gross,
        text,
        order.order_id,
        instrument.symbol,
    )
