"""The past of one instrument: bars, extremes and recent trades, made when asked for.

Minute and five-minute bars are filled tick by tick and equal what the live steps show. Hours, and sessions from
RECENT days before the anchor on, take highs and lows from each minute's Brownian extremes; older sessions
from the day's.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import Columns
from engine.market.world.days import Days
from engine.market.world.flow import Flow
from engine.market.world.halts import first_minute
from engine.market.world.past import Past, Spot
from engine.market.world.path import BLOCKS, TICKS, Keys, Path
from engine.market.world.prints import gather
from engine.market.world.scenario import Effects
from engine.market.world.tables import F64, exp
from engine.market.world.timeline import Day
from engine.market.world.venue import OPEN_STATES
from engine.model.ids import DAY_NS, HOUR_NS, MINUTE_NS, Lots, Ticks, TimeNs
from engine.model.market import Bar, Trade
from engine.model.session import MarketSession

I64 = NDArray[np.int64]
TICK_NS = MINUTE_NS // TICKS
RECENT = 10
BATCH = 400


class History:
    """Bars and trades of any column; finished minutes and sessions are remembered."""

    def __init__(self, streams: Keys, columns: Columns, days: Days, past: Past) -> None:
        self._streams, self._columns, self._days, self._past = streams, columns, days, past
        self._sessions: dict[tuple[int, int], tuple[int, int]] = {}
        self._bars: OrderedDict[tuple[int, int], tuple[int, int, int, int]] = OrderedDict()

    def _mids(self, ix: int, spots: list[Spot]) -> I64:
        """Mids in ticks at each of the 600 ticks of minutes, (600, spots), halves rounded up."""
        path = Path(self._streams, self._columns, self._past.slots(ix, spots))
        blocks = [path.block(number) for number in range(BLOCKS)]
        mids = np.concatenate([(b.bid + b.ask + 1) >> 1 for b in blocks])
        stands = [bool(self._past.table(ix, row).halt[index]) for row, index in spots]
        mids[:, stands] = mids[0, stands]
        return mids

    def _minute_prices(self, ix: int, spots: list[Spot], ticks_of_last: int) -> dict[int, tuple[int, int, int, int]]:
        """(open, high, low, close) by absolute minute; the last minute may be cut short."""
        line = self._past.timelines[ix]
        at = [int(line.day(row).minutes[index]) for row, index in spots]
        whole = len(spots) - (1 if ticks_of_last < TICKS else 0)
        missing = [k for k in range(len(spots)) if k >= whole or (ix, at[k]) not in self._bars]
        found: dict[int, tuple[int, int, int, int]] = {}
        for first in range(0, len(missing), BATCH):
            part = missing[first : first + BATCH]
            mids = self._mids(ix, [spots[k] for k in part])
            for place, k in enumerate(part):
                seen = mids[: ticks_of_last if k >= whole else TICKS, place]
                prices = (int(seen[0]), int(seen.max()), int(seen.min()), int(seen[-1]))
                found[at[k]] = prices
                if k < whole:
                    self._bars[ix, at[k]] = prices
        out = {minute: found[minute] if minute in found else self._bars[ix, minute] for minute in at}
        while len(self._bars) > 20_000:
            self._bars.popitem(last=False)
        return out

    def volume(self, ix: int, start: TimeNs, end: TimeNs) -> int:
        """Lots traded in [start, end), two times at most one minute apart."""
        line = self._past.timelines[ix]
        total = 0
        for row, index in self._past.spots(ix, start // MINUTE_NS, -(-end // MINUTE_NS)):
            opened = int(line.day(row).minutes[index]) * MINUTE_NS
            low, high = max(start - opened, 0) / MINUTE_NS, min(end - opened, MINUTE_NS) / MINUTE_NS
            total += self._past.volume_between(ix, row, index + low, index + high)
        return total

    def minute_extremes(self, ix: int, minute: int) -> tuple[int, int] | None:
        """(lowest, highest) price in ticks of one minute, None where nothing could trade."""
        row, index, state = self._past.timelines[ix].place(minute)
        if state not in OPEN_STATES:
            return None
        if self._past.table(ix, row).halt[index]:
            return None
        high, low = self._past.extremes(ix, row, index, index + 1)
        return max(1, int(np.rint(low[0]))), max(1, int(np.rint(high[0])))

    def bars(self, ix: int, every_ns: int, start: TimeNs, end: TimeNs) -> list[Bar]:
        """Bars over [start, end); see World.bars."""
        if end <= start:
            return []
        if every_ns >= DAY_NS:
            count = int((end - start) // DAY_NS) + 2
            return [bar for bar in self.daily(ix, count, TimeNs(end - 1)) if bar.at >= start]
        stop = -(-end // MINUTE_NS)
        spots = self._past.spots(ix, start // MINUTE_NS, stop)
        if not spots:
            return []
        line = self._past.timelines[ix]
        last = int(line.day(spots[-1][0]).minutes[spots[-1][1]]) * MINUTE_NS
        cut = min(TICKS, -(-(end - last) // TICK_NS))
        if every_ns >= HOUR_NS:
            return self._hours(ix, every_ns, spots, cut)
        prices = self._minute_prices(ix, spots, cut)
        return self._fold(ix, every_ns, spots, prices, cut)

    def _fold(
        self, ix: int, every_ns: int, spots: list[Spot], prices: dict[int, tuple[int, int, int, int]], cut: int
    ) -> list[Bar]:
        line = self._past.timelines[ix]
        folded: dict[int, list[int]] = {}
        for order, (row, index) in enumerate(spots):
            minute = int(line.day(row).minutes[index])
            opened, high, low, close = prices[minute]
            share = cut / TICKS if order == len(spots) - 1 else 1.0
            volume = self._past.volume_between(ix, row, index, index + share)
            bar = folded.setdefault(minute * MINUTE_NS // every_ns, [opened, high, low, close, 0])
            bar[1], bar[2], bar[3], bar[4] = max(bar[1], high), min(bar[2], low), close, bar[4] + volume
        return [
            Bar(TimeNs(key * every_ns), Ticks(o), Ticks(h), Ticks(lo), Ticks(c), Lots(v))
            for key, (o, h, lo, c, v) in folded.items()
        ]

    def _hours(self, ix: int, every_ns: int, spots: list[Spot], cut: int) -> list[Bar]:
        """Bars from the minute level; only an unfinished last minute is filled by ticks."""
        line = self._past.timelines[ix]
        rows = sorted({row for row, _ in spots})
        self._past.load(ix, rows)
        prices: dict[int, tuple[int, int, int, int]] = {}
        for row in rows:
            picked = [index for r, index in spots if r == row]
            low, high = picked[0], picked[-1] + 1
            table, minutes = self._past.table(ix, row), line.day(row).minutes[low:high]
            top, bottom = self._past.extremes(ix, row, low, high)
            whole = [np.maximum(np.rint(a), 1).astype(np.int64).tolist() for a in
                     (table.start[low:high], top, bottom, table.end[low:high])]  # fmt: skip
            prices.update(zip(minutes.tolist(), zip(*whole, strict=True), strict=True))
        if cut < TICKS:
            prices.update(self._minute_prices(ix, spots[-1:], cut))
        return self._fold(ix, every_ns, spots, prices, cut)

    def daily(self, ix: int, count: int, at: TimeNs, mid: int | None = None) -> list[Bar]:
        """Bars of regular sessions; see World.daily. `mid` is the mid at `at` where the caller knows it."""
        line = self._past.timelines[ix]
        row = line.row_at(at // MINUTE_NS)
        bars: list[Bar] = []
        running = self._running(ix, row, at, mid)
        if running is not None:
            bars.append(running)
            row -= 1
        elif self._session(line.day(row))[0] * MINUTE_NS > at:
            row -= 1
        rows = range(max(row - count + 1 + len(bars), line.first), row + 1)
        recent = [r for r in rows if r >= -RECENT and (ix, r) not in self._sessions]
        for first in range(0, len(recent), BATCH // 10):
            part = recent[first : first + BATCH // 10]
            self._past.load(ix, part)
            for r in part:
                self._sessions[ix, r] = self._session_extremes(ix, r)
        return self._finished(ix, rows) + bars

    @staticmethod
    def _session(day: Day) -> tuple[int, int]:
        """First minute of the regular session and the minute after its last."""
        regular = day.minutes[day.state == MarketSession.REGULAR]
        return int(regular[0]), int(regular[-1]) + 1

    def _session_extremes(self, ix: int, row: int) -> tuple[int, int]:
        regular = np.flatnonzero(self._past.timelines[ix].day(row).state == MarketSession.REGULAR)
        high, low = self._past.extremes(ix, row, int(regular[0]), int(regular[-1]) + 1)
        return int(np.rint(high.max())), int(np.rint(low.min()))

    def _finished(self, ix: int, rows: range) -> list[Bar]:
        if not rows:
            return []
        self._days.need(rows[-1])
        low, high = rows[0] - self._days.first, rows[-1] + 1 - self._days.first
        price0, table = float(self._columns.price0[ix]), self._days.table
        logs = [table[name][low:high, ix] for name in ("open", "high", "low", "close")]
        if self._past.effects is not None:
            logs = self._shifted(self._past.effects, ix, rows, logs)
        o, h, lo, c = (np.maximum(np.rint(price0 * exp(log)), 1).astype(np.int64).tolist() for log in logs)
        line = self._past.timelines[ix]
        volume = [v * line.length(r) for v, r in zip(table["volume"][low:high, ix].tolist(), rows, strict=True)]
        out: list[Bar] = []
        if self._past.effects is not None:
            volume = [self._past.table(ix, r).volume[-1] if r >= 0 else v for r, v in zip(rows, volume, strict=True)]
        for place, row in enumerate(rows):
            top, bottom = self._sessions.get((ix, row), (h[place], lo[place]))
            top, bottom = max(top, o[place], c[place]), max(1, min(bottom, o[place], c[place]))
            opened = TimeNs(line.regular_open(row))
            out.append(
                Bar(opened, Ticks(o[place]), Ticks(top), Ticks(bottom), Ticks(c[place]), Lots(int(volume[place])))
            )
        return out

    def _shifted(self, effects: Effects, ix: int, rows: range, logs: list[F64]) -> list[F64]:
        """Logarithms of (open, high, low, close) with a scenario's offset; highs and lows get the larger one."""
        spans = [self._session(self._past.timelines[ix].day(row)) if row >= 0 else (0, 0) for row in rows]
        opened, closed = (effects.offset(np.array([ix]), np.array(ends)) for ends in zip(*spans, strict=True))
        moved = (opened, np.maximum(opened, closed), np.minimum(opened, closed), closed)
        return [log + move for log, move in zip(logs, moved, strict=True)]

    def _running(self, ix: int, row: int, at: TimeNs, mid: int | None) -> Bar | None:
        """The bar of a regular session under way at `at`, None if there is none. Finished minutes give high and
        low; of the running one only its start and the present are looked at."""
        day, table = self._past.timelines[ix].day(row), self._past.table(ix, row)
        opened, closed = self._session(day)
        if not opened * MINUTE_NS <= at < closed * MINUTE_NS:
            return None
        first, now = np.searchsorted(day.minutes, opened), at // MINUTE_NS
        last = int(np.searchsorted(day.minutes, now, "right")) - 1
        trading = int(day.minutes[last]) == now
        share = (at % MINUTE_NS // TICK_NS + 1) / TICKS if trading else 1.0
        if not trading:
            mid = int(np.rint(table.end[last]))
        elif mid is None:
            cut = at % MINUTE_NS // TICK_NS + 1
            mid = self._minute_prices(ix, [(row, last)], cut)[now][3]
        start = max(1, int(np.rint(table.start[first])))
        seen = [start, mid]
        done = last + (0 if trading else 1)
        if done > first:
            high, low = self._past.extremes(ix, row, int(first), done)
            seen += [int(np.rint(high.max())), int(np.rint(low.min()))]
        volume = self._past.volume_between(ix, row, 0, last + share)
        top, bottom = max(seen), max(1, min(seen))
        return Bar(TimeNs(opened * MINUTE_NS), Ticks(start), Ticks(top), Ticks(bottom), Ticks(mid), Lots(volume))

    def recent_trades(self, ix: int, count: int, at: TimeNs) -> list[Trade]:
        """Newest trades before `at` among the last three trading minutes, oldest first."""
        line = self._past.timelines[ix]
        row, index, _ = line.place(at // MINUTE_NS)
        code = int(self._past.table(ix, row).halt[index])
        index = first_minute(code) - 1 if code else index
        spots = [(row, k) for k in range(max(0, index - 2), index + 1)]
        slots = self._past.slots(ix, spots)
        path, flow = Path(self._streams, self._columns, slots), Flow(self._streams, self._columns, slots)
        out: list[Trade] = []
        for number in range(BLOCKS):
            block = flow.block(path.block(number))
            for place, minute in enumerate(slots.minute.tolist()):
                out += gather(block, block.col == place, 0, minute)
        out = sorted((t for t in out if t.at < at), key=lambda t: t.at)
        return out[-count:] if count else []
