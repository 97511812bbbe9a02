"""Tick level, first half: efficient price, spread and quote of arbitrary (instrument, minute) columns.

A minute is 12 blocks of 50 ticks of 100 ms. Blocks are filled in order and nothing but the few carried rows
connects them, so live use pays a block at a time and history fills many minutes side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import Columns
from engine.market.world.tables import F64, column_sum, exp32, normal, tables
from engine.rng import Words, halves, keys, stream_key, words

I64 = NDArray[np.int64]

TICKS, BLOCK, BLOCKS = 600, 50, 12
RENEWAL = 3932
"""Chance in 65,536 a tick that the spread is drawn anew (0.06)."""

EPOCH = 32
"""Minutes between two draws of the place of a sticky quote in its band."""

FEW = 12
PULL_FROM = 540
"""From this tick on the quote slides onto the one the next minute starts with, wherever it fits."""


@dataclass(frozen=True)
class Slots:
    """What a minute of a column needs, arrays of shape (n,). Prices in ticks.

    ix: column; minute: absolute; spread: mean spread now; next_spread, next_sd: of the following minute, for
    the quote both share; thin: size factor of extended hours; other names as in MinuteTable.
    """

    ix: I64
    minute: I64
    start: F64
    end: F64
    sd: F64
    jump: F64
    mood: F64
    rate: F64
    z_before: F64
    spread: F64
    next_spread: F64
    next_sd: F64
    thin: F64


def band(spread: F64, sd: F64) -> F64:
    """Half-width of the band in which the efficient price leaves the quote alone, in ticks."""
    return np.asarray(0.5 + np.maximum(0.3 + 0.12 * (spread - 1), sd * (1.6 / 24.494897427831781)))


def boundary_place(stream: int, subject: Words, minute: I64, sticky: NDArray[np.bool_]) -> F64:
    """Where in its band, -1 to 1, the quote stands at a minute's first tick. Drawn for each minute; where a
    minute's move is small beside the band, every half hour and in a straight line between, lest the quote bounce."""
    shifted = minute + (subject & np.uint64(EPOCH - 1)).astype(np.int64)
    turn = np.where(sticky, shifted // EPOCH, minute)
    place = _uniform(keys(stream, subject, turn))
    if sticky.any():
        there = _uniform(keys(stream, subject, turn + 1))
        place += np.where(sticky, (shifted % EPOCH) / EPOCH, 0.0) * (there - place)
    return place


def _uniform(key: Words) -> F64:
    return np.asarray((halves(words(key, 0, 1)[0])[:, 0].astype(np.float64) + 0.5) / 32768 - 1)


def boundary_centre(place: F64, price: F64, width: F64) -> F64:
    """Centre of the quote at a minute's first tick: a half tick near `price`, within the band."""
    return np.asarray(np.maximum(np.floor(price - place * (width - 0.5)), 1.0) + 0.5)


@dataclass
class PathBlock:
    """Ticks of one block: arrays (ticks, n). `pressure` is where the price stands in its band, -1 to 1."""

    first: int
    price: F64
    pressure: F64
    bid: I64
    ask: I64


class Keys:
    """Stream keys of the tick level for one seed."""

    def __init__(self, seed: int) -> None:
        self.boundary = stream_key(seed, "boundary")
        self.minute = stream_key(seed, "tick-minute")
        self.quote = stream_key(seed, "tick-quote")
        self.flow = stream_key(seed, "tick-flow")
        self.slow = stream_key(seed, "tick-slow")
        self.size = stream_key(seed, "tick-size")
        self.print = stream_key(seed, "tick-print")
        self.depth = stream_key(seed, "depth")


class Path:
    """Efficient price and quote of the slots through one minute."""

    def __init__(self, streams: Keys, columns: Columns, slots: Slots) -> None:
        self.slots = slots
        self._streams, self._driver = streams, columns.driver[slots.ix]
        self._subject, self._sticky = columns.subject[slots.ix], columns.sticky[slots.ix]
        self._quote = keys(streams.quote, self._subject, slots.minute)
        self.width = band(slots.spread, slots.sd)
        here = boundary_place(streams.boundary, self._subject, slots.minute, self._sticky)
        self._centre = boundary_centre(here, slots.start, self.width)
        self._wide: I64 = np.zeros(len(slots.ix), np.int64)
        self._mood_root = _root(slots.mood)
        self._touch = slots.spread <= 1.15
        self._odd = slots.spread >= 3
        self._chance = np.minimum(slots.spread - 1 + 0.01 * slots.mood, 0.085) * 65536

    def _plan(self) -> None:
        """Where the minute leads: what its first tick alone does not need."""
        slots = self.slots
        after = boundary_place(self._streams.boundary, self._subject, slots.minute + 1, self._sticky)
        self._goal_width = band(slots.next_spread, slots.next_sd)
        self._goal = boundary_centre(after, slots.end, self._goal_width)
        self._nodes(keys(self._streams.minute, self._driver, slots.minute))

    def _nodes(self, key: Words) -> None:
        """Efficient price at the block edges: the minute's own bridge, in 12 steps of uneven variance."""
        slots = self.slots
        word = halves(words(key, 0, 7))
        draw = normal(word[:6]).transpose(0, 2, 1).reshape(24, -1).astype(np.float64)
        share = exp32((0.5 * draw[12:]).astype(np.float32)).astype(np.float64)
        share /= column_sum(share)
        steps = slots.sd * np.sqrt(share) * draw[:12]
        steps += share * (slots.end - slots.start - slots.jump - column_sum(steps))
        self.nodes = np.empty((BLOCKS + 1, len(slots.ix)))
        self.nodes[0] = slots.start
        self.nodes[1:] = steps
        np.add.accumulate(self.nodes, axis=0, out=self.nodes)
        self._tick_sd = slots.sd * np.sqrt(share / BLOCK)
        self._jump_at = 1 + (word[6, :, 0].astype(np.int64) * (TICKS - 1) >> 16)
        self._jumps = bool(np.any(slots.jump))
        self._pull_at = PULL_FROM + (word[6, :, 1].astype(np.int64) * (TICKS - PULL_FROM) >> 16)

    def block(self, number: int, ticks: int = BLOCK) -> PathBlock:
        """The next block (0, 1 ... 11 in order); `ticks` = 1 shows the minute's first tick and no more."""
        first = number * BLOCK
        word = halves(words(self._quote, first, ticks))
        if ticks == 1:
            price, centre = self.slots.start[None], self._centre[None]
        else:
            if number == 0:
                self._plan()
            price = self._prices(number, word[:, :, 0])
            centre = self._centres(first, price)
        wide = self._spreads(first, word[:, :, 1], word[:, :, 2])
        spread, side = wide >> 1, wide & 1
        bid = centre.astype(np.int64) - ((spread - side) >> 1)
        np.maximum(bid, 1, out=bid)
        pressure = price - bid
        pressure -= 0.5 * spread
        pressure /= self.width
        np.minimum(np.maximum(pressure, -1.0, out=pressure), 1.0, out=pressure)
        return PathBlock(first, price, pressure, bid, bid + spread)

    def _prices(self, number: int, draw: NDArray[np.uint16]) -> F64:
        low, high = self.nodes[number], self.nodes[number + 1]
        out = np.empty((BLOCK, len(low)))
        out[0] = low
        path = normal(draw).astype(np.float64)
        np.add.accumulate(path, axis=0, out=path)
        path *= self._tick_sd[number]
        slope = (high - low - path[-1]) / BLOCK
        path += np.arange(1.0, BLOCK + 1)[:, None] * slope
        np.add(low, path[:-1], out=out[1:])
        if self._jumps:
            after = np.arange(number * BLOCK, (number + 1) * BLOCK)[:, None] >= self._jump_at
            out += after * self.slots.jump
        return out

    def _centres(self, first: int, price: F64) -> F64:
        """The quote's centre: it stays until the price leaves the band, then follows three quarters of the way."""
        if price.shape[1] <= FEW:
            return self._few_centres(first, price)
        out = np.empty_like(price)
        centre, width = self._centre.copy(), self.width
        gap, out_of_band = np.empty_like(centre), np.empty(len(centre), np.bool_)
        distance = np.empty_like(centre)
        for row in range(len(price)):
            np.subtract(price[row], centre, out=gap)
            np.abs(gap, out=distance)
            np.greater(distance, width, out=out_of_band)
            gap *= 0.75
            np.rint(gap, out=gap)
            gap *= out_of_band
            centre += gap
            if first + row >= PULL_FROM:
                fits = np.abs(price[row] - self._goal) <= self._goal_width
                fits &= self._pull_at <= first + row
                np.copyto(centre, self._goal, where=fits)
            np.maximum(centre, 1.5, out=out[row])
        self._centre = centre
        return out

    def _few_centres(self, first: int, price: F64) -> F64:
        """`_centres` in plain numbers, which for a few columns is faster and rounds the same."""
        out = np.empty_like(price)
        for column in range(price.shape[1]):
            centre, width = float(self._centre[column]), float(self.width[column])
            goal, goal_width = float(self._goal[column]), float(self._goal_width[column])
            pull_at, path = int(self._pull_at[column]) - first, price[:, column].tolist()
            for row, now in enumerate(path):
                gap = now - centre
                if abs(gap) > width:
                    centre += round(gap * 0.75)
                if row >= pull_at and abs(now - goal) <= goal_width:
                    centre = goal
                path[row] = max(centre, 1.5)
            out[:, column] = path
            self._centre[column] = centre
        return out

    def _spreads(self, first: int, renewal: NDArray[np.uint16], draw: NDArray[np.uint16]) -> I64:
        """2 * spread + side for each tick; the side says which way an even spread leans."""
        renewed = renewal < RENEWAL
        if first == 0:
            renewed[0] = True
        at = np.flatnonzero(renewed.ravel())
        n = renewed.shape[1]
        column = at % n
        u = draw.ravel()[at]
        values = np.empty(len(at) + n, np.int64)
        values[:n] = self._wide if first else 0
        values[n:] = self._candidates(column, renewal.ravel()[at], u)
        places = np.zeros(renewed.size, np.int64)
        places[at] = np.arange(n, n + len(at))
        place = places.reshape(renewed.shape)
        place[0] = np.where(renewed[0], place[0], np.arange(n))
        np.maximum.accumulate(place, axis=0, out=place)
        out: I64 = values[place]
        self._wide = out[-1].copy()
        return out

    def _candidates(self, column: I64, renewal: NDArray[np.uint16], u: NDArray[np.uint16]) -> I64:
        side = (u & 1).astype(np.int64)
        narrow = 1 + (u < self._chance[column])
        extra = (self.slots.spread[column] - 1) * tables().gamma3.take(u >> 4) * self._mood_root[column]
        free = 1 + np.floor(extra + (renewal % RENEWAL) / float(RENEWAL)).astype(np.int64)
        free += (self._odd[column] & ((free & 1) == 0)) * (2 * side - 1)
        spread = np.where(self._touch[column], narrow, free)
        return 2 * spread + side


def _root(mood: F64) -> F64:
    """mood ** 0.375, by square roots alone: how the spread follows volatility."""
    quarter = np.sqrt(np.sqrt(mood))
    return np.asarray(quarter * np.sqrt(quarter))
