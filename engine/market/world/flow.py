"""Tick level, second half: book imbalance, touch sizes and trades.

Imbalance is drawn from where the efficient price stands inside its band, and trade signs from that, from
PAST price moves and from their own long memory. Nothing here looks ahead of its tick.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import Columns
from engine.market.world.path import BLOCK, I64, TICKS, Keys, PathBlock, Slots
from engine.market.world.tables import F32, F64, exp32, normal, powers, tables
from engine.rng import Words, halves, keys, octets, words, words_at

_F = np.float32
ETA_KEEP = 0.9548416039104165
"""Imbalance noise: half-life 15 ticks."""

Y_KEEP = (0.7788007830714049, 0.9753099120283326, 0.9983347214509387)
Y_WEIGHT = (0.70, 0.70, 0.90)
Y_MEAN = 0.895
Z_TIMES, Z_WEIGHT = (2.5, 18.0, 200.0), (0.70, 0.55, 0.35)
SLOW_WEIGHT, SLOW_TRADES = 0.50, 400
"""Sign memory beyond the minute: a level drawn about every 400 trades and drawn in a straight line between."""

LEAN = (0.55, 0.45)
"""Weight of past moves in a sign: the first where trades are many, both where they are few."""

G_KEEP = 0.9900498337491681
G_UNIT = 14.159
"""Scale that gives the average of past increments unit variance: sqrt((1 + keep) / (1 - keep)) within 0.4 %."""

FOLLOWERS = ((96, 1), (36, 3), (13, 6))
"""(chance in 256, ticks later) of a parent's first, second and third follower."""

PARENTS = 1 / 1.6
MAX_PRINTS = 4
OCTET_UNIT = 1 / 73.9


@dataclass
class FlowBlock:
    """Quotes and trades of one block. Dense arrays (ticks, n); trades are sparse, in tick order.

    Trades of tick i happen in [i, i + 1) against quote i. `row`, `col` place them; `prices` (m,) in ticks,
    `signs` (m,), `counts` (m,) prints of `sizes` (m, 4) lots at `offsets` (m, 4) milliseconds.
    """

    first: int
    bid: I64
    ask: I64
    bid_size: I64
    ask_size: I64
    row: I64
    col: I64
    prices: I64
    signs: I64
    counts: I64
    sizes: I64
    offsets: I64


@cache
def _decay(keep: float) -> tuple[F32, F32]:
    up = powers(np.array([keep]), BLOCK)
    return up.astype(np.float32), (1 / up).astype(np.float32)


