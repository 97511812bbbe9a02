"""The only way to an approved order: checks in a fixed order, each with its code, its fix and the size that passes.

instrument -> session -> price sanity -> liquidity -> leverage -> concentration. The schema came before
(engine/risk/schema.py). An order that only reduces a position is never refused by leverage or concentration.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from engine.market.shown import ShownMarket
from engine.matching.exchange import PARTICIPATION
from engine.model.account import Account
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.model.instrument import Instrument
from engine.model.order import NOW_OR_NEVER, OrderRequest, OrderType, TimeInForce
from engine.model.refusal import Code, Refusal
from engine.model.session import MarketSession
from engine.portfolio.overnight.hours import final_settlement
from engine.portfolio.valuation import CONCENTRATION, LEVERAGE_LIMIT, Valuer
from engine.risk.limits import check_prices, size_rooms, size_words
from engine.risk.locate import locate_room, tier

BAND_PERCENT = 10
"""A limit price may be at most this far beyond the touch on the aggressive side."""


Working = Mapping[tuple[str, int], int]
"""Lots that open orders may still add, by (symbol, side)."""


class Approved(msgspec.Struct, frozen=True):
    """An order that may trade; only the gate makes one, and matching takes nothing else.

    `queued` says that its market is closed and it waits for the open.
    """

    request: OrderRequest
    queued: bool


class Book(msgspec.Struct, frozen=True):
    """What an account already has at stake in the order's instrument: signed lots and same-side working lots.

    Reduce-only orders are not counted as working: they never add to a position.
    """

    position: int
    working: int

    def reducing(self, side: int) -> int:
        """Lots of a new order that would only reduce the position."""
        return max(0, -side * self.position - self.working)

    def same_way(self, side: int) -> int:
        """Lots already held or on the way in the order's direction."""
        return max(0, side * self.position) + max(0, self.working - max(0, -side * self.position))


class Case(msgspec.Struct, frozen=True):
    """One request with everything that its sizes are judged by; `working` are the lots of the account's open orders."""

    account: Account
    instrument: Instrument
    request: OrderRequest
    book: Book
    working: Mapping[tuple[str, int], int]
    queued: bool
    at: TimeNs


