"""What the market shows now, as documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np

from engine.documents import (
    Document,
    bar_document,
    ladder_document,
    ratio,
    signed,
    trade_document,
)
from engine.kernel import Kernel
from engine.market.catalogue import Catalogue, row_ticks
from engine.market.shown import DEPTH
from engine.market.statuses import changes
from engine.model.format import time_text
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, TimeNs
from engine.model.instrument import ASSET_CLASSES, Instrument
from engine.model.market import Bar, BookLevel, Ladder
from engine.model.refusal import Code, refuse
from engine.model.session import MarketSession
from engine.views.hours import venue_document
from engine.views.standstill import auction_document, halt_document, indication_document

EVERY = {"1m": MINUTE_NS, "5m": 5 * MINUTE_NS, "1h": HOUR_NS, "1d": DAY_NS}
MOST_BARS = 5000
MOST_LEVELS = 200


class MarketView:
    """The market of one desk. Methods raise Refused where what is asked for does not exist."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    @property
    def now(self) -> int:
        """Market time of the shown market, in ns."""
        return int(self.kernel.state.now)

    @property
    def seq(self) -> int:
        """Number of the shown market step since the home began: 100 ms of market time each."""
        return (int(self.kernel.shown.now) - int(self.kernel.start)) // 100_000_000

    @property
    def catalogue(self) -> Catalogue:
        """The desk's instruments."""
        return self.kernel.catalogue

    def today(self) -> date:
        """The market's UTC date."""
        return date.fromisoformat(time_text(self.now)[:10])

    def resolve(self, symbol: str) -> Instrument:
        """The instrument that a reader means (a futures root reads as its front contract)."""
        return self.catalogue.resolve(symbol, self.today(), False)

    # --- market -------------------------------------------------------------------------------

    def instruments(self, asset_class: str = "", search: str = "") -> Document:
        """All instruments, of a class, or found by a search."""
        if asset_class and asset_class not in ASSET_CLASSES:
            raise refuse(
                Code.ENUM_ERROR, f"there is no asset class {asset_class[:20]}", fix="use " + ", ".join(ASSET_CLASSES)
            )
        found: Iterable[Instrument] = self.catalogue.search(search) if search else self.catalogue.columns
        return {"instruments": [self._instrument(i) for i in found if not asset_class or i.asset_class == asset_class]}

    def _instrument(self, instrument: Instrument) -> Document:
        document: Document = {
            "symbol": instrument.symbol,
            "name": instrument.name,
            "asset_class": instrument.asset_class,
            "sector": instrument.sector,
            "exchange": instrument.exchange,
            "currency": instrument.currency,
            "tick_size": instrument.price_text(1),
            "lot_size": instrument.quantity_text(1),
            "display_lot": instrument.display_lot,
            "multiplier": instrument.multiplier,
            "session": instrument.session,
            "state": self.kernel.shown.state(instrument).word,
            "price_decimals": instrument.tick.decimals,
            "size_decimals": instrument.lot.decimals,
            "group": row_ticks(instrument),
            "tradable": instrument.tradable,
            "instead": instrument.instead,
            "aliases": list(instrument.aliases),
        }
        if self.catalogue.is_root(instrument.symbol):
            contracts = self.catalogue.contracts(instrument.symbol, self.today())
            document["front"] = contracts[0].symbol
            document["contracts"] = [{"symbol": c.symbol, "last_trade": c.last_trade} for c in contracts]
        return document

    def quote(self, symbol: str) -> Document:
        """Best bid and ask, last, change on the previous close."""
        instrument = self.resolve(symbol)
        shown = self.kernel.shown
        quote = self.kernel.displayed.quote(instrument)
        last = shown.last(instrument)
        close = int(shown.source.prev_close[instrument.column]) + instrument.basis_ticks
        return {
            "symbol": instrument.symbol,
            "name": instrument.name,
            "asset_class": instrument.asset_class,
            "bid": instrument.price_text(quote.bid) if quote.bid_size else None,
            "ask": instrument.price_text(quote.ask) if quote.ask_size else None,
            "bid_size": instrument.quantity_text(quote.bid_size),
            "ask_size": instrument.quantity_text(quote.ask_size),
            "mid": instrument.tick.half_text(shown.mid2(instrument)),
            "last": instrument.price_text(last),
            "change": signed(instrument.price_text(last - close)),
            "change_pct": signed(ratio(100 * (last - close), close, 2)),
            "prev_close": instrument.price_text(close),
            "volume": instrument.quantity_text(int(shown.source.volume_day[instrument.column])),
            "session": shown.state(instrument).word,
            **self._standstill(instrument),
            "at": time_text(self.now),
            "seq": self.seq,
        }

    def _standstill(self, instrument: Instrument) -> Document:
        """Why an instrument does not trade where it is halted, and what its called auction would do now."""
        document: Document = {}
        halted = self.kernel.shown.state(instrument) is MarketSession.HALTED
        halt = self.kernel.shown.halt(instrument) if halted else None
        if halt is not None:
            document["halt"] = halt_document(halt)
        found = self.kernel.indications.now(instrument, self.kernel.state.now)
        if found is not None:
            document["auction"] = indication_document(found, instrument)
        return document

    def levels(self, symbol: str, count: int = DEPTH) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """(bids, asks) as (ticks, lots), best first, with every account's resting orders."""
        return self.kernel.displayed.ladder(self.resolve(symbol), count)

    def book(self, symbol: str, levels: int = DEPTH) -> Document:
        """The shown ladder."""
        if not 1 <= levels <= MOST_LEVELS:
            raise refuse(Code.OUT_OF_RANGE, f"a book has 1 to {MOST_LEVELS} levels", fix=f"ask for 1 to {MOST_LEVELS}")
        instrument = self.resolve(symbol)
        bids, asks = self.kernel.displayed.ladder(instrument, levels)
        ladder = Ladder(
            tuple(BookLevel(p, s) for p, s in bids),  # type: ignore[arg-type]
            tuple(BookLevel(p, s) for p, s in asks),  # type: ignore[arg-type]
        )
        head = {"symbol": instrument.symbol, "seq": self.seq, "at": time_text(self.now)}
        state = self.kernel.shown.state(instrument).word
        return {**head, "session": state, **ladder_document(ladder, instrument), "own": []}

    def own(self, account: str, symbol: str) -> list[Document]:
        """The account's resting orders in one instrument, for the ladder."""
        instrument = self.resolve(symbol)
        before = self.kernel.displayed.places(instrument.symbol)
        return [
            {
                "order_id": o.order_id,
                "side": "buy" if o.request.side > 0 else "sell",
                "price": instrument.price_text(o.request.limit_price or 0),
                "size": instrument.quantity_text(o.remaining),
                "ahead": instrument.quantity_text(o.ahead + before.get(o.order_id, 0)),
            }
            for o in self.kernel.open_orders(account)
            if o.request.symbol == instrument.symbol and o.request.limit_price
        ]

    def trades(self, symbol: str, limit: int = 50) -> Document:
        """The newest prints, newest last."""
        instrument = self.resolve(symbol)
        recent = self.kernel.shown.source.recent_trades(instrument.column, max(1, min(limit or 50, 1000)))
        shifted = [t if not instrument.basis_ticks else _moved(t, instrument.basis_ticks) for t in recent]
        return {"symbol": instrument.symbol, "trades": [trade_document(t, instrument) for t in shifted]}

    def prints(self, symbol: str) -> list[Document]:
        """Prints of the last market step."""
        instrument = self.resolve(symbol)
        return [trade_document(t, instrument) for t in self.kernel.shown.prints(instrument)]

    def bars(self, symbol: str, every: str = "1m", limit: int = 300) -> Document:
        """The newest bars, oldest first; the last one still grows."""
        step = EVERY.get(every)
        if step is None:
            raise refuse(Code.ENUM_ERROR, f"there are no bars of {every[:10]}", fix="use " + ", ".join(EVERY))
        instrument = self.resolve(symbol)
        count = max(1, min(limit or 300, MOST_BARS))
        start = self._bars_from(instrument, step, count)
        found = self.kernel.shown.source.bars(instrument.column, step, start, TimeNs(self.now + 1))
        bars = [_shifted(b, instrument.basis_ticks) for b in found[-count:]]
        return {
            "symbol": instrument.symbol,
            "every": every,
            "bars": [bar_document(b, instrument) for b in self._current(instrument, bars)],
        }

    def _current(self, instrument: Instrument, bars: list[Bar]) -> list[Bar]:
        """The last bar closes at the shown mid, users' displacement included."""
        low, high = self.kernel.shown.shifts(instrument)
        if not bars or not (low or high):
            return bars
        close = self.kernel.shown.mid2(instrument) // 2
        last = bars[-1]
        return [*bars[:-1], Bar(last.at, last.open, max(last.high, close), min(last.low, close), close, last.volume)]  # type: ignore[arg-type]

    def _bars_from(self, instrument: Instrument, step: int, count: int) -> TimeNs:
        """A start early enough for `count` bars, walking back over closed hours."""
        calendar = self.kernel.shown.calendars[instrument.session]
        needed, number = count * step, min(calendar.day_index(self.now), len(calendar.days) - 1)
        if step == DAY_NS:
            return TimeNs(calendar.days[max(0, number - count)].segments[0].start)
        while number > 0:
            for segment in calendar.days[number].segments:
                if segment.state is not MarketSession.BREAK:
                    needed -= max(0, min(segment.end, self.now) - segment.start)
            if needed <= 0:
                break
            number -= 1
        return TimeNs(max(calendar.days[number].segments[0].start, self.now - 366 * DAY_NS))

    def sessions(self) -> Document:
        """Each venue's state, what comes next, its next auction and what of it is halted."""
        seen: dict[str, Document] = {}
        halted = self._halted()
        for instrument in self.catalogue.columns:
            if instrument.session not in seen:
                seen[instrument.session] = self._session(instrument, halted.get(instrument.session, []))
        return {"sessions": list(seen.values())}

    def _session(self, instrument: Instrument, halted: list[Document]) -> Document:
        shown = self.kernel.shown
        state = shown.state(instrument)
        document: Document = {
            "session": instrument.session,
            "exchange": instrument.exchange,
            "state": state.word,
            "now": time_text(self.now),
        }
        calendar = shown.calendars[instrument.session]
        document.update(venue_document(instrument.session, calendar, self.now))
        times = next_changes(calendar.days, calendar.day_index(self.now), self.now)
        document.update({key: time_text(value) if value else None for key, value in times.items()})
        following = next(changes({"": calendar}, self.now, self.now + 14 * DAY_NS), None)
        if following is not None:
            document["next"], document["next_state"] = time_text(following[0]), following[2].word
        auction = self.kernel.indications.scheduled(instrument.session, self.kernel.state.now)
        document["auction"] = auction_document(auction) if auction is not None else None
        document["halted"] = halted
        return document

    def _halted(self) -> dict[str, list[Document]]:
        """Names that stand still now, by session."""
        shown, found = self.kernel.shown, dict[str, list[Document]]()
        for column in np.flatnonzero(shown.source.state == MarketSession.HALTED).tolist():
            instrument = self.catalogue.columns[column]
            halt = shown.halt(instrument)
            if halt is not None:
                row = {"symbol": instrument.symbol, **halt_document(halt)}
                found.setdefault(instrument.session, []).append(row)
        return found


def next_changes(days: Any, number: int, now: int) -> dict[str, int]:
    """Times of the next change of state, the next regular open and the present or next regular close."""
    found: dict[str, int] = {"next": 0, "opens_at": 0, "closes_at": 0}
    for day in days[number : number + 12]:
        for segment in day.segments:
            for key, at, wanted in (
                ("next", segment.start, True),
                ("next", segment.end, True),
                ("opens_at", segment.start, segment.state is MarketSession.REGULAR),
                ("closes_at", segment.end, segment.state is MarketSession.REGULAR),
            ):
                if wanted and at > now and not found[key]:
                    found[key] = at
        if all(found.values()):
            break
    return found


def _shifted(bar: Bar, ticks: int) -> Bar:
    if not ticks:
        return bar
    return Bar(bar.at, bar.open + ticks, bar.high + ticks, bar.low + ticks, bar.close + ticks, bar.volume)  # type: ignore[arg-type]


def _moved(trade: Any, ticks: int) -> Any:
    return type(trade)(trade.at, trade.price + ticks, trade.size, trade.sign)
