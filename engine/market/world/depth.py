"""The ladder beyond the touch: sizes that belong to prices.

A level's size is the mean profile times a noise hashed from (price, side, epoch). The price keeps its size
while the touch moves past it; epochs of 32 ticks of time are staggered by the hash, so levels change one by
one and nothing is stored.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.market.world.tables import F64, tables
from engine.rng import MASK, mix64

_C1, _C2, _C3 = 0x7FEB352D, 0x846CA68B, 0x9E3779B1
_W = (1 << 32) - 1
EPOCH_BITS = 5
_KEPT = 1 << 13
SIDES = (0x68E31DA4, 0xB5297A4D)
I64 = NDArray[np.int64]


def _mix32(z: int) -> int:
    z = ((z ^ (z >> 16)) * _C1) & _W
    z = ((z ^ (z >> 15)) * _C2) & _W
    return z ^ (z >> 16)


def _mix32_array(z: NDArray[np.uint32]) -> NDArray[np.uint32]:
    t = z >> np.uint32(16)
    z ^= t
    z *= np.uint32(_C1)
    z ^= np.right_shift(z, np.uint32(15), out=t)
    z *= np.uint32(_C2)
    z ^= np.right_shift(z, np.uint32(16), out=t)
    return z


def salts(stream: int, subjects: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """A 32-bit salt for each column."""
    return np.array([mix64((stream ^ int(s)) & MASK) & _W for s in subjects], np.uint32)


def noise(salt: int, price: int, side: int, tick: int) -> float:
    """Size factor of one price on one side (0 bid, 1 ask) at a time in ticks of 100 ms."""
    place = _place(salt ^ SIDES[side], price)
    return _factor(place, (tick + (place & 31)) >> EPOCH_BITS)


# A ladder asks for the same few prices step after step, and an epoch lasts 32 of them.


@lru_cache(maxsize=_KEPT)
def _place(salt: int, price: int) -> int:
    return _mix32((price * _C3 ^ salt) & _W)


@lru_cache(maxsize=_KEPT)
def _factor(place: int, epoch: int) -> float:
    return tables().depth.item(_mix32((place + epoch * _C3) & _W) >> 24)


@lru_cache(maxsize=64)
def profile(levels: int, thin_tail: bool) -> tuple[float, ...]:
    """Mean size of levels 1.. beyond the touch, in touch sizes; crypto books thin out at once."""
    if thin_tail:
        return (0.25,) * (levels - 1)
    return tuple(min(1 + 0.12 * level, 1.7) for level in range(1, levels))


class Ladders:
    """All columns' levels at once, for `levels` levels a side; the same numbers as `noise` gives one by one."""

    def __init__(
        self, salt: NDArray[np.uint32], gap: I64, depth: F64, thin_tail: NDArray[np.bool_], levels: int
    ) -> None:
        steps = np.arange(1, levels)[:, None] * gap
        self._offset = np.stack([-steps, steps])
        self._salt = (salt ^ np.array(SIDES, np.uint32)[:, None])[:, None, :]
        tails = np.array([profile(levels, thin) for thin in (False, True)]).reshape(2, levels - 1)
        self._mean = tails[thin_tail.astype(np.int64)].T * depth
        self._levels = levels

    def at(self, touch: I64, size: I64, thin: F64, tick: I64) -> tuple[I64, I64]:
        """(prices, sizes), each (2, levels, n), bids first; `touch` and `size` are (2, n)."""
        shape = (2, self._levels, touch.shape[1])
        prices, sizes = np.empty(shape, np.int64), np.empty(shape, np.int64)
        prices[:, 0], sizes[:, 0] = touch, size
        np.add(touch[:, None], self._offset, out=prices[:, 1:])
        place = prices[:, 1:].astype(np.uint32)
        place *= np.uint32(_C3)
        place ^= self._salt
        _mix32_array(place)
        epoch = place & np.uint32(31)
        epoch += (tick & 31).astype(np.uint32)
        epoch >>= np.uint32(EPOCH_BITS)
        epoch += (tick >> EPOCH_BITS).astype(np.uint32)
        epoch *= np.uint32(_C3)
        place += epoch
        factor = (self._mean * thin) * tables().depth.take(_mix32_array(place) >> np.uint32(24))
        np.rint(factor, out=factor)
        np.maximum(factor, 1.0, out=factor)
        sizes[:, 1:] = factor
        return prices, sizes
