"""Where an account's profit came from, by head, and split into market, spread, impact, timing, fee and carry."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine.documents import Document, exact_money
from engine.model.account import Transfer
from engine.model.format import time_text
from engine.model.ids import TimeNs
from engine.model.refusal import Code, refuse
from engine.model.session import MarketSession
from engine.past import Booked
from engine.portfolio.analytics import attribution
from engine.portfolio.analytics.attribution import Head, Piece, Split
from engine.portfolio.analytics.exposure import held_currency
from engine.portfolio.analytics.history import History, Step, tell
from engine.views.equity import EquityView
from engine.views.jobs import Job
from engine.views.marks import PastMarks
from engine.views.told import Told

HEADS = ("class", "sector", "currency", "direction", "hour", "weekday", "phase", "symbol", "cost")
UNALLOCATED = "unallocated"
"""The head of what prices at a window's start are known to have made, but not in which instrument."""
_SINCE_BARS = 25
"""Symbols priced at a past moment before others may run."""

Open = dict[str, tuple[int, int]]
"""By symbol the direction of what is held, and its unrealised profit in Minor."""


class Deeds(msgspec.Struct, frozen=True):
    """An account's profit since a moment: steps after it, and open profit now and then. `rest` is the open profit then
    that no symbol is known to have had."""

    steps: list[Step]
    unrealised: Open
    before: Open
    rest: int

    def pieces(self) -> list[Piece]:
        """All of it; it sums to the change of worth without flows."""
        found = attribution.pieces(self.steps, self.unrealised, 0, self.before)
        if self.rest:
            found.append(Piece(UNALLOCATED, 0, None, unrealised=-self.rest))
        return found


class EarnedView(EquityView):
    """Profit of one desk's accounts, taken apart."""

    def attribution(self, account: str, by: str = "class", window: str = "all") -> Job[Document]:
        """Profit of a window by one of HEADS; every column sums exactly to its total."""
        if by not in HEADS:
            raise refuse(Code.ENUM_ERROR, "by is none of its words", fix=f"use {', '.join(HEADS)}", field="by")
        told, tell_it = self.told(account, self.window_name(window)), self.history_of(account)
        history: History = yield tell_it
        deeds = yield from self.deeds(told, history)
        head = self._head(by, told)
        document: Document = yield lambda: _attribution_document(told, by, window, deeds, head)
        return document

    def deeds(self, told: Told, history: History) -> Job[Deeds]:
        """Steps after the window's start, and open profit at both ends."""
        unrealised = {one.symbol: (_sign(one.lots), one.value - one.cost) for one in told.book.holdings}
        first = told.points[0]
        place = bisect_right(history.steps, told.after, key=lambda step: step.at)
        gained = sum(s.realised - s.fee + s.dividend + s.carry for s in history.steps[:place])
        rest = first.nav - first.funded - gained
        if not place and not rest:
            return Deeds(history.steps, unrealised, {}, 0)
        then: History = yield lambda: tell(item for item in told.booked if _held(item, told))
        before: Open = {}
        marks = PastMarks(self.kernel, TimeNs(told.since))
        for number, (symbol, held) in enumerate(sorted(then.positions.items())):
            if number % _SINCE_BARS == _SINCE_BARS - 1:
                yield None
            value = marks.value(told.instruments[symbol], held.lots) if symbol in told.instruments else None
            if value is not None:
                before[symbol] = _sign(held.lots), value - held.cost
        rest -= sum(profit for _, profit in before.values())
        return Deeds(history.steps[place:], unrealised, before, rest)

    def _head(self, by: str, told: Told) -> Head:
        known = told.instruments
        if by == "class":
            return _named(attribution.by_trait({s: i.asset_class for s, i in known.items()}))
        if by == "sector":
            return _named(attribution.by_trait({s: i.sector for s, i in known.items() if i.sector}))
        if by == "currency":
            return _named(attribution.by_trait({s: held_currency(i) for s, i in known.items()}))
        if by == "phase":
            return attribution.by_phase(self._sessions(told))
        heads: Mapping[str, Head] = {
            "direction": _named(attribution.by_direction),
            "hour": attribution.by_hour,
            "weekday": attribution.by_weekday,
        }
        return heads.get(by, attribution.by_symbol)

    def _sessions(self, told: Told) -> Any:
        calendars = self.kernel.shown.calendars

        def bounds(symbol: str, at: int) -> tuple[int, int] | None:
            instrument = told.instruments.get(symbol)
            if instrument is None:
                return None
            calendar = calendars[instrument.session]
            day = calendar.days[min(calendar.day_index(at), len(calendar.days) - 1)]
            regular = [part for part in day.segments if part.state is MarketSession.REGULAR]
            if not regular or not regular[0].start <= at <= regular[-1].end:
                return None
            return int(regular[0].start), int(regular[-1].end)

        return bounds


def _held(item: Booked, told: Told) -> bool:
    """Whether it made what was held at the window's start; an account that begins may have been given something."""
    return item.at <= told.after or (item.at <= told.began and isinstance(item, Transfer))


def _named(head: Head) -> Head:
    return lambda piece: UNALLOCATED if piece.symbol == UNALLOCATED else head(piece)


def _sign(lots: int) -> int:
    return (lots > 0) - (lots < 0)


def split_document(name: str, split: Split) -> Document:
    """One head, each amount as it changed the account's worth."""
    return {
        "name": name,
        "pnl": exact_money(split.pnl),
        "realised": exact_money(split.realised),
        "unrealised": exact_money(split.unrealised),
        "dividends": exact_money(split.dividend),
        "market": exact_money(split.market),
        "spread": exact_money(split.spread),
        "impact": exact_money(split.impact),
        "timing": exact_money(split.timing),
        "fee": exact_money(split.fee),
        "carry": exact_money(split.carry),
    }


def _attribution_document(told: Told, by: str, window: str, deeds: Deeds, head: Head) -> Document:
    found = deeds.pieces()
    whole = attribution.total(found)
    if by == "cost":
        parts = ("market", "spread", "impact", "timing", "fee", "carry")
        rows = [{"name": name, "pnl": exact_money(getattr(whole, name))} for name in parts]
    else:
        splits = attribution.attribute(found, head)
        largest = sorted(splits, key=lambda name: (-abs(splits[name].pnl), name))
        order = _clocked(splits) if by in _CLOCK else largest
        rows = [split_document(name, splits[name]) for name in order]
    return {
        "account": told.account,
        "at": time_text(told.now),
        "by": by,
        "window": window.lower(),
        "from": time_text(told.points[0].at),
        "complete": told.complete,
        "total": split_document("total", whole),
        "heads": rows,
    }


_CLOCK = ("hour", "weekday", "phase")
_ORDER = (*attribution.WEEKDAYS, "first 2 hours", "midday", "last hour", "outside", attribution.OPEN, UNALLOCATED)


def _clocked(names: Iterable[str]) -> list[str]:
    """Hours, weekdays or phases as time goes, what is open last."""
    return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else -1, name))
