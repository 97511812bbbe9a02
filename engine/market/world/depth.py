"""The ladder beyond the touch: sizes that belong to prices.

A level's size is the mean profile times a noise hashed from (price, side, epoch). The price keeps its size
while the touch moves past it; epochs of 32 ticks of time are staggered by the hash, so levels change one by
one and nothing is stored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.market.world.tables import tables
from engine.rng import MASK, mix64

_C1, _C2, _C3 = 0x7FEB352D, 0x846CA68B, 0x9E3779B1
_W = (1 << 32) - 1
EPOCH_BITS = 5
SIDES = (0x68E31DA4, 0xB5297A4D)
I64 = NDArray[np.int64]


def _mix32(z: int) -> int:
    z = ((z ^ (z >> 16)) * _C1) & _W
    z = ((z ^ (z >> 15)) * _C2) & _W
    return z ^ (z >> 16)


def _mix32_array(z: NDArray[np.uint32]) -> NDArray[np.uint32]:
    z ^= z >> np.uint32(16)
    z *= np.uint32(_C1)
    z ^= z >> np.uint32(15)
    z *= np.uint32(_C2)
    z ^= z >> np.uint32(16)
    return z


def salts(stream: int, subjects: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """A 32-bit salt for each column."""
    return np.array([mix64((stream ^ int(s)) & MASK) & _W for s in subjects], np.uint32)


def noise(salt: int, price: int, side: int, tick: int) -> float:
    """Size factor of one price on one side (0 bid, 1 ask) at a time in ticks of 100 ms."""
    place = _mix32((price * _C3 ^ salt ^ SIDES[side]) & _W)
    epoch = (tick + (place & 31)) >> EPOCH_BITS
    return float(tables().depth[_mix32((place + epoch * _C3) & _W) >> 24])


def profile(levels: int, thin_tail: bool) -> list[float]:
    """Mean size of levels 1.. beyond the touch, in touch sizes; crypto books thin out at once."""
    if thin_tail:
        return [0.25] * (levels - 1)
    return [min(1 + 0.12 * level, 1.7) for level in range(1, levels)]


def ladders(
    salt: NDArray[np.uint32], touch: NDArray[np.int64], gap: I64, mean: NDArray[np.float64], side: int, tick: I64
) -> tuple[I64, I64]:
    """(prices, sizes) beyond the touch for all columns: `mean` has shape (levels - 1, n) in lots."""
    steps = np.arange(1, len(mean) + 1)[:, None] * gap
    prices = touch - steps if side == 0 else touch + steps
    place = prices.astype(np.uint32) * np.uint32(_C3)
    place ^= salt ^ np.uint32(SIDES[side])
    place = _mix32_array(place)
    epoch = (tick + (place & np.uint32(31))) >> EPOCH_BITS
    place += epoch.astype(np.uint32) * np.uint32(_C3)
    factor = tables().depth.take(_mix32_array(place) >> np.uint32(24))
    sizes = np.rint(mean * factor).astype(np.int64)
    return prices, np.maximum(sizes, 1)
