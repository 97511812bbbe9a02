"""The only way to an approved order: checks in a fixed order, each with its code, its fix and the size that passes.

instrument -> session -> price sanity -> liquidity -> leverage -> concentration. The schema came before
(engine/risk/schema.py). An order that only reduces a position is never refused by leverage or concentration.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from engine.market.shown import DEPTH, ShownMarket
from engine.matching.exchange import PARTICIPATION
from engine.model.account import Account
from engine.model.instrument import Instrument
from engine.model.number import div_floor
from engine.model.order import Order, OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from engine.portfolio.valuation import CONCENTRATION, LEVERAGE_LIMIT, Valuer

BAND_PERCENT = 10
"""A limit price may be at most this far beyond the touch on the aggressive side."""


class Approved(msgspec.Struct, frozen=True):
    """An order that may trade; only the gate makes one, and matching takes nothing else.

    `queued` says that its market is closed and it waits for the open.
    """

    request: OrderRequest
    queued: bool


class Book(msgspec.Struct, frozen=True):
    """What an account already has at stake in the order's instrument: signed lots and same-side working lots."""

    position: int
    working: int

    def reducing(self, side: int) -> int:
        """Lots of a new order that would only reduce the position."""
        return max(0, -side * self.position - self.working)

    def same_way(self, side: int) -> int:
        """Lots already held or on the way in the order's direction."""
        return max(0, side * self.position) + max(0, self.working - max(0, -side * self.position))


