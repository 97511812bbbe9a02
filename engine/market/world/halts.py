"""Trading halts as a function of a day's minutes: price bands, pauses after fast moves, halts for news.

A halt covers whole minutes of one column. The efficient price goes on unseen while the shown one stands where it
was, and trading resumes at the efficient price. Rules: docs/market-model.md, "Halts and bands".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.market.world.tables import F64
from engine.model.ids import MINUTE_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.session import Halt, MarketSession
from engine.rng import halves, keys, stream_key, words

if TYPE_CHECKING:
    from engine.market.world.classes import Columns
    from engine.market.world.minutes import MinuteTable
    from engine.market.world.timeline import Day

I64 = NDArray[np.int64]

TIER_1, TIER_2, CHEAP = 0.05, 0.10, 0.20
"""Limit-up/limit-down shares: liquid names, others, and names below 3 USD."""

TIER_1_VALUE = 100e6
"""Dollars a day from which a share counts as tier 1; funds always do."""

LATE = 25
"""Minutes before the close in which the bands are twice as wide."""

LULD_PAUSE, FAST_PAUSE = 5, 2
FAST = 1.25
"""How many of the catalogue's daily deviations a future may move against its reference before it pauses."""

NEWS_RATE = 65536 // 400
NEWS_MINUTES = (20, 60)
SPAN = 5
"""Minute ends in the reference price."""

LIMITS = {"CBOT_GRAIN": 0.07, "CME_LIVESTOCK": 0.05}
"""Daily price limit by session, as a share of the close before."""

FUTURES = ("CME_GLOBEX", "CBOT_GRAIN", "CME_LIVESTOCK", "ICE_SOFTS")
REASONS = ("", "luld", "news", "volatility")
_LULD, _NEWS, _FAST = 1, 2, 3
Spell = tuple[int, int, int]
"""[first, stop) trading minutes of a day and the number of the reason."""


class Rules:
    """Who is halted when; one value a column. `limits` are daily price limits as shares, 0 where there is none."""

    def __init__(self, seed: int, instruments: Sequence[Instrument], columns: Columns) -> None:
        self._key = stream_key(seed, "halt-news")
        self._subject = columns.subject
        american = [i.session == "US_EQ" and i.asset_class in ("equities", "etfs") for i in instruments]
        fast = [i.session in FUTURES and i.asset_class == "commodities" for i in instruments]
        self._news = np.array([i.asset_class == "equities" for i in instruments])
        self._luld, self._fast = np.array(american), np.array(fast)
        self._share = np.array(
            [_tier(i) if us else (FAST * i.daily_vol if f else 0.0)
             for i, us, f in zip(instruments, american, fast, strict=True)]
        )  # fmt: skip
        self._cheap = np.array(
            [3.0 * float(10**i.tick.decimals) / i.tick.units if us else 0.0
             for i, us in zip(instruments, american, strict=True)]
        )  # fmt: skip
        self.limits = np.array([LIMITS.get(i.session, 0.0) for i in instruments])

    def freeze(self, ix: I64, days: Sequence[Day], table: MinuteTable) -> MinuteTable:
        """Write the halts of column `ix[k]` on `days[k]` into a freshly drawn table, and return it."""
        sessions = runs(days[0])
        news = self._scheduled(ix, days, sessions)
        watched = np.flatnonzero(self._share[ix] > 0)
        found: dict[int, list[Spell]] = {place: [spell] for place, spell in news.items()}
        if len(watched):
            for low, high in sessions:
                touched = self._outside(ix[watched], table.start[low, watched], table.end[low:high][:, watched])
                for place in watched[touched.any(axis=0)].tolist():
                    spells = found.setdefault(place, [])
                    spells += self._pauses(int(ix[place]), place, table, (low, high), news.get(place))
        for place, spells in found.items():
            for spell in spells:
                _stop(table, place, *spell)
        return table

    def _scheduled(self, ix: I64, days: Sequence[Day], sessions: list[tuple[int, int]]) -> dict[int, Spell]:
        """Halts for news by place in `ix`, each inside one session and open again before its end."""
        low, high = max(sessions, key=lambda s: s[1] - s[0], default=(0, 0))
        places = np.flatnonzero(self._news[ix])
        if not len(places):
            return {}
        labels = np.array([days[place].label for place in places.tolist()], np.int64)
        draws = halves(words(keys(self._key, self._subject[ix[places]], labels), 0, 1)[0]).astype(np.int64)
        out: dict[int, Spell] = {}
        for order in np.flatnonzero(draws[:, 0] < NEWS_RATE).tolist():
            length = NEWS_MINUTES[0] + int(draws[order, 1]) * (NEWS_MINUTES[1] - NEWS_MINUTES[0] + 1) // 65536
            room = high - low - length - 2
            if room > 0:
                first = low + 1 + int(draws[order, 2]) * room // 65536
                out[int(places[order])] = (first, first + length, _NEWS)
        return out

    def news_halt(self, ix: int, day: Day, sessions: list[tuple[int, int]]) -> Spell | None:
        """The halt for news of one column on a day, None where there is none; `sessions` are the day's `runs`."""
        return self._scheduled(np.array([ix]), [day], sessions).get(0)

    def news_days(self, ix: int, labels: Sequence[int]) -> list[int]:
        """Places in `labels` (date ordinals) of the days on which a column may be halted for news."""
        if not labels or not self._news[ix]:
            return []
        subject = self._subject[np.array([ix])]
        draws = halves(words(keys(self._key, subject, np.array(labels, np.int64)), 0, 1)[0]).astype(np.int64)
        return [int(place) for place in np.flatnonzero(draws[:, 0] < NEWS_RATE)]

    def _outside(self, ix: I64, opened: F64, ends: F64) -> NDArray[np.bool_]:
        """Whether each minute's end lies on or beyond its band, (minutes, n)."""
        padded = np.concatenate([np.repeat(opened[None], SPAN, axis=0), ends])
        count = len(ends)
        reference = padded[:count].copy()
        for step in range(1, SPAN):
            reference += padded[step : step + count]
        reference /= SPAN
        share = np.where(reference < self._cheap[ix], CHEAP, self._share[ix])
        late = self._luld[ix] & (np.arange(count)[:, None] >= count - LATE)
        outside: NDArray[np.bool_] = np.abs(ends - reference) >= share * (1 + late) * reference
        return outside

    def _pauses(
        self, column: int, place: int, table: MinuteTable, session: tuple[int, int], news: Spell | None
    ) -> Iterator[Spell]:
        """Pauses of one column in a session, one after the other: each starts its reference afresh."""
        low, high = session
        luld = bool(self._luld[column])
        parts = [(low, high)] if news is None or not low <= news[0] < high else [(low, news[0]), (news[1], high)]
        for begin, stop in parts:
            at = begin
            while at < stop:
                one = np.array([column])
                ends = table.end[at:stop, place : place + 1]
                hits = np.flatnonzero(self._outside_until(one, table.start[at, place : place + 1], ends, high - at))
                if not len(hits):
                    break
                first = at + int(hits[0]) + 1
                again = first + (LULD_PAUSE if luld else FAST_PAUSE)
                if again >= stop:
                    # A pause that would outlast the session ends with it, where trading goes on after the session.
                    if luld and first < stop == high < len(table.start):
                        yield first, stop, _LULD
                    break
                yield first, again, _LULD if luld else _FAST
                at = again

    def _outside_until(self, ix: I64, opened: F64, ends: F64, left: int) -> NDArray[np.bool_]:
        """`_outside` of one column of a session with `left` minutes to its close."""
        missing = left - len(ends)
        filled = np.concatenate([ends, np.repeat(ends[-1:], missing, axis=0)]) if missing else ends
        return self._outside(ix, opened, filled)[: len(ends), 0]

    def band(self, ix: int, place: int, day: Day, table: MinuteTable, index: int) -> tuple[int, int] | None:
        """(lowest, highest) tick within limit-up/limit-down in a trading minute; None where it does not apply."""
        if not self._luld[ix]:
            return None
        code = int(table.halt[index, place])
        index = code >> 2 if code else index
        session = next(((low, high) for low, high in runs(day) if low <= index < high), None)
        if session is None:
            return None
        reference = _reference(table, place, session[0], index)
        share = CHEAP if reference < self._cheap[ix] else float(self._share[ix])
        share *= 2 if index >= session[1] - LATE else 1
        return max(1, ceil(reference * (1 - share))), floor(reference * (1 + share))


