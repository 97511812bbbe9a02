"""Random draws of the day level: own ones by symbol and date, shared ones by factor and date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.market.world.classes import ALONE, OVERNIGHT_MIXING, SHARED, Columns
from engine.market.world.tables import F32, F64, mixing, normal
from engine.rng import halves, keys, stable_hash, stream_key, words

_SHARED, _ALONE = np.float32(SHARED), np.float32(ALONE)
_UNIT = 1 / 65536


@dataclass(frozen=True)
class DayDraws:
    """Standard draws of a block of sessions. Shapes (rows, n); `vol`, `pieces` have three along axis 1."""

    vol: F64
    mix: F64
    intraday: F64
    overnight: F64
    overnight_mix: F64
    pieces: F64
    tide: F64
    jump_chance: F64
    jump_place: F64
    jump_size: F64
    range_index: NDArray[np.int64]


def _place(names: list[tuple[int, str]]) -> tuple[NDArray[np.int64], list[tuple[int, str]]]:
    unique = list(dict.fromkeys(names))
    return np.array([unique.index(name) for name in names], np.int64), unique


class DaySource:
    """Draws for columns whose venues are numbered by `venue`."""

    def __init__(self, seed: int, columns: Columns, venue: list[int]) -> None:
        self._columns = columns
        self._own_key = stream_key(seed, "day")
        self._shared_key = stream_key(seed, "day-shared")
        self._venue = np.array(venue, np.int64)
        self._factor, self._factors = _place(list(zip(venue, columns.factors, strict=True)))

    def _shared(self, kind: str, names: list[tuple[int, str]], labels: NDArray[np.int64]) -> F32:
        subjects = np.array([stable_hash(f"{kind} {name}") for _, name in names], np.uint64)
        dates = labels[:, [venue for venue, _ in names]]
        return normal(halves(words(keys(self._shared_key, subjects, dates), 0, 1)[0]))

    def draw(self, labels: NDArray[np.int64]) -> DayDraws:
        """Draws of the sessions whose date ordinals are `labels`, shape (rows, venues)."""
        own = halves(words(keys(self._own_key, self._columns.driver, labels[:, self._venue]), 0, 4))
        g = normal(own)
        factor = self._shared("factor", self._factors, labels)[:, self._factor]
        shared = self._shared("mood", self._factors, labels)[:, self._factor]
        joint = g[0] * _ALONE + shared * _SHARED
        night = g[1, :, :, 2] * _ALONE + factor[:, :, 2] * _SHARED
        rho, alone = self._columns.rho, self._columns.own
        rows, n = labels.shape[0], len(self._columns)
        night_kind = np.full(n, OVERNIGHT_MIXING, np.int64)
        return DayDraws(
            vol=np.moveaxis(joint[:, :, :3], 2, 1).astype(np.float64),
            mix=mixing(self._columns.day_mixing, joint[:, :, 3]).astype(np.float64),
            intraday=rho * factor[:, :, 0] + alone * g[1, :, :, 0],
            overnight=rho * factor[:, :, 1] + alone * g[1, :, :, 1],
            overnight_mix=mixing(night_kind, night).astype(np.float64),
            pieces=np.moveaxis(g[3, :, :, :3], 2, 1).astype(np.float64),
            tide=g[1, :, :, 3].astype(np.float64),
            jump_chance=(own[3, :, :, 3].astype(np.float64) + 0.5) * _UNIT,
            jump_place=(own[2, :, :, 0::2].astype(np.float64) + 0.5) * _UNIT,
            jump_size=g[2, :, :, 1::2].astype(np.float64),
            range_index=_range_index(own[2], rows, n),
        )


def _range_index(word: NDArray[np.uint16], rows: int, n: int) -> NDArray[np.int64]:
    """Two 12-bit table places (high, low) from the low bits of draws whose high bits matter elsewhere."""
    out = np.empty((2, rows, n), np.int64)
    out[0] = (word[:, :, 0].astype(np.int64) * 64 + (word[:, :, 1] & 63)) & 4095
    out[1] = (word[:, :, 2].astype(np.int64) * 64 + (word[:, :, 3] & 63)) & 4095
    return out