class Gate:
    """The checks, at the shown market's present prices."""

    def __init__(self, shown: ShownMarket, valuer: Valuer) -> None:
        self.shown = shown
        self.valuer = valuer

    def check(
        self, account: Account, request: OrderRequest, orders: Iterable[Order], *, opening: bool = False
    ) -> Approved | Refusal:
        """Approve or refuse `request`; `orders` are the account's open orders. `opening` re-checks a queued order."""
        instrument = self.valuer.instrument(request.symbol)
        mine = [o for o in orders if o.open]
        book = self._book(account, request, mine)
        queued = not self._trades_now(instrument, request)
        refusal = (
            self._instrument(instrument)
            or self._session(instrument, request, queued)
            or self._reduce_only(instrument, request, book)
            or (None if queued else self._price(instrument, request))
            or self._size(account, instrument, request, book, mine, queued)
        )
        return refusal or Approved(request, queued and not opening)

    def largest(self, account: Account, request: OrderRequest, orders: Iterable[Order]) -> int:
        """Largest quantity in lots of this request that liquidity, leverage and concentration let pass."""
        instrument = self.valuer.instrument(request.symbol)
        mine = [o for o in orders if o.open]
        queued = not self._trades_now(instrument, request)
        rooms = self._rooms(account, instrument, request, self._book(account, request, mine), mine, queued)
        return min(lots for _, lots in rooms)

    # --- checks -------------------------------------------------------------------------------

    @staticmethod
    def _book(account: Account, request: OrderRequest, mine: list[Order]) -> Book:
        position = account.positions.get(request.symbol)
        same = (o for o in mine if o.request.symbol == request.symbol and o.request.side == request.side)
        return Book(position.lots if position else 0, sum(o.remaining for o in same))

    def _instrument(self, instrument: Instrument) -> Refusal | None:
        if instrument.tradable:
            return None
        return Refusal(
            Code.NOT_TRADABLE,
            f"{instrument.symbol} is a figure, not a thing that can be owned",
            fix=f"trade {instrument.instead} instead" if instrument.instead else "trade a fund that follows it",
            field="symbol",
        )

    def _trades_now(self, instrument: Instrument, request: OrderRequest) -> bool:
        state = self.shown.state(instrument)
        if state is MarketSession.REGULAR:
            return True
        return request.extended and state in (MarketSession.PRE, MarketSession.POST)

    def _session(self, instrument: Instrument, request: OrderRequest, queued: bool) -> Refusal | None:
        state = self.shown.state(instrument)
        if state is MarketSession.HALTED:
            return Refusal(
                Code.STALE_MARKET,
                f"the book of {instrument.symbol} lost its sequence and is being read again",
                fix="wait for the book, then send again",
            )
        now_or_never = request.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        if not queued or (request.queue and not now_or_never):
            return None
        word = request.time_in_force.value if now_or_never else "queue false"
        return Refusal(
            Code.EXCHANGE_CLOSED,
            f"{instrument.symbol} is {state.word}",
            cause=f"{word} cannot wait for the open",
            fix="send it DAY or GTC to queue for the open"
            + (", or with session extended" if state in (MarketSession.PRE, MarketSession.POST) else ""),
        )

    def _reduce_only(self, instrument: Instrument, request: OrderRequest, book: Book) -> Refusal | None:
        if not request.reduce_only:
            return None
        room = book.reducing(request.side)
        if request.quantity <= room:
            return None
        return Refusal(
            Code.WOULD_NOT_REDUCE,
            f"reduce_only may take at most {instrument.quantity_text(room)} {instrument.symbol} off the position",
            fix="send at most that, or leave reduce_only out" if room else "leave reduce_only out",
            max_quantity=instrument.quantity_text(room) if room else None,
            field="quantity",
        )

    def _price(self, instrument: Instrument, request: OrderRequest) -> Refusal | None:
        limit = request.limit_price
        bid, ask = self.shown.touch(instrument)
        if limit is None or not (bid and ask):
            return None
        side = request.side
        touch = ask if side > 0 else bid
        if request.post_only and side * (limit - touch) >= 0:
            best = instrument.price_text(touch - side)
            return Refusal(
                Code.WOULD_CROSS,
                f"a post-only {'buy' if side > 0 else 'sell'} at {instrument.price_text(limit)} would trade at once",
                cause=f"the {'ask' if side > 0 else 'bid'} is {instrument.price_text(touch)}",
                fix=f"use {best} or {'lower' if side > 0 else 'higher'}, or leave post_only out",
                field="limit_price",
            )
        edge = touch + side * (touch * BAND_PERCENT // 100)
        if side * (limit - edge) > 0:
            return Refusal(
                Code.PRICE_BAND,
                f"{instrument.price_text(limit)} is more than {BAND_PERCENT} % through the market",
                cause=f"the {'ask' if side > 0 else 'bid'} is {instrument.price_text(touch)}",
                fix=f"use {instrument.price_text(edge)} or {'lower' if side > 0 else 'higher'}",
                field="limit_price",
            )
        return None

    def _aggressive(self, instrument: Instrument, request: OrderRequest) -> bool:
        if request.type is OrderType.MARKET or request.limit_price is None:
            return True
        bid, ask = self.shown.touch(instrument)
        return request.limit_price >= ask if request.side > 0 else request.limit_price <= bid

    def _available(self, instrument: Instrument, side: int) -> int:
        """Lots that the rest of the day can give an aggressive order."""
        bids, asks = self.shown.ladder(instrument, DEPTH)
        displayed = sum(size for _, size in (asks if side > 0 else bids))
        return displayed + math.floor(PARTICIPATION * self.shown.source.day_volume_left(instrument.column))

    # --- leverage and concentration -------------------------------------------------------------

    def _unit(self, instrument: Instrument, request: OrderRequest, lots: int) -> int:
        """What `lots` are worth at the order's price (the touch, where it has none)."""
        bid, ask = self.shown.touch(instrument)
        price = request.limit_price or (ask if request.side > 0 else bid)
        if not self._aggressive(instrument, request):
            price = request.limit_price or price
        elif ask and bid:
            price = min(int(price), ask) if request.side > 0 else max(int(price), bid)
        return self.valuer.value(instrument, lots, 2 * int(price))

    def _working(self, account: Account, mine: list[Order]) -> int:
        """Notional that working orders would add to the positions."""
        gross = 0
        working: dict[tuple[str, int], int] = {}
        for order in mine:
            key = (order.request.symbol, order.request.side)
            working[key] = working.get(key, 0) + order.remaining
        for (symbol, side), lots in sorted(working.items()):
            position = account.positions.get(symbol)
            adds = lots - max(0, -side * (position.lots if position else 0))
            if adds > 0:
                gross += abs(self.valuer.mark(self.valuer.instrument(symbol), adds))
        return gross

    def _room(self, instrument: Instrument, request: OrderRequest, money: int) -> int:
        """Most lots whose value at the order's price is at most `money`."""
        if money <= 0:
            return 0
        probe = 10 ** max(0, len(str(request.quantity)))
        worth = self._unit(instrument, request, probe)
        lots = div_floor(money * probe, worth) if worth > 0 else 0
        while lots > 0 and self._unit(instrument, request, lots) > money:
            lots -= 1
        return lots

    def _rooms(
        self,
        account: Account,
        instrument: Instrument,
        request: OrderRequest,
        book: Book,
        mine: list[Order],
        queued: bool,
    ) -> list[tuple[Code, int]]:
        """Largest quantity that each limit lets pass, in the order in which they are checked."""
        side = request.side
        worth = self.valuer.worth(account)
        nav = worth.nav
        held = self._unit(instrument, request, book.same_way(side))
        quarter = math.floor(CONCENTRATION * nav / self.valuer.margin_share(instrument)) - held
        lever = LEVERAGE_LIMIT * nav - worth.gross - self._working(account, mine)
        reducing = book.reducing(side)
        rooms = [
            (Code.INSUFFICIENT_MARGIN, reducing + self._room(instrument, request, lever)),
            (Code.CONCENTRATION_LIMIT, reducing + self._room(instrument, request, quarter)),
        ]
        if not queued and self._aggressive(instrument, request):
            rooms.insert(0, (Code.LIQUIDITY_HALT, self._available(instrument, side)))
        return rooms

    def _size(
        self,
        account: Account,
        instrument: Instrument,
        request: OrderRequest,
        book: Book,
        mine: list[Order],
        queued: bool,
    ) -> Refusal | None:
        """Liquidity, leverage, concentration. The largest size named is one that all three let pass."""
        rooms = self._rooms(account, instrument, request, book, mine, queued)
        over = next((code for code, lots in rooms if request.quantity > lots), None)
        if over is None:
            return None
        if self.valuer.worth(account).nav <= 0 and over is not Code.LIQUIDITY_HALT:
            return Refusal(
                Code.INSUFFICIENT_FUNDS,
                "the account is worth nothing, so it can only reduce what it holds",
                fix="close positions, or open another account",
            )
        most = min(lots for _, lots in rooms)
        message, cause, instead = self._words(over, instrument)
        return Refusal(
            over,
            message,
            cause=cause,
            fix=f"send at most {instrument.quantity_text(most)}" if most else instead,
            max_quantity=instrument.quantity_text(most) if most else None,
            field="quantity",
        )

    @staticmethod
    def _words(code: Code, instrument: Instrument) -> tuple[str, str, str]:
        """(message, cause, what to do where no size passes)."""
        if code is Code.LIQUIDITY_HALT:
            return (
                f"the market cannot give that much {instrument.symbol} today",
                "an order may take the displayed book and 15 % of the volume still to come today",
                "wait for the next session",
            )
        if code is Code.INSUFFICIENT_MARGIN:
            return (
                f"this would be more than {LEVERAGE_LIMIT} times NAV in gross notional",
                "positions and working orders count at their full value",
                "close something first",
            )
        what = "its position" if instrument.full_cash else "its initial margin"
        return (
            f"{instrument.symbol} would be more than 25 % of NAV",
            f"{what} with working orders may be at most a quarter",
            "reduce what you hold or have working first",
        )