class Flow:
    """Trades and sizes of the slots through one minute; block by block behind the path."""

    def __init__(self, streams: Keys, columns: Columns, slots: Slots) -> None:
        self.slots = slots
        self._columns, self._subject, self._streams = columns, columns.subject[slots.ix], streams
        self._flow = keys(streams.flow, self._subject, slots.minute)
        self._depth = columns.depth[slots.ix] * slots.thin
        start = words(keys(streams.size, self._subject, slots.minute), 0, 2)
        first = normal(halves(start)).transpose(0, 2, 1).reshape(8, -1)
        self._eta, self._y, self._z = first[0], first[1:4].copy(), first[4:7].copy()
        self._touch, self._size = np.zeros((2, 2, len(slots.ix)), np.int64)
        self._pace = np.minimum(np.maximum(slots.rate, 1e-4), 1.2)
        self._renewal = np.minimum(np.maximum(512 * self._pace, 4.0), 32.0).astype(np.uint16)

    def _plan(self) -> None:
        """What trades need and the sizes of a first tick do not."""
        slots, columns, rate = self.slots, self._columns, self._pace
        self._print = keys(self._streams.print, self._subject, slots.minute)
        self._size_row = columns.size_table[slots.ix] * 4096
        self._size_mean = columns.size_mean[slots.ix]
        self._cap = np.maximum(8 * columns.depth[slots.ix], 10.0)
        self._g = (0.6 * slots.z_before).astype(np.float32)
        keep = np.array([[1 / (1 + rate / time)] for time in Z_TIMES]).reshape(3, -1)
        self._z_up = powers(keep, BLOCK).astype(np.float32)
        self._z_down = (1 / powers(keep, BLOCK)).astype(np.float32)
        self._z_shock = np.sqrt(1 - keep * keep).astype(np.float32)
        self._slow = self._slow_memory(self._streams.slow, self._subject, columns.usual[slots.ix])
        self._lean = (LEAN[0] + LEAN[1] / (1 + 15 * rate)).astype(np.float32)
        self._rate = (slots.rate * (PARENTS / 0.95)).astype(np.float32)
        self._increment = np.maximum(slots.sd / 24.494897427831781, 1e-9)
        self._last_price = slots.start
        self._late = np.zeros((6, 3, len(slots.ix)), np.int8)

    def _slow_memory(self, stream: int, subject: Words, usual: F64) -> tuple[F32, F32]:
        """Level at the minute's start and slope a tick of the slowest part of sign memory."""
        span = np.maximum(np.rint(SLOW_TRADES / (TICKS * usual)), 1.0).astype(np.int64)
        turn = self.slots.minute // span
        here, there = (normal(halves(words(keys(stream, subject, turn + k), 0, 1)[0])[:, 0]) for k in (0, 1))
        slope = (SLOW_WEIGHT / span).astype(np.float32) * (there - here)
        start = here * _F(SLOW_WEIGHT) + slope * (self.slots.minute - turn * span).astype(np.float32)
        return start, slope * _F(1 / TICKS)

    def block(self, path: PathBlock, with_trades: bool = True) -> FlowBlock:
        """Complete a block of the path (blocks must come in order)."""
        count = len(path.price)
        word = words(self._flow, 2 * path.first, 2 * count)
        u, bytes8 = halves(word[0::2]), octets(word[1::2])
        pressure = path.pressure.astype(np.float32)
        eta = self._ar(u[:, :, 0], count)
        bid_size, ask_size = self._sizes(path, pressure, eta, u)
        empty = np.empty(0, np.int64)
        out = FlowBlock(path.first, path.bid, path.ask, bid_size, ask_size, *([empty] * 7))
        if with_trades:
            if path.first == 0:
                self._plan()
            self._trade(path, pressure, u[:, :, 3], bytes8, out)
        return out

    def _ar(self, draw: NDArray[np.uint16], count: int) -> F32:
        up, down = _decay(ETA_KEEP)
        noise = normal(draw) * (_F(math.sqrt(1 - ETA_KEEP * ETA_KEEP)) * down[:count])
        np.add.accumulate(noise, axis=0, out=noise)
        noise += self._eta
        noise *= up[:count]
        self._eta = noise[-1].copy()
        return noise

    def _sizes(self, path: PathBlock, pressure: F32, eta: F32, u: NDArray[np.uint16]) -> tuple[I64, I64]:
        lean = pressure * _F(0.62) + eta * _F(0.44)
        np.minimum(np.maximum(lean, _F(-0.9), out=lean), _F(0.9), out=lean)
        bid = self._queue(0, path.bid, u[:, :, 1], lean)
        np.negative(lean, out=lean)
        return bid, self._queue(1, path.ask, u[:, :, 2], lean)

    def _queue(self, side: int, price: I64, draw: NDArray[np.uint16], lean: F32) -> I64:
        """Piecewise constant size of a touch: drawn anew when its price moves and now and then between."""
        rows, n = draw.shape
        renewed = (draw & 63) < self._renewal
        renewed[0] |= price[0] != self._touch[side]
        renewed[1:] |= price[1:] != price[:-1]
        at = np.flatnonzero(renewed)
        size = tables().lognormal.take((draw.ravel()[at] >> 6) << 2) * (1 + lean.ravel()[at])
        values = np.concatenate([self._size[side], _lots(size * self._depth[at % n])])
        places = np.zeros(draw.size, np.int64)
        places[at] = np.arange(n, n + len(at))
        place = places.reshape(rows, n)
        place[0] = np.where(renewed[0], place[0], np.arange(n))
        np.maximum.accumulate(place, axis=0, out=place)
        out: I64 = values[place]
        self._size[side], self._touch[side] = out[-1], price[-1]
        return out

    def _trade(
        self, path: PathBlock, pressure: F32, u: NDArray[np.uint16], b: NDArray[np.uint8], out: FlowBlock
    ) -> None:
        noise = b.astype(np.float32)
        noise -= _F(127.5)
        noise *= _F(OCTET_UNIT)
        past = self._past(path)
        count = self._counts(pressure, past, noise, u, b[:, :, 7])
        memory = self._memory(noise, len(count))
        memory += self._slow[0] + self._slow[1] * np.arange(path.first, path.first + len(count), dtype=_F)[:, None]
        memory += _F(0.94) * pressure
        memory += self._lean * past
        memory += _F(0.5) * noise[:, :, 6]
        row, col = np.nonzero(count)
        signs = np.where(memory[row, col] >= 0, 1, -1)
        out.row, out.col, out.signs = row, col, signs
        out.prices = np.where(signs > 0, path.ask[row, col], path.bid[row, col])
        out.counts = count[row, col].astype(np.int64)
        out.sizes, out.offsets = self._prints(path.first + row, col)

    def _past(self, path: PathBlock) -> F32:
        """Standardised average of the efficient price's PAST increments over about 10 s, saturated."""
        steps = np.empty_like(path.price)
        steps[0] = path.price[0] - self._last_price
        np.subtract(path.price[1:], path.price[:-1], out=steps[1:])
        steps /= self._increment
        self._last_price = path.price[-1]
        up, down = _decay(G_KEEP)
        g = steps.astype(np.float32)
        g *= _F(G_UNIT * (1 - G_KEEP)) * down[: len(g)]
        np.add.accumulate(g, axis=0, out=g)
        g += self._g
        g *= up[: len(g)]
        self._g = g[-1].copy()
        g *= _F(0.7)
        return np.minimum(np.maximum(g, _F(-2.2), out=g), _F(2.2), out=g)

    def _counts(
        self, pressure: F32, past: F32, noise: F32, u: NDArray[np.uint16], follow: NDArray[np.uint8]
    ) -> NDArray[np.int8]:
        """Prints in each tick: Poisson parents and followers a few ticks later."""
        level = np.full(pressure.shape, _F(-Y_MEAN))
        for part in range(3):
            up, down = _decay(Y_KEEP[part])
            keep = Y_KEEP[part]
            path = noise[:, :, part] * (_F(math.sqrt(1 - keep * keep)) * down[: len(u)])
            np.add.accumulate(path, axis=0, out=path)
            path += self._y[part]
            path *= up[: len(u)]
            self._y[part] = path[-1]
            path *= _F(Y_WEIGHT[part])
            level += path
        rate = exp32(level)
        rate *= self._rate
        rate *= _F(0.6) + _F(0.8) * np.abs(pressure)
        rate *= _F(0.62) + _F(0.55) * np.abs(past)
        np.minimum(rate, _F(MAX_PRINTS), out=rate)
        none = exp32(-rate)
        chance = u.astype(np.float32) * _F(1 / 65536)
        count = (chance >= none).astype(np.int8)
        count += chance >= none * (1 + rate)
        count += chance >= none * (1 + rate + _F(0.5) * rate * rate)
        return self._follow(count, follow)

    def _follow(self, count: NDArray[np.int8], follow: NDArray[np.uint8]) -> NDArray[np.int8]:
        rows = len(count)
        parent = count > 0
        kept = np.zeros((rows + 6, 3, count.shape[1]), np.int8)
        kept[:6] = self._late
        total = count
        for place, (chance, later) in enumerate(FOLLOWERS):
            np.logical_and(parent, follow < chance, out=kept[6:, place], casting="unsafe")
            total = total + kept[6 - later : 6 - later + rows, place]
        self._late = kept[-6:]
        return np.minimum(total, MAX_PRINTS)

    def _memory(self, noise: F32, rows: int) -> F32:
        """Long memory of trade signs: three decays whose clock is the expected number of trades."""
        out = np.zeros((rows, noise.shape[1]), np.float32)
        for part in range(3):
            path = noise[:, :, 3 + part] * self._z_down[:rows, part]
            path *= self._z_shock[part]
            np.add.accumulate(path, axis=0, out=path)
            path += self._z[part]
            path *= self._z_up[:rows, part]
            self._z[part] = path[-1]
            path *= _F(Z_WEIGHT[part])
            out += path
        return out

    def _prints(self, tick: I64, col: I64) -> tuple[I64, I64]:
        key: Words = self._print[col]
        size = halves(words_at(key, 2 * tick)) >> 4
        table = tables().sizes.ravel().take(size + self._size_row[col][:, None])
        lots = np.minimum(table * self._size_mean[col][:, None], self._cap[col][:, None])
        wait = octets(words_at(key, 2 * tick + 1)).astype(np.int64)
        offsets = np.empty((len(col), MAX_PRINTS), np.int64)
        offsets[:, 0] = wait[:, 0] * 86 >> 8
        offsets[:, 1:] = 1 + (wait[:, 1:4] & 3)
        np.add.accumulate(offsets, axis=1, out=offsets)
        return _lots(lots), offsets


def _lots(size: NDArray[np.floating]) -> I64:
    """Whole lots, at least one."""
    lots: I64 = np.rint(size).astype(np.int64)
    return np.maximum(lots, 1)
