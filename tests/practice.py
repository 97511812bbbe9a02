"""A practice universe over a living market, at any time, and with another future."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from engine.bootstrap import living_market
from engine.kernel import Kernel
from engine.market.shown import ShownMarket
from engine.model.format import parse_time
from engine.model.instrument import Instrument
from engine.model.stage import Payout, Traded
from engine.research.practice.times import EPOCH, day_of
from engine.research.practice.universe import Practice
from engine.research.source import Days
from engine.views.jobs import at_once
from engine.views.research import MarketStage, ResearchView

START = "2026-11-20T15:00:00Z"


@cache
def stage_of(seed: int = 7, start: str = START, scenario: str = "") -> MarketStage:
    """The stage of a new living market."""
    at = parse_time(start)
    source, catalogue, calendars = living_market(seed, at, scenario)
    return ResearchView(Kernel(ShownMarket(source, calendars), catalogue, at)).stage()


class Seen:
    """A stage at another time; prices are the last close. With `turned`, what comes after that time is another
    future: gaps have the other sign (and their size, for dates are known ahead), closes, jumps and undeclared
    dividends differ, halts are elsewhere."""

    def __init__(self, stage: MarketStage, now: int, *, turned: bool = False) -> None:
        self._stage, self.now, self._turned = stage, now, turned
        self.seed, self.anchor, self.plot, self.instruments = stage.seed, stage.anchor, stage.plot, stage.instruments

    def resolve(self, symbol: str) -> Instrument:
        return self._stage.resolve(symbol)

    def calendar(self, session: str) -> Days:
        return self._stage.calendar(session)

    def price(self, instrument: Instrument) -> float:
        today = day_of(self.now)
        return [s.close for s in self.sessions(instrument, today - 15, today) if s.closes <= self.now][-1]

    def sessions(self, instrument: Instrument, first: int, last: int) -> list[Traded]:
        found = self._stage.sessions(instrument, first, last)
        return [self._other(one) for one in found] if self._turned else found

    def _other(self, one: Traded) -> Traded:
        if one.known > self.now:
            one = one._replace(open=one.before * (1 - one.gap))
        return one._replace(close=one.close * 1.37) if one.closes > self.now else one

    def jumps(self, instrument: Instrument, start: int, end: int) -> list[tuple[int, float]]:
        found = self._stage.jumps(instrument, start, end)
        return [(at, -3 * size if at + 59_900_000_000 > self.now else size) for at, size in found if self._kept(at)]

    def _kept(self, at: int) -> bool:
        return not self._turned or at <= self.now or bool(at // 60_000_000_000 % 2)

    def news_halts(self, instrument: Instrument, start: int, end: int) -> list[tuple[int, int]]:
        found = self._stage.news_halts(instrument, start, end)
        return [(since, until) for since, until in found if not self._turned or since <= self.now]

    def payouts(self, instrument: Instrument, year: int) -> Sequence[Payout]:
        found = self._stage.payouts(instrument, year)
        late = self.now + 36 * 86_400_000_000_000
        return [p._replace(amount=2 * p.amount) if self._turned and p.at > late else p for p in found]


def ask(stage: Any, kind: str, symbol: str = "", **query: object) -> dict[str, Any]:
    """A document."""
    return at_once(Practice(stage).read(kind, symbol, {name: str(value) for name, value in query.items()}))


def moment(day: int, minutes: int) -> int:
    """Minutes after midnight (UTC) of a date ordinal, in ns."""
    return (day - EPOCH) * 86_400_000_000_000 + minutes * 60_000_000_000