def runs(day: Day) -> list[tuple[int, int]]:
    """Stretches [low, high) of a day's trading minutes that are regular and follow one another."""
    regular = np.flatnonzero(day.state == MarketSession.REGULAR)
    if not len(regular):
        return []
    cuts = np.flatnonzero(np.diff(day.minutes[regular]) != 1) + 1
    edges = [0, *cuts.tolist(), len(regular)]
    return [(int(regular[a]), int(regular[b - 1]) + 1) for a, b in pairwise(edges)]


def halt_of(day: Day, codes: NDArray[np.int32], index: int) -> Halt | None:
    """The halt of one column that covers a trading minute; `codes` has shape (minutes,)."""
    code = int(codes[index])
    if not code:
        return None
    first = stop = code >> 2
    while int(codes[stop]) == code:
        stop += 1
    since, until = (TimeNs(int(day.minutes[k]) * MINUTE_NS) for k in (first, stop))
    return Halt(REASONS[code & 3], since, until)


def next_change(day: Day, codes: NDArray[np.int32], after: int) -> TimeNs | None:
    """The first time after `after` at which a halt of one column begins or ends; `codes` has shape (minutes,)."""
    firsts = dict.fromkeys((codes[codes != 0] >> 2).tolist())
    halts = [halt for first in firsts if (halt := halt_of(day, codes, first)) is not None]
    return min((at for halt in halts for at in (halt.since, halt.until) if at > after), default=None)


def first_minute(code: int) -> int:
    """The trading minute in which the halt of a code began."""
    return code >> 2


def _stop(table: MinuteTable, place: int, first: int, stop: int, reason: int) -> None:
    """Let the shown price stand from minute `first` on; its volume is traded when it reopens."""
    span = slice(first, stop)
    table.start[span, place] = table.end[span, place] = table.end[first - 1, place]
    for quiet in (table.sd, table.jump, table.rate, table.z):
        quiet[span, place] = 0.0
    table.mood[span, place] = table.mood[first, place]
    table.volume[first + 1 : stop + 1, place] = table.volume[first, place]
    table.halt[span, place] = first << 2 | reason


def _reference(table: MinuteTable, place: int, low: int, index: int) -> float:
    """Mean of the five minute ends before `index` since the session or the last halt began to trade."""
    seen: list[float] = []
    minute = index - 1
    while len(seen) < SPAN and minute >= low and not table.halt[minute, place]:
        seen.append(float(table.end[minute, place]))
        minute -= 1
    opened = float(table.start[minute + 1, place])
    total = 0.0
    for price in [opened] * (SPAN - len(seen)) + seen[::-1]:
        total += price
    return total / SPAN


def _tier(instrument: Instrument) -> float:
    liquid = instrument.adv_units * float(instrument.price0) >= TIER_1_VALUE
    return TIER_1 if liquid or instrument.asset_class == "etfs" else TIER_2
