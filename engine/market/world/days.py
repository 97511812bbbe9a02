"""Day level: each session's volatility, overnight and intraday return and jumps, for all columns at once.

Rows count sessions from each column's own anchor day (row 0), so one recursion serves all calendars. History
starts BACK rows before the anchor; the future grows in blocks on demand, and a block's values do not depend
on when it was grown. Log prices are relative to the catalogue price, which holds at the anchor day's opening.
"""

from __future__ import annotations

import numpy as np

from engine.market.world.classes import DAY_PERSISTENCE, Columns
from engine.market.world.daydraws import DayDraws, DaySource
from engine.market.world.tables import F64, column_sum, exp, exp32, tables
from engine.market.world.timeline import BACK, Timeline

GROW = 32
OVERNIGHT_SHARE, PAUSE_SHARE = 0.36, 0.02
"""Share of a day's variance that falls outside the session: a long closure; an hour's pause or a weekend."""

POST_SHARE, PRE_SHARE = 0.20, 0.35
"""Shares of the overnight variance traded after the close and before the open, where the venue does."""

JUMP_SD = 9.0
FIELDS = (
    "sigma",
    "open",
    "close",
    "inner",
    "diffusive",
    "after",
    "after_sd",
    "pre",
    "pre_sd",
    "jump_1",
    "jump_2",
    "place_1",
    "place_2",
    "volume",
    "high",
    "low",
)
"""Per row and column. sigma: day volatility; open, close: log prices of the regular session; inner, diffusive:
standard deviation and value of its return without jumps; after (pre): log return between the PREVIOUS close
and the end of its late trading (from the start of early trading to this open) with standard deviations;
jump_k at trading minute share place_k; volume in lots; high, low: log extremes of a session seen from afar."""