class Gate:
    """The checks, at the shown market's present prices."""

    def __init__(self, shown: ShownMarket, valuer: Valuer) -> None:
        self.shown = shown
        self.valuer = valuer
        self._last: dict[str, TimeNs] = {}

    def check(
        self, account: Account, request: OrderRequest, working: Working, at: TimeNs, *, again: bool = False
    ) -> Approved | Refusal:
        """Approve or refuse `request`. `working` are the lots that the account's open orders may still add; `again`
        re-checks a queued order."""
        case = self._case(account, request, working, at)
        instrument, queued = case.instrument, case.queued
        refusal = (
            self._instrument(instrument, at)
            or (None if again else self._session(instrument, request, queued, at))
            or self._reduce_only(case)
            or (None if queued else self._price(instrument, request) or self._exits(instrument, request))
            or check_prices(account, instrument, request, self.shown.touch(instrument))
            or self._size(case)
        )
        return refusal or Approved(request, queued and not again)

    def largest(self, account: Account, request: OrderRequest, working: Working, at: TimeNs) -> int:
        """Largest quantity in lots of this request that every limit on size lets pass."""
        return min(lots for _, lots in self._rooms(self._case(account, request, working, at)))

    def _case(self, account: Account, request: OrderRequest, working: Working, at: TimeNs) -> Case:
        instrument = self.valuer.instrument(request.symbol)
        position = account.positions.get(request.symbol)
        book = Book(position.lots if position else 0, working.get((request.symbol, request.side), 0))
        return Case(account, instrument, request, book, working, not self._trades_now(instrument, request), at)

    # --- checks -------------------------------------------------------------------------------

    def _instrument(self, instrument: Instrument, at: TimeNs) -> Refusal | None:
        if not instrument.tradable:
            return Refusal(
                Code.NOT_TRADABLE,
                f"{instrument.symbol} is a figure, not a thing that can be owned",
                fix=f"trade {instrument.instead} instead" if instrument.instead else "trade a fund that follows it",
                field="symbol",
            )
        ends = self.contract_end(instrument)
        if ends and at >= ends:
            return Refusal(
                Code.BAD_CONTRACT_CODE,
                f"{instrument.symbol} was settled for the last time at {time_text(ends)}",
                fix=f"vterm roll {instrument.symbol} names the next contract",
                field="symbol",
            )
        return None

    def contract_end(self, instrument: Instrument) -> TimeNs:
        """When a futures contract ends (0: never)."""
        if not instrument.root:
            return TimeNs(0)
        known = self._last.get(instrument.symbol)
        if known is None:
            calendar = self.shown.calendars[instrument.session]
            known = self._last[instrument.symbol] = final_settlement(instrument, calendar)
        return known

    def _trades_now(self, instrument: Instrument, request: OrderRequest) -> bool:
        if request.time_in_force is TimeInForce.OPG:
            return False
        state = self.shown.state(instrument)
        if state is MarketSession.REGULAR:
            return True
        return request.extended and state in (MarketSession.PRE, MarketSession.POST)

    def _session(self, instrument: Instrument, request: OrderRequest, queued: bool, at: TimeNs) -> Refusal | None:
        state = self.shown.state(instrument)
        halt = None if state is MarketSession.REGULAR else self.shown.halt(instrument)
        if state is MarketSession.HALTED and halt is None:
            return Refusal(
                Code.STALE_MARKET,
                f"the book of {instrument.symbol} lost its sequence and is being read again",
                fix="wait for the book, then send again",
            )
        if request.expire_at is not None and request.expire_at <= at:
            return Refusal(
                Code.OUT_OF_RANGE,
                f"{time_text(request.expire_at)} has passed",
                fix="name a later expire_at",
                field="expire_at",
            )
        if request.time_in_force is TimeInForce.OPG and state is MarketSession.REGULAR:
            return _closed(
                f"the opening auction of {instrument.symbol} is over", "OPG trades in it only", "send it DAY"
            )
        now_or_never = request.time_in_force in NOW_OR_NEVER
        if not queued or (request.queue and not now_or_never):
            return None
        word = request.time_in_force.value if now_or_never else "queue false"
        if halt is not None:
            until = time_text(halt.until)
            return _closed(
                f"{instrument.symbol} is halted until {until}",
                f"{word} cannot wait for that ({halt.reason})",
                "send it DAY or GTC to wait",
            )
        extended = ", or with session extended" if state in (MarketSession.PRE, MarketSession.POST) else ""
        return _closed(
            f"{instrument.symbol} is {state.word}",
            f"{word} cannot wait for the open",
            f"send it DAY or GTC to queue for the open{extended}",
        )

    def _reduce_only(self, case: Case) -> Refusal | None:
        instrument, request = case.instrument, case.request
        if not request.reduce_only:
            return None
        room = max(0, -request.side * case.book.position)
        if request.quantity <= room:
            return None
        most = min(lots for _, lots in self._rooms(case))
        return Refusal(
            Code.WOULD_NOT_REDUCE,
            f"reduce_only may take at most {instrument.quantity_text(room)} {instrument.symbol} off the position",
            fix=f"send at most {instrument.quantity_text(most)}" if most else "leave reduce_only out",
            max_quantity=instrument.quantity_text(most) if most else None,
            field="quantity",
        )

    def _price(self, instrument: Instrument, request: OrderRequest) -> Refusal | None:
        limit = request.limit_price
        bid, ask = self.shown.touch(instrument)
        if limit is None or not (bid and ask) or _waits(request):
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

    def _exits(self, instrument: Instrument, request: OrderRequest) -> Refusal | None:
        """A bracket that enters now must not be stopped, or have its profit taken, by the price it enters at."""
        if request.limit_price is not None or _waits(request):
            return None
        side, touch = request.side, self.shown.touch(instrument)[request.side < 0]
        for field, price, way in (("stop_loss", request.stop_loss, -1), ("take_profit", request.take_profit, 1)):
            if price is not None and side * way * (price - touch) <= 0:
                word = "above" if side * way > 0 else "below"
                return Refusal(
                    Code.INCONSISTENT_FIELDS,
                    f"{field} {instrument.price_text(price)} would end the position at once",
                    cause=f"the market stands at {instrument.price_text(touch)}",
                    fix=f"put it {word} {instrument.price_text(touch)}",
                    field=field,
                )
        return None

    def _aggressive(self, instrument: Instrument, request: OrderRequest) -> bool:
        if _waits(request):
            return False
        if request.limit_price is None:
            return True
        bid, ask = self.shown.touch(instrument)
        return request.limit_price >= ask if request.side > 0 else request.limit_price <= bid

    def _available(self, instrument: Instrument, side: int, enough: int | None) -> int:
        """Lots that the rest of the day can give an aggressive order; no ladder is read for `enough` of them."""
        left = math.floor(PARTICIPATION * self.shown.volume(instrument)[1])
        if enough is not None and enough <= left:
            return left
        return left + sum(size for _, size in self.shown.side(instrument, side))

    # --- leverage and concentration -------------------------------------------------------------

    def _price2(self, instrument: Instrument, request: OrderRequest, aggressive: bool) -> int:
        """What a lot counts at, in half ticks: the limit of an order that waits, else no more than the touch."""
        bid, ask = self.shown.touch(instrument)
        touch = ask if request.side > 0 else bid
        price = request.limit_price or request.stop_price or touch
        if aggressive and ask and bid:
            price = min(int(price), ask) if request.side > 0 else max(int(price), bid)
        return 2 * int(price)

    def _working(self, account: Account, working: Working) -> int:
        """Notional that working orders would add to the positions."""
        gross, held, mark_of = 0, account.positions, self.valuer.mark_of
        for (symbol, side), adds in working.items():
            position = held.get(symbol)
            if position is not None and position.lots * side < 0:
                adds -= abs(position.lots)
            if adds > 0:
                gross += abs(mark_of(symbol, adds))
        return gross

    def _rooms(self, case: Case, enough: int | None = None) -> list[tuple[Code, int]]:
        """Largest quantity that each limit lets pass, in the order in which they are checked; more than is said where
        that is `enough`."""
        instrument, request, side = case.instrument, case.request, case.request.side
        rooms, aggressive = [], self._aggressive(instrument, request)
        if aggressive and not case.queued:
            rooms.append((Code.LIQUIDITY_HALT, self._available(instrument, side, enough)))
        if request.reduce_only:
            return [*rooms, (Code.WOULD_NOT_REDUCE, max(0, -side * case.book.position))]
        worth = self.valuer.worth(case.account)
        price2 = self._price2(instrument, request, aggressive)
        held = self.valuer.value(instrument, case.book.same_way(side), price2)
        share, of = self.valuer.margin_share(instrument)
        quarter = worth.nav * CONCENTRATION.numerator * of // (CONCENTRATION.denominator * share) - held
        lever = LEVERAGE_LIMIT * worth.nav - worth.gross - self._working(case.account, case.working)
        reducing = case.book.reducing(side)
        rooms += size_rooms(case.account, self.valuer, instrument, request, price2, reducing, case.at)
        rooms += [
            (Code.INSUFFICIENT_MARGIN, reducing + self.valuer.most_lots(instrument, price2, lever)),
            (Code.CONCENTRATION_LIMIT, reducing + self.valuer.most_lots(instrument, price2, quarter)),
        ]
        if side < 0:
            rooms.append((Code.NO_LOCATE, locate_room(instrument, case.book.position, case.book.working)))
        return rooms

    def _size(self, case: Case) -> Refusal | None:
        """Liquidity, leverage, concentration. The largest size named is one that all three let pass."""
        instrument = case.instrument
        wanted = case.request.quantity
        over = next((code for code, lots in self._rooms(case, wanted) if wanted > lots), None)
        if over is None:
            return None
        if self.valuer.worth(case.account).nav <= 0 and over in (Code.INSUFFICIENT_MARGIN, Code.CONCENTRATION_LIMIT):
            return Refusal(
                Code.INSUFFICIENT_FUNDS,
                "the account is worth nothing, so it can only reduce what it holds",
                fix="close positions, or open another account",
            )
        most = min(lots for _, lots in self._rooms(case))
        message, cause, instead = self._words(over, case)
        return Refusal(
            over,
            message,
            cause=cause,
            fix=f"send at most {instrument.quantity_text(most)}" if most else instead,
            max_quantity=instrument.quantity_text(most) if most else None,
            field="quantity",
        )

    @staticmethod
    def _words(code: Code, case: Case) -> tuple[str, str, str]:
        """(message, cause, what to do where no size passes)."""
        instrument = case.instrument
        if code in (Code.ORDER_LIMIT, Code.ACCOUNT_LOCKED):
            return size_words(code, case.account, instrument, case.at)
        if code is Code.NO_LOCATE:
            return (
                f"there is not that much {instrument.symbol} to borrow",
                f"it is {tier(instrument).word} to borrow, and one account may be short of a share of a day's volume",
                "buy something back first",
            )
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


def _waits(request: OrderRequest) -> bool:
    """Whether the order is held back before it meets the market, so that today's prices do not judge it."""
    return bool(request.when) or (request.triggered_by_price and request.type is not OrderType.OCO)


def _closed(message: str, cause: str, fix: str) -> Refusal:
    return Refusal(Code.EXCHANGE_CLOSED, message, cause=cause, fix=fix)
