"""The exogenous market: quotes, sizes and trades as a pure function of (seed, anchor day, instrument, time).

Nothing a user does reaches this code, and nothing here is carried that could not be computed afresh: any
time can be reached in one step and shows what a walk through every tick would have shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from engine.market.scenarios import Scenario
from engine.market.traces import Trace
from engine.market.world import depth
from engine.market.world.classes import columns
from engine.market.world.days import Days
from engine.market.world.flow import FlowBlock
from engine.market.world.halts import Rules, halt_of, next_change
from engine.market.world.history import History
from engine.market.world.live import LiveMinute, Shown
from engine.market.world.minutes import MinuteSource, MinuteTable
from engine.market.world.occasions import Occasions
from engine.market.world.past import Past
from engine.market.world.path import BLOCK, TICKS, Keys, Slots
from engine.market.world.plots import effects
from engine.market.world.prints import gather
from engine.market.world.scenario import VOLUME
from engine.market.world.tables import exp
from engine.market.world.timeline import CalendarLike, Timeline
from engine.market.world.traces import DayTraces
from engine.market.world.venue import OPEN_STATES, Venue
from engine.model.ids import MINUTE_NS, SECOND_NS, TimeNs
from engine.model.instrument import Instrument
from engine.model.market import Bar, Trade
from engine.model.session import Halt, MarketSession

TICK_NS = SECOND_NS // 10
I64 = NDArray[np.int64]
Levels = list[tuple[int, int]]
STEPS = (TICK_NS, SECOND_NS, MINUTE_NS)
MAX_LOTS = float(1 << 62)
_REGULAR, _HALTED = int(MarketSession.REGULAR), int(MarketSession.HALTED)
AHEAD = 45
"""Minutes before a venue's next day in which that day is prepared, a few columns a minute."""

PREPARE_DAY, PREPARE_MINUTE, PREPARE_BLOCK = 310, 570, 585
"""Ticks of a minute at which work for later is done."""