class Days:
    """The day level of all columns. `table[name][row - first]` has shape (n,).

    `quiet` below 1 scales the volatility of the sessions from row 0 on and takes their jumps away.
    """

    def __init__(self, seed: int, columns: Columns, timelines: list[Timeline], quiet: float = 1.0) -> None:
        self._columns = columns
        self._quiet = quiet
        self._venues = list(dict.fromkeys(timelines))
        venue = [self._venues.index(t) for t in timelines]
        self._venue = np.array(venue, np.int64)
        self._source = DaySource(seed, columns, venue)
        n = len(columns)
        self._vol = np.zeros((3, n))
        self._raw = np.zeros(n)
        self._origin = np.zeros(n)
        self._square = column_sum(columns.day_sd**2)
        self.minutes = np.array([t.regular_minutes for t in timelines], np.float64)
        self.first = -BACK
        self._next = -BACK
        self.table: dict[str, F64] = {name: np.empty((0, n)) for name in FIELDS}
        self._grow(GROW)

    def need(self, row: int) -> None:
        """Make rows up to `row` + 1 exist."""
        if self._next <= row + 1:
            self._grow(row + 2 + GROW)

    def _shares(self, first: int, count: int) -> tuple[F64, F64, F64]:
        """(overnight, its late-trading part, its early-trading part) as shares of variance, (count, n) each."""
        outside = np.zeros((count, len(self._venues)))
        post, pre = np.zeros_like(outside), np.zeros_like(outside)
        for place, venue in enumerate(self._venues):
            post[:, place] = POST_SHARE if venue.trades_late else 0.0
            pre[:, place] = PRE_SHARE if venue.trades_early else 0.0
            if venue.closes:
                outside[:, place] = OVERNIGHT_SHARE
            else:
                outside[:, place] = [PAUSE_SHARE * venue.pauses(first + step) for step in range(count)]
        return outside[:, self._venue], post[:, self._venue], pre[:, self._venue]

    def _grow(self, stop: int) -> None:
        first, count = self._next, stop - self._next
        labels = np.array([[t.label(first + step) for t in self._venues] for step in range(count)], np.int64)
        block = self._block(first, count, self._source.draw(labels))
        self._next = stop
        for name in FIELDS:
            self.table[name] = np.concatenate([self.table[name], block[name]])

    def _block(self, first: int, count: int, draws: DayDraws) -> dict[str, F64]:
        outside, post, pre = self._shares(first, count)
        out = {name: np.empty((count, len(self._columns))) for name in FIELDS}
        night_unit = np.sqrt(outside) * draws.overnight_mix
        night_unit *= draws.overnight
        inner_unit = np.sqrt(1 - outside)
        jumps = self._jumps(draws, inner_unit)
        if self._quiet != 1.0:
            for size in jumps:
                size[max(0, -first) :] = 0.0
        day_unit = inner_unit * draws.intraday + jumps[0] + jumps[1]
        level = np.empty_like(day_unit)
        self._recur(first, draws, night_unit, day_unit, outside, out, level)
        sigma = out["sigma"]
        out["inner"][:] = inner_unit * sigma
        out["diffusive"][:] = out["inner"] * draws.intraday - 0.5 * out["inner"] * out["inner"]
        night = np.sqrt(outside) * draws.overnight_mix * sigma
        self._split_night(out, draws, night, post, pre)
        out["jump_1"][:], out["jump_2"][:] = jumps[0] * sigma, jumps[1] * sigma
        out["place_1"][:], out["place_2"][:] = draws.jump_place[:, :, 0], draws.jump_place[:, :, 1]
        shape = 0.45 * level + 0.25 * draws.tide - (0.10125 * self._square + 0.03125)
        out["volume"][:] = self._columns.adv * exp(shape)
        self._extremes(out, draws)
        return out

    def _jumps(self, draws: DayDraws, inner_unit: F64) -> tuple[F64, F64]:
        """Sizes in units of the day's volatility of at most two jumps, 0 where there is none."""
        rate = self._columns.jump_rate * self.minutes
        once = rate - 0.5 * rate * rate
        unit = JUMP_SD * inner_unit / np.sqrt(self.minutes)
        first = np.where(draws.jump_chance < once, unit * draws.jump_size[:, :, 0], 0.0)
        second = np.where(draws.jump_chance < 0.5 * rate * rate, unit * draws.jump_size[:, :, 1], 0.0)
        return first, second

    def _recur(
        self, first: int, draws: DayDraws, night: F64, day: F64, outside: F64, out: dict[str, F64], level: F64
    ) -> None:
        """Run volatility and price through the block: the only part where a day needs the one before."""
        keep = np.array(DAY_PERSISTENCE)[:, None]
        shock = self._columns.day_sd * np.sqrt(1 - keep * keep)
        leverage = self._columns.leverage * np.array([0.6, 0.18, 0.0])[:, None]
        low, high = -1.3 - self._square, 1.15 - self._square
        fresh = first == -BACK
        for step in range(len(day)):
            if fresh and step == 0:
                self._vol = self._columns.day_sd * draws.vol[0]
            else:
                self._vol = keep * self._vol + shock * draws.vol[step]
            total = self._vol[0] + self._vol[1] + self._vol[2]
            level[step] = total
            clipped = np.minimum(np.maximum(total - self._square, low), high)
            sigma = self._columns.sigma * exp32(clipped.astype(np.float32)) * draws.mix[step]
            pull = self._columns.pull * self._raw
            night_sigma = sigma
            if self._quiet != 1.0 and first + step >= 0:
                sigma = sigma * self._quiet
                night_sigma = sigma if first + step else night_sigma
            overnight = night_sigma * night[step] - 0.5 * outside[step] * night_sigma * night_sigma - pull
            inside = sigma * day[step] - 0.5 * (1 - outside[step]) * sigma * sigma
            opened = self._raw + overnight
            self._raw = opened + inside
            if fresh and first + step == 0:
                self._origin = opened
            out["sigma"][step], out["open"][step], out["close"][step] = sigma, opened, self._raw
            relative = np.minimum(np.maximum((overnight + inside) / self._columns.sigma, -4.0), 4.0)
            self._vol = self._vol - leverage * relative
        out["open"] -= self._origin
        out["close"] -= self._origin

    def _split_night(self, out: dict[str, F64], draws: DayDraws, night: F64, post: F64, pre: F64) -> None:
        """Parts of the overnight return traded late and early: Gaussian pieces bridged to the whole."""
        before = np.concatenate([self._last_close(out), out["close"][:-1]])
        total = out["open"] - before
        roots = np.sqrt(post), np.sqrt(np.maximum(1 - post - pre, 0.0)), np.sqrt(pre)
        pieces = [night * roots[k] * draws.pieces[:, k] for k in range(3)]
        missing = total - (pieces[0] + pieces[1] + pieces[2])
        out["after"][:] = pieces[0] + post * missing
        out["pre"][:] = pieces[2] + pre * missing
        out["after_sd"][:], out["pre_sd"][:] = night * roots[0], night * roots[2]

    def _last_close(self, out: dict[str, F64]) -> F64:
        known = self.table["close"]
        return known[-1:] if len(known) else out["open"][:1]

    def _extremes(self, out: dict[str, F64], draws: DayDraws) -> None:
        """Highest and lowest log price of a Brownian path between open and close (its exact law)."""
        move = out["close"] - out["open"]
        spread = 2 * out["inner"] * out["inner"]
        up = np.sqrt(move * move + spread * tables().minus_log.take(draws.range_index[0]))
        down = np.sqrt(move * move + spread * tables().minus_log.take(draws.range_index[1]))
        out["high"][:] = out["open"] + 0.5 * (move + up)
        out["low"][:] = out["open"] + 0.5 * (move - down)
