"""Auctions while they are called: when a market's next one is, and where the orders that wait would cross now."""

from __future__ import annotations

import msgspec

from engine.market.auctions import CLOSING, Auction, auction_volume, next_auction, reopening
from engine.market.shown import ShownMarket
from engine.matching.opening import Auctions
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.number import div_half_even
from engine.model.order import Order, Status
from engine.model.session import MarketSession


class Indication(msgspec.Struct, frozen=True):
    """What a called auction would do now: `price` in ticks, `matched` lots, and signed lots that would find no other
    side (+ buyers are left over)."""

    auction: Auction
    price: int
    matched: int
    imbalance: int


class Indications:
    """Of one desk. Reading changes nothing."""

    def __init__(self, shown: ShownMarket, auctions: Auctions) -> None:
        self.shown, self.auctions = shown, auctions
        self._next: dict[str, tuple[int, Auction | None]] = {}

    def scheduled(self, session: str, now: TimeNs) -> Auction | None:
        """The auction of a venue that is called now, else its next one; looked up once an auction."""
        since, known = self._next.get(session, (now + 1, None))
        if now < since or (known is not None and now >= known.at):
            known = next_auction(session, self.shown.calendars[session], now)
            self._next[session] = now, known
        return known

    def called(self, instrument: Instrument, now: TimeNs) -> Auction | None:
        """The auction for which orders in an instrument are called now; None where there is none."""
        if self.shown.state(instrument) is MarketSession.HALTED:
            halt = self.shown.halt(instrument)
            auction = reopening(halt) if halt is not None else None
        else:
            auction = self.scheduled(instrument.session, now)
        if auction is None or not auction.starts <= now < auction.at:
            return None
        return auction if auction_volume(instrument, auction.kind) else None

    def now(self, instrument: Instrument, now: TimeNs) -> Indication | None:
        """Where the called auction would cross now: at the mid where nobody waits for it."""
        auction = self.called(instrument, now)
        if auction is None:
            return None
        cross = self.auctions.indicative(self._waiting(instrument, auction.kind), instrument, auction.kind)
        if cross is None:
            return Indication(auction, self._mid(instrument), 0, 0)
        return Indication(auction, cross.price, cross.traded, cross.unmatched)

    def price(self, instrument: Instrument, kind: str, another: Order) -> int:
        """Where an auction would cross now with one more order in it, in ticks."""
        cross = self.auctions.indicative([*self._waiting(instrument, kind), another], instrument, kind)
        return self._mid(instrument) if cross is None else cross.price

    def _mid(self, instrument: Instrument) -> int:
        return div_half_even(self.shown.mid2(instrument), 2)

    def _waiting(self, instrument: Instrument, kind: str) -> list[Order]:
        orders = self.auctions.executions.open.of_symbol.get(instrument.symbol, ())
        status = Status.WORKING if kind == CLOSING else Status.QUEUED
        return [order for order in orders if order.status is status]