class World:
    """All columns at one time, and the past of any. Arrays have shape (n,): prices in ticks, sizes in lots.

    `instruments` are the world's columns; `calendars` maps their session or calendar names to calendars;
    the catalogue prices hold at the regular opening of the session day in which `anchor` falls. A `scenario`
    counts from `anchor`.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        calendars: Mapping[str, CalendarLike],
        seed: int,
        anchor: TimeNs,
        scenario: Scenario | None = None,
    ) -> None:
        self.instruments = tuple(instruments)
        self.seed, self.anchor, self.scenario = seed, anchor, scenario
        self._columns = columns(list(instruments))
        made: dict[int, Timeline] = {}
        lines = []
        for instrument in instruments:
            calendar = calendar_of(instrument, calendars)
            lines.append(made.setdefault(id(calendar), Timeline(calendar, anchor)))
        self._effects = (
            None if scenario is None else effects(scenario, seed, anchor, self.instruments, self._columns, calendars)
        )
        self._lines = lines
        self._days = Days(seed, self._columns, lines, 1.0 if self._effects is None else self._effects.quiet)
        self._streams = Keys(seed)
        self._rules = Rules(seed, self.instruments, self._columns)
        source = MinuteSource(seed, self._columns, self._days, self._rules, self._effects)
        self._venues = [
            Venue(line, np.array([k for k, o in enumerate(lines) if o is line]), self._columns, source, self._effects)
            for line in dict.fromkeys(lines)
        ]
        self._traces = DayTraces(self._venues)
        self._venue_of = {int(ix): (venue, place) for venue in self._venues for place, ix in enumerate(venue.ix)}
        self._past = Past(self._streams, self._columns, source, lines, self._drawn, self._effects)
        self._history = History(self._streams, self._columns, self._days, self._past)
        self.occasions = Occasions(self._columns, self._days, lines, self._rules, self._effects)
        self._ladders: dict[int, depth.Ladders] = {}
        self._salt = depth.salts(self._streams.depth, self._columns.subject)
        n = len(self.instruments)
        self.bid, self.ask, self.bid_size, self.ask_size, self.last, self.mid2 = np.zeros((6, n), np.int64)
        self.prev_close, self.day_open_mid2 = np.zeros((2, n), np.int64)
        self.state = np.zeros(n, np.uint8)
        self._rows = np.full(n, np.iinfo(np.int64).min)
        self.at = TimeNs(-1)
        self._step = 0
        self._minute: LiveMinute | None = None
        self._next: LiveMinute | None = None
        self._coarse = False
        self._bands: dict[int, tuple[int, int] | None] = {}
        self._window: tuple[FlowBlock, Slots, int, int, int] | None = None
        self._printed: tuple[int, I64] | None = None

    def _drawn(self, ix: int, row: int) -> MinuteTable | None:
        venue, place = self._venue_of[ix]
        return venue.column(row, place)

    def advance(self, at: TimeNs, step_ns: int) -> None:
        """Move to `at`, a multiple of `step_ns` (100 ms, 1 s or 60 s), any distance forward or backward.

        Raises ValueError for another step or a time off its grid.
        """
        if step_ns not in STEPS or at % step_ns:
            raise ValueError(f"the world moves on a grid of 100 ms, 1 s or 60 s, not to {at} by {step_ns} ns")
        self._step, self._printed = step_ns, None
        tick = at // TICK_NS
        if step_ns == MINUTE_NS:
            self._window = self._next = None
            self._enter(tick // TICKS)
            self._coarse = True
            self._now.fill(0, 1)
            self._show(self._now.shown, 0)
        else:
            before = tick - step_ns // TICK_NS
            if self._coarse or self.at != before * TICK_NS:
                self._seek(before)
            self._open_window(before, tick)
            self._seek(tick)
            if step_ns == TICK_NS:
                self._work_ahead(*divmod(tick, TICKS))
        self.at = at

    def _work_ahead(self, number: int, rest: int) -> None:
        """Spread coming work over quiet ticks; it changes no value, only when it is computed."""
        if rest % BLOCK == BLOCK // 2 and self._minute is not None:
            self._minute.prepare()
        elif rest == PREPARE_DAY:
            any(venue.prepare(number, AHEAD) for venue in self._venues)
        elif rest == PREPARE_MINUTE:
            self._next = LiveMinute(self._streams, self._columns, self._venues, number + 1)
        elif rest == PREPARE_BLOCK and self._next is not None:
            self._next.prepare()

    def _open_window(self, before: int, tick: int) -> None:
        minute = self._minute
        self._window = None
        if minute is not None and minute.flow is not None and minute.moving is not None:
            row = before % BLOCK
            self._window = (minute.flow, minute.moving, minute.minute, row, row + tick - before)

    def _enter(self, number: int) -> None:
        self._coarse = False
        minute, self._next = self._next, None
        if minute is None or minute.minute != number:
            minute = LiveMinute(self._streams, self._columns, self._venues, number)
        self._minute = minute
        self._bands.clear()
        self.state[:] = minute.state
        if not np.array_equal(minute.row, self._rows):
            self._rows = minute.row
            self._new_day(minute.row)

    def _new_day(self, row: I64) -> None:
        self._days.need(int(row.max()))
        place, ix = row - self._days.first, np.arange(len(row))
        logs = [self._days.table[name][place - back, ix] for name, back in (("close", 1), ("open", 0))]
        if self._effects is not None:
            ends = [(line.regular_close(r - 1), line.regular_open(r)) for line, r in zip(self._lines, row, strict=True)]
            times = np.array(ends, np.int64).T // MINUTE_NS
            logs = [log + self._effects.offset(ix, time) for log, time in zip(logs, times, strict=True)]
        before, opened = (np.maximum(np.rint(self._columns.price0 * exp(log)), 1) for log in logs)
        self.prev_close[:], self.day_open_mid2[:] = before, 2 * opened

    def _seek(self, tick: int) -> None:
        number, rest = divmod(tick, TICKS)
        block = rest // BLOCK
        if self._coarse or self._minute is None or self._minute.minute != number or self._minute.number > block:
            self._enter(number)
        minute = self._now
        while minute.number < block:
            minute.fill(minute.number + 1)
        self._show(minute.shown, rest % BLOCK)

    @property
    def _now(self) -> LiveMinute:
        if self._minute is None:
            raise RuntimeError("the world stands at no time yet: call advance first")
        return self._minute

    def _show(self, shown: Shown, row: int) -> None:
        self.bid[:], self.ask[:] = shown.bid[row], shown.ask[row]
        self.bid_size[:], self.ask_size[:] = shown.bid_size[row], shown.ask_size[row]
        self.last[:] = shown.last[row]
        np.add(self.bid, self.ask, out=self.mid2)

    def _volume_at(self, share: float) -> I64:
        low, high = self._now.volume
        lots: I64 = np.minimum(np.floor(low + (high - low) * share), MAX_LOTS).astype(np.int64)
        return lots

    @property
    def volume_day(self) -> I64:
        """Lots traded so far in the current (or, when shut, the last) session day."""
        return self._volume_at((self.at // TICK_NS % TICKS) / TICKS)

    def ladder(self, ix: int, levels: int = 10) -> tuple[Levels, Levels]:
        """(bids, asks) of one column, best first, as (price ticks, size lots). Bids stop above price 0."""
        now, c = self._now, self._columns
        bid, ask, gap = self.bid.item(ix), self.ask.item(ix), c.gap.item(ix)
        bids, asks = [(bid, self.bid_size.item(ix))], [(ask, self.ask_size.item(ix))]
        salt, tick = self._salt.item(ix), now.clock.item(ix)
        if tick < 0:
            tick = self.at // TICK_NS
        mean, thin, noise = c.depth.item(ix), now.thin.item(ix), depth.noise
        for share in depth.profile(levels, c.thin_tail.item(ix)):
            usual = share * mean * thin
            bid, ask = bid - gap, ask + gap
            if bid >= 1:
                bids.append((bid, round(usual * noise(salt, bid, 0, tick)) or 1))
            asks.append((ask, round(usual * noise(salt, ask, 1, tick)) or 1))
        return bids, asks

    def ladders(self, levels: int = 10) -> tuple[I64, I64]:
        """(prices, sizes) of all columns, each (2, levels, n) with bids first; prices below 1 are void."""
        if levels not in self._ladders:
            c = self._columns
            self._ladders[levels] = depth.Ladders(self._salt, c.gap, c.depth, c.thin_tail, levels)
        touch, size = np.stack([self.bid, self.ask]), np.stack([self.bid_size, self.ask_size])
        return self._ladders[levels].at(touch, size, self._now.thin, self._clock())

    def _clock(self) -> I64:
        return np.where(self._now.clock < 0, self.at // TICK_NS, self._now.clock)

    def prints(self, ix: int) -> list[Trade]:
        """Trades of the last advance in time order; none after a 60 s step."""
        if self._window is None:
            return []
        first, traded = self._traded()
        return gather(self._window[0], traded == ix, first, self._window[2])

    def any_prints(self) -> I64:
        """Columns that traded in the last advance, ascending; none after a 60 s step."""
        return np.unique(self._traded()[1])

    def _traded(self) -> tuple[int, I64]:
        """(entry of the first trade of the last advance in its block, columns of all of them), looked up once."""
        if self._printed is None:
            if self._window is None:
                return 0, np.empty(0, np.int64)
            block, slots, _, low, high = self._window
            first, stop = np.searchsorted(block.row, (low, high)).tolist()
            self._printed = first, slots.ix[block.col[first:stop]]
        return self._printed

    def volume(self, ix: int) -> int:
        """Lots traded in the last advance."""
        return self._history.volume(ix, TimeNs(self.at - self._step), self.at)

    def low_high(self, ix: int) -> tuple[int, int]:
        """Lowest and highest traded price of the last advance; the last price twice where none traded."""
        if self._step == MINUTE_NS:
            found = self._history.minute_extremes(ix, self.at // MINUTE_NS - 1)
            return found if found else (int(self.last[ix]), int(self.last[ix]))
        prices = [int(t.price) for t in self.prints(ix)] or [int(self.last[ix])]
        return min(prices), max(prices)

    def volume_rate(self, ix: int) -> float:
        """Lots expected to trade per 100 ms at this time of day; 0 when shut."""
        if self.state.item(ix) not in OPEN_STATES:
            return 0.0
        now, _ = self._season(ix)
        return self._columns.adv.item(ix) * now / TICKS * self._busy(ix)

    def day_volume_left(self, ix: int) -> float:
        """Lots expected to trade until the session day ends; 0 after it."""
        now, left = self._season(ix)
        if self.state.item(ix) in OPEN_STATES:
            left -= now * (self.at // TICK_NS % TICKS) / TICKS
        else:
            left -= now
        return self._columns.adv.item(ix) * max(left, 0.0) * self._busy(ix)

    def _busy(self, ix: int) -> float:
        """A scenario's factor of volume now."""
        if self._effects is None:
            return 1.0
        return float(self._effects.factor(VOLUME, np.array([ix]), np.array([self.at // MINUTE_NS]))[0])

    def _season(self, ix: int) -> tuple[float, float]:
        """(this minute's share of a usual day's volume, that of this minute and all the day's minutes after it)."""
        venue, place = self._venue_of[ix]
        row, index, _ = venue.timeline.place(self.at // MINUTE_NS)
        shares, left = venue.season(venue.timeline.day(row), place)
        return shares.item(index), left.item(index)

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """Bars of the mid over [start, end), oldest first, never beyond the present. Gaps have no bar."""
        return self._history.bars(ix, every_ns, start, TimeNs(min(end, self.at + TICK_NS)))

    def daily(self, ix: int, count: int, at: TimeNs) -> list[Bar]:
        """The newest `count` regular sessions that had opened by `at`, the running one as far as it is."""
        mid = int(self.mid2[ix] + 1) >> 1 if at >= self.at else None
        return self._history.daily(ix, count, TimeNs(min(at, self.at)), mid)

    def traces(self, points: int) -> Iterator[Trace]:
        """Prices of every column over its last trading day, at most `points` each, in pieces."""
        return self._traces.of(self.at // MINUTE_NS, points)

    def recent_trades(self, ix: int, count: int) -> list[Trade]:
        """The newest trades before now, at most `count`, of the last few minutes, oldest first."""
        return self._history.recent_trades(ix, count, self.at)

    def halt(self, ix: int) -> Halt | None:
        """The halt a column stands in; None while it trades and outside its sessions."""
        if self.state.item(ix) != _HALTED:
            return None
        venue, place = self._venue_of[ix]
        row, index, _ = venue.timeline.place(self.at // MINUTE_NS)
        return halt_of(venue.timeline.day(row), venue.table(row).halt[:, place], index)

    def next_halt(self, ix: int, after: int) -> TimeNs | None:
        """The first time after `after` at which a halt of a column begins or ends on the session day of `after`."""
        venue, place = self._venue_of[ix]
        row = venue.timeline.row_at(after // MINUTE_NS)
        return next_change(venue.timeline.day(row), venue.table(row).halt[:, place], after)

    def band(self, ix: int) -> tuple[int, int] | None:
        """(lowest, highest) tick at which trades may print in this minute; None where there is no bound."""
        if ix not in self._bands:
            self._bands[ix] = self._band(ix)
        return self._bands[ix]

    def _band(self, ix: int) -> tuple[int, int] | None:
        limit = float(self._rules.limits[ix])
        if limit:
            close = int(self.prev_close[ix])
            return max(1, ceil(close * (1 - limit))), floor(close * (1 + limit))
        if self.state.item(ix) not in {_REGULAR, _HALTED}:
            return None
        venue, place = self._venue_of[ix]
        row, index, _ = venue.timeline.place(self.at // MINUTE_NS)
        return self._rules.band(ix, place, venue.timeline.day(row), venue.table(row), index)


def calendar_of(instrument: Instrument, calendars: Mapping[str, CalendarLike]) -> CalendarLike:
    """The calendar an instrument trades by: under its session's name, else its calendar's. KeyError if neither."""
    return calendars[instrument.session] if instrument.session in calendars else calendars[instrument.calendar]
